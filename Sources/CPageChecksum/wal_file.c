// The WAL of a database. SQLite writes each page into it after a checksum of its own, of the page
// and of all frames before it, which it compares only when it recovers a WAL. Here it is compared
// whenever a page is read, be it for a query or for a checkpoint.
//
// The page itself stays as SQLite gave it. A checksum in its last bytes would be wrong for that of
// the frame, which has been written already, and recovery would drop the transaction.
#include "page_checksum.h"
#include <string.h>

enum { WAL_HEADER_SIZE = 32, FRAME_HEADER_SIZE = 24, FRAME_SUM = 16, WAL_SUM = 24 };

// Both sums of SQLite's checksum of a WAL.
typedef struct {
    uint32_t first, second;
} wal_sum;

static uint32_t load_big(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t load_little(const uint8_t *bytes) {
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static wal_sum load_sum(const uint8_t *bytes) {
    return (wal_sum){load_big(bytes), load_big(bytes + 4)};
}

// Goes on with the checksum over bytes whose number is divisible by 8.
static wal_sum add(wal_sum sum, const uint8_t *bytes, int size, bool big) {
    for (int i = 0; i < size; i += 8) {
        sum.first += (big ? load_big(bytes + i) : load_little(bytes + i)) + sum.second;
        sum.second += (big ? load_big(bytes + i + 4) : load_little(bytes + i + 4)) + sum.first;
    }
    return sum;
}

static bool is_page(int size, sqlite3_int64 offset) {
    return cpc_is_page_size(size) && offset >= WAL_HEADER_SIZE + FRAME_HEADER_SIZE
        && (offset - WAL_HEADER_SIZE) % (size + FRAME_HEADER_SIZE) == FRAME_HEADER_SIZE;
}

static int inner_read(cpc_file *file, void *bytes, int size, sqlite3_int64 offset) {
    return file->inner->pMethods->xRead(file->inner, bytes, size, offset);
}

// Compares a page with the checksum of its frame, which goes on from that of the frame before, or
// from that of the header.
static int verify(cpc_file *file, const uint8_t *page, int size, sqlite3_int64 offset) {
    uint8_t header[WAL_HEADER_SIZE], before[8], frame[FRAME_HEADER_SIZE];
    int code = inner_read(file, header, sizeof header, 0);
    if (code == SQLITE_OK) code = inner_read(file, frame, sizeof frame, offset - FRAME_HEADER_SIZE);
    if (offset == WAL_HEADER_SIZE + FRAME_HEADER_SIZE) memcpy(before, header + WAL_SUM, 8);
    else if (code == SQLITE_OK)
        code = inner_read(file, before, sizeof before, offset - size - 2 * FRAME_HEADER_SIZE
                          + FRAME_SUM);
    if (code != SQLITE_OK) return code;
    // The lowest bit of the first word tells the order of the bytes in the words.
    bool big = header[3] & 1;
    wal_sum sum = add(add(load_sum(before), frame, 8, big), page, size, big);
    wal_sum stated = load_sum(frame + FRAME_SUM);
    if (sum.first == stated.first && sum.second == stated.second) return SQLITE_OK;
    sqlite3_log(SQLITE_IOERR_DATA, "the checksum of page %u in the WAL does not fit",
                load_big(frame));
    return SQLITE_IOERR_DATA;
}

static int wal_read(sqlite3_file *base, void *bytes, int size, sqlite3_int64 offset) {
    cpc_file *file = (cpc_file *)base;
    int code = inner_read(file, bytes, size, offset);
    if (code != SQLITE_OK || !is_page(size, offset) || offset >= file->rewritten) return code;
    return verify(file, bytes, size, offset);
}

// A transaction that writes a page once more replaces it in its frame, and mends the checksums of
// the frames from there on when it is committed. Until then it alone may read these frames. The
// first write before the replaced page, which is that of its frame or of a frame that a later
// transaction puts there, is the end of this.
static int wal_write(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 offset) {
    cpc_file *file = (cpc_file *)base;
    bool replaces = is_page(size, offset) && offset != file->end;
    if (replaces && offset < file->rewritten) file->rewritten = offset;
    else if (!replaces && offset < file->rewritten) file->rewritten = INT64_MAX;
    file->end = offset + size;
    return file->inner->pMethods->xWrite(file->inner, bytes, size, offset);
}

const sqlite3_io_methods cpc_wal_methods = {
    .iVersion = 1,
    .xClose = cpc_close,
    .xRead = wal_read,
    .xWrite = wal_write,
    .xTruncate = cpc_truncate,
    .xSync = cpc_sync,
    .xFileSize = cpc_file_size,
    .xLock = cpc_lock,
    .xUnlock = cpc_unlock,
    .xCheckReservedLock = cpc_check_reserved_lock,
    .xFileControl = cpc_file_control,
    .xSectorSize = cpc_sector_size,
    .xDeviceCharacteristics = cpc_device_characteristics,
};
