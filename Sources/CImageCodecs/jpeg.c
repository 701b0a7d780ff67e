#include "codecs.h"
#include "jpeg_scans.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

/// One reading of one file; owned by the function that libjpeg's errors do not unwind.
typedef struct {
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
} jpeg_reader;

static const JOCTET end_of_image[2] = {0xFF, JPEG_EOI};

static cic_status status_of(int code) {
    switch (code) {
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY:
        return CIC_TRUNCATED;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_COMPONENT_COUNT:
        return CIC_UNSUPPORTED;
    case JERR_IMAGE_TOO_BIG:
        return CIC_TOO_LARGE;
    case JERR_OUT_OF_MEMORY:
        return CIC_OUT_OF_MEMORY;
    default:
        return CIC_CORRUPT;
    }
}

static void fail(j_common_ptr info) {
    jpeg_reader *reader = info->client_data;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    snprintf(reader->message, CIC_MESSAGE_SIZE, "%s", text);
    reader->failure = status_of(info->err->msg_code);
    longjmp(reader->escape, 1);
}

/// Whether the bytes that libjpeg has just passed over, before a marker, were coded ones that no
/// block was made of: the blocks before them took too few.
static bool passed_over_coded(const jpeg_reader *reader) {
    if (!reader->in_picture || reader->exhausted) return false;
    const JOCTET *end = reader->source.next_input_byte;
    size_t before = (size_t)(end - reader->bytes);
    size_t count = (size_t)reader->errors.msg_parm.i[0];
    if (count > before) count = before;
    return cic_jpeg_has_leftover(end - count, count);
}

static void note(j_common_ptr info, int level) {
    if (level >= 0) return;
    jpeg_reader *reader = info->client_data;
    info->err->num_warnings++;
    switch (info->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
        if (!passed_over_coded(reader)) break;
        __attribute__((fallthrough));
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_NOT_SEQUENTIAL:
    case JWRN_BOGUS_PROGRESSION:
        reader->damaged = true;
        if (reader->strict) fail(info);
        break;
    default:
        // Oddities that leave the pixels as they were meant.
        break;
    }
}

static void no_output(j_common_ptr info) {
    (void)info;
}

static void start_source(j_decompress_ptr info) {
    (void)info;
}

static boolean refill(j_decompress_ptr info) {
    jpeg_reader *reader = info->client_data;
    if (!reader->in_picture || reader->strict) ERREXIT(info, JERR_INPUT_EOF);
    if (!reader->exhausted && info->err->num_warnings == 0) {
        reader->taken = (size_t)(info->src->next_input_byte - reader->bytes);
    }
    reader->exhausted = true;
    info->src->next_input_byte = end_of_image;
    info->src->bytes_in_buffer = sizeof end_of_image;
    return TRUE;
}

static void skip(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    if ((size_t)count > info->src->bytes_in_buffer) {
        refill(info);
        return;
    }
    info->src->next_input_byte += count;
    info->src->bytes_in_buffer -= (size_t)count;
}

/// Stops files whose many tiny scans would each cost a pass over all the coefficients.
static void check_scans(j_common_ptr info) {
    jpeg_reader *reader = info->client_data;
    if (((j_decompress_ptr)info)->input_scan_number <= reader->scan_limit) return;
    snprintf(reader->message, CIC_MESSAGE_SIZE, "more than %d scans", reader->scan_limit);
    reader->failure = CIC_CORRUPT;
    longjmp(reader->escape, 1);
}

static void open_reader(jpeg_reader *reader, const uint8_t *bytes, size_t size, char *message) {
    reader->bytes = bytes;
    reader->message = message;
    message[0] = 0;
    reader->info.err = jpeg_std_error(&reader->errors);
    reader->info.client_data = reader;
    reader->errors.error_exit = fail;
    reader->errors.emit_message = note;
    reader->errors.output_message = no_output;
    reader->source.init_source = start_source;
    reader->source.fill_input_buffer = refill;
    reader->source.skip_input_data = skip;
    reader->source.resync_to_restart = jpeg_resync_to_restart;
    reader->source.term_source = start_source;
    reader->source.next_input_byte = bytes;
    reader->source.bytes_in_buffer = size;
    reader->progress.progress_monitor = check_scans;
    reader->scan_limit = 1;
}

