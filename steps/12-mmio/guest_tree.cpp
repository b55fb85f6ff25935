#include "guest_tree.hpp"

#include "print.hpp"

#include <algorithm>
#include <array>
#include <chacha20.h>
#include <cstring>

extern "C" {
#include <libfdt.h>
}

namespace {

/// guest.dts, compiled by dtc. The bytes are signed, as clang 19's #embed makes them.
alignas(8) constexpr signed char compiled_tree[] = {
#embed "guest.dtb"
};

/// Stops when `result`, from libfdt, is an error. The tree is ours: only its size can be wrong.
int check(int result) {
    if (result < 0) {
        fatal("the guest's device tree does not fit into ", guest_tree_size / KiB,
              " KiB: shorten BOOTARGS");
    }
    return result;
}

/// Zeroes what lies behind each property's value up to a multiple of four, as it has to be
/// (Devicetree spec 5.4.1): libfdt leaves there what was.
void clear_padding(void* tree) {
    for (int node = 0; node >= 0; node = fdt_next_node(tree, node, nullptr)) {
        int property = 0, length = 0;
        fdt_for_each_property_offset(property, tree, node) {
            const void* value = fdt_getprop_by_offset(tree, property, nullptr, &length);
            std::memset(static_cast<char*>(const_cast<void*>(value)) + length, 0, -length & 3);
        }
    }
}

/// Names the extensions that the guest gets if the host has them: in the old property behind a "_"
/// each, in the new one with a zero byte behind each. Linux needs Zbb to be as fast as on the host.
void add_extensions(void* tree, int cpu, const Host& host) {
    std::array<char, 64> isa = {"rv64imafdc"};
    constexpr std::size_t letters = 10;
    std::size_t size = letters;
    for (const std::string_view name : {"zba", "zbb", "zbs", "sstc"}) {
        if (host.has_extension(name)) {
            isa[size] = '_';
            size += 1 + name.copy(&isa[size + 1], name.size());
        }
    }
    check(fdt_setprop_string(tree, cpu, "riscv,isa", isa.data()));
    std::ranges::replace(isa, '_', '\0');
    check(fdt_appendprop(tree, cpu, "riscv,isa-extensions", &isa[letters + 1],
                         static_cast<int>(size - letters)));
}

} // namespace

void write_guest_tree(std::span<std::byte> buffer, const Host& host, GuestRange ram,
                      GuestRange initrd) {
    void* const tree = buffer.data();
    check(fdt_open_into(compiled_tree, tree, static_cast<int>(buffer.size())));
    const auto node = [tree](const char* path) {
        return check(fdt_path_offset(tree, path));
    };

    check(fdt_setprop_u32(tree, node("/cpus"), "timebase-frequency", host.timebase_frequency));
    add_extensions(tree, node("/cpus/cpu@0"), host);
    check(fdt_setprop_u64(tree, node("/memory@80000000"), "reg", ram.start.value));
    check(fdt_appendprop_u64(tree, node("/memory@80000000"), "reg", ram.size));
    check(fdt_setprop_string(tree, node("/chosen"), "bootargs", host.bootargs.data()));
    if (host.rng_seed.size() == 32) { // what chacha20_derive takes, and Linux wants
        std::uint8_t seed[32];
        chacha20_derive(seed, reinterpret_cast<const std::uint8_t*>(host.rng_seed.data()), 0);
        check(fdt_setprop(tree, node("/chosen"), "rng-seed", seed, sizeof seed));
    }
    if (initrd.size != 0) {
        check(fdt_setprop_u64(tree, node("/chosen"), "linux,initrd-start", initrd.start.value));
        check(fdt_setprop_u64(tree, node("/chosen"), "linux,initrd-end", initrd.end().value));
    }
    clear_padding(tree);
}
