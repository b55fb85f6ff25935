/// @file
/// A virtual machine: everything that belongs to one guest.
#pragma once

#include "guest_memory.hpp"
#include "stage2.hpp"
#include "stop.hpp"
#include "vcpu.hpp"

class Vm {
public:
    /// A machine whose guest begins at a fixed address.
    Vm();

    /// Runs the guest until it stops.
    Stop run();

private:
    GuestMemory memory_;
    Stage2 stage2_;
    Vcpu vcpu_;
};
