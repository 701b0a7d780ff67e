#include "decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    cic_header header = {0};
    char message[CIC_MESSAGE_SIZE];
    if (cic_jpeg_probe(bytes, size, PIXEL_LIMIT, &header, message) != CIC_OK) return 0;
    // All the scales that are asked for, of the same file in the course of its changes.
    uint32_t eighths = 1u << size % 4;
    header.width = (header.width * eighths + 7) / 8;
    header.height = (header.height * eighths + 7) / 8;
    uint8_t *rgb = room_for(header);
    cic_damage damage = CIC_DAMAGE_NONE;
    cic_status status = cic_jpeg_decode(bytes, size, eighths, header, rgb, &damage, message);
    check(status, damage);
    free(rgb);
    return 0;
}
