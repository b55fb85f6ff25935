/// @file
/// The guest's machine: what lies where, as on QEMU's virt machine, so that a kernel that knows
/// those addresses by heart finds its devices too. guest.dts says the same to all others.
#pragma once

#include "address.hpp"

namespace guest_map {

inline constexpr GuestPhysical ram = {0x8000'0000};

} // namespace guest_map
