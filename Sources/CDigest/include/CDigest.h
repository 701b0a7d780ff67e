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
#endif
