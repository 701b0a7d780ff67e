#include "decode.h"

/// libwebp makes room for 4 bytes of each pixel before it reads any: with more pixels this alone
/// would be over the limit of an allocation.
enum { pixel_limit = 60000000 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    cic_header header = {0};
    char message[CIC_MESSAGE_SIZE];
    if (cic_webp_probe(bytes, size, pixel_limit, &header, message) != CIC_OK) return 0;
    if (cic_webp_check(bytes, size, message) != CIC_OK) return 0;
    uint8_t *rgb = room_for(header);
    cic_damage damage = CIC_DAMAGE_NONE;
    cic_status status = cic_webp_decode(bytes, size, header, rgb, &damage, message);
    check(status, damage);
    free(rgb);
    return 0;
}
