#include "plic.hpp"

#include <bit>

namespace machine {

namespace {

// Registers by their offset (PLIC spec, "Memory Map"). Each context has enable bits and a page of
// its own.
constexpr u64 pending_bits = 0x1000;
constexpr u64 enable_bits = 0x2000, enable_stride = 0x80;
constexpr u64 context_page = 0x20'0000, context_stride = 0x1000;
constexpr u64 threshold = 0, claim_complete = 4; // in that page

constexpr u32 priority_mask = 7; // the bits of a priority or threshold that exist

constexpr u32 mask_of(u32 source) {
    return 1u << source % 32;
}

} // namespace

std::optional<u64> Plic::load(u64 offset, unsigned width) {
    const u64 word = (offset - pending_bits) / 4;
    if (width != 4 || offset % 4 != 0) {
        return std::nullopt;
    }
    if (word < pending_.size()) {
        return pending_[word];
    }
    if (const Context* context = find_claim(offset)) {
        return claim(*context);
    }
    const auto found = find(offset);
    return found ? std::optional<u64>{*found->content} : std::nullopt;
}

bool Plic::store(u64 offset, unsigned width, u64 value) {
    const u64 word = (offset - pending_bits) / 4;
    if (width != 4 || offset % 4 != 0) {
        return false;
    }
    if (word < pending_.size()) {
        return true; // pending bits are only read
    }
    if (const Context* context = find_claim(offset)) {
        complete(*context, static_cast<u32>(value));
        return true;
    }
    const auto found = find(offset);
    if (found) {
        *found->content = static_cast<u32>(value) & found->writable;
    }
    return found.has_value();
}

void Plic::set_line(unsigned source, bool high) {
    u32& line = lines_[source / 32];
    line = high ? line | mask_of(source) : line & ~mask_of(source);
    forward_requests();
}

bool Plic::interrupting(unsigned context) const {
    return best(contexts_[context], contexts_[context].threshold) != 0;
}

/// The register at `offset`, if it is one that holds what is stored. Source 0 has none of its bits.
std::optional<Plic::Register> Plic::find(u64 offset) {
    const u64 source = offset / 4;
    if (source < sources) {
        return Register{&priority_[source], source == 0 ? 0 : priority_mask};
    }
    for (unsigned context = 0; context < contexts; ++context) {
        Context& its = contexts_[context];
        const u64 word = (offset - enable_bits - context * enable_stride) / 4;
        if (word < its.enabled.size()) {
            return Register{&its.enabled[word], word == 0 ? ~1u : ~0u};
        }
        if (offset == context_page + context * context_stride + threshold) {
            return Register{&its.threshold, priority_mask};
        }
    }
    return std::nullopt;
}

/// The context whose claim and completion are at `offset`, if it is one.
Plic::Context* Plic::find_claim(u64 offset) {
    const u64 context = (offset - context_page) / context_stride;
    const bool found = context < contexts && offset % context_stride == claim_complete;
    return found ? &contexts_[context] : nullptr;
}

/// The source to serve next: of those pending and enabled with a priority above `floor` the one
/// with the highest, and the lowest number among equals. 0 if there is none.
unsigned Plic::best(const Context& context, u32 floor) const {
    unsigned best = 0;
    for (unsigned word = 0; word < pending_.size(); ++word) {
        for (u32 left = pending_[word] & context.enabled[word]; left != 0; left &= left - 1) {
            const unsigned source = 32 * word + static_cast<unsigned>(std::countr_zero(left));
            if (priority_[source] > floor) {
                best = source;
                floor = priority_[source];
            }
        }
    }
    return best;
}

/// A claim takes the request, whatever the threshold is ("Interrupt Claim Process").
u32 Plic::claim(const Context& context) {
    const unsigned source = best(context, 0);
    if (source != 0) {
        pending_[source / 32] &= ~mask_of(source);
        serving_[source / 32] |= mask_of(source);
    }
    return source;
}

/// A completion is ignored when the source is not enabled for the context. It is not checked to be
/// the one that was claimed ("Interrupt Completion").
void Plic::complete(const Context& context, u32 source) {
    if (source < sources) {
        serving_[source / 32] &= ~(context.enabled[source / 32] & mask_of(source));
        forward_requests();
    }
}

/// What the gateways do: a high line whose last request has been served becomes one.
void Plic::forward_requests() {
    for (unsigned word = 0; word < pending_.size(); ++word) {
        pending_[word] |= lines_[word] & ~serving_[word];
    }
}

} // namespace machine
