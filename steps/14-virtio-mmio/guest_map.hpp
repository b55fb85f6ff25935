/// @file
/// What lies where in the guest's machine: as on QEMU's virt machine, since some kernels have its
/// addresses built in.
#pragma once

#include "address.hpp"

namespace guest_map {

inline constexpr GuestRange plic = {{0x0c00'0000}, 0x60'0000};
inline constexpr GuestRange uart = {{0x1000'0000}, 0x100};
inline constexpr GuestRange virtio = {{0x1000'1000}, 0x1000};
inline constexpr GuestPhysical ram = {0x8000'0000};

/// Interrupt sources at the PLIC.
inline constexpr unsigned virtio_interrupt = 1;
inline constexpr unsigned uart_interrupt = 10;

/// The hart id of the guest's only hart.
inline constexpr std::uint64_t hart = 0;

} // namespace guest_map
