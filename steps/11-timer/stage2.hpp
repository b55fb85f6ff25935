/// @file
/// Stage 2, the specification's G-stage: from guest-physical to host-physical addresses.
#pragma once

#include "address.hpp"

/// A table in the mode Sv39x4 (Privileged spec 18.5.1).
/// It maps memory in megapages of 2 MiB; the mode's third level, pages of 4 KiB, is not used:
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
    /// Bytes in a megapage, and the alignment of what is mapped.
    static constexpr std::uint64_t megapage_size = 2 * MiB;

    /// A table that maps nothing.
    Stage2();

    /// Lets the guest read, write and execute `guest`, which is then the memory from `host` on.
    /// Both addresses and the size are multiples of `megapage_size`. It counts from the next
    /// Vcpu::load on, which has the fences.
    void map(GuestRange guest, HostPhysical host);

    /// The most that can be mapped, in bytes: a page of the pool serves for 1 GiB.
    static std::uint64_t most_mapped();

    /// The value of hgatp for this table: mode, VMID 0, page number (Privileged spec 18.2.10).
    std::uint64_t hgatp() const;

private:
    HostPhysical root_;
};
