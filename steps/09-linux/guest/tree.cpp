// A guest that reads the device tree whose address it gets in a1, and prints the names of the nodes
// and properties in it (Devicetree spec, chapter 5).

#include <cstdint>

asm(R"(
    .text
    .global _start
_start:
    lla     sp, stack_top
    mv      a0, a1
    j       show_tree

    .pushsection .bss
    .balign 16
    .skip   4096
stack_top:
    .popsection
)");

namespace {

/// A legacy SBI call.
void call(std::uint64_t extension, char byte = 0) {
    register std::uint64_t a0 asm("a0") = static_cast<unsigned char>(byte);
    register std::uint64_t a7 asm("a7") = extension;
    asm volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
}

/// Prints `text`.
void print(const char* text) {
    while (*text != '\0') {
        call(1, *text++);
    }
}

/// The number at `at`: in a tree the first byte is the highest.
std::uint32_t cell(const char* at) {
    return __builtin_bswap32(*reinterpret_cast<const std::uint32_t*>(at));
}

/// The next multiple of four.
const char* align(const char* at) {
    return reinterpret_cast<const char*>((reinterpret_cast<std::uint64_t>(at) + 3) & ~3ull);
}

/// Begins a line.
void indent(unsigned depth) {
    print("guest: ");
    while (depth-- > 0) {
        print("  ");
    }
}

} // namespace

/// Prints all of the tree, and ends the guest.
extern "C" [[noreturn]] void show_tree(const char* tree) {
    constexpr std::uint32_t begin_node = 1, end_node = 2, property = 3, end = 9;
    const char* at = tree + cell(tree + 8);
    const char* const names = tree + cell(tree + 12);
    unsigned depth = 0;
    for (std::uint32_t token = cell(at); token != end; token = cell(at)) {
        at += 4;
        if (token == begin_node) {
            indent(depth++);
            print(*at != '\0' ? at : "/");
            print(" {\n");
            while (*at++ != '\0') {
            }
        } else if (token == end_node) {
            indent(--depth);
            print("}\n");
        } else if (token == property) {
            indent(depth);
            print(names + cell(at + 4));
            print("\n");
            at += 8 + cell(at);
        }
        at = align(at);
    }
    call(8); // shutdown
    for (;;) {
    }
}
