#include "codecs.h"
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// One reading of one file; owned by the function that libpng's errors do not unwind.
typedef struct {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t left;
    char *message;
    bool exhausted;
    /// Set by wrong checksums that libpng reads on after.
    bool damaged;
    /// Rows that were read, each pass of an interlaced picture counted.
    size_t rows;
    size_t passes;
    /// Pixels with their alpha: of a row, or of all of an interlaced picture; else NULL.
    uint8_t *transparent;
    /// A row as it is stored, when the file is only checked; as it is read, when it is scaled.
    uint8_t *row;
    /// How many pixels, across and down, become one.
    uint32_t step;
    /// Of one row of such, the sums of what was read so far; NULL when nothing is scaled.
    uint32_t *sums;
    cic_color *color;
} png_reader;

static void fail(png_structp png, png_const_charp text) {
    png_reader *reader = png_get_error_ptr(png);
    snprintf(reader->message, CIC_MESSAGE_SIZE, "%s", text);
    png_longjmp(png, 1);
}

/// Tells warnings of wrong data, of whatever chunk, from those of mere oddities.
static void note(png_structp png, png_const_charp text) {
    png_reader *reader = png_get_error_ptr(png);
    if (strstr(text, "CRC error") || strstr(text, "incorrect data check")) reader->damaged = true;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    png_reader *reader = png_get_io_ptr(png);
    if (count > reader->left) {
        reader->exhausted = true;
        png_error(png, "the file ends early");
    }
    memcpy(target, reader->bytes, count);
    reader->bytes += count;
    reader->left -= count;
}

static bool open_reader(png_reader *reader, const uint8_t *bytes, size_t size, char *message) {
    reader->bytes = bytes;
    reader->left = size;
    reader->message = message;
    message[0] = 0;
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, fail, note);
    if (!reader->png) return false;
    reader->info = png_create_info_struct(reader->png);
    if (!reader->info) return false;
    png_set_read_fn(reader->png, reader, read_bytes);
    // Bytes that libpng asks for at once: of a file that is cut, so many are lost at its end.
    png_set_compression_buffer_size(reader->png, size < 1 << 16 ? 16 : 1024);
    return true;
}

static void close_reader(png_reader *reader) {
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    cic_color_close(reader->color);
    free(reader->transparent);
    free(reader->row);
    free(reader->sums);
}

static cic_status failure(const png_reader *reader) {
    return reader->exhausted ? CIC_TRUNCATED : CIC_CORRUPT;
}

/// Reads up to the pixels. Chunks that do not change them are checked but never kept; nor is the
/// profile unless it is asked for.
static void read_header(png_reader *reader, bool with_profile) {
    png_structp png = reader->png;
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(png, 64 << 20);
    png_set_chunk_cache_max(png, 64);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    if (with_profile) {
        png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, (png_const_bytep) "iCCP", 1);
    }
    // A wrong checksum ends the reading where the pixels depend on it; elsewhere it is noted.
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
    png_read_info(png, reader->info);
}

static cic_status probe_guarded(png_reader *reader, size_t size, uint64_t pixel_limit,
                                cic_header *header) {
    if (setjmp(png_jmpbuf(reader->png))) return failure(reader);
    read_header(reader, false);
    header->width = png_get_image_width(reader->png, reader->info);
    header->height = png_get_image_height(reader->png, reader->info);
    uint64_t pixels = (uint64_t)header->width * header->height;
    if (pixels > pixel_limit) return CIC_TOO_LARGE;
    // Deflate packs at most 1032 bytes into one.
    uint64_t raw = (uint64_t)png_get_rowbytes(reader->png, reader->info) * header->height;
    if (cic_is_bomb(pixels, raw / 1032, size)) {
        cic_explain_bomb(*header, size, reader->message);
        return CIC_BOMB;
    }
    return CIC_OK;
}

