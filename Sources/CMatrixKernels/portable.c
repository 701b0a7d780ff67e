#include "kernels.h"

void cmk_portable_tile(const float *const left[CMK_TILE], const float *const right[CMK_TILE],
                       int64_t count, float sums[CMK_TILE * CMK_TILE]) {
    // Four sums for each pair, which a compiler keeps in one register.
    float lanes[CMK_TILE * CMK_TILE][4] = {0};
    for (int64_t index = 0; index < count; index += 4) {
        for (int row = 0; row < CMK_TILE; row++) {
            for (int column = 0; column < CMK_TILE; column++) {
                float *own = lanes[row * CMK_TILE + column];
                for (int lane = 0; lane < 4; lane++) {
                    own[lane] += left[row][index + lane] * right[column][index + lane];
                }
            }
        }
    }
    for (int pair = 0; pair < CMK_TILE * CMK_TILE; pair++) {
        const float *own = lanes[pair];
        sums[pair] = (own[0] + own[1]) + (own[2] + own[3]);
    }
}
