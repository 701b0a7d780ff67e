#include "CImageMeasure.h"
#include <stddef.h>
#include <string.h>

// The loops below are written so that the compiler turns them into vector code. `BODY` is compiled
// once for the least machine and once for those with AVX2, which are asked for at run time.
#define BODY static inline __attribute__((always_inline))

// The order of the sums of `cic_luma_cells` must not depend on the machine.
#pragma STDC FP_CONTRACT OFF

/// Pixels that are taken apart at a time: their channels stay in the first-level cache.
enum { CHUNK = 512 };

/// 0.299, 0.587 and 0.114 in 16-bit fixed point; they add up to one.
BODY uint8_t luma_of(uint32_t red, uint32_t green, uint32_t blue) {
    return (uint8_t)((19595u * red + 38470u * green + 7471u * blue + 32768u) >> 16);
}

/// The channels of some pixels, one after the other.
typedef struct {
    int16_t red[CHUNK], green[CHUNK], blue[CHUNK];
} planes;

BODY void split(const uint8_t *restrict rgb, uint32_t count, planes *restrict channels) {
    for (uint32_t i = 0; i < count; i++) {
        channels->red[i] = rgb[3 * i];
        channels->green[i] = rgb[3 * i + 1];
        channels->blue[i] = rgb[3 * i + 2];
    }
}

BODY void write_luma(const planes *restrict channels, uint32_t count, uint8_t *restrict luma) {
    for (uint32_t i = 0; i < count; i++) {
        luma[i] = luma_of((uint8_t)channels->red[i], (uint8_t)channels->green[i],
                          (uint8_t)channels->blue[i]);
    }
}

BODY void add_opponents(const planes *restrict channels, uint32_t count, cic_sums *sums) {
    // Of 512 pixels the sums of squares stay below 512 * 510^2 < 2^31.
    int32_t red_green = 0, red_green_squared = 0, yellow_blue = 0, yellow_blue_squared = 0;
    for (uint32_t i = 0; i < count; i++) {
        int16_t r = channels->red[i], g = channels->green[i], b = channels->blue[i];
        int16_t rg = (int16_t)(r - g), yb = (int16_t)(r + g - 2 * b);
        red_green += rg;
        red_green_squared += (int32_t)rg * rg;
        yellow_blue += yb;
        yellow_blue_squared += (int32_t)yb * yb;
    }
    sums->red_green += red_green;
    sums->red_green_squared += red_green_squared;
    sums->yellow_blue += yellow_blue;
    sums->yellow_blue_squared += yellow_blue_squared;
}

BODY void add_saturation(const planes *restrict channels, uint32_t count, cic_sums *sums) {
    int32_t saturation = 0;
    int16_t gray = 0;
    for (uint32_t i = 0; i < count; i++) {
        int16_t r = channels->red[i], g = channels->green[i], b = channels->blue[i];
        int16_t high = r > g ? r : g, low = r < g ? r : g;
        high = high > b ? high : b;
        low = low < b ? low : b;
        int16_t range = (int16_t)(high - low);
        gray += range <= 8;
        // Black has no saturation: its range is 0. Whole numbers can be summed in any order.
        saturation += (int32_t)((float)(range * 65536) / (float)(high > 0 ? high : 1));
    }
    sums->saturation += saturation;
    sums->gray += gray;
}

BODY void add_laplacians(const uint8_t *restrict row, uint32_t width, uint32_t count,
                         cic_sums *sums) {
    // Of 512 pixels the sum of squares stays below 512 * 1020^2 < 2^31.
    int32_t sum = 0, squares = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *pixel = row + i;
        int16_t around = pixel[-1] + pixel[1] + pixel[-(ptrdiff_t)width] + pixel[width];
        int16_t laplacian = (int16_t)(around - 4 * pixel[0]);
        sum += laplacian;
        squares += (int32_t)laplacian * laplacian;
    }
    sums->laplacian += sum;
    sums->laplacian_squared += squares;
}

BODY void measure(const uint8_t *restrict rgb, uint32_t width, uint32_t height,
                  uint8_t *restrict luma, cic_sums *sums) {
    size_t count = (size_t)width * height;
    for (size_t start = 0; start < count; start += CHUNK) {
        uint32_t some = count - start < CHUNK ? (uint32_t)(count - start) : CHUNK;
        planes channels;
        split(rgb + 3 * start, some, &channels);
        write_luma(&channels, some, luma + start);
        add_opponents(&channels, some, sums);
        add_saturation(&channels, some, sums);
    }
    for (uint32_t y = 1; y + 1 < height; y++) {
        const uint8_t *row = luma + (size_t)y * width;
        for (uint32_t x = 1; x + 1 < width; x += CHUNK) {
            uint32_t rest = width - 1 - x;
            add_laplacians(row + x, width, rest < CHUNK ? rest : CHUNK, sums);
        }
    }
}

