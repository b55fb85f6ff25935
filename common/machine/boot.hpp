/// @file
/// What is in memory when the machine starts, as QEMU's `virt` puts it there.
#pragma once

#include "integers.hpp"
#include "tree.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace machine {

/// A file by its name, which is only for whoever reads an error, and its content.
struct File {
    std::string_view name;
    std::span<const std::byte> content;
};

/// What runs on the machine.
struct Software {
    File firmware;             ///< OpenSBI's fw_dynamic as a flat binary
    File hypervisor;           ///< an ELF file, which the firmware starts in HS-mode; or nothing
    std::string_view bootargs; ///< for the device tree
    std::span<const Module> modules;
    bool sv39_only = false; ///< what the device tree says of the MMU
};

/// Why the machine cannot start: "NAME: it is no ELF file of RISC-V with 64 bits".
struct BootError {
    std::string_view name; ///< of the file
    std::string_view reason;
};

/// Loads everything into the memory of a machine that has not started.
/// @param ram the memory from Ram::start on, all zero where it matters
/// @param rom what the hart begins with, at Bus::rom_start
/// @return nothing if the machine can start
std::optional<BootError> boot(std::span<std::byte> ram, std::span<u32> rom,
                              const Software& software);

} // namespace machine
