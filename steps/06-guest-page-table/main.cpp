#include "firmware.hpp"
#include "print.hpp"
#include "trap.hpp"
#include "vm.hpp"

/// Entered from boot.S.
/// @param hart the hart that we run on
extern "C" void main(std::uint64_t hart) {
    trap::install();
    println("hello from hart ", hart);
    Vm{}.run();
    firmware::power_off();
}
