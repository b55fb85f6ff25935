#include "firmware.hpp"
#include "print.hpp"

/// Entered from boot.S.
/// @param hart the hart that we run on
extern "C" void main(std::uint64_t hart) {
    println("hello from hart ", hart);
    firmware::power_off();
}
