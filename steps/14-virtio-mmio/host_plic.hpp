/// @file
/// The machine's interrupt controller, as far as our hart goes: one context of a PLIC.
#pragma once

#include "address.hpp"

/// A context's registers (PLIC spec, "Memory Map").
struct HostPlic {
    HostPhysical registers;    ///< of the whole PLIC
    std::uint64_t context = 0; ///< which one is the hart's S-mode

    /// Has interrupts from `source` reach the hart from now on.
    void enable(std::uint32_t source) const {
        word(priorities + 4 * source) = 1;
        word(enables + 0x80 * context + source / 32 * 4) |= 1u << source % 32;
        word(thresholds + 0x1000 * context) = 0;
    }

    /// The register for claims and completions. Reading it takes the next interrupt and gives its
    /// source's number, or 0 for none. That source does not interrupt again until its number is
    /// written here.
    volatile std::uint32_t& claim_complete() const {
        return word(claims + 0x1000 * context);
    }

private:
    // Where the registers begin: priorities for each source, the others for each context.
    static constexpr std::uint64_t priorities = 0, enables = 0x2000;
    static constexpr std::uint64_t thresholds = 0x20'0000, claims = 0x20'0004;

    /// The register at `offset`.
    volatile std::uint32_t& word(std::uint64_t offset) const {
        return *to_pointer<volatile std::uint32_t>(registers + offset);
    }
};
