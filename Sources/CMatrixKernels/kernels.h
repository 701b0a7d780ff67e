#ifndef CMK_KERNELS_H
#define CMK_KERNELS_H
#include "CMatrixKernels.h"

#if defined(__x86_64__)
#define CMK_X86 1
#endif

// Rows of either side that are multiplied together: their sums stay in registers.
enum { CMK_TILE = 4 };

// The inner products of four rows with four others, `count` numbers each, a multiple of four; row by
// row of the left side.
typedef void cmk_tile(const float *const left[CMK_TILE], const float *const right[CMK_TILE],
                      int64_t count, float sums[CMK_TILE * CMK_TILE]);

cmk_tile cmk_portable_tile;
#ifdef CMK_X86
cmk_tile cmk_avx2_tile;
cmk_tile cmk_avx512_tile;
#endif
#endif
