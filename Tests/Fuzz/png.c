#include "decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    cic_header header = {0};
    char message[CIC_MESSAGE_SIZE];
    if (cic_png_probe(bytes, size, PIXEL_LIMIT, &header, message) != CIC_OK) return 0;
    if (cic_png_check(bytes, size, message) != CIC_OK) return 0;
    // The last byte, which is that of a checksum, chooses the scale.
    uint32_t eighths = 1u << (bytes[size - 1] & 3);
    header.width = (uint32_t)(((uint64_t)header.width * eighths + 7) / 8);
    header.height = (uint32_t)(((uint64_t)header.height * eighths + 7) / 8);
    uint8_t *rgb = room_for(header);
    cic_damage damage = CIC_DAMAGE_NONE;
    cic_status status = cic_png_decode(bytes, size, eighths, header, rgb, &damage, message);
    check(status, damage);
    free(rgb);
    return 0;
}
