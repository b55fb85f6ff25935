#include "vm.hpp"

#include "exit.hpp"
#include "guest_map.hpp"
#include "guest_tree.hpp"
#include "kernel.hpp"
#include "print.hpp"

#include <algorithm>
#include <cstring>

namespace {

/// A file that QEMU loaded, as bytes.
std::span<std::byte> contents(HostRange file) {
    return {to_pointer<std::byte>(file.start), file.size};
}

/// As much RAM as the page pool has tables for.
constexpr std::uint64_t most_ram = 16 * KiB * MiB;

/// The guest's RAM: what is free on the host, in whole pages of the second stage.
GuestMemory take_memory(const Host& host) {
    const HostPhysical start = host.free.start.align_up(Stage2::page_size);
    const HostPhysical end = host.free.end().align_down(Stage2::page_size);
    if (end <= start) {
        fatal("{} MiB of RAM leave nothing for the guest: raise MEMORY", host.ram.size / MiB);
    }
    return {{guest_map::ram, std::min(end - start, most_ram)}, start};
}

/// Fills the guest's RAM: the kernel at the bottom, what it is told of at the top. Returns a vCPU
/// that is about to start the kernel.
Vcpu boot(const Host& host, const GuestMemory& memory) {
    const GuestRange ram = memory.range();
    if (host.kernel.size == 0) {
        fatal("there is no kernel to run: name one with KERNEL=");
    }
    if (host.initrd.size + guest_tree_size > ram.size) {
        fatal("the initrd has {} KiB, but the guest only {} KiB of RAM: raise MEMORY",
              host.initrd.size / KiB, ram.size / KiB);
    }
    const GuestPhysical tree = {ram.end().value - guest_tree_size};
    const GuestPhysical initrd = GuestPhysical{tree.value - host.initrd.size}.align_down(4 * KiB);

    const GuestPhysical entry = load_kernel(contents(host.kernel), memory, initrd);
    std::memcpy(memory.span(initrd, host.initrd.size)->data(), contents(host.initrd).data(),
                host.initrd.size);
    write_guest_tree(*memory.span(tree, guest_tree_size), host, ram, {initrd, host.initrd.size});
    return Vcpu{entry, guest_map::hart, tree, Timer{host.has_extension("sstc")}};
}

} // namespace

Vm::Vm(const Host& host) : memory_(take_memory(host)), vcpu_(boot(host, memory_)) {
    stage2_.map(memory_.range(), address_of(memory_.span(memory_.range().start, 0)->data()));
    bus_.mappings[2] = {guest_map::uart, &uart_};
}

Stop Vm::run() {
    vcpu_.load(stage2_);
    for (;;) {
        vcpu_.run();
        if (const auto stop = handle_exit(vcpu_, memory_, bus_)) {
            return *stop;
        }
    }
}
