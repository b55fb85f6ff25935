/// @file
/// The parts of the guest's machine.
#pragma once

#include "bus.hpp"
#include "guest_map.hpp"
#include "guest_memory.hpp"
#include "uart.hpp"
#include "vcpu.hpp"

/// What a guest has, its stage 2 apart.
struct Guest {
    GuestMemory memory;
    Vcpu vcpu;
    Uart uart = {};
    Mapping bus[1] = {
        {guest_map::uart, uart},
    };
};
