/// @file
/// The SBI calls that the hypervisor makes to the firmware below it, and the end of the machine.
#pragma once

#include "sbi_spec.hpp"

/// Waits for ever (boot.S).
extern "C" [[noreturn]] void halt();

namespace firmware {

/// One SBI call (SBI spec, chapter 3). Returns what is in a0 afterwards.
std::uint64_t call(SbiExtension extension, std::uint64_t function, std::uint64_t arg0,
                   std::uint64_t arg1);

/// Ends QEMU with status 0 (SBI spec 10.1).
[[noreturn]] void power_off();

/// Ends QEMU with status 1, through the machine's test device: the firmware's own reset call
/// always ends it with 0.
[[noreturn]] void fail();

} // namespace firmware
