#include "CArchive.h"

#include "gzip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

struct car_archive {
    struct archive *reader;
    // libarchive converts names to the locale of the thread, so it gets one of ours.
    locale_t locale;
    // Not NULL when the file is gzip, which is unpacked here.
    car_gzip *gzip;
    int status;
};

static const size_t block_size = 1 << 17;

// The names of a tar come as their very bytes in the C locale, where UTF-8 cannot be converted; in
// a UTF-8 locale they would be normalized, and two files could get one name. Those of a zip would
// be lost in the C locale.
static locale_t locale_for(int32_t descriptor) {
    char start[2] = {0};
    bool is_zip = pread(descriptor, start, 2, 0) == 2 && start[0] == 'P' && start[1] == 'K';
    if (!is_zip) return newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return locale ? locale : newlocale(LC_CTYPE_MASK, "en_US.UTF-8", (locale_t)0);
}

static la_ssize_t unpack(struct archive *reader, void *gzip, const void **bytes) {
    int64_t count = car_gzip_next(gzip, bytes);
    if (count >= 0) return (la_ssize_t)count;
    archive_set_error(reader, EIO, "%s", car_gzip_message(gzip));
    return ARCHIVE_FATAL;
}

car_archive *car_open(int32_t descriptor) {
    car_archive *archive = calloc(1, sizeof *archive);
    if (!archive) return NULL;
    archive->reader = archive_read_new();
    bool is_gzip = car_is_gzip(descriptor);
    if (is_gzip) archive->gzip = car_gzip_open(descriptor);
    if (!archive->reader || (is_gzip && !archive->gzip)) {
        car_close(archive);
        return NULL;
    }
    archive->locale = locale_for(descriptor);
    archive_read_support_filter_gzip(archive->reader);
    archive_read_support_filter_bzip2(archive->reader);
    archive_read_support_filter_xz(archive->reader);
    archive_read_support_filter_zstd(archive->reader);
    archive_read_support_format_tar(archive->reader);
    archive_read_support_format_zip(archive->reader);
    archive->status =
        is_gzip ? archive_read_open(archive->reader, archive->gzip, NULL, unpack, NULL)
                : archive_read_open_fd(archive->reader, descriptor, block_size);
    return archive;
}

static locale_t enter(car_archive *archive) {
    return archive->locale ? uselocale(archive->locale) : (locale_t)0;
}

static void leave(car_archive *archive, locale_t previous) {
    if (archive->locale) uselocale(previous);
}

static int32_t kind(struct archive_entry *entry) {
    if (archive_entry_hardlink(entry)) return CAR_LINK;
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return CAR_FILE;
    case AE_IFDIR: return CAR_FOLDER;
    case AE_IFLNK: return CAR_LINK;
    default: return CAR_OTHER;
    }
}

// In a plain tar the data follows the headers, all of which are consumed by now; a sparse file lies
// there without its holes.
static int64_t offset(car_archive *archive, struct archive_entry *entry) {
    int format = archive_format(archive->reader) & ARCHIVE_FORMAT_BASE_MASK;
    if (format != ARCHIVE_FORMAT_TAR || car_is_compressed(archive)) return -1;
    return archive_entry_sparse_count(entry) ? -1 : archive_filter_bytes(archive->reader, 0);
}

// An archive that contradicts its checksum is wrong somewhere before.
static int32_t bad(car_archive *archive) {
    archive->status = ARCHIVE_FATAL;
    bool is_corrupt = archive->gzip && car_gzip_is_corrupt(archive->gzip);
    return is_corrupt ? CAR_CORRUPT : CAR_BAD_ARCHIVE;
}

int32_t car_next(car_archive *archive, car_member *member) {
    if (archive->status < ARCHIVE_WARN) return bad(archive);
    struct archive_entry *entry = NULL;
    locale_t previous = enter(archive);
    archive->status = archive_read_next_header(archive->reader, &entry);
    // A damaged header: to look for the next one would find those inside of pictures as well.
    if (archive->status == ARCHIVE_RETRY) archive->status = ARCHIVE_FATAL;
    int32_t result = CAR_MORE;
    if (archive->status == ARCHIVE_EOF) {
        result = CAR_END;
    } else if (archive->status < ARCHIVE_WARN) {
        result = bad(archive);
    } else {
        member->name = archive_entry_pathname(entry);
        member->kind = kind(entry);
        member->encrypted = archive_entry_is_encrypted(entry);
        member->size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : -1;
        member->modified_at =
            (double)archive_entry_mtime(entry) + (double)archive_entry_mtime_nsec(entry) * 1e-9;
        member->offset = offset(archive, entry);
    }
    leave(archive, previous);
    return result;
}

int64_t car_read(car_archive *archive, void *bytes, size_t size) {
    if (archive->status == ARCHIVE_FATAL) return bad(archive);
    la_ssize_t count;
    do {
        count = archive_read_data(archive->reader, bytes, size);
    } while (count == ARCHIVE_RETRY);
    if (count >= 0) return count;
    return count != ARCHIVE_FATAL ? CAR_BAD_MEMBER : bad(archive);
}

int32_t car_finish(car_archive *archive) {
    if (!archive->gzip) return CAR_END;
    const void *bytes = NULL;
    int64_t count = car_gzip_next(archive->gzip, &bytes);
    if (count < 0) return bad(archive);
    return count > 0 ? CAR_MORE : CAR_END;
}

int64_t car_unpacked(car_archive *archive) {
    if (archive->gzip) return car_gzip_unpacked(archive->gzip);
    return archive_filter_bytes(archive->reader, 0);
}

bool car_is_compressed(car_archive *archive) {
    return archive->gzip || archive_filter_count(archive->reader) > 1;
}

const char *car_message(car_archive *archive) {
    // What libarchive says of bytes that it does not get would hide the cause.
    const char *cause = archive->gzip ? car_gzip_message(archive->gzip) : NULL;
    if (cause) return cause;
    const char *message = archive_error_string(archive->reader);
    return message ? message : "unknown error";
}

void car_close(car_archive *archive) {
    archive_read_free(archive->reader);
    if (archive->gzip) car_gzip_close(archive->gzip);
    if (archive->locale) freelocale(archive->locale);
    free(archive);
}
