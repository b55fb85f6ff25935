/// @file
/// The parts of the guest's machine.
#pragma once

#include "bus.hpp"
#include "guest_map.hpp"
#include "guest_memory.hpp"
#include "host_plic.hpp"
#include "plic.hpp"
#include "uart.hpp"
#include "vcpu.hpp"
#include "virtio_blk.hpp"

/// What a guest has, its stage 2 apart.
struct Guest {
    GuestMemory memory;
    Vcpu vcpu;
    HostPlic host_plic; ///< the machine's, by which the console interrupts us
    Plic plic = {};
    Uart uart{{plic, guest_map::uart_interrupt}};
    VirtioBlk disk;
    Mapping bus[3] = {
        {guest_map::plic, plic},
        {guest_map::virtio, disk},
        {guest_map::uart, uart},
    };
};
