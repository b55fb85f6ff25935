#include "firmware.hpp"
#include "memory.hpp"
#include "print.hpp"
#include "trap.hpp"

/// Entered from boot.S.
/// @param hart the hart that we run on
extern "C" void main(std::uint64_t hart) {
    trap::install();
    println("hello from hart ", hart);
    for (;;) {
        println("a page at ", memory::allocate(1));
    }
    firmware::power_off();
}
