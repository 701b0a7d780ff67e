#include "kernels.h"

#ifdef CMK_X86
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))

// The sum of a register.
AVX2 static inline float total(__m256 lanes) {
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

// Four rows by two: eight sums, so that all stay in the 16 registers.
AVX2 static inline void half_tile(const float *const left[CMK_TILE], const float *first,
                                  const float *second, int64_t count, float *sums) {
    __m256 tile[CMK_TILE][2];
#pragma clang loop unroll(full)
    for (int row = 0; row < CMK_TILE; row++) tile[row][0] = tile[row][1] = _mm256_setzero_ps();
    int64_t whole = count & ~(int64_t)7;
    for (int64_t index = 0; index < whole; index += 8) {
        __m256 one = _mm256_loadu_ps(first + index), other = _mm256_loadu_ps(second + index);
#pragma clang loop unroll(full)
        for (int row = 0; row < CMK_TILE; row++) {
            __m256 own = _mm256_loadu_ps(left[row] + index);
            tile[row][0] = _mm256_fmadd_ps(own, one, tile[row][0]);
            tile[row][1] = _mm256_fmadd_ps(own, other, tile[row][1]);
        }
    }
    if (whole < count) {
        __m256 one = _mm256_zextps128_ps256(_mm_loadu_ps(first + whole));
        __m256 other = _mm256_zextps128_ps256(_mm_loadu_ps(second + whole));
#pragma clang loop unroll(full)
        for (int row = 0; row < CMK_TILE; row++) {
            __m256 own = _mm256_zextps128_ps256(_mm_loadu_ps(left[row] + whole));
            tile[row][0] = _mm256_fmadd_ps(own, one, tile[row][0]);
            tile[row][1] = _mm256_fmadd_ps(own, other, tile[row][1]);
        }
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < CMK_TILE; row++) {
        sums[row * CMK_TILE] = total(tile[row][0]);
        sums[row * CMK_TILE + 1] = total(tile[row][1]);
    }
}

AVX2 void cmk_avx2_tile(const float *const left[CMK_TILE], const float *const right[CMK_TILE],
                        int64_t count, float sums[CMK_TILE * CMK_TILE]) {
    half_tile(left, right[0], right[1], count, sums);
    half_tile(left, right[2], right[3], count, sums + 2);
}
#endif
