#ifndef C_MATRIX_KERNELS_H
#define C_MATRIX_KERNELS_H
#include <stdint.h>

/// Instruction sets with kernels of their own; a larger number is faster.
enum {
    CMK_PORTABLE = 0,
    CMK_AVX2 = 1,
    CMK_AVX512 = 2,
};

/// The largest level that this machine runs. No larger one may be given to the other functions.
int32_t cmk_best_level(void);

/// Rows of floating-point numbers, each of `stride` of them, a multiple of four.
typedef struct cmk_rows {
    const void *_Nonnull values;
    int64_t count;
    int64_t stride;
} cmk_rows;

/// Writes the inner products of each row of `left` with each of `right` to `products`: a row of
/// `product_stride` numbers a row of `left`, of which the first `right.count` are written.
///
/// Both have the same stride. A sum depends on its two rows and the level alone.
void cmk_products(int32_t level, cmk_rows left, cmk_rows right, void *_Nonnull products,
                  int64_t product_stride);
#endif
