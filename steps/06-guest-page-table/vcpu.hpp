/// @file
/// The guest's hart: its registers while the hypervisor runs, and the way into the guest.
#pragma once

#include "address.hpp"
#include "stage2.hpp"

#include <array>
#include <cstdint>

/// A hart of the guest.
struct Vcpu {
    /// Integer registers; x[0] stays 0.
    std::array<std::uint64_t, 32> x = {};
    /// The address of the guest's next instruction.
    GuestVirtual pc;

    /// A hart that is about to execute `entry` in VS-mode.
    explicit Vcpu(GuestPhysical entry) : pc{entry.value} {}

    /// Writes the CSRs that hold the guest's state, as on a fresh hart, and makes `stage2`
    /// translate its guest-physical addresses.
    void load(const Stage2& stage2) const;

    /// Runs the guest until a trap needs the hypervisor. scause and the registers beside it say
    /// why.
    void run();
};
