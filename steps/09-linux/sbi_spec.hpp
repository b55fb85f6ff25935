/// @file
/// Numbers of the SBI specification 2.0, for the calls that we make and those that we answer.
#pragma once

#include <cstdint>

/// Extension ids, in a7 (SBI 2.0, chapters 4 to 12).
enum class SbiExtension : std::uint64_t {
    legacy_console_putchar = 0x01,
    legacy_shutdown = 0x08,
    base = 0x10,
    system_reset = 0x53525354,
};

/// What a call returns in a0 (SBI 2.0, chapter 3).
enum class SbiError : std::int32_t {
    success = 0,
    not_supported = -2,
    already_available = -6,
};
