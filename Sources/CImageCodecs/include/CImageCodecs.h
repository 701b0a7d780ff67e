#ifndef C_IMAGE_CODECS_H
#define C_IMAGE_CODECS_H
#include <stddef.h>
#include <stdint.h>

#include "CImageMeasure.h"

/// How a call ended.
typedef enum cic_status : int32_t {
    CIC_OK = 0,
    /// The bytes contradict the format.
    CIC_CORRUPT = 1,
    /// The bytes end before there is anything to show.
    CIC_TRUNCATED = 2,
    /// A legal file that uses a part of the format which is not read here.
    CIC_UNSUPPORTED = 3,
    /// More pixels than the caller allows; the header carries the sizes.
    CIC_TOO_LARGE = 4,
    CIC_OUT_OF_MEMORY = 5,
    /// The header names far more pixels than the bytes can hold; it carries the sizes.
    CIC_BOMB = 6,
} cic_status;

/// What is wrong with pixels that were decoded nevertheless.
typedef enum cic_damage : int32_t {
    CIC_DAMAGE_NONE = 0,
    /// The file ends early: pixels that it lacks are filler.
    CIC_DAMAGE_TRUNCATED = 1,
    /// Some of the coded data is wrong: pixels may be wrong from there on.
    CIC_DAMAGE_CORRUPT = 2,
} cic_damage;

/// The sizes of an image as stored, before its orientation is applied.
typedef struct cic_header {
    uint32_t width;
    uint32_t height;
} cic_header;

/// Bytes that a message buffer must have.
#define CIC_MESSAGE_SIZE 256

/// Reads the header of a JPEG file and refuses more than `pixel_limit` pixels.
cic_status cic_jpeg_probe(const uint8_t *_Nonnull bytes, size_t size, uint64_t pixel_limit,
                          cic_header *_Nonnull header, char *_Nonnull message);

/// Checks that a file is sound when its pixels at `eighths`/8 of its size need more than 256 MiB:
/// so much is not spent on a bad file, not even to show what there is of it. Others pass.
///
/// Of many scans, which are refined in a temporary file, only the lengths are checked where the
/// pixels alone need less; decoding then ends at the first fault.
cic_status cic_jpeg_check(const uint8_t *_Nonnull bytes, size_t size, uint32_t eighths,
                          char *_Nonnull message);

/// Decodes a JPEG file at `eighths`/8 of its size (1...8) to 8-bit RGB.
///
/// `rgb` holds 3 * ceil(width * eighths / 8) * ceil(height * eighths / 8) bytes, all of which are
/// written when the status is `CIC_OK`. CMYK is taken as inverted, as Adobe and everyone writes it.
/// An embedded profile is converted to sRGB; one that cannot be read is passed over.
cic_status cic_jpeg_decode(const uint8_t *_Nonnull bytes, size_t size, uint32_t eighths,
                           cic_header expected, uint8_t *_Nonnull rgb,
                           cic_damage *_Nonnull damage, char *_Nonnull message);

/// Encodes 8-bit RGB as a baseline JPEG, 4:2:0, no metadata.
///
/// `written` gets the size of the whole file, even when it is larger than `capacity`; then `output`
/// is incomplete and the call must be repeated with more room.
cic_status cic_jpeg_encode(const uint8_t *_Nonnull rgb, uint32_t width, uint32_t height,
                           int32_t quality, uint8_t *_Nonnull output, size_t capacity,
                           size_t *_Nonnull written, char *_Nonnull message);

/// Reads the header of a PNG file and refuses more than `pixel_limit` pixels.
cic_status cic_png_probe(const uint8_t *_Nonnull bytes, size_t size, uint64_t pixel_limit,
                         cic_header *_Nonnull header, char *_Nonnull message);

/// Checks that a file is sound when its pixels need more than 256 MiB, as `cic_jpeg_check` does.
cic_status cic_png_check(const uint8_t *_Nonnull bytes, size_t size, char *_Nonnull message);

/// Decodes a PNG file to 8-bit RGB: alpha is blended onto white, gamma is ignored.
///
/// `rgb` is as large as that of `cic_jpeg_decode`; `eighths` is 1, 2, 4 or 8, and 8 when the file is
/// interlaced. At less than 8 each pixel is the average of those it covers, and there is never more
/// than a row of those. All of `rgb` is written when the status is `CIC_OK`.
/// Of 16 bits the upper eight are taken. Of an animation the default picture is shown. An embedded
/// profile is converted to sRGB; one that cannot be read is passed over.
cic_status cic_png_decode(const uint8_t *_Nonnull bytes, size_t size, uint32_t eighths,
                          cic_header expected, uint8_t *_Nonnull rgb,
                          cic_damage *_Nonnull damage, char *_Nonnull message);

/// Unpacks a zlib stream, as text chunks of a PNG file hold it; 0 when it is not whole, or larger than
/// `capacity`.
size_t cic_inflate(const uint8_t *_Nonnull bytes, size_t size, uint8_t *_Nonnull output,
                   size_t capacity);

/// Reads the header of a WebP file and refuses more than `pixel_limit` pixels, and lossless ones
/// that need more than 256 MiB.
cic_status cic_webp_probe(const uint8_t *_Nonnull bytes, size_t size, uint64_t pixel_limit,
                          cic_header *_Nonnull header, char *_Nonnull message);

/// Checks that a file is sound when its pixels need more than 256 MiB, as `cic_jpeg_check` does.
cic_status cic_webp_check(const uint8_t *_Nonnull bytes, size_t size, char *_Nonnull message);

/// Decodes a WebP file to 8-bit RGB: alpha is blended onto white, of an animation the first frame
/// is shown, an embedded profile is converted to sRGB.
///
/// `rgb` holds 3 * width * height bytes, all of which are written when the status is `CIC_OK`.
cic_status cic_webp_decode(const uint8_t *_Nonnull bytes, size_t size, cic_header expected,
                           uint8_t *_Nonnull rgb, cic_damage *_Nonnull damage,
                           char *_Nonnull message);

/// Scales 8-bit RGB: area average along an axis that shrinks, bilinear along one that grows.
///
/// All sizes are at least 1. `CIC_OK` or `CIC_OUT_OF_MEMORY`. Where the processor has AVX2, code
/// for it is used, whose result may differ by one; not so when `plain` is not 0.
cic_status cic_resize(const uint8_t *_Nonnull rgb, uint32_t width, uint32_t height,
                      uint8_t *_Nonnull output, uint32_t output_width, uint32_t output_height,
                      int32_t plain);

/// Turns stored pixels upright by an EXIF orientation (1...8); 5...8 swap width and height.
void cic_orient(const uint8_t *_Nonnull rgb, uint32_t width, uint32_t height, int32_t orientation,
                uint8_t *_Nonnull output);

/// Lets the process keep the memory of pictures that were freed, for the next ones.
///
/// Without this, glibc gives the memory of each picture back, and takes it anew page by page.
void cic_keep_freed_pages(void);
#endif
