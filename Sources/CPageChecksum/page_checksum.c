#include "page_checksum.h"
#include <string.h>

enum { CHECKSUM_SIZE = 8, LANES = 4, LOCK_BYTE = 0x40000000 };

static const uint64_t ODD_1 = 0x9E3779B97F4A7C15u;
static const uint64_t ODD_2 = 0xC2B2AE3D27D4EB4Fu;

bool cpc_is_page_size(int64_t size) {
    return size >= CPC_SMALLEST_PAGE && size <= CPC_LARGEST_PAGE && (size & (size - 1)) == 0;
}

uint32_t cpc_stated_page_size(const uint8_t *header) {
    uint32_t stated = (uint32_t)header[16] << 8 | header[17];
    // 65536 does not fit into the two bytes.
    uint32_t size = stated == 1 ? CPC_LARGEST_PAGE : stated;
    return cpc_is_page_size(size) ? size : 0;
}

bool cpc_states_reserve(const uint8_t *header) {
    return header[20] == CHECKSUM_SIZE;
}

bool cpc_is_lock_page(uint32_t size, uint64_t number) {
    return number == LOCK_BYTE / size + 1;
}

static uint64_t load(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static uint64_t rotate(uint64_t word, int bits) {
    return word << bits | word >> (64 - bits);
}

static uint64_t mix(uint64_t lane, uint64_t word) {
    return rotate(lane + word * ODD_2, 31) * ODD_1;
}

// The checksum of all bytes of the page but the last 8. Each step is a bijection of the word that
// it takes in, for any state, and of the state, for any word. So a change within 8 aligned bytes,
// above all of one bit, always changes the checksum; the multiplications make it improbable that
// any other change does not. The number finds pages that were written to a wrong place. The lanes
// do not depend on each other, so that a processor works at all four at once.
static uint64_t checksum(const uint8_t *page, uint32_t size, uint64_t number) {
    uint64_t lanes[LANES] = {number + ODD_1, number + ODD_2, ODD_1, ODD_2};
    uint32_t words = size / 8 - 1, word = 0;
    for (; word + LANES <= words; word += LANES)
        for (uint32_t lane = 0; lane < LANES; lane++)
            lanes[lane] = mix(lanes[lane], load(page + 8 * (word + lane)));
    for (uint32_t lane = 0; word < words; word++, lane++)
        lanes[lane] = mix(lanes[lane], load(page + 8 * word));
    uint64_t sum = size;
    for (uint32_t lane = 0; lane < LANES; lane++) sum = mix(sum, lanes[lane]);
    sum = (sum ^ sum >> 32) * ODD_2;
    return sum ^ sum >> 29;
}

void cpc_stamp(uint8_t *page, uint32_t size, uint64_t number) {
    uint64_t sum = checksum(page, size, number);
    for (int i = 0; i < CHECKSUM_SIZE; i++)
        page[size - CHECKSUM_SIZE + i] = (uint8_t)(sum >> (8 * i));
}

bool cpc_is_unstamped(const uint8_t *page, uint32_t size) {
    return load(page + size - CHECKSUM_SIZE) == 0;
}

void cpc_unstamp(uint8_t *page, uint32_t size) {
    memset(page + size - CHECKSUM_SIZE, 0, CHECKSUM_SIZE);
}

bool cpc_fits(const uint8_t *page, uint32_t size, uint64_t number) {
    return checksum(page, size, number) == load(page + size - CHECKSUM_SIZE);
}
