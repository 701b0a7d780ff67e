#ifndef JPEG_SCANS_H
#define JPEG_SCANS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

/// What the markers of a JPEG file say of its scans.
typedef struct {
    /// Bytes before the end marker; all of them when there is none.
    size_t size;
    bool ended;
    /// Whether a scan is shorter than its blocks need: the mean color of each, or one more bit of
    /// it, takes at least a bit. Arithmetic coding can do with less for the former, but only for
    /// pictures without detail; garbage is no fault to its decoder, so that nothing else tells.
    bool starved;
    /// The components that have a first scan, a bit for each.
    uint32_t started;
} cic_jpeg_scans;

/// Whether there is anything but padding, zeros or ones, before the marker that ends coded bytes.
bool cic_jpeg_has_leftover(const uint8_t *bytes, size_t size);

/// Walks the markers of a file whose header was read.
cic_jpeg_scans cic_jpeg_find_scans(const uint8_t *bytes, size_t size,
                           const struct jpeg_decompress_struct *info);
#endif
