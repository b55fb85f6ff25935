/// @file
/// The machine's serial port: the terminal that the user sees, shared with the guest.
#pragma once

namespace console {

/// Prints one byte as it is.
void put(char byte);

} // namespace console
