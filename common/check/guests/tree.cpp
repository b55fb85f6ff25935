// Walks through its device tree (Devicetree spec, chapter 5), tells what it finds, and uses all RAM
// that it is promised. Of what is missing it tells 0.

#include "pages.hpp"

namespace {

constexpr std::uint32_t magic = 0xd00dfeed;

std::uint32_t cell(const char* at) {
    return __builtin_bswap32(*reinterpret_cast<const std::uint32_t*>(at));
}

std::uint64_t cells(const char* at, std::uint32_t count) {
    return count == 1 ? cell(at) : std::uint64_t{cell(at)} << 32 | cell(at + 4);
}

bool begins(const char* text, const char* with) {
    while (*with != '\0' && *text == *with) {
        ++text;
        ++with;
    }
    return *with == '\0';
}

bool same(const char* a, const char* b) {
    return begins(a, b) && begins(b, a);
}

/// What the tree says.
struct Found {
    std::uint64_t nodes, ends, properties, memories, start, size, timebase, harts, hart, isa;
    std::uint64_t letters; // of riscv,isa: a bit for each, from 'a' on
    std::uint64_t address_cells = 2, size_cells = 1;
};

void read_isa(Found& found, const char* isa) {
    found.isa = begins(isa, "rv64i");
    for (isa += 4; *isa >= 'a' && *isa <= 'z'; ++isa) {
        found.letters |= 1ull << (*isa - 'a');
    }
}

/// A property of the node `node`, which is one of root's if `depth` is 2.
void read_property(Found& found, const char* node, std::uint64_t depth, const char* name,
                   const char* value) {
    ++found.properties;
    if (depth == 1 && same(name, "#address-cells")) {
        found.address_cells = cell(value);
    } else if (depth == 1 && same(name, "#size-cells")) {
        found.size_cells = cell(value);
    } else if (begins(node, "memory") && same(name, "reg")) {
        ++found.memories;
        found.start = cells(value, found.address_cells);
        found.size = cells(value + 4 * found.address_cells, found.size_cells);
    } else if (same(node, "cpus") && same(name, "timebase-frequency")) {
        found.timebase = cell(value);
    } else if (begins(node, "cpu@") && same(name, "reg")) {
        ++found.harts;
        found.hart = cell(value);
    } else if (begins(node, "cpu@") && same(name, "riscv,isa")) {
        read_isa(found, value);
    } else if (begins(node, "cpu@") && same(name, "riscv,isa-base")) {
        found.isa |= same(value, "rv64i");
    }
}

/// Prints the name of a node that stands for something with an address, if it is neither RAM nor a
/// hart.
void read_node(Found& found, const char* node, std::uint64_t depth) {
    ++found.nodes;
    bool has_address = false;
    for (const char* at = node; *at != '\0'; ++at) {
        has_address = has_address || *at == '@';
    }
    if (depth == 2 && has_address && !begins(node, "memory@")) {
        println("node ", node);
    }
}

/// Walks from token to token, up to the end or to what is none.
Found walk(const char* tree) {
    constexpr std::uint32_t begin_node = 1, end_node = 2, property = 3, nop = 4;
    Found found = {};
    const char* const names = tree + cell(tree + 12);
    const char* node = "";
    std::uint64_t depth = 0;
    for (const char* at = tree + cell(tree + 8);;) {
        const std::uint32_t token = cell(at);
        at += 4;
        if (token == begin_node) {
            node = at;
            read_node(found, node, ++depth);
            at += length_of(node) + 1;
        } else if (token == end_node) {
            ++found.ends;
            --depth;
        } else if (token == property) {
            read_property(found, node, depth, names + cell(at + 4), at + 8);
            at += 8 + cell(at);
        } else if (token != nop) {
            tell("last", token, at - tree);
            return found;
        }
        at = reinterpret_cast<const char*>((reinterpret_cast<std::uint64_t>(at) + 3) & ~3ull);
    }
}

} // namespace

void guest_main(std::uint64_t hart, std::uint64_t address) {
    tell("given", hart, address);
    const auto* const tree = reinterpret_cast<const char*>(address);
    if (address % 8 != 0 || address < 0x8000'0000) {
        sbi(8); // legacy shutdown
    }
    tell("tree", cell(tree), cell(tree + 4));
    if (cell(tree) != magic) {
        sbi(8);
    }
    const Found found = walk(tree);
    tell("nodes", found.nodes, found.ends, found.properties);
    tell("memory", found.memories, found.start, found.size);
    tell("timebase", found.timebase);
    tell("hart", found.harts, found.hart, found.isa, found.letters);
    use_pages(found.start, found.start + found.size);
    sbi(8);
}
