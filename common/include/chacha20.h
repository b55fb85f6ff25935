/// @file
/// ChaCha20 (RFC 8439), as a source of random bytes that do not tell what they were made of.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Makes 32 random bytes out of 32 others: the first half of ChaCha20's block `number` with the key
/// `key` and a nonce of zeros (RFC 8439, 2.3). Whoever knows some blocks can compute neither another
/// nor the key.
/// @param output where they go
/// @param key the bytes that they are made of
/// @param number which of the blocks
void chacha20_derive(uint8_t output[32], const uint8_t key[32], uint32_t number);

#ifdef __cplusplus
}
#endif
