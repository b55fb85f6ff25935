// The registers of the guest's PLIC (PLIC spec, chapter 3): those of context 1, the hart's S-mode.
#pragma once

#include "access.hpp"

constexpr std::uint64_t pending_bits = plic + 0x1000, enable_bits = plic + 0x2080,
                        threshold = plic + 0x20'1000, claim_complete = plic + 0x20'1004;
constexpr std::uint64_t last_source = 31;

inline volatile std::uint8_t& byte(std::uint64_t address) {
    return device<std::uint8_t>(address);
}

inline void set_priorities(std::uint32_t priority) {
    for (std::uint64_t source = 1; source <= last_source; ++source) {
        store(plic + 4 * source, priority);
    }
}

/// Lets each source interrupt, whichever number it has.
inline void enable_all_sources() {
    set_priorities(1);
    store(enable_bits, ~1u);
    store(threshold, 0);
}
