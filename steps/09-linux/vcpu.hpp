/// @file
/// The guest's hart: its registers while the hypervisor runs, and the way into the guest.
#pragma once

#include "address.hpp"
#include "stage2.hpp"
#include "trap.hpp"

#include <array>
#include <cstdint>

/// Numbers of the integer registers that the SBI calling convention uses.
inline constexpr std::size_t a0 = 10, a1 = 11, a6 = 16, a7 = 17;

/// A hart of the guest.
struct Vcpu {
    /// Integer registers; x[0] stays 0.
    std::array<std::uint64_t, 32> x = {};
    /// The address of the guest's next instruction.
    GuestVirtual pc = {};
    /// Where the hypervisor goes on after the guest, and its stack pointer.
    std::uint64_t host_ra = 0;
    std::uint64_t host_sp = 0;

    /// The number by which the guest knows the hart.
    std::uint64_t hart_id;

    /// A hart that does nothing yet.
    explicit Vcpu(std::uint64_t hart_id) : hart_id(hart_id) {}

    /// Makes the hart begin at `entry` in VS-mode, as an SBI implementation does: with its number
    /// in a0 and `opaque` in a1 (SBI spec 9.1).
    void start(GuestPhysical entry, std::uint64_t opaque);

    /// Writes the CSRs that hold the guest's state, as on a fresh hart, and makes `stage2`
    /// translate its guest-physical addresses.
    void load(const Stage2& stage2) const;

    /// Runs the guest until a trap needs the hypervisor. scause and the registers beside it say
    /// why.
    void run();

    /// Goes on behind the current instruction, which is `length` bytes long.
    void skip(std::uint64_t length) {
        pc = pc + length;
    }

    /// Makes the guest take a trap, as the hardware would (Privileged spec 18.6.2).
    void raise(Cause exception, std::uint64_t stval);

    /// Whether the guest was in VS-mode when it exited, as opposed to VU-mode.
    bool in_supervisor_mode() const;

    /// Where the guest's exceptions go: its stvec without the mode bits.
    GuestVirtual trap_vector() const;
};
