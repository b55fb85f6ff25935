/// @file
/// Why a guest stopped running.
#pragma once

#include <cstdint>

/// How its run ended.
enum class Stop : std::uint8_t {
    power_off,
    reboot,
    /// The guest cannot go on; why has been printed.
    error,
};
