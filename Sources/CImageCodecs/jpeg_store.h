#ifndef JPEG_STORE_H
#define JPEG_STORE_H
#include <stdio.h>

#include <jpeglib.h>

/// The coefficients of a picture of many scans, in a temporary file of which libjpeg sees a window
/// for each component; in memory, where it would keep them, they take 2 to 8 bytes a pixel.
typedef struct {
    FILE *file;
    /// Bytes of the file that the arrays have been given.
    off_t size;
    jvirt_barray_ptr arrays;
} cic_jpeg_store;

/// Lets a decompressor whose header was read keep its coefficients in a file.
///
/// `info->client_data` must begin with a `cic_jpeg_store` that is zero. Where there is no room for
/// the file, decoding ends with JERR_TFILE_CREATE, JERR_TFILE_READ or JERR_TFILE_WRITE.
void cic_jpeg_keep_in_file(j_decompress_ptr info);

/// Removes the file; a store that was never used is well.
void cic_jpeg_close_store(cic_jpeg_store *store);
#endif
