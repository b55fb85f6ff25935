/// @file
/// The guest's kernel: a Linux Image, or any flat binary.
#pragma once

#include "guest_memory.hpp"

/// Copies the kernel `file` to where it wants to lie in the guest's RAM, at the latest before
/// `limit`. Returns the address of its first instruction. Fatal when that cannot be.
GuestPhysical load_kernel(std::span<const std::byte> file, const GuestMemory& memory,
                          GuestPhysical limit);
