/// @file
/// The SBI calls that the guest makes (SBI spec): for the guest, we are the firmware.
#pragma once

#include "guest_memory.hpp"
#include "stop.hpp"
#include "vcpu.hpp"

#include <optional>

namespace sbi {

/// Answers the call in the registers of `vcpu`, and leaves the result in them. Returns why the
/// guest stops, if it does.
std::optional<Stop> answer(Vcpu& vcpu, const GuestMemory& memory);

} // namespace sbi
