#include "plic.hpp"

#include <bit>

namespace {

// Offsets of the registers (PLIC spec, chapter 3). Context 0 is the hart's M-mode, which the
// guest does not have; context 1 is its S-mode.
constexpr std::uint64_t priorities = 0x0;
constexpr std::uint64_t pending_bits = 0x1000;
constexpr std::uint64_t enable_bits = 0x2080;
constexpr std::uint64_t threshold = 0x20'1000;
constexpr std::uint64_t claim_complete = 0x20'1004;

/// Priorities and threshold have 3 bits.
constexpr std::uint32_t priority_mask = 7;

} // namespace

std::optional<std::uint64_t> Plic::load(std::uint64_t offset, unsigned width) {
    if (width != 4) {
        return std::nullopt;
    }
    if (offset < priorities + 4 * sources) {
        return priority_[offset / 4];
    }
    switch (offset) {
    case pending_bits:
        return lines_ & ~serving_;
    case enable_bits:
        return enabled_;
    case threshold:
        return threshold_;
    case claim_complete:
        return claim();
    default:
        return 0; // further sources and contexts, which we do not have
    }
}

StoreResult Plic::store(std::uint64_t offset, unsigned width, std::uint64_t value) {
    if (width != 4) {
        return StoreResult::refused;
    }
    const auto word = static_cast<std::uint32_t>(value);
    if (offset < priorities + 4 * sources) {
        priority_[offset / 4] = word & priority_mask;
    } else if (offset == enable_bits) {
        enabled_ = word & ~1u;
    } else if (offset == threshold) {
        threshold_ = word & priority_mask;
    } else if (offset == claim_complete && word < sources) {
        serving_ &= ~(enabled_ & 1u << word);
    }
    return StoreResult::done;
}

void Plic::set_line(unsigned source, bool high) {
    const std::uint32_t bit = 1u << source;
    lines_ = high ? lines_ | bit : lines_ & ~bit;
}

unsigned Plic::best(std::uint32_t floor) const {
    unsigned best = 0;
    std::uint32_t highest = floor;
    for (std::uint32_t left = lines_ & ~serving_ & enabled_; left != 0; left &= left - 1) {
        const auto source = static_cast<unsigned>(std::countr_zero(left));
        if (priority_[source] > highest) {
            best = source;
            highest = priority_[source];
        }
    }
    return best;
}

unsigned Plic::claim() {
    const unsigned source = best(0); // a claim does not regard the threshold
    serving_ |= 1u << source;        // of source 0 nobody asks
    return source;
}
