/// @file
/// A virtual machine: everything that belongs to one guest.
#pragma once

#include "guest.hpp"
#include "stage2.hpp"
#include "stop.hpp"

/// One guest, from its start to its end.
class Vm {
public:
    /// A machine whose guest begins at a fixed address.
    Vm();

    /// Runs the guest until it stops.
    Stop run();

private:
    Guest guest_;
    Stage2 stage2_;
};
