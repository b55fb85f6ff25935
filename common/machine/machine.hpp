/// @file
/// The machine: a hart and what is around it.
#pragma once

#include "hart.hpp"

#include <span>

namespace machine {

/// Why Machine::run came back.
enum class Stop {
    limit,    ///< as many instructions as were asked for, or the UART has to be emptied
    waiting,  ///< the hart waits for an interrupt
    ended,    ///< software has ended the machine: status() says how
    reported, ///< something was not as it should be: report()
    exited,   ///< right behind the exit that Hart::stop_at_exit has named
};

/// QEMU's `virt` with one hart, as far as a hypervisor and its guests need it. It does nothing by
/// itself: whoever runs it gives it input, takes its output and lets its time pass.
class Machine {
public:
    /// @param ram the content of RAM from Ram::start on
    /// @param stamps one for each of its lines, all zero
    /// @param freedoms of Freedom, a bit each
    Machine(std::span<std::byte> ram, std::span<Ram::Stamp> stamps, u32 freedoms)
        : bus_{Ram{ram.data(), stamps.data(), ram.size()}}, hart_(bus_, freedoms) {}

    /// Lets the hart execute until it has done `until` instructions, counted from its start.
    Stop run(u64 until);

    u64 instructions() const {
        return hart_.instructions();
    }
    u64 ticks() const {
        return hart_.ticks();
    }
    /// @see Hart::next_timer, Hart::skip_to
    u64 next_event() const {
        return hart_.next_timer();
    }
    void skip_to(u64 tick) {
        hart_.skip_to(tick);
    }

    /// The exit status that whoever ended the machine has asked for.
    unsigned status() const;
    std::string_view report() const {
        return hart_.report();
    }

    /// Passes a byte to the UART.
    void receive(u8 byte);

    Uart& uart() {
        return bus_.uart;
    }
    Ram& ram() {
        return bus_.ram;
    }
    Hart& hart() {
        return hart_;
    }
    std::span<u32> rom() {
        return bus_.rom;
    }

private:
    Bus bus_;
    Hart hart_;
};

} // namespace machine
