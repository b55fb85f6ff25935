#include "print.hpp"

#include "fake.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

} // namespace

TEST(Print, PrintsTextAsItIs) {
    print("two {} words\n");
    print(std::string_view{"abcdef", 3});
    print("");
    EXPECT_EQ(fake::output, "two {} words\nabc");
}

TEST(Print, PrintsNumbersInDecimal) {
    for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{10}}) {
        print(number);
        print(" ");
    }
    print(largest);
    EXPECT_EQ(fake::output, "0 9 10 18446744073709551615");
}

TEST(Print, PrintsHexadecimalWithPrefixAndInLowerCase) {
    println(Hex{0}, " ", Hex{0x10}, " ", Hex{0x123456789abcdef}, " ", Hex{largest});
    EXPECT_EQ(fake::output, "hypervisor: 0x0 0x10 0x123456789abcdef 0xffffffffffffffff\n");
}

TEST(Print, PrintsAddressesInHexadecimal) {
    println(GuestPhysical{0x80200000}, " ", HostPhysical{0}, " ", GuestVirtual{largest});
    EXPECT_EQ(fake::output, "hypervisor: 0x80200000 0x0 0xffffffffffffffff\n");
}

TEST(Print, PrintsEachUnsignedType) {
    println(std::uint8_t{255}, " ", std::uint16_t{65535}, " ", std::uint32_t{4294967295});
    EXPECT_EQ(fake::output, "hypervisor: 255 65535 4294967295\n");
}

TEST(Print, PrintsALineOfValuesOneBehindTheOther) {
    println("a", 2u, Hex{3}, "", std::string_view{"{}"}, GuestPhysical{4});
    EXPECT_EQ(fake::output, "hypervisor: a20x3{}0x4\n");
}

TEST(Print, PrintsEachLineWithTheHypervisorsName) {
    println(128u, " MiB");
    println();
    println("done");
    EXPECT_EQ(fake::output, "hypervisor: 128 MiB\nhypervisor: \nhypervisor: done\n");
}

TEST(Print, EndsTheMachineWithAnErrorAfterAFatalLine) {
    try {
        fatal("no ", "kernel at ", Hex{16});
        FAIL();
    } catch (const fake::MachineEnded& end) {
        EXPECT_EQ(end.status, 1);
    }
    EXPECT_EQ(fake::output, "hypervisor: no kernel at 0x10\n");
}

TEST(Print, EndsTheMachineWithAnErrorAfterAPanic) {
    const auto panics = [] {
        panic("a message");
    };
    EXPECT_EXIT(fake::end_as_the_machine(panics), testing::ExitedWithCode(1),
                "^hypervisor: panic: a message\n$");
}

TEST(Print, WaitsForEverInAPanicInsideAPanic) {
    // The machine has no test device: to end it traps, and the trap panics.
    const auto panics_twice = [] {
        EXPECT_THROW(panic("first"), fake::MachineEnded);
        panic("second");
    };
    EXPECT_EXIT(fake::end_as_the_machine(panics_twice),
                testing::ExitedWithCode(fake::waits_for_ever), "^hypervisor: panic: first\n$");
}
