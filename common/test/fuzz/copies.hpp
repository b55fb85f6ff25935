/// @file
/// Counts the bytes that the code under test copies. The linker puts these functions in the place
/// of the address sanitizer's memcpy and memmove, and they call those.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace copies {

struct Count {
    std::uint64_t read = 0;    ///< from the memory that is watched
    std::uint64_t written = 0; ///< to it
};

/// Counts what is copied from and to `memory` from now on.
void watch(std::span<const std::byte> memory);

/// Counts no more, and says what there was.
Count stop();

} // namespace copies
