#include "CImageCodecs.h"

#include <zlib.h>

size_t cic_inflate(const uint8_t *bytes, size_t size, uint8_t *output, size_t capacity) {
    uLongf written = capacity;
    int status = uncompress(output, &written, bytes, size);
    return status == Z_OK ? written : 0;
}