cic_status cic_png_probe(const uint8_t *bytes, size_t size, uint64_t pixel_limit,
                         cic_header *header, char *message) {
    png_reader reader = {0};
    cic_status status = CIC_OUT_OF_MEMORY;
    if (open_reader(&reader, bytes, size, message)) {
        status = probe_guarded(&reader, size, pixel_limit, header);
    }
    close_reader(&reader);
    return status;
}

/// Memory for all the pixels, as they are decoded.
static uint64_t needed_bytes(const png_reader *reader) {
    png_structp png = reader->png;
    uint64_t pixels = (uint64_t)png_get_image_width(png, reader->info) *
                      png_get_image_height(png, reader->info);
    bool interlaced = png_get_interlace_type(png, reader->info) != PNG_INTERLACE_NONE;
    bool transparent = (png_get_color_type(png, reader->info) & PNG_COLOR_MASK_ALPHA) != 0 ||
                       png_get_valid(png, reader->info, PNG_INFO_tRNS) != 0;
    return pixels * (interlaced && transparent ? 7 : 3);
}

/// Reads the rows of each pass as they are stored, and keeps none.
static cic_status check_guarded(png_reader *reader) {
    if (setjmp(png_jmpbuf(reader->png))) return failure(reader);
    png_structp png = reader->png;
    read_header(reader, false);
    if (!cic_is_costly(needed_bytes(reader))) return CIC_OK;
    reader->row = malloc(png_get_rowbytes(png, reader->info));
    if (!reader->row) return CIC_OUT_OF_MEMORY;
    png_uint_32 width = png_get_image_width(png, reader->info);
    png_uint_32 height = png_get_image_height(png, reader->info);
    bool interlaced = png_get_interlace_type(png, reader->info) != PNG_INTERLACE_NONE;
    for (int pass = 0; pass < (interlaced ? PNG_INTERLACE_ADAM7_PASSES : 1); pass++) {
        if (interlaced && PNG_PASS_COLS(width, pass) == 0) continue;
        png_uint_32 rows = interlaced ? PNG_PASS_ROWS(height, pass) : height;
        for (png_uint_32 y = 0; y < rows; y++) png_read_row(png, reader->row, NULL);
    }
    png_read_end(png, NULL);
    if (!reader->damaged) return CIC_OK;
    snprintf(reader->message, CIC_MESSAGE_SIZE, "a checksum is wrong");
    return CIC_CORRUPT;
}

cic_status cic_png_check(const uint8_t *bytes, size_t size, char *message) {
    png_reader reader = {0};
    cic_status status = CIC_OUT_OF_MEMORY;
    if (open_reader(&reader, bytes, size, message)) status = check_guarded(&reader);
    close_reader(&reader);
    return status;
}

/// Whether the one color that a tRNS chunk makes transparent is heeded: as Pillow does, which most
/// training code reads pictures with. It compares the chunk's numbers as they are to 8-bit pixels.
static bool heeds_transparent_color(const png_reader *reader) {
    int type = png_get_color_type(reader->png, reader->info);
    int depth = png_get_bit_depth(reader->png, reader->info);
    if (!png_get_valid(reader->png, reader->info, PNG_INFO_tRNS)) return false;
    if (type == PNG_COLOR_TYPE_PALETTE) return true;
    png_color_16p color = NULL;
    png_get_tRNS(reader->png, reader->info, NULL, NULL, &color);
    bool shallow = type == PNG_COLOR_TYPE_GRAY && (depth == 2 || depth == 4);
    return depth <= 8 && (!shallow || (color && color->gray == 0));
}

/// Asks libpng for 8-bit RGB, or RGBA when there is any transparency. True when there is.
static bool set_transforms(png_reader *reader) {
    png_structp png = reader->png;
    bool heeded = heeds_transparent_color(reader);
    bool transparent =
        heeded || (png_get_color_type(png, reader->info) & PNG_COLOR_MASK_ALPHA) != 0;
    // This turns palettes into colors too, and with them their transparency.
    png_set_expand_gray_1_2_4_to_8(png);
    if (heeded) png_set_tRNS_to_alpha(png);
    // The upper byte, as Pillow takes it.
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
    return transparent;
}

