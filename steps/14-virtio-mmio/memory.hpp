/// @file
/// Pages for the hypervisor's own tables, out of a fixed pool.
#pragma once

#include "address.hpp"

#include <cstddef>

namespace memory {

/// Bytes in a page.
inline constexpr std::size_t page_size = 4 * KiB;

/// How many pages there are, the taken ones too.
std::size_t pool_pages();

/// Takes `count` pages (1, 2 or 4) that lie together, aligned to their size and filled with
/// zeros. Panics when the pool has none left.
HostPhysical allocate(std::size_t count);

} // namespace memory
