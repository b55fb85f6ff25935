/// @file
/// The machine's device tree: virt.dts, and what is only known when it starts.
#pragma once

#include "integers.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace machine {

/// A file that lies in RAM from the start, and of which the device tree tells.
struct Module {
    enum class Kind : u8 {
        kernel,
        ramdisk,
    };

    std::string_view name; ///< of the file, for whoever reads an error
    Kind kind;
    u64 address;
    std::span<const std::byte> content;
    std::string_view bootargs; ///< of a kernel; none if it is empty
};

struct TreeContent {
    u64 ram_size;
    std::string_view bootargs;
    std::span<const Module> modules;
    bool sv39_only;
};

/// Writes the tree to `buffer`.
/// @return its size, or nothing if it does not fit there
std::optional<std::size_t> write_tree(std::span<std::byte> buffer, const TreeContent& content);

} // namespace machine
