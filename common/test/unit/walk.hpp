/// @file
/// The walk through a second-stage table as the hardware makes it. It is written from the
/// Privileged spec (10.3.2, 10.4.1, 18.2.10, 18.5.1) and not from stage2.cpp, which the tests
/// compare with it.
#pragma once

#include "stage2.hpp"

#include <cstring>
#include <optional>

/// Where a walk ends.
struct Walk {
    /// What the address is translated to, or nothing where every access of the guest faults.
    std::optional<HostPhysical> target = std::nullopt;
    /// The entry that says so, and how many bytes it maps.
    std::uint64_t entry = 0, page = 0;
    /// What is wrong with the table, or a null pointer. Hardware would fault there, too, or do what
    /// nobody can know; and a leaf that keeps the guest from anything is none of ours.
    const char* mistake = nullptr;
};

/// Bits of an entry.
namespace pte {
inline constexpr std::uint64_t V = 1 << 0, R = 1 << 1, W = 1 << 2, X = 1 << 3, U = 1 << 4,
                               G = 1 << 5, A = 1 << 6, D = 1 << 7;
inline constexpr std::uint64_t reserved = 0x3ffull << 54; // N, PBMT and those without a name
} // namespace pte

/// Follows `address` through the table that hgatp names.
inline Walk walk(std::uint64_t hgatp, GuestPhysical address) {
    using namespace pte;
    constexpr std::uint64_t mode_sv39x4 = 8, page_number = (1ull << 44) - 1;
    if (hgatp >> 44 != mode_sv39x4 << 16) {
        return {.mistake = "the mode is not Sv39x4, or the VMID not 0"};
    }
    std::uint64_t table = (hgatp & page_number) << 12;
    if (table % (16 * KiB) != 0) {
        return {.mistake = "the root is not aligned to 16 KiB"};
    }
    if (address.value >> 41 != 0) {
        return {}; // two bits more than Sv39 has, and above them nothing is an address
    }
    for (int level = 2; level >= 0; --level) {
        const int shift = 12 + 9 * level;
        const std::uint64_t index = address.value >> shift & (level == 2 ? 2047 : 511);
        std::uint64_t entry;
        std::memcpy(&entry, to_pointer<const void>({table + 8 * index}), sizeof entry);
        const std::uint64_t target = (entry >> 10 & page_number) << 12, page = 1ull << shift;
        const auto end = [&](const char* mistake) {
            return Walk{.entry = entry, .page = page, .mistake = mistake};
        };
        if ((entry & V) == 0) {
            return end(nullptr);
        }
        if ((entry & reserved) != 0 || (entry & G) != 0) {
            return end("a bit is set that is reserved");
        }
        if ((entry & (R | W | X)) == 0) { // it points to a table
            if ((entry & (U | A | D)) != 0) {
                return end("D, A or U is set in an entry that is no leaf");
            }
            table = target;
            continue;
        }
        if ((entry & (R | W | X)) != (R | W | X)) {
            return end("a leaf does not allow everything");
        }
        if ((entry & U) == 0) {
            return end("a leaf is not for user mode, which each access of the guest counts as");
        }
        if ((entry & (A | D)) != (A | D)) {
            return end("a page does not count as used and written already");
        }
        if (target % page != 0) {
            return end("a superpage is misaligned");
        }
        Walk found = end(nullptr);
        found.target = HostPhysical{target + address.value % page};
        return found;
    }
    return {.mistake = "the last level has no leaf"};
}
