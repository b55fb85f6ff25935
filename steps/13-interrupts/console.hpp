/// @file
/// The terminal that the user sees.
#pragma once

#include <cstdint>
#include <optional>

namespace console {

/// The number of its interrupt at the machine's PLIC.
inline constexpr std::uint32_t interrupt = 10;

/// Prints one byte.
void put(char byte);

/// Whether a typed byte waits to be read.
bool readable();

/// The next typed byte, if there is one.
std::optional<char> get();

/// Has the next typed byte interrupt us, unless one waits to be read already: then `get` does so
/// once nothing is left. So a guest that does not read is not interrupted either.
void listen();

} // namespace console