static void open_color(png_reader *reader, bool transparent) {
    bool gray = (png_get_color_type(reader->png, reader->info) & PNG_COLOR_MASK_COLOR) == 0;
    cic_layout layout = gray ? (transparent ? CIC_LAYOUT_GRAY_ALPHA : CIC_LAYOUT_GRAY)
                             : (transparent ? CIC_LAYOUT_RGBA : CIC_LAYOUT_RGB);
    png_charp name = NULL;
    png_bytep profile = NULL;
    png_uint_32 size = 0;
    int compression = 0;
    if (png_get_iCCP(reader->png, reader->info, &name, &compression, &profile, &size)) {
        reader->color = cic_color_open(profile, size, layout);
    }
}

/// Brings `count` pixels, which may have alpha, to RGB of the screen.
static void finish(const png_reader *reader, uint8_t *pixels, size_t count, uint8_t *rgb) {
    if (reader->color) cic_color_convert(reader->color, pixels, count, pixels);
    if (reader->transparent) cic_blend(pixels, count, rgb);
}

static void read_rows(png_reader *reader, cic_header size, uint8_t *rgb) {
    size_t width = size.width;
    for (size_t y = 0; y < size.height; y++) {
        uint8_t *row = reader->transparent ? reader->transparent : rgb + y * width * 3;
        png_read_row(reader->png, row, NULL);
        reader->rows++;
        finish(reader, row, width, rgb + y * width * 3);
    }
}

/// Writes the averages of a row that was summed up, from `rows` rows of `width` pixels.
static void average(png_reader *reader, uint32_t width, uint32_t rows, uint8_t *rgb) {
    for (uint32_t left = 0; left < width; left += reader->step) {
        uint32_t columns = width - left < reader->step ? width - left : reader->step;
        uint32_t count = rows * columns;
        uint32_t *sums = reader->sums + 3 * (size_t)(left / reader->step);
        for (uint32_t channel = 0; channel < 3; channel++) {
            *rgb++ = (uint8_t)((sums[channel] + count / 2) / count);
            sums[channel] = 0;
        }
    }
}

/// Reads row by row, and keeps of each only what it adds to the scaled picture.
static void read_scaled_rows(png_reader *reader, cic_header size, uint8_t *rgb) {
    uint32_t width = png_get_image_width(reader->png, reader->info);
    uint32_t height = png_get_image_height(reader->png, reader->info);
    uint8_t *row = reader->transparent ? reader->transparent : reader->row;
    for (uint32_t y = 0; y < height; y++) {
        png_read_row(reader->png, row, NULL);
        finish(reader, row, width, row);
        for (uint32_t x = 0; x < width; x++) {
            uint32_t *sums = reader->sums + 3 * (size_t)(x / reader->step);
            for (uint32_t channel = 0; channel < 3; channel++) {
                sums[channel] += row[3 * (size_t)x + channel];
            }
        }
        if ((y + 1) % reader->step == 0 || y + 1 == height) {
            average(reader, width, y % reader->step + 1, rgb);
            rgb += 3 * (size_t)size.width;
        }
        reader->rows++;
    }
}

/// Reads all passes of an interlaced picture. What is not yet read shows what is near it.
static void read_passes(png_reader *reader, cic_header size, uint8_t *rgb) {
    uint8_t *pixels = reader->transparent ? reader->transparent : rgb;
    size_t stride = (size_t)size.width * (reader->transparent ? 4 : 3);
    memset(pixels, cic_filler, stride * size.height);
    for (size_t pass = 0; pass < reader->passes; pass++) {
        for (size_t y = 0; y < size.height; y++) {
            png_read_row(reader->png, NULL, pixels + y * stride);
            reader->rows++;
        }
    }
}

