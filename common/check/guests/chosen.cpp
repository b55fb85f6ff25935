// Tells what the node `chosen` of its device tree has: command line, initrd and random bits. Then
// waits for somebody who looks at the machine.

#include "tell.hpp"
#include "tree.hpp"

namespace {

/// A number of one cell or two; 0 if there is none.
std::uint64_t number(const Property& property) {
    std::uint64_t value = 0;
    for (std::uint32_t at = 0; at + 4 <= property.length; at += 4) {
        value = value << 32 | cell(property.value + at);
    }
    return value;
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    if (device<std::uint32_t>(tree) != 0xedfe'0dd0) { // its magic, which is big-endian
        println("no tree");
        sbi(8); // legacy shutdown
    }
    const Property bootargs = find_property(tree, "chosen", "bootargs");
    tell("bootargs", bootargs.length, sum_of(bootargs.value, bootargs.length));

    const std::uint64_t start = number(find_property(tree, "chosen", "linux,initrd-start"));
    const std::uint64_t end = number(find_property(tree, "chosen", "linux,initrd-end"));
    tell("initrd", start, end);
    if (start < end && end <= end_of_ram(tree)) {
        tell("content", sum_of(reinterpret_cast<const void*>(start), end - start));
    }

    const Property seed = find_property(tree, "chosen", "rng-seed");
    std::uint64_t words[4] = {};
    for (std::uint32_t at = 0; at < seed.length && at < sizeof words; ++at) {
        words[at / 8] = words[at / 8] << 8 | static_cast<unsigned char>(seed.value[at]);
    }
    tell("seed", seed.length, words[0], words[1], words[2], words[3]);
    tell("ready");
    for (;;) {
    }
}
