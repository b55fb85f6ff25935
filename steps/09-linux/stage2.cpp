#include "stage2.hpp"

#include "memory.hpp"

namespace {

/// Bits of a page-table entry (Privileged spec 10.3.1 and 10.4.1).
enum Pte : std::uint64_t {
    V = 1 << 0,
    R = 1 << 1,
    W = 1 << 2,
    X = 1 << 3,
    U = 1 << 4, // every guest access counts as one of user mode here (18.5.1)
    A = 1 << 6, // used, and D, written: set beforehand, as some hardware faults instead of setting
    D = 1 << 7,
};

/// A leaf lets the guest do everything.
constexpr std::uint64_t leaf_bits = V | R | W | X | U | A | D;
/// hgatp: the mode Sv39x4 (18.2.10).
constexpr std::uint64_t mode_sv39x4 = 8ull << 60;
/// The root has four times as many entries as other tables, so it takes four pages (18.5.1).
constexpr std::size_t root_pages = 4, root_entries = 2048;

/// The entry that leads to `address`: a page number from bit 10 on, and `bits`.
constexpr std::uint64_t to_entry(HostPhysical address, std::uint64_t bits) {
    return address.value >> 12 << 10 | bits;
}

/// Where `entry` leads.
constexpr HostPhysical to_target(std::uint64_t entry) {
    return {entry >> 10 << 12};
}

/// The entry for `address` in the root table at `table`.
std::uint64_t& root_entry(HostPhysical table, GuestPhysical address) {
    return to_pointer<std::uint64_t>(table)[address.value >> 30 & (root_entries - 1)];
}

/// The entry for `address` in the leaf table at `table`.
std::uint64_t& leaf_entry(HostPhysical table, GuestPhysical address) {
    return to_pointer<std::uint64_t>(table)[address.value >> 21 & 511];
}

} // namespace

Stage2::Stage2() : root_(memory::allocate(root_pages)) {}

void Stage2::map(GuestRange guest, HostPhysical host) {
    for (GuestPhysical page = guest.start; page < guest.end(); page = page + megapage_size) {
        std::uint64_t& entry = root_entry(root_, page);
        if ((entry & V) == 0) {
            entry = to_entry(memory::allocate(1), V); // without R, W and X it leads to a table
        }
        leaf_entry(to_target(entry), page) = to_entry(host + (page - guest.start), leaf_bits);
    }
}

std::uint64_t Stage2::most_mapped() {
    return (memory::pool_pages() - root_pages) * GiB;
}

std::uint64_t Stage2::hgatp() const {
    return mode_sv39x4 | root_.value >> 12;
}
