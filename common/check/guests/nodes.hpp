// Finds in the device tree how a device interrupts its hart.
#pragma once

#include "tree.hpp" // of common/test/guests: a walk over a tree

/// The address in the name of a node, as in serial@10000000; 0 if there is none.
inline std::uint64_t address_in(const char* node) {
    std::uint64_t address = 0;
    while (*node != '\0' && *node != '@') {
        ++node;
    }
    for (; *node != '\0'; ++node) {
        const char digit = *node;
        address = digit >= '0' && digit <= '9'   ? address << 4 | (digit - '0')
                  : digit >= 'a' && digit <= 'f' ? address << 4 | (digit - 'a' + 10)
                                                 : address;
    }
    return address;
}

/// The first property `name` of a node that `matches`, or one of length 0.
template <class Matches>
Property first_property(std::uint64_t tree, const char* name, Matches matches) {
    Property found = {};
    const auto no_padding = [](const char*, std::uint64_t) {};
    walk_tree(
        tree,
        [&](const Property& property) {
            if (found.length == 0 && same(property.name, name) && matches(property)) {
                found = property;
            }
        },
        no_padding);
    return found;
}

/// What the tree says of a device's interrupt: 0 where it says nothing.
struct Wiring {
    std::uint64_t source = 0;     ///< of the controller, as in `interrupts`
    std::uint64_t controller = 0; ///< where its registers are
    std::uint64_t context = ~0ull; ///< the one that interrupts S-mode, as in `interrupts-extended`
    std::uint64_t sources = 0;    ///< how many there are
};

/// How the device at `address` interrupts the hart.
inline Wiring wiring_of(std::uint64_t tree, std::uint64_t address) {
    const auto first_cell = [](const Property& property) {
        return property.length >= 4 ? cell(property.value) : 0;
    };
    const auto at = [](std::uint64_t wanted) {
        return [wanted](const Property& property) { return address_in(property.node) == wanted; };
    };
    Wiring wiring;
    wiring.source = first_cell(first_property(tree, "interrupts", at(address)));

    // A node without a parent of its own has that of a node around it.
    const auto any = [](const Property&) { return true; };
    const Property own = first_property(tree, "interrupt-parent", at(address));
    const std::uint64_t parent =
        first_cell(own.length != 0 ? own : first_property(tree, "interrupt-parent", any));
    const Property phandle =
        first_property(tree, "phandle", [&](const Property& property) {
            return parent != 0 && first_cell(property) == parent;
        });
    if (phandle.length == 0) {
        return wiring;
    }
    wiring.controller = address_in(phandle.node);
    wiring.sources = first_cell(first_property(tree, "riscv,ndev", at(wiring.controller)));
    const Property contexts =
        first_property(tree, "interrupts-extended", at(wiring.controller));
    for (std::uint32_t pair = 0; 8 * pair + 8 <= contexts.length; ++pair) {
        if (cell(contexts.value + 8 * pair + 4) == external) {
            wiring.context = pair;
        }
    }
    return wiring;
}
