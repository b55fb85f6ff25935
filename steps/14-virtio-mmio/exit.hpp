/// @file
/// What the hypervisor does when the guest exits to it.
#pragma once

#include "bus.hpp"
#include "sbi.hpp"
#include "uart.hpp"

/// Does what the guest's exit asks for, so that the guest can go on. Returns why it cannot, if
/// it cannot.
std::optional<Stop> handle_exit(Vcpu& vcpu, const GuestMemory& memory, const Bus& bus, Uart& uart);
