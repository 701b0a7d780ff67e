#include "kernels.h"

static float dot(const float *left, const float *right, int64_t count) {
    float sum = 0;
    for (int64_t index = 0; index < count; index++) sum += left[index] * right[index];
    return sum;
}

static int64_t hamming_within(const cvk_hash_query *query, const cvk_hashes *hashes, int64_t first,
                              int32_t *matches) {
    int64_t found = 0;
    for (int64_t index = first; index < hashes->count; index++) {
        if (cvk_is_near(query, hashes, index)) matches[found++] = (int32_t)index;
    }
    return found;
}

static void add_products(const float *left, const float *right, int64_t depth, float *tile) {
    for (int64_t group = 0; group < depth; group++) {
        const float *lefts = left + group * CVK_PANEL_ROWS;
        const float *rights = right + group * CVK_PANEL_ROWS;
        for (int row = 0; row < CVK_PANEL_ROWS; row++) {
            float *sums = tile + row * CVK_PANEL_ROWS;
            for (int column = 0; column < CVK_PANEL_ROWS; column++) {
                sums[column] += lefts[row] * rights[column];
            }
        }
    }
}

const cvk_kernels cvk_scalar_kernels = {dot, hamming_within, add_products};
