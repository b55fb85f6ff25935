// What the hostile guests share: a table of cases, each one wrong thing, done one after the other.
// A line tells which case begins, so that whoever reads knows which one brought the machine down.
//
//   case NAME               it begins
//   FAIL what: got …        it saw something that the specification does not allow
//   wrote SECTOR COUNT BYTE what it has rightly written to the disk
//   done NAME               it is over
//
// With the boot argument only=NAME, one case is done alone. With quirk=hlvx the machine is a QEMU
// whose HLVX wants the permission to read, too. With devices=none there are none to look at.
#pragma once

#include "guest.hpp"

#include <cstddef>
#include <iterator>

constexpr std::uint64_t KiB = 1024, MiB = 1024 * KiB;

// SBI extension ids and errors (SBI spec).
constexpr std::uint64_t BASE = 0x10, TIME = 0x54494d45, IPI = 0x735049, RFENCE = 0x52464e43,
                        SRST = 0x53525354, DBCN = 0x4442434e;
constexpr std::int64_t success = 0, not_supported = -2, invalid_param = -3;

/// The guest's RAM, as its device tree says.
struct RamRange {
    std::uint64_t start, end;
};
inline RamRange ram;

/// Filled with what nobody else writes, for the device to be pointed at.
constexpr std::uint64_t untouched = 0xcccc'cccc'cccc'cccc;

inline bool same(const char* a, const char* b) {
    while (*a != '\0' && *a == *b) {
        ++a;
        ++b;
    }
    return *a == *b;
}

inline bool begins(const char* text, const char* prefix) {
    while (*prefix != '\0' && *text == *prefix) {
        ++text;
        ++prefix;
    }
    return *prefix == '\0';
}

/// The value of `property` in the first node of the tree whose name begins with `node`
/// (Devicetree spec 5.4), or null.
inline const char* find_property(const char* tree, const char* node, const char* property) {
    const auto cell = [](const char* at) {
        return __builtin_bswap32(*reinterpret_cast<const std::uint32_t*>(at));
    };
    const char* at = tree + cell(tree + 8);
    const char* const strings = tree + cell(tree + 12);
    bool inside = false;
    for (;;) {
        const std::uint32_t token = cell(at);
        at += 4;
        if (token == 1) { // a node begins
            inside = begins(at, node);
            while (*at++ != '\0') {
            }
        } else if (token == 3) { // a property
            const std::uint32_t length = cell(at);
            if (inside && same(strings + cell(at + 4), property)) {
                return at + 8;
            }
            at += 8 + length;
        } else if (token == 9) { // the tree ends
            return nullptr;
        }
        at = reinterpret_cast<const char*>((reinterpret_cast<std::uint64_t>(at) + 3) & ~3ul);
    }
}

/// By these the harness finds the guest's RAM in that of the machine.
inline void mark_ram() {
    const auto put = [](std::uint64_t address, const char* text) {
        for (int at = 0; at < 16; ++at) {
            device<char>(address + static_cast<std::uint64_t>(at)) = text[at];
        }
    };
    put(ram.start, "guest RAM starts");
    put(ram.end - 16, "the guest's end.");
}

struct Case {
    const char* name;
    void (*run)();
};

using Argument = char[64];
inline Argument only = "", quirk = "", devices = "";

/// Copies what follows `name` in the boot arguments to `value`, if it is there.
inline void read_argument(const char* arguments, const char* name, Argument& value) {
    for (; *arguments != '\0'; ++arguments) {
        if (begins(arguments, name)) {
            while (*name++ != '\0') {
                ++arguments;
            }
            for (std::size_t at = 0; at < sizeof value - 1 && *arguments > ' '; ++at) {
                value[at] = *arguments++;
            }
            return;
        }
    }
}

inline void read_tree(std::uint64_t tree_address) {
    const auto* tree = reinterpret_cast<const char*>(tree_address);
    const auto* reg = reinterpret_cast<const std::uint64_t*>(find_property(tree, "memory@", "reg"));
    const auto cells = [](const std::uint64_t* at) { // two cells, which are only 4-byte aligned
        const auto* half = reinterpret_cast<const std::uint32_t*>(at);
        return std::uint64_t{__builtin_bswap32(half[0])} << 32 | __builtin_bswap32(half[1]);
    };
    ram = {cells(reg), cells(reg) + cells(reg + 1)};
    const char* arguments = find_property(tree, "chosen", "bootargs");
    read_argument(arguments, "only=", only);
    read_argument(arguments, "quirk=", quirk);
    read_argument(arguments, "devices=", devices);
    mark_ram();
    trap.cause = no_trap;
}

inline std::uint64_t failures_before = 0;

/// Like `check`, but says only so much: the console would lose a part of a flood.
inline void verify(const char* what, std::uint64_t got, std::uint64_t expected) {
    if (got == expected || failures - failures_before < 4) {
        check(what, got, expected);
    } else {
        ++checks;
        ++failures;
    }
}

inline void verify_trap(const char* what, const Trap& got, std::uint64_t cause,
                        std::uint64_t value) {
    verify(what, got.cause, cause);
    if (got.cause == cause && cause != no_trap) {
        verify(what, got.value, value);
    }
}

/// Does all cases of `table`, each followed by `afterwards`.
template <std::size_t Count>
void run_cases(
    const Case (&table)[Count], void (*afterwards)() = [] {
    }) {
    bool found = false;
    for (const Case& one : table) {
        if (only[0] == '\0' || same(only, one.name)) {
            found = true;
            println("case ", one.name);
            failures_before = failures;
            one.run();
            afterwards();
            println("done ", one.name);
        }
    }
    verify("there is a case of that name", found, true);
    mark_ram();
}

/// What must be true, whatever the values are.
inline void expect(const char* what, bool truth) {
    verify(what, truth, true);
}

inline std::uint64_t address_of(const volatile void* object) {
    return reinterpret_cast<std::uint64_t>(object);
}

inline void fill(void* memory, std::uint64_t bytes, std::uint64_t word = untouched) {
    auto* const words = static_cast<volatile std::uint64_t*>(memory);
    for (std::uint64_t at = 0; at < bytes / 8; ++at) {
        words[at] = word;
    }
}

/// Whether `fill` was the last to write all of that.
inline bool is_filled(const void* memory, std::uint64_t bytes, std::uint64_t word = untouched) {
    const auto* const words = static_cast<const volatile std::uint64_t*>(memory);
    for (std::uint64_t at = 0; at < bytes / 8; ++at) {
        if (words[at] != word) {
            return false;
        }
    }
    return true;
}

inline std::uint64_t now() {
    std::uint64_t time;
    asm volatile("rdtime %0" : "=r"(time));
    return time;
}
