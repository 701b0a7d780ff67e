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

/// 256-bit perceptual hashes, each split into four words.
///
/// The words hold the bits of waves that are even both ways, odd across, odd down, and odd both
/// ways. To mirror a picture flips all bits of the two words that are odd along that axis.
typedef struct cvk_hashes {
    /// The first word of each hash, then the second of each, the third, and the fourth.
    const uint64_t *_Nonnull words;
    /// How many hashes.
    int64_t count;
} cvk_hashes;

/// A hash that others are compared with.
typedef struct cvk_hash_query {
    /// Its four words.
    uint64_t plain[4];
    /// The four words of the hash of the transposed picture.
    uint64_t transposed[4];
    /// Bits that may differ from the picture as it is or mirrored left to right.
    int32_t limit;
    /// Bits that may differ from the picture turned or mirrored in one of the six other ways.
    int32_t turned_limit;
} cvk_hash_query;

/// Writes the positions from `first` on of the hashes within the limits of `query`, rising, to
/// `matches`, which has room for all of them, and returns how many there are.
int64_t cvk_hamming_within(int32_t level, const cvk_hash_query *_Nonnull query,
                           const cvk_hashes *_Nonnull hashes, int64_t first,
                           int32_t *_Nonnull matches);

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
