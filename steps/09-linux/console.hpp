/// @file
/// The terminal that the user sees.
#pragma once

namespace console {

/// Prints one byte.
void put(char byte);

} // namespace console
