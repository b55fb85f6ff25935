#include "firmware.hpp"
#include "print.hpp"
#include "trap.hpp"
#include "vm.hpp"

namespace {

/// Ends the machine as the guest ended.
[[noreturn]] void finish(Stop stop) {
    if (stop == Stop::error) {
        firmware::fail();
    }
    println("the guest has powered off");
    firmware::power_off();
}

} // namespace

/// Entered from boot.S.
/// @param hart the hart that we run on
extern "C" void main(std::uint64_t hart) {
    trap::install();
    println("hello from hart ", hart);
    finish(Vm{}.run());
}
