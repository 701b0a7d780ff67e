// Compares the pages of a file. The file is read through the VFS below, not with open(2): whatever
// descriptor of a file a process closes, it loses its locks on that file, also those of its
// connections. The VFS puts off the closing as long as there are any.
#include "CPageChecksum.h"
#include "page_checksum.h"
#include <stdlib.h>

// A page may be read while it is written. It is read anew after a pause, but not so often that a
// file of nothing but bad pages takes hours.
enum { PAUSE_MICROSECONDS = 2000, PAUSES_OF_A_PAGE = 5, PAUSES = 500 };

typedef struct {
    sqlite3_vfs *vfs;
    // The VFS may keep the name as long as the file is open.
    sqlite3_filename name;
    sqlite3_file *file;
    uint8_t *page;
    uint32_t page_size;
    int pauses;
    uint64_t unstamped;
} reader;

static int read_at(reader *reader, void *bytes, uint32_t size, sqlite3_int64 offset) {
    return reader->file->pMethods->xRead(reader->file, bytes, (int)size, offset);
}

// 0 when it cannot be told.
static sqlite3_int64 file_size(reader *reader) {
    sqlite3_int64 size;
    int code = reader->file->pMethods->xFileSize(reader->file, &size);
    return code == SQLITE_OK ? size : 0;
}

// Waits for whoever may be writing; false when that was done often enough.
static bool wait_for_writer(reader *reader, int times) {
    if (times == PAUSES_OF_A_PAGE || reader->pauses == PAUSES) return false;
    reader->pauses++;
    reader->vfs->xSleep(reader->vfs, PAUSE_MICROSECONDS);
    return true;
}

// Whether the page is as its checksum tells, or was cut off by a transaction in the meantime.
static bool is_right(reader *reader, uint64_t number) {
    sqlite3_int64 offset = (sqlite3_int64)(number - 1) * reader->page_size;
    for (int times = 0;; times++) {
        int code = read_at(reader, reader->page, reader->page_size, offset);
        if (code == SQLITE_OK && cpc_fits(reader->page, reader->page_size, number)) return true;
        if (code == SQLITE_OK && cpc_is_unstamped(reader->page, reader->page_size)) {
            reader->unstamped++;
            return true;
        }
        if (code == SQLITE_IOERR_SHORT_READ && file_size(reader) <= offset) return true;
        if (!wait_for_writer(reader, times)) return false;
    }
}

// Whether the file ends with a whole page.
static bool is_whole(reader *reader) {
    int times = 0;
    while (file_size(reader) % reader->page_size != 0)
        if (!wait_for_writer(reader, times++)) return false;
    return true;
}

static int32_t check(reader *reader, void (*report)(void *context, uint64_t page), void *context,
                     uint64_t *pages) {
    uint8_t header[CPC_HEADER_SIZE];
    sqlite3_int64 size = file_size(reader);
    if (size == 0) return CPC_CHECKED;
    if (size < CPC_SMALLEST_PAGE) return CPC_CUT;
    if (read_at(reader, header, sizeof header, 0) != SQLITE_OK) return CPC_UNREADABLE;
    reader->page_size = cpc_stated_page_size(header);
    if (reader->page_size == 0) return CPC_BAD_PAGE_SIZE;
    if (!cpc_states_reserve(header)) return CPC_NOT_RESERVED;
    *pages = (uint64_t)size / reader->page_size;
    for (uint64_t number = 1; number <= *pages; number++)
        if (!cpc_is_lock_page(reader->page_size, number) && !is_right(reader, number))
            report(context, number);
    return is_whole(reader) ? CPC_CHECKED : CPC_CUT;
}

static bool name_file(reader *reader, const char *path) {
    int size = reader->vfs->mxPathname + 1;
    char *full = malloc((size_t)size);
    if (!full) return false;
    // Other codes than an error tell of symbolic links.
    int code = reader->vfs->xFullPathname(reader->vfs, path, size, full);
    bool named = (code & 0xff) == SQLITE_OK;
    reader->name = named ? sqlite3_create_filename(full, "", "", 0, NULL) : NULL;
    free(full);
    return reader->name;
}

static bool open_file(reader *reader) {
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
    return reader->vfs->xOpen(reader->vfs, reader->name, reader->file, flags, &flags) == SQLITE_OK;
}

int32_t cpc_check_file(const char *path, void (*report)(void *context, uint64_t page),
                       void *context, uint64_t *pages, uint64_t *unstamped) {
    *pages = 0;
    sqlite3_vfs *ours = sqlite3_vfs_find(CPC_VFS_NAME);
    reader reader = {.vfs = ours ? ours->pAppData : sqlite3_vfs_find(NULL)};
    *unstamped = 0;
    if (!reader.vfs) return CPC_UNREADABLE;
    int32_t result = CPC_UNREADABLE;
    reader.page = malloc(CPC_LARGEST_PAGE);
    reader.file = calloc(1, (size_t)reader.vfs->szOsFile);
    if (reader.page && reader.file && name_file(&reader, path) && open_file(&reader))
        result = check(&reader, report, context, pages);
    if (reader.file && reader.file->pMethods) reader.file->pMethods->xClose(reader.file);
    *unstamped = reader.unstamped;
    sqlite3_free_filename(reader.name);
    free(reader.file);
    free(reader.page);
    return result;
}
