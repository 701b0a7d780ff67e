#ifndef JPEG_READER_H
#define JPEG_READER_H
#include "codecs.h"
#include "jpeg_store.h"
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

/// One reading of one file; owned by the function that libjpeg's errors do not unwind.
typedef struct {
    /// What many scans refine, when it is large; first, where the store looks for it.
    cic_jpeg_store store;
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    const uint8_t *bytes;
    char *message;
    cic_status failure;
    /// Set once the header is read: from then on a lack of bytes is damage and no error.
    bool in_picture;
    bool exhausted;
    /// Bytes that libjpeg had taken in, without any complaint, when there were no more.
    size_t taken;
    bool damaged;
    /// Whether the first fault ends the reading.
    bool strict;
    bool many_scans;
    int scan_limit;
    /// Bytes after the header of the first scan.
    size_t coded_bytes;
    /// The profile as libjpeg puts it together, and what it became.
    JOCTET *profile;
    cic_color *color;
} cic_jpeg_reader;

/// Makes a zeroed reader ready for a file; libjpeg's errors then write the message and jump to
/// `escape`, which the caller has set before any other call.
void cic_jpeg_open(cic_jpeg_reader *reader, const uint8_t *bytes, size_t size, char *message);

/// Reads up to the first scan, and sets how many there may be.
void cic_jpeg_read_header(cic_jpeg_reader *reader);

void cic_jpeg_close(cic_jpeg_reader *reader);
#endif
