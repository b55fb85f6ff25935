// Uses the first MEBIBYTES MiB of its RAM.

#include "pages.hpp"

void guest_main(std::uint64_t, std::uint64_t) {
    constexpr std::uint64_t start = 0x8000'0000;
    use_pages(start, start + (std::uint64_t{MEBIBYTES} << 20));
    sbi(8); // legacy shutdown
}
