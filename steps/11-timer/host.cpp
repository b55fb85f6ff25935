#include "host.hpp"

#include "print.hpp"

#include <initializer_list>
#include <span>
#include <string_view>

extern "C" {
#include <libfdt.h>
}

extern std::byte __end[]; // hypervisor.ld

namespace {

/// The bytes that property `name` of `node` holds; none if there is no such property or node.
std::span<const std::byte> read_property(const void* tree, int node, const char* name) {
    int length = 0;
    const void* value = node < 0 ? nullptr : fdt_getprop(tree, node, name, &length);
    const std::size_t size = value != nullptr ? static_cast<std::size_t>(length) : 0;
    return {static_cast<const std::byte*>(value), size};
}

/// The string that property `name` of `node` holds; empty if there is none.
std::string_view read_string(const void* tree, int node, const char* name) {
    const auto value = read_property(tree, node, name);
    const auto* text = reinterpret_cast<const char*>(value.data());
    return value.empty() ? "" : std::string_view{text, value.size() - 1};
}

/// The number in cell `index` of property `name` of `node`; 0 if there is none.
std::uint32_t read_cell(const void* tree, int node, const char* name, std::size_t index = 0) {
    const auto value = read_property(tree, node, name);
    const auto* cells = reinterpret_cast<const fdt32_t*>(value.data());
    return index < value.size() / 4 ? fdt32_ld(cells + index) : 0;
}

/// The range in property `reg` of `node`, in two cells each; of size 0 if there is none.
HostRange read_range(const void* tree, int node) {
    const auto value = read_property(tree, node, "reg");
    const auto* numbers = reinterpret_cast<const fdt64_t*>(value.data());
    return value.size() < 16 ? HostRange{} : HostRange{{fdt64_ld(numbers)}, fdt64_ld(numbers + 1)};
}

/// Joins `part` to the RAM found so far if they touch; what does not touch is left out.
HostRange join(HostRange ram, HostRange part) {
    if (ram.size == 0 || part.end() == ram.start) {
        return {part.start, ram.size + part.size};
    }
    return {ram.start, ram.size + (part.start == ram.end() ? part.size : 0)};
}

/// The file that QEMU's guest-loader has loaded as `kind`. Its `bootargs` tell kernel from disk.
HostRange read_module(const void* tree, int chosen, const char* kind, std::string_view bootargs) {
    int node = chosen >= 0 ? fdt_first_subnode(tree, chosen) : chosen;
    while (node >= 0 && (fdt_node_check_compatible(tree, node, kind) != 0 ||
                         read_string(tree, node, "bootargs") != bootargs)) {
        node = fdt_next_subnode(tree, node);
    }
    return read_range(tree, node);
}

/// Stops if `file` was named but is not there as a whole: QEMU starts silently with an empty file
/// and with one that reaches beyond RAM.
void check_file(std::string_view name, HostRange file, HostRange ram) {
    if (file.start != HostPhysical{} && file.size == 0) {
        fatal("the ", name, " is an empty file");
    }
    if (file.size != 0 && !ram.contains(file.start, file.size)) {
        fatal("the ", name, " does not fit into ", ram.size / MiB,
              " MiB of RAM: raise MEMORY beyond ", (file.end() - ram.start) / MiB, "M");
    }
}

/// Reads what the node `chosen` tells: above all where the files lie. Without a kernel there is
/// nothing to do.
void read_chosen(const void* tree, int chosen, Host& host) {
    host.rng_seed = read_property(tree, chosen, "rng-seed");
    host.bootargs = read_string(tree, chosen, "bootargs");
    host.kernel = read_module(tree, chosen, "multiboot,kernel", "");
    host.initrd = read_module(tree, chosen, "multiboot,ramdisk", "");
    check_file("kernel", host.kernel, host.ram);
    check_file("initrd", host.initrd, host.ram);
    if (host.kernel.size == 0) {
        fatal("there is no kernel to run: name one with KERNEL=");
    }
}

/// Stops if our hart lacks an extension of one letter that we need or that guest.dts promises.
void check_isa(std::string_view isa) {
    const std::string_view letters = isa.substr(0, isa.find('_')); // "rv64imafdch"
    for (const char* letter = "imafdch"; *letter != '\0'; ++letter) {
        if (letters.find(*letter, std::string_view{"rv64"}.size()) == letters.npos) {
            fatal("this CPU has no extension ", std::string_view{letter, 1}, ": it is ", isa);
        }
    }
}

/// What `used`, which lies wholly inside `free` or wholly outside, leaves of it: the larger part.
HostRange without(HostRange free, HostRange used) {
    if (!free.contains(used.start, used.size)) {
        return free;
    }
    const HostRange below = {free.start, used.start - free.start};
    const HostRange above = {used.end(), free.end() - used.end()};
    return below.size > above.size ? below : above;
}

} // namespace

Host Host::read(std::uint64_t hart, const void* tree) {
    if (fdt_check_header(tree) != 0) {
        fatal("there is no device tree at ", address_of(tree));
    }
    Host host = {};
    host.hart = hart;
    int chosen = -1, cpu = -1;
    for (int node = 0; node >= 0; node = fdt_next_node(tree, node, nullptr)) {
        const std::string_view name = fdt_get_name(tree, node, nullptr);
        if (name == "chosen") {
            chosen = node;
        } else if (name == "cpus") {
            host.timebase_frequency = read_cell(tree, node, "timebase-frequency");
        } else if (name.starts_with("cpu@") && read_cell(tree, node, "reg") == hart) {
            cpu = node;
        } else if (name.starts_with("memory@")) {
            host.ram = join(host.ram, read_range(tree, node));
        }
    }
    if (host.ram.size == 0) {
        fatal("the device tree tells of no RAM");
    }
    host.isa = read_string(tree, cpu, "riscv,isa");
    check_isa(host.isa);
    read_chosen(tree, chosen, host);

    // The firmware, at the beginning of RAM, and behind it the hypervisor.
    const HostRange ours = {host.ram.start, address_of(__end) - host.ram.start};
    const HostRange own_tree = {address_of(tree), fdt_totalsize(tree)};
    host.free = host.ram;
    for (const HostRange used : {ours, host.kernel, host.initrd, own_tree}) {
        host.free = without(host.free, used);
    }
    return host;
}

bool Host::has_extension(std::string_view name) const {
    // "rv64", a letter for each short name, then "_" and the name for each longer one.
    for (auto at = isa.find('_'); at != isa.npos; at = isa.find('_', at + 1)) {
        std::string_view rest = isa;
        rest.remove_prefix(at + 1);
        if (rest.substr(0, rest.find('_')) == name) {
            return true;
        }
    }
    return false;
}
