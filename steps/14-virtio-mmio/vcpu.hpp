/// @file
/// The guest's hart: its registers while the hypervisor runs, and the way into the guest.
#pragma once

#include "address.hpp"
#include "stage2.hpp"
#include "timer.hpp"
#include "trap.hpp"

#include <array>
#include <cstdint>

/// Numbers of the integer registers that the SBI calling convention uses.
inline constexpr std::size_t a0 = 10, a1 = 11, a2 = 12, a6 = 16, a7 = 17;

/// Interrupts that a guest's hart can have pending: bits of hvip (Privileged spec 18.2.3).
enum class GuestInterrupt : std::uint64_t {
    software = 1 << 2,
    external = 1 << 10,
};

struct Vcpu {
    /// Integer registers; x[0] stays 0.
    std::array<std::uint64_t, 32> x = {};
    /// Where the guest goes on.
    GuestVirtual pc;
    /// Where the hypervisor goes on after the guest, and its stack pointer.
    std::uint64_t host_ra = 0;
    std::uint64_t host_sp = 0;

    Timer timer;

    /// A hart that is about to execute `entry` in VS-mode, as an SBI implementation starts it:
    /// a0 holds the hart id and a1 the address of the guest's device tree.
    Vcpu(GuestPhysical entry, std::uint64_t hart, GuestPhysical tree, Timer timer);

    /// Writes the registers that the hardware keeps for a guest: those of a fresh hart whose
    /// guest-physical addresses `stage2` translates.
    void load(const Stage2& stage2) const;

    /// Runs the guest until something in it needs the hypervisor. The registers scause, stval,
    /// htval and htinst then say what.
    void run();

    /// Goes on behind the current instruction, which is `length` bytes long.
    void skip(std::uint64_t length) {
        pc = pc + length;
    }

    /// Has the guest take a trap, as the hardware would (Privileged spec 18.6.2).
    void raise(Cause exception, std::uint64_t stval);

    /// Whether the guest was in VS-mode when it exited, as opposed to VU-mode.
    bool in_supervisor_mode() const;

    /// Where the guest's exceptions go: its stvec without the mode bits.
    GuestVirtual trap_vector() const;

    /// Sets or clears one of the guest's pending interrupts.
    void set_pending(GuestInterrupt interrupt, bool pending);

    /// What the guest asks for with FENCE.I and SFENCE.VMA on its other harts, done on this one.
    void fence_i();
    void sfence_vma();
};
