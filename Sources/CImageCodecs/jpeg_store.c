#include "jpeg_store.h"
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <jerror.h>

/// Bytes of a component that are in memory at once.
enum { window_bytes = 16 << 20 };

/// Rows of blocks of one component. libjpeg passes the pointer on and never looks behind it.
struct jvirt_barray_control {
    jvirt_barray_ptr next;
    JDIMENSION rows;
    JDIMENSION blocks;
    /// The most rows that are asked for at once.
    JDIMENSION most;
    /// Where the first row is in the file.
    off_t place;
    /// The rows that are in memory, how many they can be, and whether they were changed there.
    JBLOCKARRAY window;
    JDIMENSION capacity;
    JDIMENSION first;
    JDIMENSION count;
    bool changed;
};

static jvirt_barray_ptr request(j_common_ptr info, int pool, boolean zeroed, JDIMENSION blocks,
                                JDIMENSION rows, JDIMENSION most) {
    // A new file reads as zeros.
    (void)zeroed;
    cic_jpeg_store *store = info->client_data;
    jvirt_barray_ptr array = info->mem->alloc_small(info, pool, sizeof *array);
    *array = (struct jvirt_barray_control){
        .next = store->arrays, .rows = rows, .blocks = blocks, .most = most, .place = store->size};
    store->size += (off_t)rows * blocks * (off_t)sizeof(JBLOCK);
    store->arrays = array;
    return array;
}

static void realize(j_common_ptr info) {
    cic_jpeg_store *store = info->client_data;
    store->file = tmpfile();
    if (!store->file || ftruncate(fileno(store->file), store->size) != 0) {
        ERREXITS(info, JERR_TFILE_CREATE, P_tmpdir);
    }
    for (jvirt_barray_ptr array = store->arrays; array; array = array->next) {
        JDIMENSION capacity = window_bytes / (array->blocks * (JDIMENSION)sizeof(JBLOCK));
        if (capacity < array->most) capacity = array->most;
        if (capacity > array->rows) capacity = array->rows;
        array->capacity = capacity;
        array->window = info->mem->alloc_barray(info, JPOOL_IMAGE, array->blocks, capacity);
    }
}

/// Moves the rows of the window between memory and file, row by row, as libjpeg lays them out.
static void move_rows(j_common_ptr info, jvirt_barray_ptr array, bool write) {
    cic_jpeg_store *store = info->client_data;
    int file = fileno(store->file);
    size_t size = array->blocks * sizeof(JBLOCK);
    for (JDIMENSION i = 0; i < array->count; i++) {
        off_t place = array->place + (off_t)(array->first + i) * (off_t)size;
        ssize_t done = write ? pwrite(file, array->window[i], size, place)
                             : pread(file, array->window[i], size, place);
        if (done == (ssize_t)size) continue;
        if (write) ERREXIT(info, JERR_TFILE_WRITE);
        ERREXIT(info, JERR_TFILE_READ);
    }
}

static JBLOCKARRAY lend(j_common_ptr info, jvirt_barray_ptr array, JDIMENSION start,
                        JDIMENSION rows, boolean writable) {
    JDIMENSION end = start + rows;
    if (end > array->rows || rows > array->most) ERREXIT(info, JERR_BAD_VIRTUAL_ACCESS);
    if (start < array->first || end > array->first + array->count) {
        if (array->changed) move_rows(info, array, true);
        // Every pass goes down the picture.
        JDIMENSION left = array->rows - start;
        array->first = start;
        array->count = left < array->capacity ? left : array->capacity;
        array->changed = false;
        move_rows(info, array, false);
    }
    if (writable) array->changed = true;
    return array->window + (start - array->first);
}

void cic_jpeg_keep_in_file(j_decompress_ptr info) {
    info->mem->request_virt_barray = request;
    info->mem->realize_virt_arrays = realize;
    info->mem->access_virt_barray = lend;
}

void cic_jpeg_close_store(cic_jpeg_store *store) {
    if (store->file) fclose(store->file);
}
