/// @file
/// A device's interrupt line, watched from the PLIC's side.
#pragma once

#include "plic.hpp"

/// The PLIC of a guest that listens to one source.
class WatchedLine {
public:
    explicit WatchedLine(unsigned source) : source_(source) {
        plic_.store(4 * source, 4, 1);          // priority
        plic_.store(0x2080, 4, 1ull << source); // enable
    }

    InterruptLine end() {
        return {plic_, source_};
    }

    /// The level of the line: after the completion of an interrupt it is pending again if its line
    /// is high still (PLIC spec, "Interrupt Gateways").
    bool high() {
        plic_.load(claim, 4);
        plic_.store(claim, 4, source_);
        return plic_.interrupting();
    }

private:
    static constexpr std::uint64_t claim = 0x20'1004;

    Plic plic_;
    unsigned source_;
};
