// The VFS: it puts databases and WALs into files of its own, and passes on all else.
#include "CPageChecksum.h"
#include "page_checksum.h"
#include <string.h>

static sqlite3_vfs *wrapped(sqlite3_vfs *vfs) {
    return vfs->pAppData;
}

static sqlite3_file *inner(sqlite3_file *base) {
    return ((cpc_file *)base)->inner;
}

int cpc_close(sqlite3_file *base) {
    sqlite3_free(((cpc_file *)base)->scratch);
    return inner(base)->pMethods->xClose(inner(base));
}

int cpc_truncate(sqlite3_file *base, sqlite3_int64 size) {
    return inner(base)->pMethods->xTruncate(inner(base), size);
}

int cpc_sync(sqlite3_file *base, int flags) {
    return inner(base)->pMethods->xSync(inner(base), flags);
}

int cpc_file_size(sqlite3_file *base, sqlite3_int64 *size) {
    return inner(base)->pMethods->xFileSize(inner(base), size);
}

int cpc_lock(sqlite3_file *base, int level) {
    return inner(base)->pMethods->xLock(inner(base), level);
}

int cpc_unlock(sqlite3_file *base, int level) {
    return inner(base)->pMethods->xUnlock(inner(base), level);
}

int cpc_check_reserved_lock(sqlite3_file *base, int *held) {
    return inner(base)->pMethods->xCheckReservedLock(inner(base), held);
}

int cpc_file_control(sqlite3_file *base, int operation, void *argument) {
    int code = inner(base)->pMethods->xFileControl(inner(base), operation, argument);
    if (operation == SQLITE_FCNTL_VFSNAME && code == SQLITE_OK)
        *(char **)argument = sqlite3_mprintf(CPC_VFS_NAME "/%z", *(char **)argument);
    return code;
}

int cpc_sector_size(sqlite3_file *base) {
    return inner(base)->pMethods->xSectorSize(inner(base));
}

int cpc_device_characteristics(sqlite3_file *base) {
    return inner(base)->pMethods->xDeviceCharacteristics(inner(base));
}

static int vfs_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *base, int flags,
                    int *out_flags) {
    sqlite3_vfs *below = wrapped(vfs);
    if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
        return below->xOpen(below, name, base, flags, out_flags);
    cpc_file *file = (cpc_file *)base;
    memset(file, 0, sizeof *file);
    file->methods = flags & SQLITE_OPEN_WAL ? cpc_wal_methods : cpc_database_methods;
    file->inner = (sqlite3_file *)(file + 1);
    file->inner->pMethods = NULL;
    file->rewritten = INT64_MAX;
    int code = below->xOpen(below, name, file->inner, flags, out_flags);
    // SQLite closes a file that has methods, also if it was not opened.
    if (!file->inner->pMethods) return code;
    if (file->inner->pMethods->iVersion < 2) file->methods.iVersion = 1;
    file->base.pMethods = &file->methods;
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    return wrapped(vfs)->xDelete(wrapped(vfs), name, sync);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *answer) {
    return wrapped(vfs)->xAccess(wrapped(vfs), name, flags, answer);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int size, char *path) {
    return wrapped(vfs)->xFullPathname(wrapped(vfs), name, size, path);
}

static void *vfs_dl_open(sqlite3_vfs *vfs, const char *name) {
    return wrapped(vfs)->xDlOpen(wrapped(vfs), name);
}

static void vfs_dl_error(sqlite3_vfs *vfs, int size, char *message) {
    wrapped(vfs)->xDlError(wrapped(vfs), size, message);
}

static void (*vfs_dl_symbol(sqlite3_vfs *vfs, void *library, const char *symbol))(void) {
    return wrapped(vfs)->xDlSym(wrapped(vfs), library, symbol);
}

static void vfs_dl_close(sqlite3_vfs *vfs, void *library) {
    wrapped(vfs)->xDlClose(wrapped(vfs), library);
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *bytes) {
    return wrapped(vfs)->xRandomness(wrapped(vfs), size, bytes);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) {
    return wrapped(vfs)->xSleep(wrapped(vfs), microseconds);
}

static int vfs_current_time(sqlite3_vfs *vfs, double *day) {
    return wrapped(vfs)->xCurrentTime(wrapped(vfs), day);
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *message) {
    return wrapped(vfs)->xGetLastError(wrapped(vfs), size, message);
}

static int vfs_current_time_64(sqlite3_vfs *vfs, sqlite3_int64 *milliseconds) {
    return wrapped(vfs)->xCurrentTimeInt64(wrapped(vfs), milliseconds);
}

static int vfs_set_call(sqlite3_vfs *vfs, const char *name, sqlite3_syscall_ptr call) {
    return wrapped(vfs)->xSetSystemCall(wrapped(vfs), name, call);
}

static sqlite3_syscall_ptr vfs_get_call(sqlite3_vfs *vfs, const char *name) {
    return wrapped(vfs)->xGetSystemCall(wrapped(vfs), name);
}

static const char *vfs_next_call(sqlite3_vfs *vfs, const char *name) {
    return wrapped(vfs)->xNextSystemCall(wrapped(vfs), name);
}

// The rest depends on the VFS that it wraps.
static sqlite3_vfs checked_vfs = {
    .zName = CPC_VFS_NAME,
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_path,
    .xDlOpen = vfs_dl_open,
    .xDlError = vfs_dl_error,
    .xDlSym = vfs_dl_symbol,
    .xDlClose = vfs_dl_close,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_current_time,
    .xGetLastError = vfs_last_error,
    .xCurrentTimeInt64 = vfs_current_time_64,
    .xSetSystemCall = vfs_set_call,
    .xGetSystemCall = vfs_get_call,
    .xNextSystemCall = vfs_next_call,
};

static int register_over(sqlite3_vfs *below) {
    if (!below) return SQLITE_ERROR;
    checked_vfs.iVersion = below->iVersion < 3 ? below->iVersion : 3;
    checked_vfs.szOsFile = (int)sizeof(cpc_file) + below->szOsFile;
    checked_vfs.mxPathname = below->mxPathname;
    checked_vfs.pAppData = below;
    return sqlite3_vfs_register(&checked_vfs, 1);
}

int32_t cpc_register(void) {
    int code = sqlite3_initialize();
    if (code != SQLITE_OK) return code;
    sqlite3_mutex *mutex = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1);
    sqlite3_mutex_enter(mutex);
    if (!sqlite3_vfs_find(CPC_VFS_NAME)) code = register_over(sqlite3_vfs_find(NULL));
    sqlite3_mutex_leave(mutex);
    return code;
}

int32_t cpc_reserve(void *connection) {
    int bytes = 8;
    return sqlite3_file_control(connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes);
}
