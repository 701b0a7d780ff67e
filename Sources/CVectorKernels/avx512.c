#include "kernels.h"

#ifdef CVK_X86
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512vpopcntdq")))

AVX512 static float dot(const float *left, const float *right, int64_t count) {
    __m512 first = _mm512_setzero_ps(), second = _mm512_setzero_ps();
    int64_t index = 0;
    for (; index + 32 <= count; index += 32) {
        first = _mm512_fmadd_ps(_mm512_loadu_ps(left + index), _mm512_loadu_ps(right + index),
                                first);
        second = _mm512_fmadd_ps(_mm512_loadu_ps(left + index + 16),
                                 _mm512_loadu_ps(right + index + 16), second);
    }
    for (; index < count; index += 16) {
        int64_t rest = count - index;
        __mmask16 mask = rest >= 16 ? 0xFFFF : (__mmask16)((1u << rest) - 1);
        first = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, left + index),
                                _mm512_maskz_loadu_ps(mask, right + index), first);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(first, second));
}

// The distances of eight hashes, word by word.
AVX512 static inline void word_distances(const uint64_t query[4], const __m512i bits[4],
                                         __m512i words[4]) {
#pragma clang loop unroll(full)
    for (int word = 0; word < 4; word++) {
        __m512i own = _mm512_set1_epi64((int64_t)query[word]);
        words[word] = _mm512_popcnt_epi64(_mm512_xor_si512(own, bits[word]));
    }
}

// The same as cvk_upright.
AVX512 static inline __m512i upright(const __m512i words[4]) {
    __m512i odd = _mm512_add_epi64(words[1], words[3]);
    __m512i mirrored = _mm512_sub_epi64(_mm512_set1_epi64(128), odd);
    return _mm512_add_epi64(_mm512_add_epi64(words[0], words[2]),
                            _mm512_min_epi64(odd, mirrored));
}

// The same as cvk_upside_down.
AVX512 static inline __m512i upside_down(const __m512i words[4]) {
    __m512i even = _mm512_sub_epi64(words[0], words[2]);
    __m512i odd = _mm512_abs_epi64(_mm512_sub_epi64(words[1], words[3]));
    return _mm512_sub_epi64(_mm512_add_epi64(even, _mm512_set1_epi64(128)), odd);
}

AVX512 static int64_t hamming_within(const cvk_hash_query *query, const cvk_hashes *hashes,
                                     int64_t first, int32_t *matches) {
    __m512i limit = _mm512_set1_epi64(query->limit);
    __m512i turned_limit = _mm512_set1_epi64(query->turned_limit);
    int64_t found = 0;
    for (int64_t index = first; index < hashes->count; index += 8) {
        int64_t rest = hashes->count - index;
        __mmask8 mask = rest >= 8 ? 0xFF : (__mmask8)((1u << rest) - 1);
        __m512i bits[4], plain[4], transposed[4];
#pragma clang loop unroll(full)
        for (int word = 0; word < 4; word++) {
            const uint64_t *words = hashes->words + word * hashes->count;
            bits[word] = _mm512_maskz_loadu_epi64(mask, words + index);
        }
        word_distances(query->plain, bits, plain);
        word_distances(query->transposed, bits, transposed);
        __m512i turned = _mm512_min_epi64(upside_down(plain), upright(transposed));
        turned = _mm512_min_epi64(turned, upside_down(transposed));
        unsigned close = _mm512_mask_cmple_epi64_mask(mask, upright(plain), limit) |
                         _mm512_mask_cmple_epi64_mask(mask, turned, turned_limit);
        for (; close != 0; close &= close - 1) {
            matches[found++] = (int32_t)(index + __builtin_ctz(close));
        }
    }
    return found;
}

// 8 rows by 48 columns stay in 24 of the 32 registers.
AVX512 static inline void add_block(const float *left, const float *right, int64_t depth,
                                    float *tile) {
    __m512 sums[8][3];
#pragma clang loop unroll(full)
    for (int row = 0; row < 8; row++) {
#pragma clang loop unroll(full)
        for (int part = 0; part < 3; part++) {
            sums[row][part] = _mm512_loadu_ps(tile + row * CVK_PANEL_ROWS + part * 16);
        }
    }
    for (int64_t group = 0; group < depth; group++) {
        __m512 first = _mm512_loadu_ps(right), second = _mm512_loadu_ps(right + 16);
        __m512 third = _mm512_loadu_ps(right + 32);
#pragma clang loop unroll(full)
        for (int row = 0; row < 8; row++) {
            __m512 factor = _mm512_set1_ps(left[row]);
            sums[row][0] = _mm512_fmadd_ps(factor, first, sums[row][0]);
            sums[row][1] = _mm512_fmadd_ps(factor, second, sums[row][1]);
            sums[row][2] = _mm512_fmadd_ps(factor, third, sums[row][2]);
        }
        left += CVK_PANEL_ROWS;
        right += CVK_PANEL_ROWS;
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < 8; row++) {
#pragma clang loop unroll(full)
        for (int part = 0; part < 3; part++) {
            _mm512_storeu_ps(tile + row * CVK_PANEL_ROWS + part * 16, sums[row][part]);
        }
    }
}

AVX512 static void add_products(const float *left, const float *right, int64_t depth,
                                float *tile) {
    for (int row = 0; row < CVK_PANEL_ROWS; row += 8) {
        add_block(left + row, right, depth, tile + row * CVK_PANEL_ROWS);
    }
}

const cvk_kernels cvk_avx512_kernels = {dot, hamming_within, add_products};
#endif
