#include "tree.hpp"

#include "ram.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

extern "C" {
#include <libfdt.h>
}

namespace machine {

namespace {

/// virt.dts, compiled by dtc. The bytes are signed, as clang 19's #embed makes them.
alignas(8) constexpr signed char compiled_tree[] = {
#embed "virt.dtb"
};

/// A tree that is being changed. It remembers whether something failed: as the tree is ours, only
/// its size can be wrong.
class Tree {
public:
    explicit Tree(std::span<std::byte> buffer) : tree_(buffer.data()) {
        // libfdt counts in int; as many bytes are enough.
        const std::size_t size = std::min<std::size_t>(buffer.size(), 1 << 30);
        check(fdt_open_into(compiled_tree, tree_, static_cast<int>(size)));
    }

    /// Its size, if nothing failed.
    std::optional<std::size_t> finish() {
        check(failed_ ? 0 : fdt_pack(tree_));
        return failed_ ? std::nullopt : std::optional<std::size_t>{fdt_totalsize(tree_)};
    }

    int find(const char* path) {
        return failed_ ? -1 : check(fdt_path_offset(tree_, path));
    }

    /// A new child of `parent`.
    int add(int parent, std::string_view name) {
        return failed_ ? -1
                       : check(fdt_add_subnode_namelen(tree_, parent, name.data(),
                                                       static_cast<int>(name.size())));
    }

    /// Sets a property to a string, which may hold several with a zero byte between them.
    void set(int node, const char* property, std::string_view text) {
        if (char* const value = reserve(node, property, text.size() + 1)) {
            text.copy(value, text.size());
            value[text.size()] = '\0';
        }
    }

    /// Sets a property to numbers of two cells each.
    void set(int node, const char* property, std::span<const u64> numbers) {
        if (char* value = reserve(node, property, numbers.size_bytes())) {
            for (const u64 number : numbers) {
                fdt64_st(value, number);
                value += sizeof number;
            }
        }
    }

private:
    /// Where the value of a property is to be written; nullptr if there is no place.
    char* reserve(int node, const char* property, std::size_t size) {
        void* value = nullptr;
        if (!failed_) {
            check(fdt_setprop_placeholder(tree_, node, property, static_cast<int>(size), &value));
        }
        return failed_ ? nullptr : static_cast<char*>(value);
    }

    int check(int result) {
        failed_ |= result < 0;
        return result;
    }

    void* tree_;
    bool failed_ = false;
};

/// Adds the node of a module as QEMU's guest-loader makes it, "0x" in its name included.
void add_module(Tree& tree, const Module& module) {
    std::array<char, 32> name = {"module@0x"};
    constexpr std::size_t prefix = std::string_view{"module@0x"}.size();
    char* const end =
        std::to_chars(&name[prefix], name.data() + name.size(), module.address, 16).ptr;

    using namespace std::string_view_literals;
    const int node = tree.add(tree.find("/chosen"), {name.data(), end});
    tree.set(node, "reg", std::array<u64, 2>{module.address, module.content.size()});
    tree.set(node, "compatible",
             module.kind == Module::Kind::kernel ? "multiboot,module\0multiboot,kernel"sv
                                                 : "multiboot,module\0multiboot,ramdisk"sv);
    if (!module.bootargs.empty()) {
        tree.set(node, "bootargs", module.bootargs);
    }
}

} // namespace

std::optional<std::size_t> write_tree(std::span<std::byte> buffer, const TreeContent& content) {
    Tree tree{buffer};
    tree.set(tree.find("/memory@80000000"), "reg",
             std::array<u64, 2>{Ram::start, content.ram_size});
    if (content.sv39_only) {
        tree.set(tree.find("/cpus/cpu@0"), "mmu-type", "riscv,sv39");
    }
    if (!content.bootargs.empty()) {
        tree.set(tree.find("/chosen"), "bootargs", content.bootargs);
    }
    // Random numbers for whoever wants some: always the same, so that a run can be repeated.
    tree.set(tree.find("/chosen"), "rng-seed",
             std::array<u64, 4>{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
                                0x082efa98ec4e6c89}); // π
    for (const Module& module : content.modules) {
        add_module(tree, module);
    }
    return tree.finish();
}

} // namespace machine
