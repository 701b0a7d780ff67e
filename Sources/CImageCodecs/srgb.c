#include "codecs.h"
#include <math.h>
#include <string.h>

// Most files with a profile have one of the many profiles of sRGB. lcms takes milliseconds to find
// out that there is nothing to do; these few numbers tell it at once (ICC.1:2022, 7 to 10).

/// The bytes of a tag.
typedef struct {
    const uint8_t *bytes;
    size_t size;
} span;

static uint32_t number(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/// A number with 16 bits before and 16 after the point.
static double fixed(const uint8_t *bytes) {
    return (int32_t)number(bytes) / 65536.0;
}

/// The tag of a name; none when it is not there or not all inside the profile.
static span find(span profile, const char *name) {
    uint32_t count = number(profile.bytes + 128);
    for (size_t i = 0; i < count && 132 + 12 * (i + 1) <= profile.size; i++) {
        const uint8_t *entry = profile.bytes + 132 + 12 * i;
        if (memcmp(entry, name, 4) != 0) continue;
        size_t offset = number(entry + 4), size = number(entry + 8);
        if (offset > profile.size || size > profile.size - offset) break;
        return (span){profile.bytes + offset, size};
    }
    return (span){NULL, 0};
}

/// The light of a table of 16-bit numbers at `value`, 0 to 1.
static double interpolate(const uint8_t *table, uint32_t count, double value) {
    double position = value * (count - 1);
    size_t left = (size_t)position;
    size_t right = left + 1 < count ? left + 1 : left;
    double low = table[2 * left] << 8 | table[2 * left + 1];
    double high = table[2 * right] << 8 | table[2 * right + 1];
    return (low + (high - low) * (position - left)) / 65535;
}

/// The light of a tone curve at `value`, 0 to 1; less than 0 when it is none that could be sRGB's.
static double light(span curve, double value) {
    if (curve.size >= 12 && memcmp(curve.bytes, "curv", 4) == 0) {
        uint32_t count = number(curve.bytes + 8);
        if (count < 16 || count > (curve.size - 12) / 2) return -1;
        return interpolate(curve.bytes + 12, count, value);
    }
    // Type 3: a power, and a line below `d`.
    if (curve.size < 32 || memcmp(curve.bytes, "para", 4) != 0 || curve.bytes[9] != 3) return -1;
    double power = fixed(curve.bytes + 12), a = fixed(curve.bytes + 16);
    double b = fixed(curve.bytes + 20), c = fixed(curve.bytes + 24), d = fixed(curve.bytes + 28);
    double base = a * value + b;
    return value < d ? c * value : base > 0 ? pow(base, power) : -1;
}

static bool is_srgb_curve(span curve) {
    enum { steps = 32 };
    for (int i = 0; i <= steps; i++) {
        double value = (double)i / steps;
        double found = light(curve, value);
        if (!(found >= 0)) return false;
        double level = found <= 0.0031308 ? 12.92 * found : 1.055 * pow(found, 1 / 2.4) - 0.055;
        if (!(fabs(level - value) <= 1.0 / 255)) return false;
    }
    return true;
}

static bool is_near(span tag, const double *wanted) {
    if (tag.size < 20 || memcmp(tag.bytes, "XYZ ", 4) != 0) return false;
    for (int i = 0; i < 3; i++) {
        if (fabs(fixed(tag.bytes + 8 + 4 * i) - wanted[i]) > 0.002) return false;
    }
    return true;
}

bool cic_is_srgb(const uint8_t *profile, size_t size) {
    // IEC 61966-2-1, adapted to D50.
    static const double red[3] = {0.43607, 0.22249, 0.01392};
    static const double green[3] = {0.38515, 0.71687, 0.09708};
    static const double blue[3] = {0.14307, 0.06061, 0.71410};
    if (size < 132 || memcmp(profile + 16, "RGB XYZ ", 8) != 0) return false;
    span whole = {profile, size};
    // A table of colors would count more than the colorants.
    if (find(whole, "A2B0").bytes) return false;
    return is_near(find(whole, "rXYZ"), red) && is_near(find(whole, "gXYZ"), green) &&
           is_near(find(whole, "bXYZ"), blue) && is_srgb_curve(find(whole, "rTRC")) &&
           is_srgb_curve(find(whole, "gTRC")) && is_srgb_curve(find(whole, "bTRC"));
}
