#ifndef C_PAGE_CHECKSUM_H
#define C_PAGE_CHECKSUM_H
#include <stdint.h>

/// A layer below SQLite that keeps a checksum in the last 8 bytes of every page of a database, so
/// that a page which the disk changed is found when it is read. Databases that reserve no 8 bytes a
/// page pass through it as they are.
///
/// Programs without this layer may read such a database, and be the last to close it: the pages that
/// they move from the WAL have no checksum, and count as right. One that writes pages which have a
/// checksum leaves a wrong one.
///
/// Outside of WAL mode a database that has pages gets or loses checksums by no VACUUM or backup,
/// and those with checksums keep the size of their pages: the statement fails, without harm, with
/// SQLITE_IOERR_WRITE.

/// Registers the layer over the default VFS as the default one, named "pagechecksum"; an SQLite
/// result code. Any thread may call it, any number of times, before it opens a database.
int32_t cpc_register(void);

/// Makes the database of the connection, an `sqlite3 *`, one with checksums, if it has no pages
/// yet; without effect on one that has. An SQLite result code. Call it on each new connection
/// before its first statement: `PRAGMA journal_mode = WAL` already writes the first page.
int32_t cpc_reserve(void *_Nonnull connection);

/// What `cpc_check_file` found.
enum {
    /// All pages were compared.
    CPC_CHECKED = 0,
    /// The file cannot be opened, or there is no memory.
    CPC_UNREADABLE = 1,
    /// The file ends within a page; the whole ones were compared.
    CPC_CUT = 2,
    /// The first page states a size of pages that there is not.
    CPC_BAD_PAGE_SIZE = 3,
    /// The first page does not state 8 reserved bytes: it is damaged, or has no checksums.
    CPC_NOT_RESERVED = 4,
};

/// Compares all pages in the main file of a database with their checksums, without its WAL. Calls
/// `report` with the number, from 1, of each page that does not fit or cannot be read, and counts
/// the whole pages of the file, and those without a checksum. One of `CPC_CHECKED` and the others; an empty file is in order.
///
/// The database may be in use, also by this process. After a loss of power, checkpoint first: a
/// page that was torn while a checkpoint wrote it is still whole in the WAL.
int32_t cpc_check_file(const char *_Nonnull path,
                       void (*_Nonnull report)(void *_Nullable context, uint64_t page),
                       void *_Nullable context, uint64_t *_Nonnull pages,
                       uint64_t *_Nonnull unstamped);
#endif
