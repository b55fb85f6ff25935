/// @file
/// A virtual machine: everything that belongs to one guest.
#pragma once

#include "stage2.hpp"
#include "vcpu.hpp"

/// One guest, from its start to its end.
class Vm {
public:
    /// A machine whose guest begins at a fixed address.
    Vm();

    /// Runs the guest until it stops.
    void run();

private:
    Stage2 stage2_;
    Vcpu vcpu_;
};
