/// @file
/// The parts of the guest's machine.
#pragma once

#include "guest_memory.hpp"
#include "vcpu.hpp"

/// What a guest has, its stage 2 apart.
struct Guest {
    GuestMemory memory;
    Vcpu vcpu;
};
