#include "console.hpp"
#include "host.hpp"
#include "print.hpp"
#include "trap.hpp"
#include "vm.hpp"

namespace {

/// Says what was found and what becomes of it.
void introduce(const Host& host, const Vm& vm) {
    println("hart {}, {} MiB of RAM; the guest gets {} MiB", host.hart, host.ram.size / MiB,
            vm.ram().size / MiB);
    println("kernel {} KiB, initrd {} KiB, disk {} KiB{}", host.kernel.size / KiB,
            host.initrd.size / KiB, host.disk.size / KiB,
            host.disk_read_only() ? " (read-only)" : "");
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
    console::listen(hart);
    Vm vm{host};
    introduce(host, vm);
    finish(vm.run());
}
