/// @file
/// The machine's serial port: the terminal that the user sees, shared with the guest.
#pragma once

#include <optional>

namespace console {

/// Prints one byte as it is.
void put(char byte);

/// Whether a typed byte waits to be read.
bool readable();

/// The next typed byte, if there is one.
std::optional<char> get();

} // namespace console
