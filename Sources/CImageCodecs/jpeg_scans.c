#include "jpeg_scans.h"
#include <string.h>

/// The place behind the next marker from `at` on; 0 when there is none.
static size_t behind_marker(const uint8_t *bytes, size_t size, size_t at) {
    while (at < size) {
        const uint8_t *found = memchr(bytes + at, 0xFF, size - at);
        if (!found) return 0;
        at = (size_t)(found - bytes) + 1;
        while (at < size && bytes[at] == 0xFF) at++;
        if (at < size && bytes[at] != 0) return at + 1;
    }
    return 0;
}

static bool is_restart(uint8_t marker) {
    return marker >= JPEG_RST0 && marker < JPEG_RST0 + 8;
}

/// The place of the marker that ends the coded bytes from `at` on.
static size_t end_of_coded(const uint8_t *bytes, size_t size, size_t at) {
    do {
        at = behind_marker(bytes, size, at);
    } while (at != 0 && is_restart(bytes[at - 1]));
    return at != 0 ? at - 2 : size;
}

bool cic_jpeg_has_leftover(const uint8_t *bytes, size_t size) {
    size_t end = end_of_coded(bytes, size, 0);
    for (size_t i = 0; i < end; i++) {
        bool restart = i > 0 && bytes[i - 1] == 0xFF && is_restart(bytes[i]);
        if (bytes[i] != 0 && bytes[i] != 0xFF && !restart) return true;
    }
    return false;
}

/// Takes in the scan whose header is the payload, and which has `coded` bytes.
static void add_scan(cic_jpeg_scans *scans, const uint8_t *payload, size_t length, size_t coded,
                     const struct jpeg_decompress_struct *info) {
    size_t count = payload[0];
    if (length < 4 + 2 * count) return;
    const uint8_t *spectrum = payload + 1 + 2 * count;
    // Runs of blocks without higher frequencies need next to nothing.
    if (spectrum[0] != 0) return;
    bool first = spectrum[2] >> 4 == 0;
    uint64_t blocks = 0;
    for (size_t i = 0; i < count; i++) {
        for (int index = 0; index < info->num_components; index++) {
            const jpeg_component_info *component = &info->comp_info[index];
            if (component->component_id != payload[1 + 2 * i]) continue;
            blocks += (uint64_t)component->width_in_blocks * component->height_in_blocks;
            if (first) scans->started |= 1u << index;
        }
    }
    if (coded < blocks / 8) scans->starved = true;
}

cic_jpeg_scans cic_jpeg_find_scans(const uint8_t *bytes, size_t size,
                           const struct jpeg_decompress_struct *info) {
    enum { start_of_image = 0xD8, start_of_scan = 0xDA, temporary = 0x01 };
    cic_jpeg_scans scans = {.size = size};
    size_t at = 2;
    while ((at = behind_marker(bytes, size, at)) != 0) {
        uint8_t marker = bytes[at - 1];
        if (marker == JPEG_EOI) {
            scans.ended = true;
            scans.size = at - 2;
            return scans;
        }
        if (is_restart(marker) || marker == start_of_image || marker == temporary) continue;
        if (size - at < 2) return scans;
        size_t length = (size_t)bytes[at] << 8 | bytes[at + 1];
        if (length < 2 || length > size - at) return scans;
        if (marker == start_of_scan && length > 2) {
            size_t start = at + length;
            size_t end = end_of_coded(bytes, size, start);
            add_scan(&scans, bytes + at + 2, length - 2, end - start, info);
            at = end;
        } else {
            at += length;
        }
    }
    return scans;
}
