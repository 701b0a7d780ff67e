#ifndef CVK_KERNELS_H
#define CVK_KERNELS_H
#include "CVectorKernels.h"

#if defined(__x86_64__)
#define CVK_X86 1
#endif

// Numbers of a row that are multiplied at a time: two panels of so many fit the first-level cache.
enum { CVK_DEPTH_STEP = 96 };

// What each instruction set has its own version of.
typedef struct cvk_kernels {
    float (*dot)(const float *left, const float *right, int64_t count);
    int64_t (*hamming_within)(const cvk_hash_query *query, const cvk_hashes *hashes, int64_t first,
                              int32_t *matches);
    // Adds to `tile`, 48 rows of 48, the products of `depth` groups of two panels. Every entry is
    // summed in the order of the groups, so that it is the same when the panels change places.
    void (*add_products)(const float *left, const float *right, int64_t depth, float *tile);
} cvk_kernels;

extern const cvk_kernels cvk_scalar_kernels;
#ifdef CVK_X86
extern const cvk_kernels cvk_avx2_kernels;
extern const cvk_kernels cvk_avx512_kernels;
#endif

const cvk_kernels *cvk_kernels_of(int32_t level);

static inline __attribute__((always_inline)) int cvk_least(int left, int right) {
    return left < right ? left : right;
}

/// The least distance of a picture as it is or mirrored left to right, by those of its four words:
/// all 64 bits of a word are flipped or none.
static inline __attribute__((always_inline)) int cvk_upright(const int words[4]) {
    int odd = words[1] + words[3];
    return words[0] + words[2] + cvk_least(odd, 128 - odd);
}

/// The least distance of a picture mirrored top to bottom or turned by a half.
static inline __attribute__((always_inline)) int cvk_upside_down(const int words[4]) {
    int odd = words[1] - words[3];
    return words[0] - words[2] + 128 - (odd < 0 ? -odd : odd);
}

/// Whether the hash at a position is within the limits.
static inline __attribute__((always_inline)) int cvk_is_near(const cvk_hash_query *query,
                                                             const cvk_hashes *hashes,
                                                             int64_t position) {
    int plain[4], transposed[4];
    for (int word = 0; word < 4; word++) {
        uint64_t bits = hashes->words[word * hashes->count + position];
        plain[word] = __builtin_popcountll(query->plain[word] ^ bits);
        transposed[word] = __builtin_popcountll(query->transposed[word] ^ bits);
    }
    int turned = cvk_least(cvk_upside_down(plain), cvk_least(cvk_upright(transposed),
                                                             cvk_upside_down(transposed)));
    return (cvk_upright(plain) <= query->limit) | (turned <= query->turned_limit);
}
#endif
