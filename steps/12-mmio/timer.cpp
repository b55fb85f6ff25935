#include "timer.hpp"

#include "csr.hpp"
#include "firmware.hpp"

namespace {

/// A deadline that does not come.
constexpr std::uint64_t never = ~0ull;

} // namespace

void Timer::load() const {
    csr::clear<Csr::sie>(sie::STIE);
    if (sstc_) {
        csr::set<Csr::henvcfg>(henvcfg::STCE);
        csr::write<Csr::vstimecmp>(never);
    }
    // Last: QEMU 10 leaves the guest's interrupt pending if vstimecmp is still 0 here.
    csr::write<Csr::htimedelta>(0);
}

void Timer::set(std::uint64_t deadline) const {
    if (sstc_) {
        csr::write<Csr::vstimecmp>(deadline);
    } else {
        csr::clear<Csr::hvip>(hvip::VSTIP);
        // The old deadline's interrupt is pending until the firmware has the new one: enable it
        // last.
        firmware::set_timer(deadline);
        csr::set<Csr::sie>(sie::STIE);
    }
}

void Timer::expire() {
    csr::clear<Csr::sie>(sie::STIE); // until the next `set`
    csr::set<Csr::hvip>(hvip::VSTIP);
}
