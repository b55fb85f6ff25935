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
    std::size_t base;   ///< the register to which it adds an offset to get the address
    unsigned offset;    ///< that offset, as far as it decides whether the address is aligned
    std::uint64_t size; ///< bytes of the instruction itself: 2 or 4

    /// The low `width` bytes of `value`, extended as this access does.
    std::uint64_t extend(std::uint64_t value) const {
        const unsigned unused = 64 - 8 * width;
        const auto extended = static_cast<std::int64_t>(value << unused) >> unused;
        return sign_extend ? static_cast<std::uint64_t>(extended) : value << unused >> unused;
    }
};

/// The access of a load or store of the extensions I and C; nothing for any other instruction. One
/// that is `transformed` comes from htinst (Privileged spec 18.6.3): nothing, too, if that tells of
/// a walk of the guest's page table, or of an access that crosses a page's end.
std::optional<Access> decode(std::uint32_t instruction, bool transformed);
