/// @file
/// The machine that the hypervisor runs on, as the host's device tree describes it.
#pragma once

#include "address.hpp"

#include <cstddef>
#include <span>
#include <string_view>

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
    /// Our hart's instruction set, as in `riscv,isa`: "rv64imafdch_zicsr_...".
    std::string_view isa;
    /// Random bytes, if the machine has any. No guest gets these, but what is derived from them.
    std::span<const std::byte> rng_seed;

    // The files that QEMU loaded; those that the user did not name have size 0.
    HostRange kernel;
    HostRange initrd;
    /// The guest's command line, ending in a zero byte.
    std::string_view bootargs;

    /// Reads the device tree at `tree`. Ends in `fatal` where no guest can run.
    static Host read(std::uint64_t hart, const void* tree);
};
