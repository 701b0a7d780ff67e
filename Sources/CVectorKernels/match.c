#include "kernels.h"
#include <math.h>
#include <string.h>

int64_t cvk_packed_size(int64_t rows, int64_t depth) {
    return (rows + CVK_PANEL_ROWS - 1) / CVK_PANEL_ROWS * CVK_PANEL_ROWS * depth;
}

void cvk_pack(const float *values, int64_t rows, int64_t depth, float *panels) {
    memset(panels, 0, (size_t)cvk_packed_size(rows, depth) * sizeof(float));
    for (int64_t row = 0; row < rows; row++) {
        const float *source = values + row * depth;
        // In double precision the squares of finite numbers cannot overflow.
        double sum = 0;
        for (int64_t index = 0; index < depth; index++) {
            sum += (double)source[index] * source[index];
        }
        if (!(sum > 0) || !isfinite(sum)) continue;
        double factor = 1 / sqrt(sum);
        int64_t panel = row / CVK_PANEL_ROWS;
        float *target = panels + panel * CVK_PANEL_ROWS * depth + row % CVK_PANEL_ROWS;
        for (int64_t index = 0; index < depth; index++) {
            target[index * CVK_PANEL_ROWS] = (float)(source[index] * factor);
        }
    }
}

// Whether a comes before b in a list: larger similarity, then lower row.
static int is_nearer(float a, int64_t a_row, float b, int64_t b_row) {
    return a > b || (a == b && a_row < b_row);
}

static void offer(const cvk_rows *rows, int64_t row, int64_t k, float similarity, int64_t other) {
    float *similarities = rows->similarities + row * k;
    int32_t *neighbors = rows->neighbors + row * k;
    int64_t place = k - 1;
    if (!is_nearer(similarity, other, similarities[place], neighbors[place])) return;
    for (; place > 0; place--) {
        if (!is_nearer(similarity, other, similarities[place - 1], neighbors[place - 1])) break;
        similarities[place] = similarities[place - 1];
        neighbors[place] = neighbors[place - 1];
    }
    similarities[place] = similarity;
    neighbors[place] = (int32_t)other;
}

// Two panels that meet: their numbers within their rows, and how many rows each has.
typedef struct meeting {
    const cvk_rows *left, *right;
    int64_t left_start, right_start;
    int64_t left_count, right_count;
    int64_t k;
} meeting;

// The similarity that an offer must reach, for each row of a panel; rows past the end take none.
static void read_thresholds(const cvk_rows *rows, int64_t start, int64_t count, int64_t k,
                            float *thresholds) {
    for (int row = 0; row < CVK_PANEL_ROWS; row++) {
        thresholds[row] =
            row < count ? rows->similarities[(start + row) * k + k - 1] : INFINITY;
    }
}

// Offers the columns of a tile to its rows. A row's list may change on the way, which only makes
// the threshold too low; `offer` looks again.
static void offer_to_left(const meeting *m, const float *tile) {
    int same = m->left == m->right;
    for (int64_t row = 0; row < m->left_count; row++) {
        const float *products = tile + row * CVK_PANEL_ROWS;
        int64_t list = m->left_start + row;
        float threshold = m->left->similarities[list * m->k + m->k - 1];
        int hit = 0;
        for (int column = 0; column < CVK_PANEL_ROWS; column++) {
            hit |= products[column] >= threshold;
        }
        if (!hit) continue;
        for (int64_t column = 0; column < m->right_count; column++) {
            int64_t other = m->right_start + column;
            if (products[column] < threshold || (same && other == list)) continue;
            offer(m->left, list, m->k, products[column], m->right->first + other);
        }
    }
}

// Offers the rows of a tile to its columns.
static void offer_to_right(const meeting *m, const float *tile) {
    float thresholds[CVK_PANEL_ROWS];
    read_thresholds(m->right, m->right_start, m->right_count, m->k, thresholds);
    for (int64_t row = 0; row < m->left_count; row++) {
        const float *products = tile + row * CVK_PANEL_ROWS;
        int hit = 0;
        for (int column = 0; column < CVK_PANEL_ROWS; column++) {
            hit |= products[column] >= thresholds[column];
        }
        if (!hit) continue;
        for (int64_t column = 0; column < m->right_count; column++) {
            if (products[column] < thresholds[column]) continue;
            offer(m->right, m->right_start + column, m->k, products[column],
                  m->left->first + m->left_start + row);
        }
    }
}

static void meet(const cvk_kernels *kernels, const cvk_rows *left, int64_t left_start,
                 const cvk_rows *right, int64_t right_start, int64_t depth, int64_t k) {
    float tile[CVK_PANEL_ROWS * CVK_PANEL_ROWS] __attribute__((aligned(64)));
    memset(tile, 0, sizeof tile);
    const float *lefts = left->panels + left_start * depth;
    const float *rights = right->panels + right_start * depth;
    for (int64_t done = 0; done < depth; done += CVK_DEPTH_STEP) {
        int64_t step = depth - done < CVK_DEPTH_STEP ? depth - done : CVK_DEPTH_STEP;
        kernels->add_products(lefts + done * CVK_PANEL_ROWS, rights + done * CVK_PANEL_ROWS, step,
                              tile);
    }
    int64_t left_rest = left->count - left_start, right_rest = right->count - right_start;
    meeting m = {left, right, left_start, right_start,
                 left_rest < CVK_PANEL_ROWS ? left_rest : CVK_PANEL_ROWS,
                 right_rest < CVK_PANEL_ROWS ? right_rest : CVK_PANEL_ROWS, k};
    offer_to_left(&m, tile);
    // A panel that meets itself has offered every pair both ways.
    int itself = left == right && left_start == right_start;
    if (right->similarities && !itself) offer_to_right(&m, tile);
}

void cvk_match_within(int32_t level, const cvk_rows *rows, int64_t depth, int64_t k) {
    const cvk_kernels *kernels = cvk_kernels_of(level);
    for (int64_t left = 0; left < rows->count; left += CVK_PANEL_ROWS) {
        for (int64_t right = left; right < rows->count; right += CVK_PANEL_ROWS) {
            meet(kernels, rows, left, rows, right, depth, k);
        }
    }
}

void cvk_match_between(int32_t level, const cvk_rows *left, const cvk_rows *right, int64_t depth,
                       int64_t k) {
    const cvk_kernels *kernels = cvk_kernels_of(level);
    for (int64_t left_start = 0; left_start < left->count; left_start += CVK_PANEL_ROWS) {
        for (int64_t start = 0; start < right->count; start += CVK_PANEL_ROWS) {
            meet(kernels, left, left_start, right, start, depth, k);
        }
    }
}
