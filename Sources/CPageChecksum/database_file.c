// The main file of a database. Each page gets its checksum when it is written here, by a
// transaction in a mode with a journal or by a checkpoint of the WAL, and is compared when read.
//
// Every page of the file has a checksum, whether it is used or not, but the one with the lock byte
// at 1 GiB, which SQLite never reads or writes. SQLite itself leaves holes: of a page that is freed
// in the transaction which added it, and that no secure delete clears, a mode with a journal writes
// nothing, only a page behind it; and a file may be made larger ahead of need. The first are filled
// here, the second is not done. So a page that the disk changed is
// found, unless it has no checksum at all: programs without this layer write such pages. All other
// pages that a transaction freed
// keep the content and checksum they had, or get new ones like any page.
#include "page_checksum.h"
#include <string.h>

static const char MAGIC[16] = "SQLite format 3";

static int inner_read(cpc_file *file, void *bytes, int size, sqlite3_int64 offset) {
    return file->inner->pMethods->xRead(file->inner, bytes, size, offset);
}

static int inner_write(cpc_file *file, const void *bytes, int size, sqlite3_int64 offset) {
    return file->inner->pMethods->xWrite(file->inner, bytes, size, offset);
}

static bool is_page(int size, sqlite3_int64 offset) {
    return cpc_is_page_size(size) && offset % size == 0;
}

// The size of the pages of a database with checksums; 0 for another one.
static uint32_t checked_page_size(const uint8_t *header) {
    return cpc_states_reserve(header) ? cpc_stated_page_size(header) : 0;
}

// Learns from the file whether its pages have checksums, as another connection may have created or
// replaced it; false when there is no first page.
static bool learn_format(cpc_file *file) {
    uint8_t header[CPC_HEADER_SIZE];
    file->page_size = 0;
    if (inner_read(file, header, sizeof header, 0) != SQLITE_OK) return false;
    if (memcmp(header, MAGIC, sizeof MAGIC) != 0) return false;
    file->page_size = checked_page_size(header);
    return true;
}

static int need_scratch(cpc_file *file) {
    if (file->scratch) return SQLITE_OK;
    file->scratch = sqlite3_malloc(CPC_LARGEST_PAGE);
    return file->scratch ? SQLITE_OK : SQLITE_IOERR_NOMEM;
}

// Whether this first page would fit if it stated the reserved bytes: then the disk changed just
// what tells that there are checksums.
static bool lost_its_reserve(uint8_t *page, uint32_t size) {
    if (cpc_states_reserve(page)) return false;
    uint8_t stated = page[20];
    page[20] = 8;
    bool fits = cpc_fits(page, size, 1);
    page[20] = stated;
    return fits;
}

static int mismatch(uint64_t number) {
    sqlite3_log(SQLITE_IOERR_DATA, "the checksum of page %llu does not fit", number);
    return SQLITE_IOERR_DATA;
}

static int verify(cpc_file *file, uint8_t *page, uint32_t size, sqlite3_int64 offset) {
    uint64_t number = (uint64_t)(offset / size) + 1;
    if (number == 1 && lost_its_reserve(page, size)) return mismatch(number);
    if (file->page_size != size) learn_format(file);
    if (file->page_size != size || cpc_is_lock_page(size, number)) return SQLITE_OK;
    if (cpc_fits(page, size, number) || cpc_is_unstamped(page, size)) {
        // SQLite gets pages without checksum, so that those in the WAL have none either: another
        // program may be the last to close it, and put them into this file as they are.
        cpc_unstamp(page, size);
        return SQLITE_OK;
    }
    learn_format(file);
    return file->page_size == size ? mismatch(number) : SQLITE_OK;
}

// Whether a read is of a part of one page, as newer versions of SQLite do with long values. Not in
// the first page: its header is looked at before it is locked.
static bool is_part(const cpc_file *file, int size, sqlite3_int64 offset) {
    int64_t page_size = file->page_size;
    if (page_size == 0 || offset < page_size || is_page(size, offset)) return false;
    return offset % page_size + size <= page_size;
}

