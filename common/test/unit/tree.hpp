/// @file
/// A device tree that a test builds: nodes and properties in the order in which they are added.
#pragma once

#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

extern "C" {
#include <libfdt.h>
}

class Tree {
public:
    /// Begins a tree in `buffer`.
    explicit Tree(std::span<std::byte> buffer) : fdt_(buffer.data()) {
        check(fdt_create(fdt_, static_cast<int>(buffer.size())));
        check(fdt_finish_reservemap(fdt_));
        begin("");
    }

    void begin(const char* name) {
        check(fdt_begin_node(fdt_, name));
    }

    void end() {
        check(fdt_end_node(fdt_));
    }

    /// A property of 32-bit cells.
    void cells(const char* name, std::initializer_list<std::uint32_t> cells) {
        std::string value;
        for (const std::uint32_t cell : cells) {
            const fdt32_t stored = cpu_to_fdt32(cell);
            value.append(reinterpret_cast<const char*>(&stored), sizeof stored);
        }
        bytes(name, value);
    }

    /// A range, in two cells each.
    void range(const char* name, std::uint64_t start, std::uint64_t size) {
        cells(name, {static_cast<std::uint32_t>(start >> 32), static_cast<std::uint32_t>(start),
                     static_cast<std::uint32_t>(size >> 32), static_cast<std::uint32_t>(size)});
    }

    void text(const char* name, std::string_view text) {
        bytes(name, std::string{text} + '\0');
    }

    void bytes(const char* name, std::string_view value) {
        check(fdt_property(fdt_, name, value.data(), static_cast<int>(value.size())));
    }

    /// Ends the tree. Returns where it lies.
    const void* finish() {
        end();
        check(fdt_finish(fdt_));
        return fdt_;
    }

private:
    static void check(int result) {
        EXPECT_EQ(result, 0) << fdt_strerror(result);
    }

    void* fdt_;
};
