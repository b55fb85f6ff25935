#include "vm.hpp"

#include "exit.hpp"
#include "guest_fetch.hpp"
#include "guest_map.hpp"
#include "print.hpp"

namespace {

/// Where QEMU loads the guest's program, which goes there as a kernel does (KERNEL=).
constexpr HostPhysical program = {0x8040'0000};

} // namespace

Vm::Vm()
    : memory_({guest_map::ram + 2 * MiB, Stage2::page_size}, program),
      vcpu_(memory_.range().start) {
    stage2_.map(memory_.range(), address_of(memory_.span(memory_.range().start, 0)->data()));
}

Stop Vm::run() {
    vcpu_.load(stage2_);
    println("the guest begins with the instruction {}", Hex{fetch_guest_instruction(vcpu_.pc)});
    for (;;) {
        vcpu_.run();
        if (const auto stop = handle_exit(vcpu_, memory_)) {
            return *stop;
        }
    }
}
