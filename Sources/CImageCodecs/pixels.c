#include "codecs.h"
#include <string.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

/// Turns a picture in squares that fit the fastest memory, so that neither the rows that are read
/// nor those that are written are left for long.
static void turn(const uint8_t *rgb, ptrdiff_t width, ptrdiff_t height, ptrdiff_t right,
                 ptrdiff_t down, uint8_t *output) {
    enum { square = 32 };
    for (ptrdiff_t top = 0; top < height; top += square) {
        ptrdiff_t bottom = top + square < height ? top + square : height;
        for (ptrdiff_t left = 0; left < width; left += square) {
            ptrdiff_t end = left + square < width ? left + square : width;
            for (ptrdiff_t y = top; y < bottom; y++) {
                const uint8_t *source = rgb + 3 * (y * width + left);
                uint8_t *target = output + 3 * (y * down + left * right);
                for (ptrdiff_t x = left; x < end; x++, source += 3, target += 3 * right) {
                    memcpy(target, source, 3);
                }
            }
        }
    }
}

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
    turn(rgb, w, h, right, down, output + 3 * start);
}

void cic_blend(const uint8_t *rgba, size_t count, uint8_t *rgb) {
    for (size_t i = 0; i < count; i++) {
        uint32_t alpha = rgba[4 * i + 3];
        for (size_t channel = 0; channel < 3; channel++) {
            uint32_t sum = rgba[4 * i + channel] * alpha + 255 * (255 - alpha) + 128;
            rgb[3 * i + channel] = (uint8_t)((sum + (sum >> 8)) >> 8);
        }
    }
}

void cic_keep_freed_pages(void) {
#ifdef __GLIBC__
    // Pictures of up to five megapixels; those beyond cost far more than their pages.
    mallopt(M_MMAP_THRESHOLD, 16 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}