static int read_part(cpc_file *file, void *bytes, int size, sqlite3_int64 offset) {
    uint32_t page_size = file->page_size;
    sqlite3_int64 start = offset - offset % page_size;
    int code = need_scratch(file);
    if (code == SQLITE_OK) code = inner_read(file, file->scratch, (int)page_size, start);
    if (code == SQLITE_OK) code = verify(file, file->scratch, page_size, start);
    if (code == SQLITE_OK) memcpy(bytes, file->scratch + (offset - start), (size_t)size);
    // The part may be there even if the end of the page is not.
    return code == SQLITE_IOERR_SHORT_READ ? inner_read(file, bytes, size, offset) : code;
}

static int database_read(sqlite3_file *base, void *bytes, int size, sqlite3_int64 offset) {
    cpc_file *file = (cpc_file *)base;
    if (is_part(file, size, offset)) return read_part(file, bytes, size, offset);
    int code = inner_read(file, bytes, size, offset);
    if (code != SQLITE_OK || !is_page(size, offset)) return code;
    return verify(file, bytes, (uint32_t)size, offset);
}

// Writes the page with its checksum, one of zeros for NULL. The copy is written at once, so that no
// death of the process parts a page from its checksum.
static int write_stamped(cpc_file *file, const void *page, sqlite3_int64 offset) {
    uint32_t size = file->page_size;
    int code = need_scratch(file);
    if (code != SQLITE_OK) return code;
    if (page) memcpy(file->scratch, page, size);
    else memset(file->scratch, 0, size);
    cpc_stamp(file->scratch, size, (uint64_t)(offset / size) + 1);
    return inner_write(file, file->scratch, (int)size, offset);
}

// Writes the pages between the end of the file and the offset, which SQLite leaves out.
static int fill_gap(cpc_file *file, sqlite3_int64 offset) {
    sqlite3_int64 size = file->page_size, end;
    int code = cpc_file_size(&file->base, &end);
    for (sqlite3_int64 at = (end + size - 1) / size * size; code == SQLITE_OK && at < offset;
         at += size)
        if (!cpc_is_lock_page(file->page_size, (uint64_t)(at / size) + 1))
            code = write_stamped(file, NULL, at);
    return code;
}

// Gives all pages behind the first one their checksum.
static int stamp_all(cpc_file *file, uint32_t size) {
    sqlite3_int64 end;
    int code = cpc_file_size(&file->base, &end);
    if (code == SQLITE_OK) code = need_scratch(file);
    for (sqlite3_int64 at = size; code == SQLITE_OK && at + size <= end; at += size) {
        uint64_t number = (uint64_t)(at / size) + 1;
        if (cpc_is_lock_page(size, number)) continue;
        code = inner_read(file, file->scratch, (int)size, at);
        if (code != SQLITE_OK || cpc_fits(file->scratch, size, number)) continue;
        cpc_stamp(file->scratch, size, number);
        code = inner_write(file, file->scratch, (int)size, at);
    }
    return code;
}

static int refuse(void) {
    sqlite3_log(SQLITE_IOERR_WRITE, "checksums come and go, or change with the size of pages, "
                                    "only in an empty database or in WAL mode");
    return SQLITE_IOERR_WRITE;
}

// Takes over the format of a first page that is about to be written.
//
// A checkpoint writes it before all others. A journal mode, when its cache is full, writes others
// first. Those of a new database get their checksum now, as nothing told before that they need one.
// But a database that has pages keeps its format in these modes, or the transaction fails and is
// rolled back: checksums of the old format could overwrite content of the new one, and the other
// way round in a rollback.
static int enter_format(cpc_file *file, const uint8_t *page) {
    if (memcmp(page, MAGIC, sizeof MAGIC) != 0) return SQLITE_OK;
    uint32_t size = checked_page_size(page);
    if (!file->checkpointing) {
        bool exists = learn_format(file);
        if (exists && file->page_size != size) return refuse();
        int code = exists || size == 0 ? SQLITE_OK : stamp_all(file, size);
        if (code != SQLITE_OK) return code;
    }
    file->page_size = size;
    return SQLITE_OK;
}

