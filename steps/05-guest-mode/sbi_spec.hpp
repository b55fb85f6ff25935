/// @file
/// Numbers of the SBI specification 2.0, for the calls that we make and those that we answer.
#pragma once

#include <cstdint>

/// Extension ids, in a7 (SBI 2.0, chapters 4 to 12).
enum class SbiExtension : std::uint64_t {
    system_reset = 0x53525354,
};
