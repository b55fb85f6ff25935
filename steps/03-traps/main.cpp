#include "csr.hpp"
#include "firmware.hpp"
#include "print.hpp"
#include "trap.hpp"

/// Entered from boot.S.
/// @param hart the hart that we run on
extern "C" void main(std::uint64_t hart) {
    trap::install();
    println("hello from hart ", hart);
    csr::read<Csr{0x300}>(); // mstatus, which only M-mode may read
    firmware::power_off();
}
