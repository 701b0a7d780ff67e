#include "CImageCodecs.h"
#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
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
    /// Set once any row is decoded: from then on a lack of bytes is damage and no error.
    bool in_picture;
    /// RGBA of a row, or of all of an interlaced picture; NULL when there is no alpha.
    uint8_t *blended;
} png_reader;

/// What fills the rows that a truncated file lacks: the grey that libjpeg also uses.
enum { filler = 128 };

static void fail(png_structp png, png_const_charp text) {
    png_reader *reader = png_get_error_ptr(png);
    snprintf(reader->message, CIC_MESSAGE_SIZE, "%s", text);
    png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
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
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, fail, ignore_warning);
    if (!reader->png) return false;
    reader->info = png_create_info_struct(reader->png);
    if (!reader->info) return false;
    png_set_read_fn(reader->png, reader, read_bytes);
    return true;
}

static void close_reader(png_reader *reader) {
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader->blended);
}

static cic_status failure(const png_reader *reader) {
    return reader->exhausted ? CIC_TRUNCATED : CIC_CORRUPT;
}

/// Reads up to the pixels. Chunks that do not change them are checked but never kept.
static void read_header(png_reader *reader) {
    png_structp png = reader->png;
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(png, 64 << 20);
    png_set_chunk_cache_max(png, 64);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_read_info(png, reader->info);
}

static cic_status probe_guarded(png_reader *reader, size_t size, uint64_t pixel_limit,
                                cic_header *header) {
    if (setjmp(png_jmpbuf(reader->png))) return failure(reader);
    read_header(reader);
    header->width = png_get_image_width(reader->png, reader->info);
    header->height = png_get_image_height(reader->png, reader->info);
    if ((uint64_t)header->width * header->height > pixel_limit) return CIC_TOO_LARGE;
    // Deflate packs at most 1032 bytes into one.
    uint64_t raw = (uint64_t)png_get_rowbytes(reader->png, reader->info) * header->height;
    if (raw / 1032 > size) {
        snprintf(reader->message, CIC_MESSAGE_SIZE, "too few bytes for %u x %u pixels",
                 header->width, header->height);
        return CIC_TRUNCATED;
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

/// Asks libpng for 8-bit RGB, or RGBA when there is any transparency. True when there is.
static bool set_transforms(png_reader *reader) {
    png_structp png = reader->png;
    int type = png_get_color_type(png, reader->info);
    bool transparent =
        (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, reader->info, PNG_INFO_tRNS);
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    return transparent;
}

/// Blends RGBA onto white.
static void blend(const uint8_t *rgba, size_t count, uint8_t *rgb) {
    for (size_t i = 0; i < count; i++) {
        uint32_t alpha = rgba[4 * i + 3];
        for (size_t channel = 0; channel < 3; channel++) {
            uint32_t sum = rgba[4 * i + channel] * alpha + 255 * (255 - alpha) + 128;
            rgb[3 * i + channel] = (uint8_t)((sum + (sum >> 8)) >> 8);
        }
    }
}

static void read_rows(png_reader *reader, cic_header size, int passes, uint8_t *rgb) {
    size_t width = size.width;
    size_t channels = reader->blended ? 4 : 3;
    for (int pass = 0; pass < passes; pass++) {
        for (size_t y = 0; y < size.height; y++) {
            uint8_t *row = reader->blended ? reader->blended : rgb + y * width * 3;
            if (reader->blended && passes > 1) row = reader->blended + y * width * channels;
            png_read_row(reader->png, row, NULL);
            reader->in_picture = true;
            if (reader->blended && passes == 1) blend(row, width, rgb + y * width * 3);
        }
    }
    png_read_end(reader->png, NULL);
}

static cic_status decode_guarded(png_reader *reader, cic_header expected, uint8_t *rgb) {
    // libpng's escape lies in its own structure, and all that changes after it in the reader.
    if (setjmp(png_jmpbuf(reader->png))) return failure(reader);
    read_header(reader);
    bool transparent = set_transforms(reader);
    int passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    size_t width = png_get_image_width(reader->png, reader->info);
    size_t height = png_get_image_height(reader->png, reader->info);
    size_t channels = transparent ? 4 : 3;
    if (width != expected.width || height != expected.height ||
        png_get_rowbytes(reader->png, reader->info) != width * channels) {
        snprintf(reader->message, CIC_MESSAGE_SIZE, "the size is not that of the header");
        return CIC_CORRUPT;
    }
    if (transparent) {
        size_t rows = passes > 1 ? height : 1;
        reader->blended = malloc(rows * width * channels);
        if (!reader->blended) return CIC_OUT_OF_MEMORY;
        memset(reader->blended, filler, rows * width * channels);
    }
    read_rows(reader, expected, passes, rgb);
    return CIC_OK;
}

cic_status cic_png_decode(const uint8_t *bytes, size_t size, cic_header expected, uint8_t *rgb,
                          cic_damage *damage, char *message) {
    png_reader reader = {0};
    cic_status status = CIC_OUT_OF_MEMORY;
    *damage = CIC_DAMAGE_NONE;
    size_t count = (size_t)expected.width * expected.height;
    memset(rgb, filler, count * 3);
    if (open_reader(&reader, bytes, size, message)) status = decode_guarded(&reader, expected, rgb);
    if (status == CIC_TRUNCATED && reader.in_picture) {
        *damage = CIC_DAMAGE_TRUNCATED;
        status = CIC_OK;
    }
    bool interlaced = reader.info && png_get_interlace_type(reader.png, reader.info);
    if (status == CIC_OK && reader.blended && interlaced) blend(reader.blended, count, rgb);
    close_reader(&reader);
    return status;
}