/// Whether the chunk of pixels that was just opened says that it is far longer than the pixels, and
/// than the file: its length is a lie, and what little there is of it is no picture.
static bool is_liar(const png_reader *reader) {
    const uint8_t *length = reader->bytes - 8;
    uint64_t declared = (uint64_t)length[0] << 24 | (uint64_t)length[1] << 16 |
                        (uint64_t)length[2] << 8 | length[3];
    uint64_t raw = (uint64_t)png_get_rowbytes(reader->png, reader->info) *
                   png_get_image_height(reader->png, reader->info);
    return declared > reader->left && declared / 2 > raw + (1 << 16);
}

/// Reads the header once more, and makes room. `channels` of each pixel are read.
static cic_status prepare(png_reader *reader, cic_header expected) {
    read_header(reader, true);
    if (is_liar(reader)) {
        snprintf(reader->message, CIC_MESSAGE_SIZE, "an IDAT chunk far longer than the file");
        return CIC_TRUNCATED;
    }
    bool transparent = set_transforms(reader);
    // Before the header is made to tell of the pixels as they are read.
    open_color(reader, transparent);
    size_t channels = transparent ? 4 : 3;
    reader->passes = (size_t)png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    size_t width = png_get_image_width(reader->png, reader->info);
    size_t height = png_get_image_height(reader->png, reader->info);
    uint32_t step = reader->step;
    if ((width + step - 1) / step != expected.width ||
        (height + step - 1) / step != expected.height || (step > 1 && reader->passes > 1) ||
        png_get_rowbytes(reader->png, reader->info) != width * channels) {
        snprintf(reader->message, CIC_MESSAGE_SIZE, "the size is not that of the header");
        return CIC_CORRUPT;
    }
    if (transparent) {
        reader->transparent = malloc(width * channels * (reader->passes > 1 ? height : 1));
        if (!reader->transparent) return CIC_OUT_OF_MEMORY;
    }
    if (step == 1) return CIC_OK;
    if (!transparent) reader->row = malloc(width * channels);
    reader->sums = calloc(expected.width, 3 * sizeof(uint32_t));
    return reader->sums && (transparent || reader->row) ? CIC_OK : CIC_OUT_OF_MEMORY;
}

static cic_status decode_guarded(png_reader *reader, cic_header expected, uint8_t *rgb) {
    // libpng's escape lies in its own structure, and all that changes after it in the reader.
    if (setjmp(png_jmpbuf(reader->png))) return failure(reader);
    cic_status status = prepare(reader, expected);
    if (status != CIC_OK) return status;
    if (reader->step > 1) {
        read_scaled_rows(reader, expected, rgb);
    } else if (reader->passes > 1) {
        read_passes(reader, expected, rgb);
    } else {
        read_rows(reader, expected, rgb);
    }
    png_read_end(reader->png, NULL);
    return CIC_OK;
}

cic_status cic_png_decode(const uint8_t *bytes, size_t size, uint32_t eighths,
                          cic_header expected, uint8_t *rgb, cic_damage *damage, char *message) {
    png_reader reader = {.step = 8 / eighths};
    cic_status status = CIC_OUT_OF_MEMORY;
    *damage = CIC_DAMAGE_NONE;
    if (open_reader(&reader, bytes, size, message)) status = decode_guarded(&reader, expected, rgb);
    if (status == CIC_OK && reader.damaged) *damage = CIC_DAMAGE_CORRUPT;
    if ((status == CIC_TRUNCATED || status == CIC_CORRUPT) && reader.rows > 0) {
        *damage = status == CIC_TRUNCATED ? CIC_DAMAGE_TRUNCATED : CIC_DAMAGE_CORRUPT;
        status = CIC_OK;
    }
    if (status == CIC_OK) {
        size_t count = (size_t)expected.width * expected.height;
        if (reader.passes > 1) {
            finish(&reader, reader.transparent ? reader.transparent : rgb, count, rgb);
        } else {
            // Of a scaled picture that is cut, rows that were not summed up in full are lacking.
            bool whole = reader.rows == png_get_image_height(reader.png, reader.info);
            size_t read = whole ? count : reader.rows / reader.step * expected.width;
            memset(rgb + read * 3, cic_filler, (count - read) * 3);
        }
    }
    close_reader(&reader);
    return status;
}
