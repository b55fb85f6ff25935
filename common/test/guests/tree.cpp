// Is the tree as it has to be, also where there was something else before? What pads it is zero
// (Devicetree spec 5.4), and a page of RAM lies behind it: a kernel of the xv6 family trips over a
// tree without these.

#include "tree.hpp"
#include "reboots.hpp"

void guest_main(std::uint64_t, std::uint64_t tree) {
    const bool first = is_first_start();
    std::uint64_t properties = 0, padded = 0;
    walk_tree(
        tree,
        [&](const Property&) {
            ++properties;
        },
        [&](const char* at, std::uint64_t count) {
            padded += count != 0 ? 1 : 0;
            for (std::uint64_t index = 0; index < count; ++index) {
                check("padding", static_cast<unsigned char>(at[index]), 0);
            }
        });
    check("there are properties", properties > 30, true);
    check("there is padding", padded > 10, true);

    const std::uint64_t end = end_of_ram(tree);
    const std::uint64_t size = cell(reinterpret_cast<const char*>(tree) + 4);
    check("the tree is aligned", tree % 8, 0);
    check("a page is free behind it", tree + size + 4096 <= end, true);
    println(properties, " properties, padding behind ", padded);
    if (first) {
        for (std::uint64_t at = tree - 0x1'0000; at < end; at += 8) {
            device<std::uint64_t>(at) = ~0ull;
        }
        reboot();
    }
}
