/// @file
/// The terminal that the user sees.
#pragma once

#include <optional>

namespace console {

/// Prints one byte.
void put(char byte);

/// The next typed byte, if there is one.
std::optional<char> get();

} // namespace console
