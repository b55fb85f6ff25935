/// @file
/// The guest's timer: when it fires, the guest has a supervisor timer interrupt pending.
#pragma once

#include <cstdint>

/// The timer of one hart of the guest.
class Timer {
public:
    /// @param sstc whether the CPU has the Sstc extension, which gives the guest a timer of its
    /// own; without it the host's timer serves.
    explicit Timer(bool sstc) : sstc_(sstc) {}

    /// Writes the timer's registers for a guest that has set no deadline yet.
    void load() const;

    /// Fires when `time` reaches `deadline`, in ticks of the time base, or at once if it has.
    void set(std::uint64_t deadline) const;

    /// The host's timer interrupt has come: passes it on to the guest.
    static void expire();

private:
    bool sstc_;
};
