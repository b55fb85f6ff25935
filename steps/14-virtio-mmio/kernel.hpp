/// @file
/// The guest's kernel: a Linux Image, or any flat binary.
#pragma once

#include "guest_memory.hpp"

/// Copies the kernel `file` to its place in the guest's RAM, which has to end before `limit`.
/// Returns the address of its first instruction. Fatal when that cannot be.
GuestPhysical load_kernel(std::span<const std::byte> file, const GuestMemory& memory,
                          GuestPhysical limit);
