#include "codecs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

/// How pixels are coded, as libwebp counts it; each frame of an animation has its own way.
typedef enum { ANIMATED = 0, LOSSY = 1, LOSSLESS = 2 } webp_coding;

/// One reading of one file.
typedef struct {
    WebPDemuxer *demuxer;
    WebPDemuxState state;
    /// The picture, or the first one of an animation, and where it lies on the canvas.
    WebPIterator frame;
    cic_header canvas;
    /// Whether the file says that it has transparent pixels.
    bool transparent;
    bool animated;
    webp_coding coding;
    char *message;
} webp_reader;

static cic_status fail(webp_reader *reader, cic_status status, const char *reason) {
    snprintf(reader->message, CIC_MESSAGE_SIZE, "%s", reason);
    return status;
}

static void close_reader(webp_reader *reader) {
    WebPDemuxReleaseIterator(&reader->frame);
    WebPDemuxDelete(reader->demuxer);
}

/// Opens the container, which may be cut anywhere after its header.
static cic_status open_reader(webp_reader *reader, const uint8_t *bytes, size_t size,
                              char *message) {
    reader->message = message;
    message[0] = 0;
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(bytes, size, &features);
    if (code == VP8_STATUS_NOT_ENOUGH_DATA) {
        return fail(reader, CIC_TRUNCATED, "the file ends in its header");
    }
    if (code != VP8_STATUS_OK) return fail(reader, CIC_CORRUPT, "the header is damaged");
    reader->canvas = (cic_header){(uint32_t)features.width, (uint32_t)features.height};
    reader->transparent = features.has_alpha;
    reader->animated = features.has_animation;
    reader->coding = (webp_coding)features.format;
    return CIC_OK;
}

/// Finds the frame to show. A file without a container has the one.
static cic_status find_frame(webp_reader *reader, const uint8_t *bytes, size_t size) {
    WebPData data = {bytes, size};
    reader->demuxer = WebPDemuxPartial(&data, &reader->state);
    if (!reader->demuxer) {
        if (reader->state == WEBP_DEMUX_PARSE_ERROR) {
            return fail(reader, CIC_CORRUPT, "the chunks are damaged");
        }
        return fail(reader, CIC_TRUNCATED, "the file ends before its first frame");
    }
    if (!WebPDemuxGetFrame(reader->demuxer, 1, &reader->frame)) {
        return reader->state == WEBP_DEMUX_PARSE_ERROR
                   ? fail(reader, CIC_CORRUPT, "the first frame is damaged")
                   : fail(reader, CIC_TRUNCATED, "the file ends before its first frame");
    }
    const WebPIterator *frame = &reader->frame;
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(frame->fragment.bytes, frame->fragment.size, &features);
    if (code == VP8_STATUS_NOT_ENOUGH_DATA) {
        return fail(reader, CIC_TRUNCATED, "the file ends before its first frame");
    }
    if (code != VP8_STATUS_OK || features.width != frame->width ||
        features.height != frame->height || frame->x_offset < 0 || frame->y_offset < 0 ||
        (uint64_t)frame->x_offset + frame->width > reader->canvas.width ||
        (uint64_t)frame->y_offset + frame->height > reader->canvas.height) {
        return fail(reader, CIC_CORRUPT, "the first frame is not that of the header");
    }
    return CIC_OK;
}

/// Whether the canvas is large, and next to nothing of it is the first frame: it would be all
/// memory and no picture.
static bool is_mostly_empty(webp_reader *reader, const uint8_t *bytes, size_t size) {
    enum { most = 16 };
    uint64_t pixels = (uint64_t)reader->canvas.width * reader->canvas.height;
    if (!reader->animated || pixels <= 1 << 24) return false;
    if (find_frame(reader, bytes, size) != CIC_OK) return false;
    return pixels / most > (uint64_t)reader->frame.width * reader->frame.height;
}

