#include "kernels.h"

#ifdef CMK_X86
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512dq")))

// The sums of four registers.
AVX512 static inline __m128 totals(__m512 a, __m512 b, __m512 c, __m512 d) {
    __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    __m512d first = _mm512_castps_pd(ab), second = _mm512_castps_pd(cd);
    __m512 lanes = _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(first, second)),
                                 _mm512_castpd_ps(_mm512_unpackhi_pd(first, second)));
    __m256 half = _mm256_add_ps(_mm512_castps512_ps256(lanes), _mm512_extractf32x8_ps(lanes, 1));
    return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

AVX512 void cmk_avx512_tile(const float *const left[CMK_TILE], const float *const right[CMK_TILE],
                            int64_t count, float sums[CMK_TILE * CMK_TILE]) {
    __m512 tile[CMK_TILE][CMK_TILE];
#pragma clang loop unroll(full)
    for (int row = 0; row < CMK_TILE; row++) {
#pragma clang loop unroll(full)
        for (int column = 0; column < CMK_TILE; column++) tile[row][column] = _mm512_setzero_ps();
    }
    for (int64_t index = 0; index < count; index += 16) {
        int64_t rest = count - index;
        __mmask16 mask = rest >= 16 ? 0xFFFF : (__mmask16)((1u << rest) - 1);
        __m512 rights[CMK_TILE];
#pragma clang loop unroll(full)
        for (int column = 0; column < CMK_TILE; column++) {
            rights[column] = _mm512_maskz_loadu_ps(mask, right[column] + index);
        }
#pragma clang loop unroll(full)
        for (int row = 0; row < CMK_TILE; row++) {
            __m512 own = _mm512_maskz_loadu_ps(mask, left[row] + index);
#pragma clang loop unroll(full)
            for (int column = 0; column < CMK_TILE; column++) {
                tile[row][column] = _mm512_fmadd_ps(own, rights[column], tile[row][column]);
            }
        }
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < CMK_TILE; row++) {
        _mm_storeu_ps(sums + row * CMK_TILE,
                      totals(tile[row][0], tile[row][1], tile[row][2], tile[row][3]));
    }
}
#endif
