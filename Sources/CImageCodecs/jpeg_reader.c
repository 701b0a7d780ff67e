#include "jpeg_reader.h"
#include "jpeg_scans.h"
#include <string.h>

#include <jerror.h>

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
    case JERR_TFILE_CREATE:
    case JERR_TFILE_READ:
    case JERR_TFILE_WRITE:
        return CIC_OUT_OF_MEMORY;
    default:
        return CIC_CORRUPT;
    }
}

static void fail(j_common_ptr info) {
    cic_jpeg_reader *reader = info->client_data;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    snprintf(reader->message, CIC_MESSAGE_SIZE, "%s", text);
    reader->failure = status_of(info->err->msg_code);
    longjmp(reader->escape, 1);
}

/// Whether the bytes that libjpeg has just passed over, before a marker, were coded ones that no
/// block was made of: the blocks before them took too few.
static bool passed_over_coded(const cic_jpeg_reader *reader) {
    if (!reader->in_picture || reader->exhausted) return false;
    const JOCTET *end = reader->source.next_input_byte;
    size_t before = (size_t)(end - reader->bytes);
    size_t count = (size_t)reader->errors.msg_parm.i[0];
    if (count > before) count = before;
    return cic_jpeg_has_leftover(end - count, count);
}

static void note(j_common_ptr info, int level) {
    if (level >= 0) return;
    cic_jpeg_reader *reader = info->client_data;
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
    cic_jpeg_reader *reader = info->client_data;
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
    cic_jpeg_reader *reader = info->client_data;
    if (((j_decompress_ptr)info)->input_scan_number <= reader->scan_limit) return;
    snprintf(reader->message, CIC_MESSAGE_SIZE, "more than %d scans", reader->scan_limit);
    reader->failure = CIC_CORRUPT;
    longjmp(reader->escape, 1);
}

void cic_jpeg_open(cic_jpeg_reader *reader, const uint8_t *bytes, size_t size, char *message) {
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

void cic_jpeg_read_header(cic_jpeg_reader *reader) {
    reader->info.src = &reader->source;
    reader->info.progress = &reader->progress;
    jpeg_read_header(&reader->info, TRUE);
    // 500 scans are far beyond any encoder; a huge picture is given fewer, so that the time that
    // a hostile file can take is bounded too.
    uint64_t pixels = (uint64_t)reader->info.image_width * reader->info.image_height;
    uint64_t scans = 4000000000u / pixels;
    reader->scan_limit = scans > 500 ? 500 : scans < 50 ? 50 : (int)scans;
}

void cic_jpeg_close(cic_jpeg_reader *reader) {
    jpeg_destroy_decompress(&reader->info);
    cic_jpeg_close_store(&reader->store);
}
