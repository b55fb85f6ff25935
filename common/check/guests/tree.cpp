// Prints what its device tree says, uses a byte of each page of its RAM, and shuts down:
//   memory START SIZE, timebase HZ, hart ID, used PAGES

#include "guest.hpp"

namespace {

std::uint32_t cell(const char* at) {
    return __builtin_bswap32(*reinterpret_cast<const std::uint32_t*>(at));
}
std::uint64_t two_cells(const char* at) {
    return std::uint64_t{cell(at)} << 32 | cell(at + 4);
}
bool same(const char* a, const char* b) {
    while (*a != '\0' && *a == *b) {
        ++a;
        ++b;
    }
    return *a == *b;
}

/// The value of the first property `name` in a node whose name begins with `letter` (Devicetree
/// spec, chapter 5), or null.
const char* find(const char* tree, char letter, const char* name) {
    constexpr std::uint32_t begin_node = 1, property = 3, end = 9;
    const char* at = tree + cell(tree + 8);
    const char* const names = tree + cell(tree + 12);
    char node = '\0';
    for (std::uint32_t token = cell(at); token != end; token = cell(at)) {
        at += 4;
        if (token == begin_node) {
            node = *at;
            while (*at++ != '\0') {
            }
        } else if (token == property) {
            if (node == letter && same(names + cell(at + 4), name)) {
                return at + 8;
            }
            at += 8 + cell(at);
        }
        at = reinterpret_cast<const char*>((reinterpret_cast<std::uint64_t>(at) + 3) & ~3ull);
    }
    return nullptr;
}

} // namespace

void guest_main(std::uint64_t hart, std::uint64_t address) {
    const auto* const tree = reinterpret_cast<const char*>(address);
    if (cell(tree) != 0xd00dfeed) {
        println("no tree at ", address);
        sbi(8);
    }
    const char* const memory = find(tree, 'm', "reg");
    const char* const timebase = find(tree, 'c', "timebase-frequency");
    if (memory == nullptr || timebase == nullptr) {
        println("a property is missing");
        sbi(8);
    }
    const std::uint64_t start = two_cells(memory), size = two_cells(memory + 8);
    println("memory ", start, " ", size);
    println("timebase ", cell(timebase));
    println("hart ", hart);
    std::uint64_t used = 0;
    for (std::uint64_t page = start; page < start + size; page += 4096) {
        auto& byte = *reinterpret_cast<volatile unsigned char*>(page + 5);
        const unsigned char before = byte;
        byte = static_cast<unsigned char>(before ^ 0xff);
        used += byte == (before ^ 0xff);
        byte = before;
    }
    println("used ", used);
    sbi(8); // legacy shutdown
}
