#include "gzip.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

// Where reading is in a file, which may be several gzip files one after the other.
enum place { BETWEEN, INSIDE, PADDING, END };

struct car_gzip {
    int descriptor;
    enum place place;
    z_stream stream;
    int64_t unpacked;
    bool is_corrupt;
    const char *message;
    unsigned char packed[1 << 17];
    unsigned char bytes[1 << 18];
};

static const unsigned char first_byte = 0x1F;
// The largest window, and gzip around it.
static const int window_bits = 15 + 16;

bool car_is_gzip(int descriptor) {
    unsigned char start[2] = {0};
    return pread(descriptor, start, 2, 0) == 2 && start[0] == first_byte && start[1] == 0x8B;
}

car_gzip *car_gzip_open(int descriptor) {
    car_gzip *gzip = calloc(1, sizeof *gzip);
    if (!gzip) return NULL;
    gzip->descriptor = descriptor;
    if (inflateInit2(&gzip->stream, window_bits) == Z_OK) return gzip;
    free(gzip);
    return NULL;
}

static void fail(car_gzip *gzip, bool is_corrupt, const char *message) {
    gzip->is_corrupt = is_corrupt;
    gzip->message = message;
}

// Reads on once all that was read is used up; false at the end of the file, and when it cannot be
// read.
static bool fill(car_gzip *gzip) {
    if (gzip->stream.avail_in > 0) return true;
    ssize_t count;
    do {
        count = read(gzip->descriptor, gzip->packed, sizeof gzip->packed);
    } while (count < 0 && errno == EINTR);
    if (count < 0) fail(gzip, false, "it cannot be read");
    if (count <= 0) return false;
    gzip->stream.next_in = gzip->packed;
    gzip->stream.avail_in = (uInt)count;
    return true;
}

static void inflate_more(car_gzip *gzip) {
    int result = inflate(&gzip->stream, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
        gzip->place = BETWEEN;
    } else if (result == Z_MEM_ERROR) {
        fail(gzip, false, "out of memory");
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        fail(gzip, true, gzip->stream.msg ? gzip->stream.msg : "its compressed data is wrong");
    }
}

// Tools fill files up with zeros; anything else has to be another gzip file.
static void begin(car_gzip *gzip) {
    z_stream *stream = &gzip->stream;
    if (stream->next_in[0] == 0) {
        gzip->place = PADDING;
        stream->next_in++;
        stream->avail_in--;
    } else if (gzip->place == BETWEEN && stream->next_in[0] == first_byte) {
        inflateReset(stream);
        gzip->place = INSIDE;
    } else {
        fail(gzip, true, "something that is no gzip follows its end");
    }
}

int64_t car_gzip_next(car_gzip *gzip, const void **bytes) {
    z_stream *stream = &gzip->stream;
    stream->next_out = gzip->bytes;
    stream->avail_out = sizeof gzip->bytes;
    while (!gzip->message && gzip->place != END && stream->avail_out > 0) {
        if (!fill(gzip)) {
            if (gzip->place == INSIDE && !gzip->message) fail(gzip, false, "it ends early");
            gzip->place = END;
        } else if (gzip->place == INSIDE) {
            inflate_more(gzip);
        } else {
            begin(gzip);
        }
    }
    int64_t count = (int64_t)(sizeof gzip->bytes - stream->avail_out);
    gzip->unpacked += count;
    *bytes = gzip->bytes;
    // What came before the damage is given first.
    return count == 0 && gzip->message ? -1 : count;
}

int64_t car_gzip_unpacked(const car_gzip *gzip) { return gzip->unpacked; }

bool car_gzip_is_corrupt(const car_gzip *gzip) { return gzip->is_corrupt; }

const char *car_gzip_message(const car_gzip *gzip) { return gzip->message; }

void car_gzip_close(car_gzip *gzip) {
    inflateEnd(&gzip->stream);
    free(gzip);
}
