/// @file
/// The machine's serial port: the terminal that the user sees, shared with the guest.
#pragma once

#include <cstdint>
#include <optional>

namespace console {

/// Prints one byte as it is.
void put(char byte);

/// Whether a typed byte waits to be read.
bool readable();

/// The next typed byte, if there is one.
std::optional<char> get();

/// From now on a typed byte interrupts `hart`.
void listen(std::uint64_t hart);

/// Takes note of that interrupt. The next one comes when `get` has read all that was typed, so
/// that a guest that does not read is not interrupted either.
void take_interrupt();

} // namespace console
