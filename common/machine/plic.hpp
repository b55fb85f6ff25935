/// @file
/// The platform-level interrupt controller (PLIC spec 1.0.0), with M-mode's context 0 and S-mode's
/// context 1 of one hart.
#pragma once

#include "integers.hpp"

#include <array>
#include <optional>

namespace machine {

/// The PLIC. Its gateways are for levels: a high line becomes a request once, which stays even when
/// the line falls, and once more when the request's service has been completed and the line is
/// still high ("Interrupt Gateways").
class Plic {
public:
    static constexpr u64 start = 0xc00'0000, size = 0x60'0000;
    static constexpr unsigned sources = 96, contexts = 2; ///< source 0 does not exist

    /// @param offset of a register from `start`
    /// @param width 4 bytes, or there is no such register
    std::optional<u64> load(u64 offset, unsigned width);
    bool store(u64 offset, unsigned width, u64 value);

    /// A device raises or lowers its line.
    void set_line(unsigned source, bool high);
    /// Whether the context has an interrupt to take.
    bool interrupting(unsigned context) const;

private:
    /// A bit for each source, packed as the registers are.
    using Bits = std::array<u32, sources / 32>;
    struct Context {
        Bits enabled = {};
        u32 threshold = 0;
    };
    /// A register that holds what is stored there, as far as its bits exist.
    struct Register {
        u32* content;
        u32 writable;
    };

    std::optional<Register> find(u64 offset);
    Context* find_claim(u64 offset);
    unsigned best(const Context&, u32 floor) const;
    u32 claim(const Context&);
    void complete(const Context&, u32 source);
    void forward_requests();

    std::array<u32, sources> priority_ = {};
    Bits lines_ = {}, pending_ = {};
    Bits serving_ = {}; // claimed and not yet completed
    std::array<Context, contexts> contexts_ = {};
};

} // namespace machine
