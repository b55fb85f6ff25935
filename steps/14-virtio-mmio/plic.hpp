/// @file
/// The guest's interrupt controller: a PLIC with one context, the S-mode of the guest's hart.
#pragma once

#include "bus.hpp"

/// The PLIC (PLIC spec 1.0.0). A source is pending while its line is high and it is not being
/// served, that is, between claim and completion. A line that falls before the claim takes its
/// request back, as in QEMU's PLIC, where the specification lets the request stand.
class Plic final : public MmioDevice {
public:
    std::optional<std::uint64_t> load(std::uint64_t offset, unsigned width) override;
    StoreResult store(std::uint64_t offset, unsigned width, std::uint64_t value) override;

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
    // One bit for each source.
    std::uint32_t enabled_ = 0, lines_ = 0, serving_ = 0;
};

/// A device's end of its line to the PLIC.
struct InterruptLine {
    Plic& plic;
    unsigned source;

    void set(bool high) {
        plic.set_line(source, high);
    }
};
