#include "jpeg_reader.h"
#include "jpeg_scans.h"
#include <stdlib.h>
#include <string.h>

static const JOCTET end_of_image[2] = {0xFF, JPEG_EOI};

static cic_status probe_guarded(cic_jpeg_reader *reader, size_t size, uint64_t pixel_limit,
                                cic_header *header) {
    const struct jpeg_decompress_struct *info = &reader->info;
    if (setjmp(reader->escape)) {
        header->width = info->image_width;
        header->height = info->image_height;
        uint64_t pixels = (uint64_t)header->width * header->height;
        // A side beyond what libjpeg takes, though there are not too many pixels.
        bool narrow = reader->failure == CIC_TOO_LARGE && pixels <= pixel_limit;
        return narrow ? CIC_UNSUPPORTED : reader->failure;
    }
    jpeg_create_decompress(&reader->info);
    cic_jpeg_read_header(reader);
    header->width = info->image_width;
    header->height = info->image_height;
    uint64_t pixels = (uint64_t)header->width * header->height;
    if (pixels > pixel_limit) return CIC_TOO_LARGE;
    // Huffman coding needs at least one bit for each block of 64 pixels. Arithmetic coding has no
    // such bound, but no real picture needs 32 times less. What follows the picture does not count.
    if (pixels > 1 << 24) size = cic_jpeg_find_scans(reader->bytes, size, info).size;
    if (cic_is_bomb(pixels, pixels / 512 / (info->arith_code ? 32 : 1), size)) {
        cic_explain_bomb(*header, size, reader->message);
        return CIC_BOMB;
    }
    return CIC_OK;
}

cic_status cic_jpeg_probe(const uint8_t *bytes, size_t size, uint64_t pixel_limit,
                          cic_header *header, char *message) {
    cic_jpeg_reader reader = {0};
    cic_jpeg_open(&reader, bytes, size, message);
    cic_status status = probe_guarded(&reader, size, pixel_limit, header);
    cic_jpeg_close(&reader);
    return status;
}

/// Looks at what follows the last block. Coded bytes that are left are damage; elsewhere a file
/// without the end marker counts as cut, too.
static void check_end(cic_jpeg_reader *reader) {
    const struct jpeg_decompress_struct *info = &reader->info;
    // Of many scans all were read before the first row.
    if (info->unread_marker == JPEG_EOI || reader->many_scans) return;
    const JOCTET *byte = info->src->next_input_byte;
    size_t left = info->src->bytes_in_buffer;
    if (info->unread_marker == 0 && !reader->exhausted && cic_jpeg_has_leftover(byte, left)) {
        reader->damaged = true;
    }
    for (; left >= 2; left--, byte++) {
        if (memcmp(byte, end_of_image, 2) == 0) return;
    }
    reader->exhausted = true;
}

/// Memory for the pixels at the scale that was set.
static uint64_t pixel_bytes(j_decompress_ptr info) {
    jpeg_calc_output_dimensions(info);
    return (uint64_t)info->output_width * info->output_height * 3;
}

/// Room for what many scans refine; 0 when there is one scan.
static uint64_t coefficient_bytes(j_decompress_ptr info) {
    uint64_t bytes = 0;
    for (int i = 0; i < info->num_components && jpeg_has_multiple_scans(info); i++) {
        const jpeg_component_info *component = &info->comp_info[i];
        bytes += (uint64_t)component->width_in_blocks * component->height_in_blocks *
                 sizeof(JBLOCK);
    }
    return bytes;
}

/// Whether the pixels, at the scale that was set, and what many scans refine are so large together
/// that only a sound file may have the room.
static bool is_costly(j_decompress_ptr info) {
    return cic_is_costly(pixel_bytes(info) + coefficient_bytes(info));
}

