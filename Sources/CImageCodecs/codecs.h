#ifndef CODECS_H
#define CODECS_H
#include "CImageCodecs.h"
#include <stdbool.h>

/// What fills the pixels that a damaged file lacks: the gray that libjpeg also uses.
enum { cic_filler = 128 };

/// Sides and bytes of a picture are weighed against each other: a file is a bomb when `least`, the
/// fewest bytes that a whole file of its size could have, is more than it has.
///
/// A photo that was cut has fewer bytes than it should, and is no bomb; up to 16 megapixels, which
/// cost little, it may therefore lack seven eighths even of the least.
bool cic_is_bomb(uint64_t pixels, uint64_t least, size_t size);

/// Writes why a file is a bomb.
void cic_explain_bomb(cic_header header, size_t size, char *message);

/// Whether a picture needs so much memory that only a sound one may have it.
bool cic_is_costly(uint64_t bytes);

/// Blends RGBA onto white.
void cic_blend(const uint8_t *rgba, size_t count, uint8_t *rgb);

/// What the bytes of a pixel are that a profile is for, by the color model of its file.
typedef enum {
    CIC_LAYOUT_RGB,
    /// Four bytes, of which the last is kept.
    CIC_LAYOUT_RGBA,
    /// Three bytes that say the same.
    CIC_LAYOUT_GRAY,
    /// Three bytes that say the same, and one that is kept.
    CIC_LAYOUT_GRAY_ALPHA,
    /// Cyan, magenta, yellow, black, 255 for no ink, as Adobe writes them.
    CIC_LAYOUT_INKS,
} cic_layout;

/// The way from the colors of a profile to those of sRGB.
typedef struct cic_color cic_color;

/// Whether a profile describes sRGB to within a level, by its colorants and curves alone.
bool cic_is_srgb(const uint8_t *profile, size_t size);

/// Opens a profile; NULL when there is none, when it is that of sRGB, when it is for another color
/// model than the file's, as other programs ignore it too, or when it cannot be used.
cic_color *cic_color_open(const uint8_t *profile, size_t size, cic_layout layout);

/// Converts pixels: all but inks to as many bytes, which may be in place; inks to RGB.
void cic_color_convert(const cic_color *color, const uint8_t *pixels, size_t count,
                       uint8_t *output);

/// Frees what `cic_color_open` made; NULL is well.
void cic_color_close(cic_color *color);
#endif
