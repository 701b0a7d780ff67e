#ifndef C_ARCHIVE_H
#define C_ARCHIVE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// An archive that is read once from its start to its end, by one thread at a time.
typedef struct car_archive car_archive;

/// What a member of an archive is.
enum { CAR_FILE = 0, CAR_FOLDER = 1, CAR_LINK = 2, CAR_OTHER = 3 };

/// What a call found: more, the end, something wrong with one member, with all that follows, or,
/// by a checksum, with what came before as well.
enum { CAR_MORE = 1, CAR_END = 0, CAR_BAD_MEMBER = -1, CAR_BAD_ARCHIVE = -2, CAR_CORRUPT = -3 };

/// A member, as far as its header tells.
typedef struct {
    /// The bytes of the name, up to a zero byte, NULL when there are none; they live until the next
    /// call. Those of a tar are as written, those of a zip in UTF-8 are composed (NFC).
    const char *_Nullable name;
    /// One of `CAR_FILE` and the others.
    int32_t kind;
    /// Whether a password is needed to read it.
    bool encrypted;
    /// The size in bytes; -1 when the header does not tell.
    int64_t size;
    /// When it was changed, in seconds since 1970.
    double modified_at;
    /// Where its bytes lie in the file; -1 when they do not lie there as they are.
    int64_t offset;
} car_member;

/// Starts reading the file that is open as `descriptor`, which stays the caller's; NULL when out of
/// memory. The locale of the process does not matter.
car_archive *_Nullable car_open(int32_t descriptor);
/// Goes to the next member: `CAR_MORE`, `CAR_END`, `CAR_BAD_ARCHIVE` or `CAR_CORRUPT`.
int32_t car_next(car_archive *_Nonnull archive, car_member *_Nonnull member);
/// Reads bytes of the member; how many, 0 at its end, or one of `CAR_BAD_MEMBER` and the others.
int64_t car_read(car_archive *_Nonnull archive, void *_Nonnull bytes, size_t size);
/// After `CAR_END` goes on towards the checksum at the end of the file: `CAR_MORE` as long as there
/// is something before it, `CAR_END`, `CAR_BAD_ARCHIVE` or `CAR_CORRUPT`.
int32_t car_finish(car_archive *_Nonnull archive);
/// How many bytes were unpacked so far, read or skipped.
int64_t car_unpacked(car_archive *_Nonnull archive);
/// Whether members can only be skipped by unpacking them.
bool car_is_compressed(car_archive *_Nonnull archive);
/// What the last call that failed says; it lives until the next call.
const char *_Nonnull car_message(car_archive *_Nonnull archive);
/// Ends reading and frees the archive.
void car_close(car_archive *_Nonnull archive);
#endif
