#include "firmware.hpp"
#include "host.hpp"
#include "print.hpp"
#include "trap.hpp"
#include "vm.hpp"

namespace {

/// Prints what the machine has and what the guest gets of it.
void introduce(const Host& host, const Vm& vm) {
    println("hart ", host.hart, ", ", host.ram.size / MiB, " MiB of RAM; the guest gets ",
            vm.ram().size / MiB, " MiB");
    println("kernel ", host.kernel.size / KiB, " KiB, initrd ", host.initrd.size / KiB, " KiB");
}

/// Ends the machine as the guest ended.
[[noreturn]] void finish(Stop stop) {
    if (stop == Stop::error) {
        firmware::fail();
    }
    if (stop == Stop::reboot) {
        println("the guest asks for a reboot");
        firmware::power_off();
    }
    println("the guest has powered off");
    firmware::power_off();
}

} // namespace

/// Entered from boot.S.
/// @param hart the hart that we run on
/// @param tree the host's device tree
extern "C" void main(std::uint64_t hart, const void* tree) {
    trap::install();
    const Host host = Host::read(hart, tree);
    Vm vm{host};
    introduce(host, vm);
    finish(vm.run());
}