/// Checks all that can be known of many scans without reading them.
static cic_status check_scan_sizes(cic_jpeg_reader *reader, size_t size) {
    cic_jpeg_scans scans = cic_jpeg_find_scans(reader->bytes, size, &reader->info);
    uint32_t all = (1u << reader->info.num_components) - 1;
    if (scans.ended && !scans.starved && scans.started == all) return CIC_OK;
    snprintf(reader->message, CIC_MESSAGE_SIZE, "the scans are shorter than the picture");
    return CIC_TRUNCATED;
}

static cic_status check_guarded(cic_jpeg_reader *reader, size_t size, uint32_t eighths) {
    if (setjmp(reader->escape)) return reader->failure;
    struct jpeg_decompress_struct *info = &reader->info;
    jpeg_create_decompress(info);
    cic_jpeg_read_header(reader);
    info->scale_num = eighths;
    info->scale_denom = 8;
    if (!is_costly(info)) return CIC_OK;
    if (jpeg_has_multiple_scans(info)) {
        cic_status status = check_scan_sizes(reader, size);
        if (status != CIC_OK || !cic_is_costly(pixel_bytes(info))) return status;
        cic_jpeg_keep_in_file(info);
        reader->many_scans = true;
    }
    reader->in_picture = true;
    reader->strict = true;
    info->scale_num = 1;
    jpeg_start_decompress(info);
    JDIMENSION stored = info->output_width * (JDIMENSION)info->output_components;
    JSAMPARRAY row = info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE, stored, 1);
    while (info->output_scanline < info->output_height) jpeg_read_scanlines(info, row, 1);
    check_end(reader);
    if (!reader->exhausted && !reader->damaged) return CIC_OK;
    snprintf(reader->message, CIC_MESSAGE_SIZE, "the file ends otherwise than its last block");
    return reader->exhausted ? CIC_TRUNCATED : CIC_CORRUPT;
}

cic_status cic_jpeg_check(const uint8_t *bytes, size_t size, uint32_t eighths, char *message) {
    cic_jpeg_reader reader = {0};
    cic_jpeg_open(&reader, bytes, size, message);
    cic_status status = check_guarded(&reader, size, eighths);
    cic_jpeg_close(&reader);
    return status;
}

/// RGB of a row of inverted CMYK: each of the inks takes its share of the light.
static void rgb_of_cmyk(const uint8_t *cmyk, uint32_t width, uint8_t *rgb) {
    for (uint32_t x = 0; x < width; x++) {
        uint32_t light = cmyk[4 * x + 3];
        for (uint32_t channel = 0; channel < 3; channel++) {
            uint32_t product = cmyk[4 * x + channel] * light + 128;
            rgb[3 * x + channel] = (uint8_t)((product + (product >> 8)) >> 8);
        }
    }
}

/// Reads pixels whose colors are converted row by row: those of inks, or of a profile.
static void read_converted_rows(cic_jpeg_reader *reader, uint8_t *rgb) {
    struct jpeg_decompress_struct *info = &reader->info;
    bool inks = info->out_color_space == JCS_CMYK;
    JDIMENSION width = info->output_width;
    JDIMENSION stored = width * (JDIMENSION)info->output_components;
    JSAMPARRAY row = info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE, stored, 1);
    while (info->output_scanline < info->output_height) {
        uint8_t *output = rgb + (size_t)width * 3 * info->output_scanline;
        jpeg_read_scanlines(info, row, 1);
        if (reader->color) {
            cic_color_convert(reader->color, row[0], width, output);
        } else if (inks) {
            rgb_of_cmyk(row[0], width, output);
        }
    }
}

static void read_rows(cic_jpeg_reader *reader, uint8_t *rgb) {
    enum { most = 16 };
    struct jpeg_decompress_struct *info = &reader->info;
    size_t stride = (size_t)info->output_width * 3;
    while (info->output_scanline < info->output_height) {
        JSAMPROW rows[most];
        uint8_t *first = rgb + stride * info->output_scanline;
        JDIMENSION left = info->output_height - info->output_scanline;
        JDIMENSION count = left < most ? left : most;
        for (JDIMENSION i = 0; i < count; i++) rows[i] = first + stride * i;
        jpeg_read_scanlines(info, rows, count);
    }
}

