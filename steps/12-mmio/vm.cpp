#include "vm.hpp"

#include "csr.hpp"
#include "exit.hpp"
#include "guest_map.hpp"
#include "guest_tree.hpp"
#include "kernel.hpp"
#include "memory.hpp"
#include "print.hpp"

#include <algorithm>
#include <cstring>

namespace {

/// A file that QEMU loaded, as bytes.
std::span<std::byte> contents(HostRange file) {
    return {to_pointer<std::byte>(file.start), file.size};
}

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
    if (host.initrd.size > room) {
        fatal("the initrd has ", host.initrd.size / KiB, " KiB, but the guest only ",
              ram.size / KiB, " KiB of RAM: raise MEMORY");
    }
    const GuestPhysical tree = ram.start + room;
    const GuestPhysical initrd =
        GuestPhysical{tree.value - host.initrd.size}.align_down(memory::page_size);

    const GuestPhysical entry = load_kernel(contents(host.kernel), guest.memory, initrd);
    std::memcpy(guest.memory.span(initrd, host.initrd.size)->data(), contents(host.initrd).data(),
                host.initrd.size);
    write_guest_tree(*guest.memory.span(tree, guest_tree_size), host, ram,
                     {initrd, host.initrd.size});
    guest.vcpu.start(entry, tree.value);
    csr::fence_i(); // the guest fetches what we have just stored
}

} // namespace

Vm::Vm(const Host& host)
    : guest_{
          .memory = take_memory(host),
          .vcpu = {guest_map::hart, Timer{host.has_extension("sstc")}},
      } {
    stage2_.map(guest_.memory.range(), guest_.memory.host());
    load_guest(host, guest_);
}

Stop Vm::run() {
    guest_.vcpu.load(stage2_);
    for (;;) {
        guest_.vcpu.run();
        if (const auto stop = handle_exit(guest_)) {
            return *stop;
        }
    }
}
