#include "address.hpp"

#include <cstddef>

/// The end of the hypervisor, and the memory of the machine behind it: no more than the tests
/// touch.
extern std::byte __end[];
alignas(8) std::byte __end[64 * KiB];
