/// @file
/// Stage 2, the specification's G-stage: from guest-physical to host-physical addresses.
#pragma once

#include "address.hpp"

/// A table in the mode Sv39x4 (Privileged spec 18.5.1).
/// What is not mapped faults, and the hypervisor decides what the guest finds there.
class Stage2 {
public:
    /// A table that maps nothing.
    Stage2();

    /// The value of hgatp for this table: mode, VMID 0, page number (Privileged spec 18.2.10).
    std::uint64_t hgatp() const;

private:
    HostPhysical root_;
};
