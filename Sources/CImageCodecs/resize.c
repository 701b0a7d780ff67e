#include "codecs.h"
#include <stdlib.h>
#include <string.h>

// The same code is compiled twice, for every processor and for those with AVX2 and FMA; what sums
// are rounded to may differ by one.
#if defined(__x86_64__)
#define FAST __attribute__((target("avx2,fma")))
#endif
#define SHARED static inline __attribute__((always_inline))

/// Two pixels: of each the three channels, and one number that is not used.
typedef float pair __attribute__((vector_size(32)));
typedef int32_t whole_pair __attribute__((vector_size(32)));
typedef uint8_t byte_pair __attribute__((vector_size(8)));
typedef float pixel __attribute__((vector_size(16)));

/// What each output position takes of the input positions along one axis.
typedef struct {
    /// The first input position of each output position.
    uint32_t *first;
    /// `taps` weights of each output position; those of positions that it does not touch are 0.
    float *weights;
    /// The same for all output positions, so that the inner loop is predictable.
    uint32_t taps;
} axis;

/// Output position `index` averages the input that it covers.
static void area_weights(axis *axis, uint32_t index, uint32_t input, uint32_t output) {
    double scale = (double)input / output;
    double start = index * scale, end = start + scale;
    float *weights = axis->weights + (size_t)index * axis->taps;
    uint32_t last_first = input - axis->taps;
    uint32_t first = (uint32_t)start < last_first ? (uint32_t)start : last_first;
    for (uint32_t i = 0; i < axis->taps; i++) {
        double left = first + i, right = left + 1;
        double covered = (end < right ? end : right) - (start > left ? start : left);
        weights[i] = covered > 0 ? (float)(covered / scale) : 0;
    }
    axis->first[index] = first;
}

/// Output position `index` lies between two input positions; the borders are repeated.
static void linear_weights(axis *axis, uint32_t index, uint32_t input, uint32_t output) {
    float *weights = axis->weights + (size_t)index * axis->taps;
    if (axis->taps == 1) {
        axis->first[index] = 0;
        weights[0] = 1;
        return;
    }
    double position = (index + 0.5) * input / output - 0.5;
    uint32_t first = position > 0 ? (uint32_t)position : 0;
    if (first > input - 2) first = input - 2;
    double share = position - first;
    axis->first[index] = first;
    weights[1] = share < 0 ? 0 : share > 1 ? 1 : (float)share;
    weights[0] = 1 - weights[1];
}

static bool make_axis(axis *axis, uint32_t input, uint32_t output) {
    uint32_t wanted = output > input ? 2 : (input + output - 1) / output + 1;
    axis->taps = wanted < input ? wanted : input;
    axis->first = malloc(sizeof(uint32_t) * output);
    axis->weights = malloc(sizeof(float) * output * (size_t)axis->taps);
    if (!axis->first || !axis->weights) return false;
    for (uint32_t i = 0; i < output; i++) {
        if (output <= input) {
            area_weights(axis, i, input, output);
        } else {
            linear_weights(axis, i, input, output);
        }
    }
    return true;
}

static void free_axis(axis *axis) {
    free(axis->first);
    free(axis->weights);
}

/// Sums `count` weighted rows, four at a time, so that the sums are seldom loaded and stored.
SHARED void sum_rows(const uint8_t *restrict rows, size_t stride, uint32_t count,
                     const float *restrict weights, float *restrict sums) {
    const float *w = weights;
    const uint8_t *a = rows, *b = a + (count > 1 ? stride : 0);
    const uint8_t *c = b + (count > 2 ? stride : 0), *d = c + (count > 3 ? stride : 0);
    if (count == 1) {
        for (size_t i = 0; i < stride; i++) sums[i] = w[0] * a[i];
    } else if (count == 2) {
        for (size_t i = 0; i < stride; i++) sums[i] = w[0] * a[i] + w[1] * b[i];
    } else if (count == 3) {
        for (size_t i = 0; i < stride; i++) sums[i] = w[0] * a[i] + w[1] * b[i] + w[2] * c[i];
    } else {
        for (size_t i = 0; i < stride; i++) {
            sums[i] = (w[0] * a[i] + w[1] * b[i]) + (w[2] * c[i] + w[3] * d[i]);
        }
    }
    uint32_t row = 4;
    for (; row + 4 <= count; row += 4) {
        w += 4, a += 4 * stride, b += 4 * stride, c += 4 * stride, d += 4 * stride;
        for (size_t i = 0; i < stride; i++) {
            sums[i] += (w[0] * a[i] + w[1] * b[i]) + (w[2] * c[i] + w[3] * d[i]);
        }
    }
    for (; row < count; row++) {
        const uint8_t *last = rows + row * stride;
        for (size_t i = 0; i < stride; i++) sums[i] += weights[row] * last[i];
    }
}

