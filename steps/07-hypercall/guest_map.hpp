/// @file
/// What lies where in the guest's machine: as on QEMU's virt machine, since some kernels have its
/// addresses built in.
#pragma once

#include "address.hpp"

namespace guest_map {

inline constexpr GuestPhysical ram = {0x8000'0000};

/// The hart id of the guest's only hart.
inline constexpr std::uint64_t hart = 0;

} // namespace guest_map