/// Counts into four tables in turn: a count that depends on the one just before would wait for it.
static void count_luma(const uint8_t *luma, size_t count, uint32_t histogram[256]) {
    uint32_t tables[4][256];
    memset(tables, 0, sizeof tables);
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        for (int table = 0; table < 4; table++) tables[table][luma[i + table]]++;
    }
    for (; i < count; i++) tables[0][luma[i]]++;
    for (int value = 0; value < 256; value++) {
        histogram[value] =
            tables[0][value] + tables[1][value] + tables[2][value] + tables[3][value];
    }
}

/// The pixels that a cell covers along one axis: from the first to before the end, and how much of
/// the outermost two it covers.
typedef struct {
    uint32_t first, end;
    float first_share, last_share;
} span;

static span cell_span(uint32_t cell, uint32_t size) {
    // In 64ths of a pixel, where every border is whole.
    uint64_t start = (uint64_t)cell * size, end = start + size;
    span covered;
    covered.first = (uint32_t)(start / CIC_CELLS);
    covered.end = (uint32_t)((end + CIC_CELLS - 1) / CIC_CELLS);
    uint64_t first_end = ((uint64_t)covered.first + 1) * CIC_CELLS;
    uint64_t last_start = ((uint64_t)covered.end - 1) * CIC_CELLS;
    covered.first_share = (float)((first_end < end ? first_end : end) - start) / CIC_CELLS;
    covered.last_share = (float)(end - (last_start > start ? last_start : start)) / CIC_CELLS;
    return covered;
}

static float weight(const span *covered, uint32_t position) {
    if (position == covered->first) return covered->first_share;
    return position + 1 == covered->end ? covered->last_share : 1;
}

BODY void luma_cells(const uint8_t *restrict luma, uint32_t width, uint32_t height,
                     float *restrict row, float *restrict cells) {
    span columns[CIC_CELLS];
    for (uint32_t cell = 0; cell < CIC_CELLS; cell++) columns[cell] = cell_span(cell, width);
    float area = (float)width * (float)height / (CIC_CELLS * CIC_CELLS);
    for (uint32_t down = 0; down < CIC_CELLS; down++) {
        span rows = cell_span(down, height);
        memset(row, 0, width * sizeof(float));
        for (uint32_t y = rows.first; y < rows.end; y++) {
            const uint8_t *pixels = luma + (size_t)y * width;
            float share = weight(&rows, y);
            for (uint32_t x = 0; x < width; x++) row[x] += share * pixels[x];
        }
        for (uint32_t across = 0; across < CIC_CELLS; across++) {
            const span *covered = columns + across;
            float sum = covered->first_share * row[covered->first];
            for (uint32_t x = covered->first + 1; x + 1 < covered->end; x++) sum += row[x];
            if (covered->end > covered->first + 1) {
                sum += covered->last_share * row[covered->end - 1];
            }
            cells[down * CIC_CELLS + across] = sum / area;
        }
    }
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))

AVX2 static void measure_avx2(const uint8_t *rgb, uint32_t width, uint32_t height, uint8_t *luma,
                              cic_sums *sums) {
    measure(rgb, width, height, luma, sums);
}

AVX2 static void luma_cells_avx2(const uint8_t *luma, uint32_t width, uint32_t height, float *row,
                                 float *cells) {
    luma_cells(luma, width, height, row, cells);
}

static int has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2");
}
#endif

void cic_measure(const uint8_t *rgb, uint32_t width, uint32_t height, uint8_t *luma,
                 cic_sums *sums) {
    memset(sums, 0, sizeof *sums);
#if defined(__x86_64__)
    if (has_avx2()) {
        measure_avx2(rgb, width, height, luma, sums);
        count_luma(luma, (size_t)width * height, sums->histogram);
        return;
    }
#endif
    measure(rgb, width, height, luma, sums);
    count_luma(luma, (size_t)width * height, sums->histogram);
}

void cic_luma_cells(const uint8_t *luma, uint32_t width, uint32_t height, float *row,
                    float *cells) {
#if defined(__x86_64__)
    if (has_avx2()) {
        luma_cells_avx2(luma, width, height, row, cells);
        return;
    }
#endif
    luma_cells(luma, width, height, row, cells);
}
