/// @file
/// Why a guest stopped running.
#pragma once

#include "address.hpp"
#include "trap.hpp"

#include <string_view>

struct Stop {
    enum class Kind {
        power_off,
        reboot,
        /// The guest cannot go on; the other members say why.
        error,
    };

    Kind kind;
    std::string_view reason = {};
    Cause cause = {};
    GuestVirtual pc = {};
    /// The address that the guest used, virtual for it, or 0.
    std::uint64_t address = 0;
};
