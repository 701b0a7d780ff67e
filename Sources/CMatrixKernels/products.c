#include "kernels.h"

// Numbers of a row that are multiplied at a time, and rows of the right side that all of the left meet
// before the next ones: 24 KiB, which stay in the cache nearest to the core.
enum { DEPTH_STEP = 512, PANEL_ROWS = 12 };

int32_t cmk_best_level(void) {
#ifdef CMK_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return CMK_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return CMK_AVX2;
#endif
    return CMK_PORTABLE;
}

static cmk_tile *tile_of(int32_t level) {
#ifdef CMK_X86
    if (level == CMK_AVX512) return cmk_avx512_tile;
    if (level == CMK_AVX2) return cmk_avx2_tile;
#endif
    (void)level;
    return cmk_portable_tile;
}

static int64_t least(int64_t left, int64_t right) { return left < right ? left : right; }

// Four rows from `first` on; beyond the last one that one again, whose sums nobody takes.
static void take(cmk_rows rows, int64_t first, int64_t column, const float *tile[CMK_TILE]) {
    for (int row = 0; row < CMK_TILE; row++) {
        tile[row] = (const float *)rows.values + least(first + row, rows.count - 1) * rows.stride + column;
    }
}

void cmk_products(int32_t level, cmk_rows left, cmk_rows right, void *products,
                  int64_t product_stride) {
    cmk_tile *multiply = tile_of(level);
    const float *lefts[CMK_TILE], *rights[CMK_TILE];
    float sums[CMK_TILE * CMK_TILE];
    for (int64_t column = 0; column < left.stride; column += DEPTH_STEP) {
        int64_t depth = least(DEPTH_STEP, left.stride - column);
        for (int64_t panel = 0; panel < right.count; panel += PANEL_ROWS) {
            int64_t end = least(panel + PANEL_ROWS, right.count);
            for (int64_t row = 0; row < left.count; row += CMK_TILE) {
                take(left, row, column, lefts);
                for (int64_t other = panel; other < end; other += CMK_TILE) {
                    take(right, other, column, rights);
                    multiply(lefts, rights, depth, sums);
                    for (int64_t i = 0; i < least(CMK_TILE, left.count - row); i++) {
                        float *line = (float *)products + (row + i) * product_stride + other;
                        for (int64_t j = 0; j < least(CMK_TILE, end - other); j++) {
                            line[j] = (column > 0 ? line[j] : 0) + sums[i * CMK_TILE + j];
                        }
                    }
                }
            }
        }
    }
}
