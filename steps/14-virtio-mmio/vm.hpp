/// @file
/// A virtual machine: everything that belongs to one guest.
#pragma once

#include "bus.hpp"
#include "guest_memory.hpp"
#include "host.hpp"
#include "plic.hpp"
#include "stage2.hpp"
#include "stop.hpp"
#include "uart.hpp"
#include "vcpu.hpp"
#include "virtio_blk.hpp"

class Vm {
public:
    /// A machine with the free memory of `host` as its RAM, the kernel loaded and about to start.
    /// The kernel's file stays as it is, so that another Vm can be made of it later.
    explicit Vm(const Host& host);

    /// Runs the guest until it stops.
    Stop run();

    GuestRange ram() const {
        return memory_.range();
    }

private:
    GuestMemory memory_;
    Stage2 stage2_;
    Plic plic_;
    Uart uart_;
    VirtioBlk disk_;
    Bus bus_;
    Vcpu vcpu_;
};
