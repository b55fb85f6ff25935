/// @file
/// Numbers of the SBI spec.
#pragma once

#include <cstdint>

/// Extension ids, in a7 (SBI spec, chapters 4 to 12).
enum class SbiExtension : std::uint64_t {
    legacy_console_putchar = 0x01,
    system_reset = 0x53525354,
};
