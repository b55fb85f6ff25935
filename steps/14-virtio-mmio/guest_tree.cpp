#include "guest_tree.hpp"

#include "print.hpp"

#include <array>

extern "C" {
#include <libfdt.h>
}

namespace {

/// guest.dts, compiled by dtc.
alignas(8) constexpr signed char compiled_tree[] = {
#embed "guest.dtb"
};

constexpr const char* chosen = "/chosen";
constexpr const char* cpus = "/cpus";
constexpr const char* cpu = "/cpus/cpu@0";
constexpr const char* memory = "/memory@80000000";

/// What the guest gets of the CPU's instruction set, if the CPU has it. Left out is what needs a
/// switch in henvcfg that we leave off, or more state than the guest's registers.
constexpr std::string_view extensions[] = {
    "i",        "m",           "a",   "f",   "d",   "c",   "zicntr", "zicsr",
    "zifencei", "zihintpause", "zba", "zbb", "zbc", "zbs", "sstc",
};

/// Stops when `result`, from libfdt, is an error. The tree is ours: only its size can be wrong.
int check(int result) {
    if (result < 0) {
        fatal("the guest's device tree does not fit into {} KiB: shorten BOOTARGS",
              guest_tree_size / KiB);
    }
    return result;
}

/// The value of a property, put together from texts: room for all `extensions`.
class Text {
public:
    void append(std::string_view text) {
        text.copy(bytes_.data() + size_, text.size());
        size_ += text.size();
    }
    void set(void* tree, const char* node, const char* property) const {
        check(fdt_setprop(tree, check(fdt_path_offset(tree, node)), property, bytes_.data(),
                          static_cast<int>(size_)));
    }

private:
    std::array<char, 256> bytes_;
    std::size_t size_ = 0;
};

/// Says what the guest's hart can do, in the old way, as one string, and in the new, as a list.
void set_isa(void* tree, const Host& host) {
    constexpr std::string_view end = {"\0", 1};
    Text isa, list;
    isa.append("rv64");
    for (const std::string_view extension : extensions) {
        if (host.has_extension(extension)) {
            isa.append(extension.size() > 1 ? "_" : "");
            isa.append(extension);
            list.append(extension);
            list.append(end);
        }
    }
    isa.append(end);
    isa.set(tree, cpu, "riscv,isa");
    list.set(tree, cpu, "riscv,isa-extensions");
}

} // namespace

void write_guest_tree(std::span<std::byte> buffer, const Host& host, GuestRange ram,
                      GuestRange initrd) {
    void* const tree = buffer.data();
    check(fdt_open_into(compiled_tree, tree, static_cast<int>(buffer.size())));
    const auto node = [tree](const char* path) {
        return check(fdt_path_offset(tree, path));
    };

    check(fdt_setprop_u32(tree, node(cpus), "timebase-frequency", host.timebase_frequency));
    check(fdt_setprop_string(tree, node(cpu), "mmu-type", host.mmu_type.data()));
    set_isa(tree, host);
    check(fdt_setprop_u64(tree, node(memory), "reg", ram.start.value));
    check(fdt_appendprop_u64(tree, node(memory), "reg", ram.size));
    check(fdt_setprop_string(tree, node(chosen), "bootargs", host.bootargs.data()));
    if (initrd.size != 0) {
        check(fdt_setprop_u64(tree, node(chosen), "linux,initrd-start", initrd.start.value));
        check(fdt_setprop_u64(tree, node(chosen), "linux,initrd-end", initrd.end().value));
    }
}
