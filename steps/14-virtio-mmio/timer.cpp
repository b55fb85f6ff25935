#include "timer.hpp"

#include "csr.hpp"
#include "firmware.hpp"

namespace {

constexpr std::uint64_t never = ~0ull;
constexpr std::uint64_t STCE = 1ull << 63; // henvcfg: vstimecmp works (Privileged spec 18.2.5)
constexpr std::uint64_t STIE = 1 << 5;     // sie: supervisor timer interrupt
constexpr std::uint64_t VSTIP = 1 << 6;    // hvip: the guest's timer interrupt is pending

} // namespace

void Timer::load() const {
    csr::clear<Csr::sie>(STIE);
    csr::clear<Csr::hvip>(VSTIP);
    if (sstc_) {
        csr::set<Csr::henvcfg>(STCE);
        csr::write<Csr::vstimecmp>(never);
    }
    // Last: QEMU 10 leaves the guest's interrupt pending if vstimecmp is still 0 here.
    csr::write<Csr::htimedelta>(0);
}

void Timer::set(std::uint64_t deadline) const {
    if (sstc_) {
        csr::write<Csr::vstimecmp>(deadline);
    } else {
        csr::clear<Csr::hvip>(VSTIP);
        firmware::set_timer(deadline);
        csr::set<Csr::sie>(STIE);
    }
}

void Timer::expire() {
    csr::clear<Csr::sie>(STIE); // until the next `set`
    csr::set<Csr::hvip>(VSTIP);
}
