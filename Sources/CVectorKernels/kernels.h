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
    int64_t (*hamming_within)(uint64_t query, const uint64_t *hashes, int64_t count, int32_t limit,
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
#endif
