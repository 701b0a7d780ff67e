#include "kernels.h"

#ifdef CVK_X86
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma,popcnt")))

AVX2 static float dot(const float *left, const float *right, int64_t count) {
    __m256 sums[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(),
                      _mm256_setzero_ps()};
    int64_t index = 0;
    for (; index + 32 <= count; index += 32) {
        for (int lane = 0; lane < 4; lane++) {
            __m256 lefts = _mm256_loadu_ps(left + index + lane * 8);
            __m256 rights = _mm256_loadu_ps(right + index + lane * 8);
            sums[lane] = _mm256_fmadd_ps(lefts, rights, sums[lane]);
        }
    }
    __m256 all = _mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3]));
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    half = _mm_add_ss(half, _mm_movehdup_ps(half));
    float sum = _mm_cvtss_f32(half);
    for (; index < count; index++) sum += left[index] * right[index];
    return sum;
}

AVX2 static int64_t hamming_within(const cvk_hash_query *query, const cvk_hashes *hashes,
                                   int64_t first, int32_t *matches) {
    int64_t found = 0;
    for (int64_t index = first; index < hashes->count; index++) {
        // The position is always written and kept only when it matches: no branch to mispredict.
        matches[found] = (int32_t)index;
        found += cvk_is_near(query, hashes, index);
    }
    return found;
}

// 6 rows by 16 columns stay in 12 of the 16 registers.
AVX2 static inline void add_block(const float *left, const float *right, int64_t depth,
                                  float *tile) {
    __m256 sums[6][2];
#pragma clang loop unroll(full)
    for (int row = 0; row < 6; row++) {
        sums[row][0] = _mm256_loadu_ps(tile + row * CVK_PANEL_ROWS);
        sums[row][1] = _mm256_loadu_ps(tile + row * CVK_PANEL_ROWS + 8);
    }
    for (int64_t group = 0; group < depth; group++) {
        __m256 first = _mm256_loadu_ps(right), second = _mm256_loadu_ps(right + 8);
#pragma clang loop unroll(full)
        for (int row = 0; row < 6; row++) {
            __m256 factor = _mm256_broadcast_ss(left + row);
            sums[row][0] = _mm256_fmadd_ps(factor, first, sums[row][0]);
            sums[row][1] = _mm256_fmadd_ps(factor, second, sums[row][1]);
        }
        left += CVK_PANEL_ROWS;
        right += CVK_PANEL_ROWS;
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < 6; row++) {
        _mm256_storeu_ps(tile + row * CVK_PANEL_ROWS, sums[row][0]);
        _mm256_storeu_ps(tile + row * CVK_PANEL_ROWS + 8, sums[row][1]);
    }
}

AVX2 static void add_products(const float *left, const float *right, int64_t depth, float *tile) {
    for (int row = 0; row < CVK_PANEL_ROWS; row += 6) {
        for (int column = 0; column < CVK_PANEL_ROWS; column += 16) {
            add_block(left + row, right + column, depth, tile + row * CVK_PANEL_ROWS + column);
        }
    }
}

const cvk_kernels cvk_avx2_kernels = {dot, hamming_within, add_products};
#endif
