/// @file
/// From a load or store instruction to the access that it makes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

/// What a load or store does.
struct Access {
    bool store;
    unsigned width;     ///< bytes that it accesses: 1, 2, 4 or 8
    bool sign_extend;   ///< whether what is loaded is extended with its sign
    std::size_t reg;    ///< the register that it stores or loads
    std::size_t base;   ///< the register with the address to which the instruction adds
    unsigned offset;    ///< this, but for a multiple of `width`
    std::uint64_t size; ///< bytes of the instruction itself: 2 or 4

    /// The low `width` bytes of `value`, extended as this access does.
    std::uint64_t extend(std::uint64_t value) const;
};

/// Where an instruction comes from.
enum class Encoding {
    original,    ///< the guest's memory
    transformed, ///< htinst (Privileged spec 18.6.3), where base and offset are 0
};

/// The access of a load or store of the extensions I and C; nothing for any other instruction,
/// atomics and floating-point accesses among them. Nothing, too, if htinst tells of a walk of the
/// guest's page table, or of an access that faulted behind its start: it crosses a page's end.
std::optional<Access> decode(std::uint32_t instruction, Encoding encoding);