/// Sums `taps` weighted pixels at two places of a row.
SHARED byte_pair sum_pair(const float *restrict left, const float *restrict right,
                          const float *restrict weights, const float *restrict right_weights,
                          uint32_t taps) {
    pair sum = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
    for (uint32_t i = 0; i < taps; i++) {
        float a = weights[i], b = right_weights[i];
        pixel first, second;
        memcpy(&first, left + 3 * (size_t)i, sizeof first);
        memcpy(&second, right + 3 * (size_t)i, sizeof second);
        sum += __builtin_shufflevector(first, second, 0, 1, 2, 3, 4, 5, 6, 7) *
               (pair){a, a, a, a, b, b, b, b};
    }
    // Weights add up to one, so nothing exceeds 255.5 by more than floats are wrong.
    whole_pair whole = __builtin_convertvector(sum, whole_pair);
    byte_pair bytes = __builtin_convertvector(whole, byte_pair);
    return __builtin_shufflevector(bytes, bytes, 0, 1, 2, 4, 5, 6, -1, -1);
}

/// Sums weighted pixels along a row, two at a time. `row` has one float more than its pixels need.
SHARED void sum_columns(const float *restrict row, const axis *columns, uint32_t width,
                        uint8_t *restrict output, uint32_t taps) {
    const uint32_t *first = columns->first;
    const float *weights = columns->weights;
    for (uint32_t x = 0; x + 2 <= width; x += 2, weights += 2 * taps) {
        byte_pair bytes = sum_pair(row + (size_t)first[x] * 3, row + (size_t)first[x + 1] * 3,
                                   weights, weights + taps, taps);
        memcpy(output + 3 * (size_t)x, &bytes, 6);
    }
    if (width % 2 == 1) {
        const float *last = row + (size_t)first[width - 1] * 3;
        byte_pair bytes = sum_pair(last, last, weights, weights, taps);
        memcpy(output + 3 * (size_t)(width - 1), &bytes, 3);
    }
}

/// With the count of taps known to the compiler where it is small, as it mostly is.
SHARED void sum_row(const float *restrict row, const axis *columns, uint32_t width,
                    uint8_t *restrict output) {
    switch (columns->taps) {
    case 2: sum_columns(row, columns, width, output, 2); break;
    case 3: sum_columns(row, columns, width, output, 3); break;
    case 4: sum_columns(row, columns, width, output, 4); break;
    default: sum_columns(row, columns, width, output, columns->taps); break;
    }
}

SHARED void resize_all(const uint8_t *rgb, size_t stride, const axis *columns, const axis *rows,
                       float *sums, uint8_t *output, uint32_t output_width,
                       uint32_t output_height) {
    for (uint32_t y = 0; y < output_height; y++) {
        const float *weights = rows->weights + (size_t)y * rows->taps;
        uint32_t count = rows->taps;
        while (count > 1 && weights[count - 1] == 0) count--;
        sum_rows(rgb + rows->first[y] * stride, stride, count, weights, sums);
        sum_row(sums, columns, output_width, output + (size_t)y * output_width * 3);
    }
}

typedef void resizer(const uint8_t *rgb, size_t stride, const axis *columns, const axis *rows,
                     float *sums, uint8_t *output, uint32_t output_width, uint32_t output_height);

static void resize_anywhere(const uint8_t *rgb, size_t stride, const axis *columns,
                            const axis *rows, float *sums, uint8_t *output,
                            uint32_t output_width, uint32_t output_height) {
    resize_all(rgb, stride, columns, rows, sums, output, output_width, output_height);
}

#ifdef FAST
FAST static void resize_fast(const uint8_t *rgb, size_t stride, const axis *columns,
                             const axis *rows, float *sums, uint8_t *output,
                             uint32_t output_width, uint32_t output_height) {
    resize_all(rgb, stride, columns, rows, sums, output, output_width, output_height);
}
#endif

static resizer *choose(bool plain) {
#ifdef FAST
    __builtin_cpu_init();
    bool has_both = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (!plain && has_both) return resize_fast;
#endif
    (void)plain;
    return resize_anywhere;
}

cic_status cic_resize(const uint8_t *rgb, uint32_t width, uint32_t height, uint8_t *output,
                      uint32_t output_width, uint32_t output_height, int32_t plain) {
    axis columns = {0}, rows = {0};
    size_t stride = (size_t)width * 3;
    float *sums = calloc(stride + 1, sizeof(float));
    cic_status status = CIC_OUT_OF_MEMORY;
    if (sums && make_axis(&columns, width, output_width) &&
        make_axis(&rows, height, output_height)) {
        resizer *resize = choose(plain != 0);
        resize(rgb, stride, &columns, &rows, sums, output, output_width, output_height);
        status = CIC_OK;
    }
    free_axis(&columns);
    free_axis(&rows);
    free(sums);
    return status;
}