static void open_color(cic_jpeg_reader *reader, bool inks) {
    unsigned int size = 0;
    if (!jpeg_read_icc_profile(&reader->info, &reader->profile, &size)) return;
    bool gray = reader->info.jpeg_color_space == JCS_GRAYSCALE;
    cic_layout layout = inks ? CIC_LAYOUT_INKS : gray ? CIC_LAYOUT_GRAY : CIC_LAYOUT_RGB;
    reader->color = cic_color_open(reader->profile, size, layout);
}

static cic_status decode_guarded(cic_jpeg_reader *reader, uint32_t eighths, cic_header expected,
                                 uint8_t *rgb) {
    if (setjmp(reader->escape)) return reader->failure;
    struct jpeg_decompress_struct *info = &reader->info;
    jpeg_create_decompress(info);
    jpeg_save_markers(info, JPEG_APP0 + 2, 0xFFFF);
    cic_jpeg_read_header(reader);
    info->scale_num = eighths;
    info->scale_denom = 8;
    bool inks = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
    info->out_color_space = inks ? JCS_CMYK : JCS_RGB;
    reader->strict = is_costly(info);
    if (info->output_width != expected.width || info->output_height != expected.height) {
        snprintf(reader->message, CIC_MESSAGE_SIZE, "the size is not that of the header");
        return CIC_CORRUPT;
    }
    open_color(reader, inks);
    reader->many_scans = jpeg_has_multiple_scans(info);
    if (reader->many_scans && reader->strict) cic_jpeg_keep_in_file(info);
    reader->coded_bytes = reader->source.bytes_in_buffer;
    reader->in_picture = true;
    jpeg_start_decompress(info);
    if (inks || reader->color) {
        read_converted_rows(reader, rgb);
    } else {
        read_rows(reader, rgb);
    }
    check_end(reader);
    return CIC_OK;
}

/// Decodes once. `taken` gets how many bytes libjpeg had taken in when there were no more; 0 when
/// the file is whole, or has other faults.
static cic_status decode_once(const uint8_t *bytes, size_t size, uint32_t eighths,
                              cic_header expected, uint8_t *rgb, cic_damage *damage,
                              char *message, size_t *taken) {
    cic_jpeg_reader reader = {0};
    cic_jpeg_open(&reader, bytes, size, message);
    cic_status status = decode_guarded(&reader, eighths, expected, rgb);
    *taken = reader.taken;
    // A table or scan header between the scans was cut, and read on in the filler.
    if (status == CIC_CORRUPT && reader.exhausted) status = CIC_TRUNCATED;
    *damage = reader.exhausted ? CIC_DAMAGE_TRUNCATED
              : reader.damaged ? CIC_DAMAGE_CORRUPT
                               : CIC_DAMAGE_NONE;
    if (status == CIC_OK && reader.exhausted && reader.coded_bytes == 0) {
        snprintf(message, CIC_MESSAGE_SIZE, "the file ends before its first block");
        status = CIC_TRUNCATED;
    }
    cic_jpeg_close(&reader);
    cic_color_close(reader.color);
    free(reader.profile);
    return status;
}

cic_status cic_jpeg_decode(const uint8_t *bytes, size_t size, uint32_t eighths,
                           cic_header expected, uint8_t *rgb, cic_damage *damage, char *message) {
    size_t taken = 0;
    cic_status status =
        decode_once(bytes, size, eighths, expected, rgb, damage, message, &taken);
    // A sound file that was cut in a marker: the scans before it are whole, and shown without it.
    if (status != CIC_TRUNCATED || taken < 2) return status;
    return decode_once(bytes, taken - 2, eighths, expected, rgb, damage, message, &taken);
}
