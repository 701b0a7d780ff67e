#include "decode.h"

/// The scale at which an import decodes: the shorter side keeps 240 pixels.
static uint32_t import_eighths(cic_header header) {
    uint32_t shorter = header.width < header.height ? header.width : header.height;
    uint32_t eighths = 1;
    while (eighths < 8 && (shorter * eighths + 7) / 8 < 240) eighths *= 2;
    return eighths;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    cic_header header = {0};
    char message[CIC_MESSAGE_SIZE];
    if (cic_jpeg_probe(bytes, size, PIXEL_LIMIT, &header, message) != CIC_OK) return 0;
    // All the scales that are asked for, of the same file in the course of its changes; of large
    // pictures that of an import.
    uint64_t pixels = (uint64_t)header.width * header.height;
    uint32_t eighths = pixels > 1 << 22 ? import_eighths(header) : 1u << size % 4;
    if (cic_jpeg_check(bytes, size, eighths, message) != CIC_OK) return 0;
    header.width = (header.width * eighths + 7) / 8;
    header.height = (header.height * eighths + 7) / 8;
    uint8_t *rgb = room_for(header);
    cic_damage damage = CIC_DAMAGE_NONE;
    cic_status status = cic_jpeg_decode(bytes, size, eighths, header, rgb, &damage, message);
    check(status, damage);
    free(rgb);
    return 0;
}
