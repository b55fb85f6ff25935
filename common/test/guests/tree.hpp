// A walk over a device tree, for the guests that look at theirs (Devicetree spec 5.4).
#pragma once

#include "guest.hpp"

inline std::uint32_t cell(const char* at) {
    return __builtin_bswap32(*reinterpret_cast<const std::uint32_t*>(at));
}

inline bool same(const char* a, const char* b) {
    while (*a != '\0' && *a == *b) {
        ++a;
        ++b;
    }
    return *a == *b;
}

struct Property {
    const char* node;
    const char* name;
    const char* value;
    std::uint32_t length;
};

/// Calls `visit` with each property of the tree at `address`, and `padding` with each part that is
/// there for the alignment of what follows: where it begins, and its length.
template <class Visit, class Padding>
void walk_tree(std::uint64_t address, Visit visit, Padding padding) {
    const auto* const tree = reinterpret_cast<const char*>(address);
    const char* at = tree + cell(tree + 8);
    const char* const strings = tree + cell(tree + 12);
    const char* node = "";
    for (;;) {
        const std::uint32_t token = cell(at);
        at += 4;
        if (token == 1) { // a node begins
            node = at;
            while (*at++ != '\0') {
            }
        } else if (token == 3) { // a property
            const std::uint32_t length = cell(at);
            visit(Property{node, strings + cell(at + 4), at + 8, length});
            at += 8 + length;
        } else if (token == 9) { // the tree ends
            return;
        }
        const auto rest = -reinterpret_cast<std::uint64_t>(at) & 3;
        padding(at, rest);
        at += rest;
    }
}

/// The first property `name` of a node whose name begins with `node`, or one of length 0.
inline Property find_property(std::uint64_t tree, const char* node, const char* name) {
    Property found = {};
    walk_tree(
        tree,
        [&](const Property& property) {
            const char* prefix = node;
            for (const char* at = property.node; *prefix != '\0' && *at == *prefix; ++at) {
                ++prefix;
            }
            if (*prefix == '\0' && found.length == 0 && same(property.name, name)) {
                found = property;
            }
        },
        [](const char*, std::uint64_t) {
        });
    return found;
}

/// Where the guest's RAM ends.
inline std::uint64_t end_of_ram(std::uint64_t tree) {
    const char* const reg = find_property(tree, "memory@", "reg").value;
    const auto number = [](const char* at) {
        return std::uint64_t{cell(at)} << 32 | cell(at + 4);
    };
    return number(reg) + number(reg + 8);
}
