#include "kernels.h"

int32_t cvk_best_level(void) {
#ifdef CVK_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vpopcntdq")) {
        return CVK_AVX512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("popcnt")) {
        return CVK_AVX2;
    }
#endif
    return CVK_SCALAR;
}

const cvk_kernels *cvk_kernels_of(int32_t level) {
#ifdef CVK_X86
    if (level == CVK_AVX512) return &cvk_avx512_kernels;
    if (level == CVK_AVX2) return &cvk_avx2_kernels;
#endif
    (void)level;
    return &cvk_scalar_kernels;
}

float cvk_dot(int32_t level, const float *left, const float *right, int64_t count) {
    return cvk_kernels_of(level)->dot(left, right, count);
}

int64_t cvk_hamming_within(int32_t level, const cvk_hash_query *query, const cvk_hashes *hashes,
                           int64_t first, int32_t *matches) {
    return cvk_kernels_of(level)->hamming_within(query, hashes, first, matches);
}
