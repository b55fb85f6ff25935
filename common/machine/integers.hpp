/// @file
/// Integers by their width, and what is done with their bits.
#pragma once

#include <cstdint>

namespace machine {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i8 = std::int8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

/// `count` bits of `value` from bit `low` on.
constexpr u64 bits(u64 value, unsigned low, unsigned count) {
    return value >> low & ((1ull << count) - 1);
}

/// Whether bit `number` of `value` is set.
constexpr bool bit(u64 value, unsigned number) {
    return value >> number & 1;
}

/// The lowest `count` bits of `value` as a signed number, 1 to 64.
constexpr i64 sign_extend(u64 value, unsigned count) {
    return static_cast<i64>(value << (64 - count)) >> (64 - count);
}

/// The upper half of the product of two numbers without sign. (WebAssembly multiplies no numbers of
/// 128 bits, so it is made of four products of 32.)
constexpr u64 multiply_high(u64 left, u64 right) {
    const u64 a = left >> 32, b = left & 0xffff'ffff;
    const u64 c = right >> 32, d = right & 0xffff'ffff;
    const u64 middle = a * d + (b * d >> 32);
    const u64 other = b * c + (middle & 0xffff'ffff);
    return a * c + (middle >> 32) + (other >> 32);
}

} // namespace machine
