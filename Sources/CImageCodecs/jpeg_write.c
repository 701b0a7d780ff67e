#include "CImageCodecs.h"
#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>

/// One writing of one file; owned by the function that libjpeg's errors do not unwind.
typedef struct {
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr target;
    jmp_buf escape;
    char *message;
    cic_status failure;
    /// Bytes that did not fit into the caller's buffer, and where they are dropped.
    size_t overflow;
    JOCTET dropped[4096];
    uint8_t *output;
    size_t capacity;
    int spilled;
} jpeg_writer;

static void fail(j_common_ptr info) {
    jpeg_writer *writer = info->client_data;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    snprintf(writer->message, CIC_MESSAGE_SIZE, "%s", text);
    writer->failure =
        info->err->msg_code == JERR_OUT_OF_MEMORY ? CIC_OUT_OF_MEMORY : CIC_UNSUPPORTED;
    longjmp(writer->escape, 1);
}

static void no_output(j_common_ptr info) {
    (void)info;
}

static void start_target(j_compress_ptr info) {
    jpeg_writer *writer = info->client_data;
    writer->target.next_output_byte = writer->output;
    writer->target.free_in_buffer = writer->capacity;
}

/// Called when the buffer is full: from then on only counts.
static boolean spill(j_compress_ptr info) {
    jpeg_writer *writer = info->client_data;
    if (writer->spilled) writer->overflow += sizeof writer->dropped;
    writer->spilled = 1;
    writer->target.next_output_byte = writer->dropped;
    writer->target.free_in_buffer = sizeof writer->dropped;
    return TRUE;
}

static void end_target(j_compress_ptr info) {
    jpeg_writer *writer = info->client_data;
    if (writer->spilled) writer->overflow += sizeof writer->dropped - writer->target.free_in_buffer;
}

static cic_status encode_guarded(jpeg_writer *writer, const uint8_t *rgb, uint32_t width,
                                 uint32_t height, int32_t quality) {
    if (setjmp(writer->escape)) return writer->failure;
    struct jpeg_compress_struct *info = &writer->info;
    jpeg_create_compress(info);
    info->dest = &writer->target;
    info->image_width = width;
    info->image_height = height;
    info->input_components = 3;
    info->in_color_space = JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_quality(info, quality, TRUE);
    jpeg_start_compress(info, TRUE);
    while (info->next_scanline < info->image_height) {
        // libjpeg does not write to the rows it is given.
        JSAMPROW row = (JSAMPROW)(rgb + (size_t)info->next_scanline * width * 3);
        jpeg_write_scanlines(info, &row, 1);
    }
    jpeg_finish_compress(info);
    return CIC_OK;
}

cic_status cic_jpeg_encode(const uint8_t *rgb, uint32_t width, uint32_t height, int32_t quality,
                           uint8_t *output, size_t capacity, size_t *written, char *message) {
    jpeg_writer writer;
    writer.message = message;
    message[0] = 0;
    writer.overflow = 0;
    writer.spilled = 0;
    writer.output = output;
    writer.capacity = capacity;
    writer.info.mem = NULL;
    writer.info.err = jpeg_std_error(&writer.errors);
    writer.info.client_data = &writer;
    writer.errors.error_exit = fail;
    writer.errors.output_message = no_output;
    writer.target.init_destination = start_target;
    writer.target.empty_output_buffer = spill;
    writer.target.term_destination = end_target;
    cic_status status = encode_guarded(&writer, rgb, width, height, quality);
    *written = writer.spilled ? capacity + writer.overflow
                              : capacity - (status == CIC_OK ? writer.target.free_in_buffer : 0);
    jpeg_destroy_compress(&writer.info);
    return status;
}
