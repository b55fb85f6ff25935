/// @file
/// The guest's serial port: an ns16550 on the machine's console.
#pragma once

#include "bus.hpp"
#include "plic.hpp"

#include <array>

/// A 16550 UART whose bytes go straight to the console.
/// It has no buffer of its own: typing waits in the machine's UART until the guest reads it.
class Uart final : public MmioDevice {
public:
    explicit Uart(InterruptLine line) : line_(line) {}
    std::optional<std::uint64_t> load(std::uint64_t offset, unsigned width) override;
    bool store(std::uint64_t offset, unsigned width, std::uint64_t value) override;

    /// Sets the interrupt line by what there is: something may have been typed. What an SBI call
    /// reads is noticed at the guest's next access.
    void update();

private:
    std::uint64_t select(std::uint64_t offset) const;
    bool in_loop() const;
    bool readable() const;
    std::uint8_t identify_interrupt() const;

    /// What was written to each register; what the guest reads there may be something else.
    std::array<std::uint8_t, 10> registers_ = {};
    InterruptLine line_;
    /// The transmitter has become empty, and the guest has not noticed yet.
    bool transmitted_ = false;
    /// What was transmitted in a loop and is still to be received.
    std::optional<std::uint8_t> looped_;
};
