#include "CImageCodecs.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Four floats: the three channels of a pixel and one that is not used.
typedef float quad __attribute__((vector_size(16)));

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
        double covered = fmin(end, first + i + 1.0) - fmax(start, first + i);
        weights[i] = (float)(fmax(0, covered) / scale);
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
    double first = fmax(0, fmin(floor(position), input - 2.0));
    float share = (float)fmax(0, fmin(1, position - first));
    axis->first[index] = (uint32_t)first;
    weights[0] = 1 - share;
    weights[1] = share;
}

static int make_axis(axis *axis, uint32_t input, uint32_t output) {
    uint32_t wanted = output > input ? 2 : (input + output - 1) / output + 1;
    axis->taps = wanted < input ? wanted : input;
    axis->first = malloc(sizeof(uint32_t) * output);
    axis->weights = malloc(sizeof(float) * output * (size_t)axis->taps);
    if (!axis->first || !axis->weights) return 0;
    for (uint32_t i = 0; i < output; i++) {
        if (output <= input) {
            area_weights(axis, i, input, output);
        } else {
            linear_weights(axis, i, input, output);
        }
    }
    return 1;
}

static void free_axis(axis *axis) {
    free(axis->first);
    free(axis->weights);
}

/// Sums `count` weighted rows; four at a time, so that the sums are loaded and stored less often.
static void sum_rows(const uint8_t *restrict rows, size_t stride, uint32_t count,
                     const float *restrict weights, float *restrict sums) {
    memset(sums, 0, stride * sizeof(float));
    uint32_t row = 0;
    for (; row + 4 <= count; row += 4) {
        const uint8_t *a = rows + row * stride;
        const uint8_t *b = a + stride, *c = b + stride, *d = c + stride;
        const float *w = weights + row;
        for (size_t i = 0; i < stride; i++) {
            sums[i] += (w[0] * a[i] + w[1] * b[i]) + (w[2] * c[i] + w[3] * d[i]);
        }
    }
    for (; row < count; row++) {
        const uint8_t *a = rows + row * stride;
        float weight = weights[row];
        for (size_t i = 0; i < stride; i++) sums[i] += weight * a[i];
    }
}

/// Sums weighted pixels along a row. `row` has one float more than its pixels need.
static void sum_columns(const float *restrict row, const axis *columns, uint32_t width,
                        uint8_t *restrict output) {
    for (uint32_t x = 0; x < width; x++) {
        const float *weights = columns->weights + (size_t)x * columns->taps;
        const float *pixel = row + (size_t)columns->first[x] * 3;
        quad sum = {0.5f, 0.5f, 0.5f, 0.5f};
        for (uint32_t i = 0; i < columns->taps; i++) {
            quad value;
            memcpy(&value, pixel + 3 * (size_t)i, sizeof value);
            sum += value * weights[i];
        }
        for (int channel = 0; channel < 3; channel++) {
            float value = sum[channel];
            output[3 * x + channel] = value > 255 ? 255 : (uint8_t)value;
        }
    }
}

cic_status cic_resize(const uint8_t *rgb, uint32_t width, uint32_t height, uint8_t *output,
                      uint32_t output_width, uint32_t output_height) {
    axis columns = {0}, rows = {0};
    size_t stride = (size_t)width * 3;
    float *sums = calloc(stride + 1, sizeof(float));
    cic_status status = CIC_OUT_OF_MEMORY;
    if (sums && make_axis(&columns, width, output_width) &&
        make_axis(&rows, height, output_height)) {
        for (uint32_t y = 0; y < output_height; y++) {
            const float *weights = rows.weights + (size_t)y * rows.taps;
            uint32_t count = rows.taps;
            while (count > 1 && weights[count - 1] == 0) count--;
            sum_rows(rgb + rows.first[y] * stride, stride, count, weights, sums);
            sum_columns(sums, &columns, output_width, output + (size_t)y * output_width * 3);
        }
        status = CIC_OK;
    }
    free_axis(&columns);
    free_axis(&rows);
    free(sums);
    return status;
}
