#ifndef C_VECTOR_KERNELS_H
#define C_VECTOR_KERNELS_H
#include <stdint.h>

/// Instruction sets with kernels of their own; a larger number is faster.
enum {
    CVK_SCALAR = 0,
    CVK_AVX2 = 1,
    CVK_AVX512 = 2,
};

/// Rows in a panel: the unit in which rows are packed and multiplied.
enum { CVK_PANEL_ROWS = 48 };

/// The largest level that this machine runs. No larger one may be given to the other functions.
int32_t cvk_best_level(void);

/// The inner product of two vectors.
float cvk_dot(int32_t level, const float *_Nonnull left, const float *_Nonnull right,
              int64_t count);

/// Writes the positions of the hashes that differ from `query` in at most `limit` bits, in rising
/// order, to `matches`, which has room for `count`, and returns how many there are.
int64_t cvk_hamming_within(int32_t level, uint64_t query, const uint64_t *_Nonnull hashes,
                           int64_t count, int32_t limit, int32_t *_Nonnull matches);

/// Numbers that `cvk_pack` writes: the rows rounded up to whole panels.
int64_t cvk_packed_size(int64_t rows, int64_t depth);

/// Scales each row to length 1 and packs the rows in panels: in each, `depth` groups of one number
/// a row. Rows of length 0 and rows with a number that is not finite become zeros.
void cvk_pack(const float *_Nonnull values, int64_t rows, int64_t depth, float *_Nonnull panels);

/// Some packed rows and the list of nearest rows of each.
typedef struct cvk_rows {
    /// The first panel of the rows.
    const float *_Nonnull panels;
    /// The number of the first row in its set.
    int64_t first;
    /// How many rows.
    int64_t count;
    /// `k` similarities a row, falling; start them at minus infinity.
    float *_Nullable similarities;
    /// The numbers of the `k` rows.
    int32_t *_Nullable neighbors;
} cvk_rows;

/// Offers each row of `rows` to all others of `rows`.
void cvk_match_within(int32_t level, const cvk_rows *_Nonnull rows, int64_t depth, int64_t k);

/// Offers each row of `right` to each of `left` and, when `right` has lists, the other way round.
void cvk_match_between(int32_t level, const cvk_rows *_Nonnull left,
                       const cvk_rows *_Nonnull right, int64_t depth, int64_t k);
#endif
