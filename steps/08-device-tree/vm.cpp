#include "vm.hpp"

#include "csr.hpp"
#include "exit.hpp"
#include "guest_map.hpp"
#include "guest_tree.hpp"
#include "memory.hpp"
#include "print.hpp"

#include <algorithm>
#include <cstring>

namespace {

/// The guest's RAM: what is free on the host, in whole megapages of stage 2, and no more than
/// the page pool has tables for.
GuestMemory take_memory(const Host& host) {
    const HostPhysical start = host.free.start.align_up(Stage2::megapage_size);
    const HostPhysical end = host.free.end().align_down(Stage2::megapage_size);
    if (end <= start) {
        fatal(host.ram.size / MiB, " MiB of RAM leave nothing for the guest: raise MEMORY");
    }
    return {{guest_map::ram, std::min(end - start, Stage2::most_mapped())}, start};
}

/// Fills the guest's RAM: the kernel at the bottom, all else at the top. Makes the guest's hart
/// start the kernel.
void load_guest(const Host& host, Guest& guest) {
    const GuestRange ram = guest.memory.range();
    // A page stays free behind the tree: a kernel splits its RAM around the tree, and some cannot
    // when nothing is left behind it.
    const std::uint64_t room = ram.size - memory::page_size - guest_tree_size;
    const GuestPhysical tree = ram.start + room;

    const GuestPhysical entry = ram.start + 2 * MiB;
    const auto place = guest.memory.span(entry, host.kernel.size);
    if (!place || place->size() > tree - entry) {
        fatal("the kernel does not fit into ", ram.size / MiB, " MiB of guest RAM: raise MEMORY");
    }
    std::memcpy(place->data(), to_pointer<std::byte>(host.kernel.start), host.kernel.size);
    write_guest_tree(*guest.memory.span(tree, guest_tree_size), host, ram);
    guest.vcpu.start(entry, tree.value);
    csr::fence_i(); // the guest fetches what we have just stored
}

} // namespace

Vm::Vm(const Host& host)
    : guest_{
          .memory = take_memory(host),
          .vcpu = Vcpu{guest_map::hart},
      } {
    stage2_.map(guest_.memory.range(), guest_.memory.host());
    load_guest(host, guest_);
}

Stop Vm::run() {
    guest_.vcpu.load(stage2_);
    for (;;) {
        guest_.vcpu.run();
        if (const auto stop = handle_exit(guest_.vcpu)) {
            return *stop;
        }
    }
}
