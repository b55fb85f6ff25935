// Walks through a second-stage table with the walker of the unit tests, for walk.test.mjs. Standard
// input has lines: `table ADDRESS`, memory of 16 KiB that holds zeros, at that very address;
// `store ADDRESS VALUE`; and `walk HGATP ADDRESS`, which is answered with a line: where it leads or
// `nowhere`, and what is wrong with the table, if something is. Numbers are hexadecimal.

#include "walk.hpp"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <sys/mman.h>

namespace {

std::uint64_t next() {
    std::uint64_t value;
    std::cin >> std::hex >> value;
    return value;
}

/// The table lies where it lay in the machine, as its entries have that address.
void make_table(std::uint64_t address) {
    void* const place = reinterpret_cast<void*>(address);
    if (mmap(place, 16 * KiB, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != place) {
        std::perror("there is no room for a table");
        std::exit(1);
    }
}

} // namespace

int main() {
    for (std::string what; std::cin >> what;) {
        const std::uint64_t first = next();
        if (what == "table") {
            make_table(first);
        } else if (what == "store") {
            *to_pointer<std::uint64_t>({first}) = next();
        } else {
            const Walk found = walk(first, {next()});
            found.target ? std::printf("0x%llx", static_cast<unsigned long long>(found.target->value))
                         : std::printf("nowhere");
            std::printf(found.mistake ? " %s\n" : "\n", found.mistake);
        }
    }
}
