/// @file
/// The guest's serial port: an ns16550 on the machine's console.
#pragma once

#include "bus.hpp"

#include <array>

/// A 16550 UART whose bytes go straight to the console.
class Uart final : public MmioDevice {
public:
    std::optional<std::uint64_t> load(std::uint64_t offset, unsigned width) override;
    bool store(std::uint64_t offset, unsigned width, std::uint64_t value) override;

private:
    std::uint64_t select(std::uint64_t offset) const;

    /// What was written to each register; what the guest reads there may be something else.
    std::array<std::uint8_t, 10> registers_ = {};
};
