/// @file
/// The guest's hart: its registers while the hypervisor runs, and the way into the guest.
#pragma once

#include "address.hpp"
#include "stage2.hpp"

#include <array>
#include <cstdint>

struct Vcpu {
    /// Integer registers; x[0] stays 0.
    std::array<std::uint64_t, 32> x = {};
    /// Where the guest goes on.
    GuestVirtual pc;

    /// A hart that is about to execute `entry` in VS-mode.
    explicit Vcpu(GuestPhysical entry);

    /// Writes the registers that the hardware keeps for a guest: those of a fresh hart whose
    /// guest-physical addresses `stage2` translates.
    void load(const Stage2& stage2) const;

    /// Runs the guest until something in it needs the hypervisor. The registers scause, stval,
    /// htval and htinst then say what.
    void run();
};
