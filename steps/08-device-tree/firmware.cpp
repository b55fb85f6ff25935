#include "firmware.hpp"

namespace {

/// The `sifive,test0` device of QEMU's virt machine, and what ends the machine with status 1.
constexpr std::uint64_t test_device = 0x10'0000;
constexpr std::uint32_t test_fail = 1 << 16 | 0x3333;

} // namespace

std::uint64_t firmware::call(SbiExtension extension, std::uint64_t function, std::uint64_t arg0,
                             std::uint64_t arg1) {
    register std::uint64_t a0 asm("a0") = arg0;
    register std::uint64_t a1 asm("a1") = arg1;
    register std::uint64_t a6 asm("a6") = function;
    register std::uint64_t a7 asm("a7") = static_cast<std::uint64_t>(extension);
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
    return a0;
}

void firmware::power_off() {
    constexpr std::uint64_t shutdown = 0, no_reason = 0;
    call(SbiExtension::system_reset, 0, shutdown, no_reason);
    fail();
}

void firmware::fail() {
    *reinterpret_cast<volatile std::uint32_t*>(test_device) = test_fail;
    halt();
}
