/// @file
/// The guest's interrupt controller: a PLIC with one context, the S-mode of the guest's hart.
#pragma once

#include "bus.hpp"

#include <array>

/// The PLIC (PLIC spec). A source is served from its claim to its completion, and it is pending
/// while its line is high and it is not served. A line that falls before the claim takes its
/// request back, as in QEMU's PLIC; the specification would let the request stand.
class Plic final : public MmioDevice {
public:
    std::optional<std::uint64_t> load(std::uint64_t offset, unsigned width) override;
    bool store(std::uint64_t offset, unsigned width, std::uint64_t value) override;

    /// Sets the level of the line from `source` (1 to 31).
    void set_line(unsigned source, bool high);

    /// Whether the hart has to be interrupted.
    bool interrupting() const {
        return best(threshold_) != 0;
    }

private:
    /// The source to serve next: of those pending and enabled with a priority above `floor`
    /// the one with the highest, and the lowest number among equals. 0 if there is none.
    unsigned best(std::uint32_t floor) const;

    std::array<std::uint32_t, 32> priority_ = {}; // of each source; source 0 does not exist
    std::uint32_t threshold_ = 0;
    std::uint32_t enabled_ = 0, lines_ = 0, serving_ = 0; // one bit for each source
};

/// A device's end of its line to the PLIC.
struct InterruptLine {
    Plic& plic;
    unsigned source;

    /// Sets its level.
    void set(bool high) {
        plic.set_line(source, high);
    }
};
