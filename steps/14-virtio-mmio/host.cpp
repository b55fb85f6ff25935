#include "host.hpp"

#include "print.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>

extern "C" {
#include <libfdt.h>
}

extern std::byte __end[]; // hypervisor.ld

namespace {

/// The string that property `name` of `node` holds; empty if there is none.
std::string_view read_string(const void* tree, int node, const char* name) {
    int length = 0;
    const void* value = fdt_getprop(tree, node, name, &length);
    if (value == nullptr || length < 1) {
        return "";
    }
    return {static_cast<const char*>(value), static_cast<std::size_t>(length - 1)};
}

/// The number that property `name` of `node` holds in one cell or two; 0 if there is none.
std::uint64_t read_number(const void* tree, int node, const char* name) {
    int length = 0;
    const void* value = fdt_getprop(tree, node, name, &length);
    if (value == nullptr) {
        return 0;
    }
    return length == 4 ? fdt32_ld(static_cast<const fdt32_t*>(value))
                       : fdt64_ld(static_cast<const fdt64_t*>(value));
}

/// The range in property `reg` of `node`, in two cells each; of size 0 if there is none.
HostRange read_range(const void* tree, int node) {
    int length = 0;
    const auto* value = static_cast<const fdt64_t*>(fdt_getprop(tree, node, "reg", &length));
    if (value == nullptr || length < 16) {
        return {};
    }
    return {{fdt64_ld(value)}, fdt64_ld(value + 1)};
}

/// The first node whose `device_type` is `type`.
int find_device_type(const void* tree, std::string_view type) {
    return fdt_node_offset_by_prop_value(tree, -1, "device_type", type.data(),
                                         static_cast<int>(type.size() + 1));
}

/// Where QEMU loaded a file with `-initrd`.
HostRange read_initrd(const void* tree, int chosen) {
    const HostPhysical start = {read_number(tree, chosen, "linux,initrd-start")};
    const HostPhysical end = {read_number(tree, chosen, "linux,initrd-end")};
    return {start, end - start};
}

/// Stops if `file` was named but is not there as a whole: QEMU starts silently with an empty file
/// and with one that reaches beyond RAM.
void check_file(std::string_view name, HostRange file, HostRange ram) {
    if (file.start != HostPhysical{} && file.size == 0) {
        fatal("the {} is an empty file", name);
    }
    if (file.size != 0 && !ram.contains(file.start, file.size)) {
        fatal("the {} ({} KiB at {}) does not fit into {} MiB of RAM: raise MEMORY", name,
              file.size / KiB, file.start, ram.size / MiB);
    }
}

/// The largest part of `ram` behind one of the ranges in `used`, which do not overlap.
HostRange find_largest_gap(HostRange ram, std::initializer_list<HostRange> used) {
    HostRange largest = {};
    for (const HostRange& before : used) {
        HostPhysical end = ram.end();
        for (const HostRange& after : used) {
            if (after.start >= before.end()) {
                end = std::min(end, after.start);
            }
        }
        if (ram.contains(before.end(), 0) && end - before.end() > largest.size) {
            largest = {before.end(), end - before.end()};
        }
    }
    return largest;
}

} // namespace

Host Host::read(std::uint64_t hart, const void* tree) {
    if (fdt_check_header(tree) != 0) {
        fatal("there is no device tree at {}", address_of(tree));
    }
    const int chosen = fdt_path_offset(tree, "/chosen");
    const int cpus = fdt_path_offset(tree, "/cpus");
    const int cpu = find_device_type(tree, "cpu");

    Host host = {};
    host.hart = hart;
    host.timebase_frequency =
        static_cast<std::uint32_t>(read_number(tree, cpus, "timebase-frequency"));
    host.isa = read_string(tree, cpu, "riscv,isa");
    host.mmu_type = read_string(tree, cpu, "mmu-type");
    host.bootargs = read_string(tree, chosen, "bootargs");
    if (!host.has_extension("h")) {
        fatal("this CPU has no hypervisor extension: it is {}", host.isa);
    }

    host.ram = read_range(tree, find_device_type(tree, "memory"));
    host.kernel = read_range(tree, fdt_node_offset_by_compatible(tree, -1, "multiboot,kernel"));
    host.initrd = read_range(tree, fdt_node_offset_by_compatible(tree, -1, "multiboot,ramdisk"));
    host.disk = read_initrd(tree, chosen);
    check_file("kernel", host.kernel, host.ram);
    check_file("initrd", host.initrd, host.ram);
    check_file("disk", host.disk, host.ram);

    // The firmware lies before us.
    const HostRange ours = {host.ram.start, address_of(__end) - host.ram.start};
    const HostRange own_tree = {address_of(tree), fdt_totalsize(tree)};
    host.free = find_largest_gap(host.ram, {ours, host.kernel, host.initrd, host.disk, own_tree});
    return host;
}

bool Host::disk_read_only() const {
    return bootargs.find("hypervisor.disk=ro") != bootargs.npos;
}

bool Host::has_extension(std::string_view name) const {
    // "rv64", a letter for each short name, then "_" and the name for each longer one.
    std::string_view rest = isa;
    const std::string_view letters = rest.substr(0, rest.find('_'));
    if (name.size() == 1) {
        return letters.find(name, std::string_view{"rv64"}.size()) != letters.npos;
    }
    while (true) {
        rest.remove_prefix(std::min(rest.find('_'), rest.size()));
        if (rest.empty()) {
            return false;
        }
        rest.remove_prefix(1);
        if (rest.substr(0, rest.find('_')) == name) {
            return true;
        }
    }
}
