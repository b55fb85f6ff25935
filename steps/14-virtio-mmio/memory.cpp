#include "memory.hpp"

#include "print.hpp"

#include <algorithm>

extern std::byte __pool_start[], __pool_end[]; // hypervisor.ld

namespace {

/// One bit for each page of the pool, set when the page is taken: hypervisor.ld reserves no more
/// than 32.
constinit std::uint32_t taken = 0;

/// The bits of `count` pages from page `first` on.
constexpr std::uint32_t bits(std::size_t first, std::size_t count) {
    return ((1u << count) - 1) << first;
}

} // namespace

std::size_t memory::pool_pages() {
    return (address_of(__pool_end).value - address_of(__pool_start).value) / page_size;
}

HostPhysical memory::allocate(std::size_t count) {
    for (std::size_t first = 0; first + count <= pool_pages(); first += count) {
        if ((taken & bits(first, count)) == 0) {
            taken |= bits(first, count);
            std::byte* pages = __pool_start + first * page_size;
            std::fill_n(pages, count * page_size, std::byte{0});
            return address_of(pages);
        }
    }
    panic("the page pool is used up");
}
