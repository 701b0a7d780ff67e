#ifndef DECODE_H
#define DECODE_H
#include "CImageCodecs.h"
#include <stdlib.h>

/// The limit of pixels that is used unless another is given.
#define PIXEL_LIMIT 178956970

/// Room for the pixels, not a byte more than the decoder may write.
static inline uint8_t *room_for(cic_header header) {
    uint8_t *rgb = malloc((size_t)header.width * header.height * 3);
    if (!rgb) abort();
    return rgb;
}

/// Stops at an answer that the callers would not understand.
static inline void check(cic_status status, cic_damage damage) {
    if (status < CIC_OK || status > CIC_BOMB) abort();
    if (damage < CIC_DAMAGE_NONE || damage > CIC_DAMAGE_CORRUPT) abort();
}
#endif
