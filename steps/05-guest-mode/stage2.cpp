#include "stage2.hpp"

#include "memory.hpp"

namespace {
constexpr std::uint64_t mode_sv39x4 = 8ull << 60;
constexpr std::size_t root_pages = 4;

} // namespace

Stage2::Stage2() : root_(memory::allocate(root_pages)) {}

std::uint64_t Stage2::hgatp() const {
    return mode_sv39x4 | root_.value >> 12;
}
