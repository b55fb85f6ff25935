/// @file
/// The guest's device tree: guest.dts, with what the host really gives the guest filled in.
#pragma once

#include "address.hpp"
#include "host.hpp"

#include <span>

/// Bytes of guest RAM that the tree may take.
inline constexpr std::size_t guest_tree_size = 64 * KiB;

/// Writes the tree for a guest with `ram` and, if its size is not 0, an `initrd` into `buffer`,
/// which lies at a multiple of 8. Fatal when there is not enough room for it.
void write_guest_tree(std::span<std::byte> buffer, const Host& host, GuestRange ram,
                      GuestRange initrd);
