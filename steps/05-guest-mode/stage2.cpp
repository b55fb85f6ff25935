#include "stage2.hpp"

#include "memory.hpp"

namespace {

/// hgatp: the mode Sv39x4 (Privileged spec 18.2.10).
constexpr std::uint64_t mode_sv39x4 = 8ull << 60;
/// The root has four times as many entries as other tables, so it takes four pages (18.5.1).
constexpr std::size_t root_pages = 4, root_entries = 2048;

} // namespace

Stage2::Stage2() : root_(memory::allocate(root_pages)) {}

std::uint64_t Stage2::hgatp() const {
    return mode_sv39x4 | root_.value >> 12;
}
