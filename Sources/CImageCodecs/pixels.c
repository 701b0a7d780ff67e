#include "CImageCodecs.h"
#include <string.h>

void cic_orient(const uint8_t *rgb, uint32_t width, uint32_t height, int32_t orientation,
                uint8_t *output) {
    // Where the pixel at (0, 0) goes, and how far a step right and a step down move it (EXIF 2.32,
    // tag 0x0112: 2 mirrored, 3 half turn, 4 flipped, 5 transposed, 6 turned right, 7 transversed,
    // 8 turned left).
    ptrdiff_t w = width, h = height;
    ptrdiff_t start = 0, right = 1, down = w;
    switch (orientation) {
    case 2: start = w - 1, right = -1, down = w; break;
    case 3: start = w * h - 1, right = -1, down = -w; break;
    case 4: start = w * (h - 1), right = 1, down = -w; break;
    case 5: start = 0, right = h, down = 1; break;
    case 6: start = h - 1, right = h, down = -1; break;
    case 7: start = w * h - 1, right = -h, down = -1; break;
    case 8: start = h * (w - 1), right = -h, down = 1; break;
    default: break;
    }
    for (ptrdiff_t y = 0; y < h; y++) {
        ptrdiff_t target = start + y * down;
        for (ptrdiff_t x = 0; x < w; x++, target += right, rgb += 3) {
            memcpy(output + 3 * target, rgb, 3);
        }
    }
}

void cic_luma(const uint8_t *restrict rgb, size_t count, uint8_t *restrict output) {
    // 0.299, 0.587 and 0.114 in 16-bit fixed point; they add up to one.
    for (size_t i = 0; i < count; i++) {
        uint32_t sum = 19595u * rgb[3 * i] + 38470u * rgb[3 * i + 1] + 7471u * rgb[3 * i + 2];
        output[i] = (uint8_t)((sum + 32768u) >> 16);
    }
}
