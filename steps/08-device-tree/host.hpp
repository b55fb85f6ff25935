/// @file
/// The machine that the hypervisor runs on, as the host's device tree describes it.
#pragma once

#include "address.hpp"

/// What there is, and what QEMU has loaded.
struct Host {
    /// The hart that we run on.
    std::uint64_t hart;
    /// The memory in which we lie.
    HostRange ram;
    /// A large part of RAM that neither the hypervisor nor anything loaded beside it uses.
    HostRange free;

    /// Ticks of `time` in a second.
    std::uint32_t timebase_frequency;

    // The files that QEMU loaded; those that the user did not name have size 0.
    HostRange kernel;

    /// Reads the device tree at `tree`. Ends in `fatal` where no guest can run.
    static Host read(std::uint64_t hart, const void* tree);
};
