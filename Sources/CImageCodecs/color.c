#include "codecs.h"
#include <lcms2.h>
#include <stdlib.h>

struct cic_color {
    cmsContext context;
    cmsHTRANSFORM transform;
    size_t input_bytes;
    size_t output_bytes;
};

/// Real profiles are smaller: those of printers have about a megabyte.
enum { largest_profile = 4 << 20 };

static bool has_alpha(cic_layout layout) {
    return layout == CIC_LAYOUT_RGBA || layout == CIC_LAYOUT_GRAY_ALPHA;
}

/// How lcms names the bytes of a layout; 0 when the profile is of another kind of colors.
static cmsUInt32Number input_format(cic_layout layout, cmsColorSpaceSignature space) {
    switch (layout) {
    case CIC_LAYOUT_INKS:
        return space == cmsSigCmykData ? TYPE_CMYK_8_REV : 0;
    case CIC_LAYOUT_RGB:
    case CIC_LAYOUT_RGBA:
        if (space != cmsSigRgbData) return 0;
        return has_alpha(layout) ? TYPE_RGBA_8 : TYPE_RGB_8;
    default:
        if (space != cmsSigGrayData) return 0;
        // The channels after the first say the same and are passed over.
        return COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1) | EXTRA_SH(has_alpha(layout) ? 3 : 2) |
               BYTES_SH(1);
    }
}

static cmsHTRANSFORM make_transform(cmsContext context, cmsHPROFILE source, cic_layout layout) {
    cmsUInt32Number input = input_format(layout, cmsGetColorSpace(source));
    if (!input) return NULL;
    cmsHPROFILE target = cmsCreate_sRGBProfileTHR(context);
    if (!target) return NULL;
    cmsUInt32Number output = has_alpha(layout) ? TYPE_RGBA_8 : TYPE_RGB_8;
    cmsHTRANSFORM transform = cmsCreateTransformTHR(context, source, input, target, output,
                                                    INTENT_PERCEPTUAL, cmsFLAGS_NOCACHE);
    cmsCloseProfile(target);
    return transform;
}

cic_color *cic_color_open(const uint8_t *profile, size_t size, cic_layout layout) {
    if (!profile || size > largest_profile || cic_is_srgb(profile, size)) return NULL;
    cic_color *color = calloc(1, sizeof *color);
    if (!color) return NULL;
    color->input_bytes = has_alpha(layout) || layout == CIC_LAYOUT_INKS ? 4 : 3;
    color->output_bytes = has_alpha(layout) ? 4 : 3;
    // A context of its own: lcms keeps nothing between two pictures, and threads do not meet.
    color->context = cmsCreateContext(NULL, NULL);
    cmsHPROFILE source = color->context ? cmsOpenProfileFromMemTHR(color->context, profile,
                                                                   (cmsUInt32Number)size)
                                        : NULL;
    if (source) {
        color->transform = make_transform(color->context, source, layout);
        cmsCloseProfile(source);
    }
    if (color->transform) return color;
    cic_color_close(color);
    return NULL;
}

void cic_color_convert(const cic_color *color, const uint8_t *pixels, size_t count,
                       uint8_t *output) {
    // lcms counts pixels in 32 bits.
    enum { most = 1 << 24 };
    while (count > 0) {
        size_t part = count < most ? count : most;
        cmsDoTransform(color->transform, pixels, output, (cmsUInt32Number)part);
        count -= part;
        pixels += part * color->input_bytes;
        output += part * color->output_bytes;
    }
}

void cic_color_close(cic_color *color) {
    if (!color) return;
    if (color->transform) cmsDeleteTransform(color->transform);
    if (color->context) cmsDeleteContext(color->context);
    free(color);
}
