/// @file
/// The SBI calls that the guest makes (SBI 2.0): for the guest, we are the firmware.
#pragma once

#include "guest_memory.hpp"
#include "stop.hpp"
#include "vcpu.hpp"

namespace sbi {

/// Answers the call in the registers of `vcpu`, and leaves the result in them. Returns why the
/// guest stops, if the call was to stop it.
std::optional<Stop> answer(Vcpu& vcpu, const GuestMemory& memory);

} // namespace sbi
