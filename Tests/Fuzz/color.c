#include "codecs.h"
#include <stdlib.h>

/// Takes the bytes for a profile, and converts some pixels of each layout through it.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const uint8_t pixels[8 * 4] = {0, 0, 0, 255, 255, 255, 255, 0, 1, 127, 128, 3, 250, 9};
    for (int layout = CIC_LAYOUT_RGB; layout <= CIC_LAYOUT_INKS; layout++) {
        cic_color *color = cic_color_open(bytes, size, (cic_layout)layout);
        if (!color) continue;
        bool alpha = layout == CIC_LAYOUT_RGBA || layout == CIC_LAYOUT_GRAY_ALPHA;
        size_t channels = alpha ? 4 : 3;
        uint8_t *output = malloc(8 * channels);
        if (!output) abort();
        cic_color_convert(color, pixels, 8, output);
        free(output);
        cic_color_close(color);
    }
    return 0;
}
