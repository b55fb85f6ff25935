// Tells the random bits in its tree, on its first and on its second start.

#include "reboots.hpp"
#include "tree.hpp"

void guest_main(std::uint64_t, std::uint64_t tree) {
    const bool first = is_first_start();
    const Property seed = find_property(tree, "chosen", "rng-seed");
    check("bytes", seed.length, 32);
    print("seed: ");
    for (std::uint32_t at = 0; at < seed.length; ++at) {
        const auto byte = static_cast<unsigned char>(seed.value[at]);
        const char digits[] = {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15], '\0'};
        print(digits);
    }
    print("\n");
    if (first) {
        reboot();
    }
}