cic_status cic_webp_probe(const uint8_t *bytes, size_t size, uint64_t pixel_limit,
                          cic_header *header, char *message) {
    webp_reader reader = {0};
    cic_status status = open_reader(&reader, bytes, size, message);
    *header = reader.canvas;
    if (status != CIC_OK) return status;
    uint64_t pixels = (uint64_t)header->width * header->height;
    if (pixels > pixel_limit) return CIC_TOO_LARGE;
    bool empty = is_mostly_empty(&reader, bytes, size);
    close_reader(&reader);
    // Nothing bounds how far the lossless coding packs an even picture: libwebp makes 38 bytes of
    // 36 megapixels. Lossy, it makes at most 600 pixels into one byte; others may be better. Frames
    // of an animation may be far smaller than it, but hardly so few bytes.
    if (empty || (reader.coding != LOSSLESS && cic_is_bomb(pixels, pixels / 16384, size))) {
        cic_explain_bomb(*header, size, message);
        return CIC_BOMB;
    }
    // Lossless pixels, and the transparency of lossy ones, refer to each other: libwebp holds all
    // of them before it knows that the file is sound.
    if ((reader.coding != LOSSY || reader.transparent) && cic_is_costly(pixels * 4)) {
        return fail(&reader, CIC_UNSUPPORTED, "lossless pixels that take more than 256 MiB");
    }
    return CIC_OK;
}

/// Decodes as many rows of the frame as there are; `rows` gets their count.
static VP8StatusCode read_rows(webp_reader *reader, uint8_t *canvas, size_t channels, int *rows) {
    const WebPIterator *frame = &reader->frame;
    WebPDecoderConfig config;
    *rows = 0;
    if (!WebPInitDecoderConfig(&config)) return VP8_STATUS_OUT_OF_MEMORY;
    size_t stride = reader->canvas.width * channels;
    size_t offset = frame->y_offset * stride + frame->x_offset * channels;
    config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = canvas + offset;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = reader->canvas.height * stride - offset;
    WebPIDecoder *decoder = WebPINewDecoder(&config.output);
    if (!decoder) return VP8_STATUS_OUT_OF_MEMORY;
    VP8StatusCode code = WebPIUpdate(decoder, frame->fragment.bytes, frame->fragment.size);
    if (code == VP8_STATUS_OK) {
        *rows = frame->height;
    } else {
        WebPIDecGetRGB(decoder, rows, NULL, NULL, NULL);
    }
    WebPIDelete(decoder);
    return code;
}

/// Fills the rows of the frame that the file lacks.
static void fill(const webp_reader *reader, uint8_t *canvas, size_t channels, int rows) {
    const WebPIterator *frame = &reader->frame;
    for (int y = rows; y < frame->height; y++) {
        uint8_t *row = canvas + ((size_t)(frame->y_offset + y) * reader->canvas.width +
                                 frame->x_offset) * channels;
        memset(row, cic_filler, frame->width * channels);
        for (int x = 0; channels == 4 && x < frame->width; x++) row[4 * x + 3] = 255;
    }
}

static cic_color *open_color(const webp_reader *reader, cic_layout layout) {
    WebPChunkIterator chunk = {0};
    if (!WebPDemuxGetChunk(reader->demuxer, "ICCP", 1, &chunk)) return NULL;
    cic_color *color = cic_color_open(chunk.chunk.bytes, chunk.chunk.size, layout);
    WebPDemuxReleaseChunkIterator(&chunk);
    return color;
}

/// Whether the container says that it is longer than the file: perhaps only metadata is missing,
/// but that may be what says how the picture is turned.
static bool is_cut(const uint8_t *bytes, size_t size) {
    if (size < 8 || memcmp(bytes, "RIFF", 4) != 0) return false;
    uint64_t length = bytes[4] | (uint64_t)bytes[5] << 8 | (uint64_t)bytes[6] << 16 |
                      (uint64_t)bytes[7] << 24;
    return length + 8 > size;
}

/// Makes the decoded canvas into RGB of the screen.
static void finish(const webp_reader *reader, uint8_t *canvas, size_t channels, uint8_t *rgb) {
    size_t count = (size_t)reader->canvas.width * reader->canvas.height;
    cic_color *color = open_color(reader, channels == 4 ? CIC_LAYOUT_RGBA : CIC_LAYOUT_RGB);
    if (color) cic_color_convert(color, canvas, count, canvas);
    cic_color_close(color);
    if (channels == 4) cic_blend(canvas, count, rgb);
}

