#include "stage2.hpp"

#include "memory.hpp"

#include <span>

namespace {

/// Bits of a page-table entry (Privileged spec 12.3.1 and 12.4.1).
enum Pte : std::uint64_t {
    V = 1 << 0,
    R = 1 << 1,
    W = 1 << 2,
    X = 1 << 3,
    U = 1 << 4, // every guest access counts as one of user mode here (18.5.1)
    A = 1 << 6, // A and D are set beforehand: hardware need not do it
    D = 1 << 7,
};

constexpr std::uint64_t leaf_bits = V | R | W | X | U | A | D;
constexpr std::uint64_t mode_sv39x4 = 8ull << 60;
constexpr std::size_t root_pages = 4;

constexpr std::uint64_t to_entry(HostPhysical address, std::uint64_t bits) {
    return address.value >> 12 << 10 | bits;
}

constexpr HostPhysical to_target(std::uint64_t entry) {
    return {entry >> 10 << 12};
}

/// The entry for `address` in the root table at `root`.
std::uint64_t& root_entry(HostPhysical root, GuestPhysical address) {
    return to_pointer<std::uint64_t>(root)[address.value >> 30 & 2047];
}

/// The entry for `address` in the leaf table to which the root's `entry` points.
std::uint64_t& leaf_entry(std::uint64_t entry, GuestPhysical address) {
    return to_pointer<std::uint64_t>(to_target(entry))[address.value >> 21 & 511];
}

} // namespace

Stage2::Stage2() : root_(memory::allocate(root_pages)) {}

Stage2::~Stage2() {
    for (const std::uint64_t entry : std::span{to_pointer<std::uint64_t>(root_), 2048}) {
        if (entry & V) {
            memory::free(to_target(entry), 1);
        }
    }
    memory::free(root_, root_pages);
}

void Stage2::map(GuestRange guest, HostPhysical host) {
    for (std::uint64_t offset = 0; offset < guest.size; offset += page_size) {
        const GuestPhysical address = guest.start + offset;
        std::uint64_t& entry = root_entry(root_, address);
        if ((entry & V) == 0) {
            entry = to_entry(memory::allocate(1), V);
        }
        leaf_entry(entry, address) = to_entry(host + offset, leaf_bits);
    }
}

std::optional<HostPhysical> Stage2::translate(GuestPhysical address) const {
    const std::uint64_t entry = address.value >> 41 == 0 ? root_entry(root_, address) : 0;
    const std::uint64_t leaf = entry & V ? leaf_entry(entry, address) : 0;
    if ((leaf & V) == 0) {
        return std::nullopt;
    }
    return to_target(leaf) + address.value % page_size;
}

std::uint64_t Stage2::hgatp() const {
    return mode_sv39x4 | root_.value >> 12;
}
