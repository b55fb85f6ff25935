/// @file
/// Numbers of the SBI spec.
#pragma once

#include <cstdint>

/// Extension ids, in a7 (SBI spec, chapters 4 to 12).
enum class SbiExtension : std::uint64_t {
    legacy_console_putchar = 0x01,
    legacy_shutdown = 0x08,
    base = 0x10,
    system_reset = 0x53525354,
};

/// What a call returns in a0 (SBI spec, chapter 3).
enum class SbiError : std::int32_t {
    success = 0,
    not_supported = -2,
};
