#ifndef C_IMAGE_MEASURE_H
#define C_IMAGE_MEASURE_H
#include <stdint.h>

/// Sums over the pixels of a picture, of which its metrics are made.
typedef struct cic_sums {
    /// How many pixels have each luma (Rec. 601, rounded).
    uint32_t histogram[256];
    /// The 4-neighbour Laplacian of the luma of the inner pixels, and its square.
    int64_t laplacian, laplacian_squared;
    /// Red minus green, and its square.
    int64_t red_green, red_green_squared;
    /// Red plus green minus twice blue, and its square.
    int64_t yellow_blue, yellow_blue_squared;
    /// The saturation of HSV in 65,536ths, each rounded down.
    int64_t saturation;
    /// Pixels whose channels differ by 8 at most.
    int64_t gray;
} cic_sums;

/// Measures 8-bit RGB pixels, at least one, and writes the luma of each to `luma`.
void cic_measure(const uint8_t *_Nonnull rgb, uint32_t width, uint32_t height,
                 uint8_t *_Nonnull luma, cic_sums *_Nonnull sums);

/// The cells of a side of `cic_luma_cells`.
enum { CIC_CELLS = 64 };

/// Averages the luma of a picture, at least one pixel, over 64 rows of 64 cells of equal area.
///
/// The result is the same on every machine, since sums are made in one order and never fused.
/// `row` is room for `width` numbers; each of the `cells` becomes 0...255.
void cic_luma_cells(const uint8_t *_Nonnull luma, uint32_t width, uint32_t height,
                    float *_Nonnull row, float *_Nonnull cells);
#endif
