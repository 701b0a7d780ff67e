#include "codecs.h"
#include <inttypes.h>
#include <stdio.h>

bool cic_is_bomb(uint64_t pixels, uint64_t least, size_t size) {
    uint64_t cut = pixels > 1 << 24 ? 1 : 8;
    return least / cut > size;
}

bool cic_is_costly(uint64_t bytes) {
    return bytes > 256 << 20;
}

void cic_explain_bomb(cic_header header, size_t size, char *message) {
    snprintf(message, CIC_MESSAGE_SIZE, "%" PRIu32 " x %" PRIu32 " pixels in %zu bytes",
             header.width, header.height, size);
}
