#include "guest_tree.hpp"

#include "print.hpp"

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
        fatal("the guest's device tree does not fit into ", guest_tree_size / KiB, " KiB");
    }
    return result;
}

} // namespace

void write_guest_tree(std::span<std::byte> buffer, const Host& host, GuestRange ram) {
    void* const tree = buffer.data();
    check(fdt_open_into(compiled_tree, tree, static_cast<int>(buffer.size())));
    const auto node = [tree](const char* path) {
        return check(fdt_path_offset(tree, path));
    };

    check(fdt_setprop_u32(tree, node("/cpus"), "timebase-frequency", host.timebase_frequency));
    check(fdt_setprop_u64(tree, node("/memory@80000000"), "reg", ram.start.value));
    check(fdt_appendprop_u64(tree, node("/memory@80000000"), "reg", ram.size));
}
