#include "plic.hpp"

#include <bit>

// Registers by their offset, behind the priorities (PLIC spec, chapter 3): those of context 1, the
// hart's S-mode. Context 0 would be its M-mode, which the guest does not have.
constexpr std::uint64_t pending_bits = 0x1000;
constexpr std::uint64_t enable_bits = 0x2080;
constexpr std::uint64_t threshold = 0x20'1000;
constexpr std::uint64_t claim_complete = 0x20'1004;
constexpr std::uint32_t priority_mask = 7; // the bits of a priority or threshold that exist

std::optional<std::uint64_t> Plic::load(std::uint64_t offset, unsigned width) {
    const std::uint64_t source = offset / 4;
    if (width != 4) {
        return std::nullopt;
    }
    if (source < priority_.size()) {
        return priority_[source];
    }
    switch (offset) {
    case pending_bits:
        return lines_ & ~serving_;
    case enable_bits:
        return enabled_;
    case threshold:
        return threshold_;
    case claim_complete: {
        const unsigned claimed = best(0); // a claim ignores the threshold
        serving_ |= 1u << claimed;        // bit 0, of no source, means nothing
        return claimed;
    }
    default:
        return 0; // further sources and contexts, which we do not have
    }
}

bool Plic::store(std::uint64_t offset, unsigned width, std::uint64_t value) {
    const std::uint64_t source = offset / 4;
    const auto word = static_cast<std::uint32_t>(value);
    if (width != 4) {
        return false;
    }
    if (source < priority_.size()) {
        priority_[source] = word & priority_mask;
    } else if (offset == enable_bits) {
        enabled_ = word & ~1u;
    } else if (offset == threshold) {
        threshold_ = word & priority_mask;
    } else if (offset == claim_complete && word < priority_.size()) {
        serving_ &= ~(enabled_ & 1u << word);
    }
    return true;
}

void Plic::set_line(unsigned source, bool high) {
    const std::uint32_t bit = 1u << source;
    lines_ = high ? lines_ | bit : lines_ & ~bit;
}

unsigned Plic::best(std::uint32_t floor) const {
    unsigned best = 0;
    for (std::uint32_t left = lines_ & ~serving_ & enabled_; left != 0; left &= left - 1) {
        const auto source = static_cast<unsigned>(std::countr_zero(left));
        if (priority_[source] > floor) {
            best = source;
            floor = priority_[source];
        }
    }
    return best;
}
