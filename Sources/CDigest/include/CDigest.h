#ifndef C_DIGEST_H
#define C_DIGEST_H
#include <stddef.h>
#include <stdint.h>

/// An SHA-256 computation in progress.
typedef struct cdg_sha256 cdg_sha256;

/// Starts a computation; NULL when out of memory. End it with `cdg_sha256_end`.
cdg_sha256 *_Nullable cdg_sha256_start(void);
/// Adds `size` bytes.
void cdg_sha256_add(cdg_sha256 *_Nonnull hash, const void *_Nullable data, size_t size);
/// Writes the 32 bytes of the digest and frees the computation.
void cdg_sha256_end(cdg_sha256 *_Nonnull hash, uint8_t *_Nonnull digest);
/// A SHA-256 over groups of bytes: of each group its key and the SHA-256 of its bytes, so that the
/// bytes of one can be replaced by their digest.
typedef struct cdg_groups cdg_groups;

/// NULL when there is no memory.
cdg_groups *_Nullable cdg_groups_start(void);

/// Adds bytes to the group of the key, which is the last one's or a new one.
void cdg_groups_add(cdg_groups *_Nonnull groups, int64_t key, const void *_Nullable data,
                    size_t size);

/// Adds a whole group of which only the digest is known: 32 bytes.
void cdg_groups_put(cdg_groups *_Nonnull groups, int64_t key, const uint8_t *_Nonnull leaf);

/// Writes the digest, 32 bytes, and frees the computation.
void cdg_groups_end(cdg_groups *_Nonnull groups, uint8_t *_Nonnull digest);
#endif