static int database_write(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 offset) {
    cpc_file *file = (cpc_file *)base;
    if (!is_page(size, offset)) return inner_write(file, bytes, size, offset);
    int code = SQLITE_OK;
    if (offset == 0) code = enter_format(file, bytes);
    else if (file->page_size != (uint32_t)size) learn_format(file);
    if (code != SQLITE_OK) return code;
    if (file->page_size != (uint32_t)size) return inner_write(file, bytes, size, offset);
    code = fill_gap(file, offset);
    return code == SQLITE_OK ? write_stamped(file, bytes, offset) : code;
}

static int database_truncate(sqlite3_file *base, sqlite3_int64 size) {
    if (size == 0) ((cpc_file *)base)->page_size = 0;
    return cpc_truncate(base, size);
}

static int database_control(sqlite3_file *base, int operation, void *argument) {
    cpc_file *file = (cpc_file *)base;
    switch (operation) {
    case SQLITE_FCNTL_SIZE_HINT:
    case SQLITE_FCNTL_CHUNK_SIZE:
        // Would add pages without checksum.
        return SQLITE_OK;
    case SQLITE_FCNTL_CKPT_START:
        // Another connection may have put back a database without checksums, as a backup does.
        learn_format(file);
        file->checkpointing = true;
        break;
    case SQLITE_FCNTL_CKPT_DONE:
        file->checkpointing = false;
        break;
    }
    return cpc_file_control(base, operation, argument);
}

static int database_characteristics(sqlite3_file *base) {
    int characteristics = cpc_device_characteristics(base);
#ifdef SQLITE_IOCAP_SUBPAGE_READ
    characteristics &= ~SQLITE_IOCAP_SUBPAGE_READ;
#endif
    return characteristics;
}

static int database_shm_map(sqlite3_file *base, int region, int size, int extend,
                            void volatile **memory) {
    sqlite3_file *inner = ((cpc_file *)base)->inner;
    return inner->pMethods->xShmMap(inner, region, size, extend, memory);
}

static int database_shm_lock(sqlite3_file *base, int offset, int count, int flags) {
    sqlite3_file *inner = ((cpc_file *)base)->inner;
    return inner->pMethods->xShmLock(inner, offset, count, flags);
}

static void database_shm_barrier(sqlite3_file *base) {
    sqlite3_file *inner = ((cpc_file *)base)->inner;
    inner->pMethods->xShmBarrier(inner);
}

static int database_shm_unmap(sqlite3_file *base, int delete) {
    sqlite3_file *inner = ((cpc_file *)base)->inner;
    return inner->pMethods->xShmUnmap(inner, delete);
}

// Maps nothing, so that each page is read and compared.
static int database_fetch(sqlite3_file *base, sqlite3_int64 offset, int size, void **page) {
    (void)base, (void)offset, (void)size;
    *page = NULL;
    return SQLITE_OK;
}

static int database_unfetch(sqlite3_file *base, sqlite3_int64 offset, void *page) {
    (void)base, (void)offset, (void)page;
    return SQLITE_OK;
}

const sqlite3_io_methods cpc_database_methods = {
    .iVersion = 3,
    .xClose = cpc_close,
    .xRead = database_read,
    .xWrite = database_write,
    .xTruncate = database_truncate,
    .xSync = cpc_sync,
    .xFileSize = cpc_file_size,
    .xLock = cpc_lock,
    .xUnlock = cpc_unlock,
    .xCheckReservedLock = cpc_check_reserved_lock,
    .xFileControl = database_control,
    .xSectorSize = cpc_sector_size,
    .xDeviceCharacteristics = database_characteristics,
    .xShmMap = database_shm_map,
    .xShmLock = database_shm_lock,
    .xShmBarrier = database_shm_barrier,
    .xShmUnmap = database_shm_unmap,
    .xFetch = database_fetch,
    .xUnfetch = database_unfetch,
};
