// One block of ChaCha20 (RFC 8439, 2.3). No chapter teaches it.

#include <chacha20.h>
#include <string.h>

static uint32_t rotate(uint32_t word, unsigned bits) {
    return word << bits | word >> (32 - bits);
}

/// Mixes four words (RFC 8439, 2.1).
static void quarter_round(uint32_t* a, uint32_t* b, uint32_t* c, uint32_t* d) {
    *a += *b;
    *d = rotate(*d ^ *a, 16);
    *c += *d;
    *b = rotate(*b ^ *c, 12);
    *a += *b;
    *d = rotate(*d ^ *a, 8);
    *c += *d;
    *b = rotate(*b ^ *c, 7);
}

void chacha20_derive(uint8_t output[32], const uint8_t key[32], uint32_t number) {
    // A constant, the key, the block's number and a nonce of zeros: little-endian words, as ours.
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}; // "expand 32-byte k"
    memcpy(start + 4, key, 32);
    start[12] = number;

    uint32_t s[16];
    memcpy(s, start, sizeof s);
    for (unsigned round = 0; round < 20; round += 2) {
        for (unsigned i = 0; i < 4; ++i) // columns
            quarter_round(s + i, s + 4 + i, s + 8 + i, s + 12 + i);
        for (unsigned i = 0; i < 4; ++i) // diagonals
            quarter_round(s + i, s + 4 + (i + 1) % 4, s + 8 + (i + 2) % 4, s + 12 + (i + 3) % 4);
    }
    for (unsigned i = 0; i < 8; ++i)
        s[i] += start[i]; // or the rounds could be undone
    memcpy(output, s, 32);
}
