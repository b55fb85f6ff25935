/// @file
/// The SBI calls that the hypervisor makes of the firmware below it, and the end of the machine.
#pragma once

#include <cstdint>

namespace firmware {

/// Asks for a supervisor timer interrupt when `time` reaches `deadline`, in ticks of the time
/// base (SBI 2.0, 6.1).
void set_timer(std::uint64_t deadline);

/// Ends QEMU with status 0 (SBI 2.0, 10.1).
[[noreturn]] void power_off();

/// Ends QEMU with status 1, through the machine's test device: the firmware's own reset call
/// always ends it with 0.
[[noreturn]] void fail();

} // namespace firmware