static void read_header(jpeg_reader *reader) {
    reader->info.src = &reader->source;
    reader->info.progress = &reader->progress;
    jpeg_read_header(&reader->info, TRUE);
    // 500 scans are far beyond any encoder; a huge picture is given fewer, so that the time that
    // a hostile file can take is bounded too.
    uint64_t pixels = (uint64_t)reader->info.image_width * reader->info.image_height;
    uint64_t scans = 4000000000u / pixels;
    reader->scan_limit = scans > 500 ? 500 : scans < 50 ? 50 : (int)scans;
}

static cic_status probe_guarded(jpeg_reader *reader, size_t size, uint64_t pixel_limit,
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
    read_header(reader);
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
    jpeg_reader reader = {0};
    open_reader(&reader, bytes, size, message);
    cic_status status = probe_guarded(&reader, size, pixel_limit, header);
    jpeg_destroy_decompress(&reader.info);
    return status;
}

/// Looks at what follows the last block. Coded bytes that are left are damage; elsewhere a file
/// without the end marker counts as cut, too.
static void check_end(jpeg_reader *reader) {
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

/// Memory for the pixels at the scale that was set, and for what many scans refine.
static uint64_t needed_bytes(j_decompress_ptr info) {
    jpeg_calc_output_dimensions(info);
    uint64_t bytes = (uint64_t)info->output_width * info->output_height * 3;
    for (int i = 0; i < info->num_components && jpeg_has_multiple_scans(info); i++) {
        const jpeg_component_info *component = &info->comp_info[i];
        bytes += (uint64_t)component->width_in_blocks * component->height_in_blocks *
                 sizeof(JBLOCK);
    }
    return bytes;
}

/// Checks all that can be known of many scans before there is room for what they refine.
static cic_status check_scan_sizes(jpeg_reader *reader, size_t size) {
    cic_jpeg_scans scans = cic_jpeg_find_scans(reader->bytes, size, &reader->info);
    uint32_t all = (1u << reader->info.num_components) - 1;
    if (scans.ended && !scans.starved && scans.started == all) return CIC_OK;
    snprintf(reader->message, CIC_MESSAGE_SIZE, "the scans are shorter than the picture");
    return CIC_TRUNCATED;
}

static cic_status check_guarded(jpeg_reader *reader, size_t size, uint32_t eighths) {
    if (setjmp(reader->escape)) return reader->failure;
    struct jpeg_decompress_struct *info = &reader->info;
    jpeg_create_decompress(info);
    read_header(reader);
    info->scale_num = eighths;
    info->scale_denom = 8;
    if (!cic_is_costly(needed_bytes(info))) return CIC_OK;
    if (jpeg_has_multiple_scans(info)) return check_scan_sizes(reader, size);
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
    jpeg_reader reader = {0};
    open_reader(&reader, bytes, size, message);
    cic_status status = check_guarded(&reader, size, eighths);
    jpeg_destroy_decompress(&reader.info);
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
static void read_converted_rows(jpeg_reader *reader, uint8_t *rgb) {
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

static void read_rows(jpeg_reader *reader, uint8_t *rgb) {
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

static void open_color(jpeg_reader *reader, bool inks) {
    unsigned int size = 0;
    if (!jpeg_read_icc_profile(&reader->info, &reader->profile, &size)) return;
    bool gray = reader->info.jpeg_color_space == JCS_GRAYSCALE;
    cic_layout layout = inks ? CIC_LAYOUT_INKS : gray ? CIC_LAYOUT_GRAY : CIC_LAYOUT_RGB;
    reader->color = cic_color_open(reader->profile, size, layout);
}

static cic_status decode_guarded(jpeg_reader *reader, uint32_t eighths, cic_header expected,
                                 uint8_t *rgb) {
    if (setjmp(reader->escape)) return reader->failure;
    struct jpeg_decompress_struct *info = &reader->info;
    jpeg_create_decompress(info);
    jpeg_save_markers(info, JPEG_APP0 + 2, 0xFFFF);
    read_header(reader);
    info->scale_num = eighths;
    info->scale_denom = 8;
    bool inks = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
    info->out_color_space = inks ? JCS_CMYK : JCS_RGB;
    reader->strict = cic_is_costly(needed_bytes(info));
    if (info->output_width != expected.width || info->output_height != expected.height) {
        snprintf(reader->message, CIC_MESSAGE_SIZE, "the size is not that of the header");
        return CIC_CORRUPT;
    }
    open_color(reader, inks);
    reader->many_scans = jpeg_has_multiple_scans(info);
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
    jpeg_reader reader = {0};
    open_reader(&reader, bytes, size, message);
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
    jpeg_destroy_decompress(&reader.info);
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
