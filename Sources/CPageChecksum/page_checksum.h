#ifndef CPC_PAGE_CHECKSUM_H
#define CPC_PAGE_CHECKSUM_H
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define CPC_VFS_NAME "pagechecksum"

enum {
    // The bytes of the first page that tell the format of the database.
    CPC_HEADER_SIZE = 24,
    CPC_SMALLEST_PAGE = 512,
    CPC_LARGEST_PAGE = 65536,
};

// A database or WAL that SQLite opened; the file of the wrapped VFS follows it in memory.
typedef struct {
    sqlite3_file base;
    sqlite3_io_methods methods;
    sqlite3_file *inner;
    // Of a database: the size of its pages, 0 unless it is known to have checksums.
    uint32_t page_size;
    bool checkpointing;
    uint8_t *scratch;
    // Of a WAL: where the last write ended, and the first page in it that was written anew without
    // its frame.
    sqlite3_int64 end;
    sqlite3_int64 rewritten;
} cpc_file;

// The methods of a database, and of a WAL.
extern const sqlite3_io_methods cpc_database_methods;
extern const sqlite3_io_methods cpc_wal_methods;

// Whether pages can have the size.
bool cpc_is_page_size(int64_t size);
// The size of pages that a database states in its header; 0 when it is none.
uint32_t cpc_stated_page_size(const uint8_t *header);
// Whether the header states the reserved bytes of the checksum.
bool cpc_states_reserve(const uint8_t *header);
// Whether SQLite leaves the page out, numbered from 1, because its locks lie there.
bool cpc_is_lock_page(uint32_t size, uint64_t number);
// Writes the checksum to the end of the page.
void cpc_stamp(uint8_t *page, uint32_t size, uint64_t number);
// Whether there is no checksum: a page that another program put there, out of a WAL.
bool cpc_is_unstamped(const uint8_t *page, uint32_t size);
// Takes the checksum away.
void cpc_unstamp(uint8_t *page, uint32_t size);
// Whether the checksum at the end of the page is that of the page.
bool cpc_fits(const uint8_t *page, uint32_t size, uint64_t number);

// What is the same for a database and a WAL.
int cpc_close(sqlite3_file *base);
int cpc_truncate(sqlite3_file *base, sqlite3_int64 size);
int cpc_sync(sqlite3_file *base, int flags);
int cpc_file_size(sqlite3_file *base, sqlite3_int64 *size);
int cpc_lock(sqlite3_file *base, int level);
int cpc_unlock(sqlite3_file *base, int level);
int cpc_check_reserved_lock(sqlite3_file *base, int *held);
int cpc_file_control(sqlite3_file *base, int operation, void *argument);
int cpc_sector_size(sqlite3_file *base);
int cpc_device_characteristics(sqlite3_file *base);
#endif
