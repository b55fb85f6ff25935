#include "trap.hpp"

#include "csr.hpp"
#include "print.hpp"

extern "C" void trap_entry(); // boot.S

namespace {

/// The exceptions' names, by scause (Privileged spec 10.1.8 and 18.6.1).
constexpr std::string_view names[] = {
    "instruction address misaligned",
    "instruction access fault",
    "illegal instruction",
    "breakpoint",
    "load address misaligned",
    "load access fault",
    "store/AMO address misaligned",
    "store/AMO access fault",
    "environment call from U-mode or VU-mode",
    "environment call from HS-mode",
    "environment call from VS-mode",
    "environment call from M-mode",
    "instruction page fault",
    "load page fault",
    "reserved",
    "store/AMO page fault",
    "reserved",
    "reserved",
    "software check",
    "hardware error",
    "instruction guest-page fault",
    "load guest-page fault",
    "virtual instruction",
    "store/AMO guest-page fault",
};

} // namespace

std::string_view trap::name(Cause cause) {
    const auto number = static_cast<std::uint64_t>(cause);
    if (number < std::size(names)) {
        return names[number];
    }
    return number >> 63 != 0 ? "interrupt" : "unknown";
}

void trap::install() {
    csr::write<Csr::stvec>(reinterpret_cast<std::uint64_t>(trap_entry));
}

/// Reports a trap that nobody handles; called by trap_entry.
extern "C" [[noreturn]] void report_trap() {
    const Cause cause = Cause{csr::read<Csr::scause>()};
    println(trap::name(cause), " (scause ", Hex{static_cast<std::uint64_t>(cause)}, "), pc ",
            Hex{csr::read<Csr::sepc>()}, ", stval ", Hex{csr::read<Csr::stval>()});
    panic("a trap that nobody handles");
}
