/// @file
/// The guest's serial port: an ns16550 on the machine's console.
#pragma once

#include "plic.hpp"

/// A 16550 UART whose bytes go straight to the console and come straight from it: it has no
/// buffer of its own, so typing waits in the machine's UART until the guest reads it.
class Uart final : public MmioDevice {
public:
    explicit Uart(InterruptLine line) : line_(line) {}

    std::optional<std::uint64_t> load(std::uint64_t offset, unsigned width) override;
    StoreResult store(std::uint64_t offset, unsigned width, std::uint64_t value) override;

    /// Sets the interrupt line by what there is: something may have been typed.
    void update();

private:
    std::uint64_t select(std::uint64_t offset) const;
    std::uint8_t identify_interrupt() const;
    std::uint8_t modem_status() const;

    /// What was written to each register; what the guest reads there may be something else.
    std::array<std::uint8_t, 10> registers_ = {};
    InterruptLine line_;
    /// The transmitter has become empty, and the guest has not noticed yet.
    bool transmitted_ = false;
};
