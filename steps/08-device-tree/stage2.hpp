/// @file
/// The second-stage page table: from guest-physical to host-physical addresses.
#pragma once

#include "address.hpp"

#include <optional>

/// A table in the mode Sv39x4 (Privileged spec 18.5.1) that maps memory in pages of 2 MiB:
///
///       40        30 29        21 20                  0
///      +------------+------------+---------------------+
///      |  root, 11  |  leaf, 9   |    offset, 21 bits  |   guest-physical address
///      +------------+------------+---------------------+
///        2048 entries  512 entries
///        of 1 GiB      of 2 MiB
///
/// What is not mapped faults, and the hypervisor decides what the guest finds there.
class Stage2 {
public:
    /// Bytes in a page, and the alignment of what is mapped.
    static constexpr std::uint64_t page_size = 2 * MiB;

    Stage2();
    ~Stage2();
    Stage2(const Stage2&) = delete;
    Stage2& operator=(const Stage2&) = delete;

    /// Lets the guest read, write and execute `guest`, which is then the memory from `host` on.
    /// All three are multiples of `page_size`.
    void map(GuestRange guest, HostPhysical host);

    /// Where `address` leads, if it is mapped: the walk that the hardware does.
    std::optional<HostPhysical> translate(GuestPhysical address) const;

    /// The value of the register hgatp for this table (Privileged spec 18.2.10).
    std::uint64_t hgatp() const;

private:
    HostPhysical root_;
};
