#include <cstddef>

/// The pages that hypervisor.ld reserves. __pool_end is given to the linker.
extern std::byte __pool_start[];
alignas(16 * 1024) std::byte __pool_start[128 * 1024];
