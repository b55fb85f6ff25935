/// @file
/// A virtual machine: everything that belongs to one guest.
#pragma once

#include "guest.hpp"
#include "host.hpp"
#include "stage2.hpp"
#include "stop.hpp"

/// One guest, from its start to its end.
class Vm {
public:
    /// A machine with the free memory of `host` as its RAM, the kernel loaded and about to start.
    explicit Vm(const Host& host);

    /// Runs the guest until it stops.
    Stop run();

    /// The guest's RAM.
    GuestRange ram() const {
        return guest_.memory.range();
    }

private:
    Guest guest_;
    Stage2 stage2_;
};
