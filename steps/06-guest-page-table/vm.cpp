#include "vm.hpp"

#include "guest_map.hpp"

namespace {

/// Where QEMU loads the guest's program: behind the hypervisor's 2 MiB.
constexpr HostPhysical program = {0x8040'0000};

/// Where the guest sees it.
constexpr GuestPhysical entry = guest_map::ram + 2 * MiB;

} // namespace

Vm::Vm()
    : guest_{
          .memory = {{entry, Stage2::megapage_size}, program},
          .vcpu = Vcpu{entry},
      } {
    stage2_.map(guest_.memory.range(), guest_.memory.host());
}

void Vm::run() {
    guest_.vcpu.load(stage2_);
    guest_.vcpu.run();
}