static cic_status decode(webp_reader *reader, uint8_t *canvas, size_t channels,
                         cic_damage *damage) {
    int rows = 0;
    VP8StatusCode code = read_rows(reader, canvas, channels, &rows);
    if (code == VP8_STATUS_OUT_OF_MEMORY) return CIC_OUT_OF_MEMORY;
    bool cut = code == VP8_STATUS_SUSPENDED || code == VP8_STATUS_NOT_ENOUGH_DATA;
    if (code != VP8_STATUS_OK && rows <= 0) {
        return cut ? fail(reader, CIC_TRUNCATED, "the file ends before its first row")
                   : fail(reader, CIC_CORRUPT, "the first row is damaged");
    }
    if (code != VP8_STATUS_OK) *damage = cut ? CIC_DAMAGE_TRUNCATED : CIC_DAMAGE_CORRUPT;
    fill(reader, canvas, channels, rows);
    return CIC_OK;
}

/// Memory for all the pixels, and for those that libwebp keeps beside.
static uint64_t needed_bytes(const webp_reader *reader) {
    uint64_t pixels = (uint64_t)reader->canvas.width * reader->canvas.height;
    return pixels * (3 + (reader->transparent ? 4 : 0) + (reader->coding == LOSSY ? 0 : 4));
}

/// Decodes the frame to the size of a stamp.
static cic_status check_frame(webp_reader *reader) {
    const WebPIterator *frame = &reader->frame;
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return CIC_OUT_OF_MEMORY;
    config.options.use_scaling = 1;
    config.options.scaled_width = frame->width < 16 ? frame->width : 16;
    config.options.scaled_height = frame->height < 16 ? frame->height : 16;
    WebPIDecoder *decoder = WebPIDecode(NULL, 0, &config);
    if (!decoder) return CIC_OUT_OF_MEMORY;
    VP8StatusCode code = WebPIUpdate(decoder, frame->fragment.bytes, frame->fragment.size);
    WebPIDelete(decoder);
    WebPFreeDecBuffer(&config.output);
    switch (code) {
    case VP8_STATUS_OK:
        return CIC_OK;
    case VP8_STATUS_OUT_OF_MEMORY:
        return CIC_OUT_OF_MEMORY;
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return fail(reader, CIC_TRUNCATED, "the file ends before its last row");
    default:
        return fail(reader, CIC_CORRUPT, "a row is damaged");
    }
}

cic_status cic_webp_check(const uint8_t *bytes, size_t size, char *message) {
    webp_reader reader = {0};
    cic_status status = open_reader(&reader, bytes, size, message);
    if (status == CIC_OK && cic_is_costly(needed_bytes(&reader))) {
        status = is_cut(bytes, size) ? fail(&reader, CIC_TRUNCATED, "the file ends early")
                                     : find_frame(&reader, bytes, size);
        if (status == CIC_OK) status = check_frame(&reader);
    }
    close_reader(&reader);
    return status;
}

cic_status cic_webp_decode(const uint8_t *bytes, size_t size, cic_header expected, uint8_t *rgb,
                           cic_damage *damage, char *message) {
    webp_reader reader = {0};
    *damage = CIC_DAMAGE_NONE;
    cic_status status = open_reader(&reader, bytes, size, message);
    if (status == CIC_OK) status = find_frame(&reader, bytes, size);
    if (status == CIC_OK && (reader.canvas.width != expected.width ||
                             reader.canvas.height != expected.height)) {
        status = fail(&reader, CIC_CORRUPT, "the size is not that of the header");
    }
    if (status == CIC_OK) {
        // A frame may leave parts of the canvas free: transparent ones, or black.
        size_t channels = reader.transparent ? 4 : 3;
        size_t room = (size_t)expected.width * expected.height * channels;
        uint8_t *canvas = reader.transparent ? malloc(room) : rgb;
        if (!canvas) status = CIC_OUT_OF_MEMORY;
        if (canvas && reader.animated) memset(canvas, 0, room);
        if (canvas) status = decode(&reader, canvas, channels, damage);
        if (status == CIC_OK) finish(&reader, canvas, channels, rgb);
        if (*damage == CIC_DAMAGE_NONE && is_cut(bytes, size)) *damage = CIC_DAMAGE_TRUNCATED;
        if (reader.transparent) free(canvas);
    }
    close_reader(&reader);
    return status;
}
