/// @file
/// The machine that the hypervisor runs on, as the host's device tree describes it.
#pragma once

#include "address.hpp"

#include <string_view>

struct Host {
    /// The hart that we run on.
    std::uint64_t hart;
    HostRange ram;
    /// The largest part of RAM that neither the hypervisor nor anything loaded beside it uses.
    HostRange free;

    /// Ticks of `time` in a second.
    std::uint32_t timebase_frequency;
    /// The CPU's instruction set, as in `riscv,isa`: "rv64imafdch_zicsr_...".
    std::string_view isa;
    /// The largest page-table mode, as in `mmu-type`: "riscv,sv57".
    std::string_view mmu_type;

    // The files that QEMU loaded; those that the user did not name have size 0.
    HostRange kernel;
    HostRange initrd;
    HostRange disk;
    /// The guest's command line, ending in a zero byte.
    std::string_view bootargs;

    /// Reads the device tree at `tree`. A machine on which no guest can run is fatal.
    static Host read(std::uint64_t hart, const void* tree);

    /// Whether the disk is for reading only: `hypervisor.disk=ro` among the boot arguments.
    bool disk_read_only() const;

    /// Whether the CPU has the extension `name`: one letter or more, in lower case.
    bool has_extension(std::string_view name) const;
};
