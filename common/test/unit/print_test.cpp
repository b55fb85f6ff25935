#include "print.hpp"

#include "fake.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

} // namespace

TEST(Print, PrintsTextAsItIs) {
    println("one line");
    EXPECT_EQ(fake::output, "hypervisor: one line\n");
}

TEST(Print, PutsTheArgumentsIntoTheirPlacesInOrder) {
    println("{}-{}, {}", "a", 2u, Hex{3});
    EXPECT_EQ(fake::output, "hypervisor: a-2, 0x3\n");
}

TEST(Print, PrintsPlacesAtBothEndsAndSideBySide) {
    println("{}{}x{}", 1u, 2u, 3u);
    EXPECT_EQ(fake::output, "hypervisor: 12x3\n");
}

TEST(Print, PrintsNumbersInDecimal) {
    println("{} {} {} {}", 0u, 9u, 10u, largest);
    EXPECT_EQ(fake::output, "hypervisor: 0 9 10 18446744073709551615\n");
}

TEST(Print, PrintsEachUnsignedType) {
    println("{} {} {}", std::uint8_t{255}, std::uint16_t{65535}, std::uint32_t{4294967295});
    EXPECT_EQ(fake::output, "hypervisor: 255 65535 4294967295\n");
}

TEST(Print, PrintsHexadecimalWithPrefixAndInLowerCase) {
    println("{} {} {} {}", Hex{0}, Hex{0x10}, Hex{0x123456789abcdef}, Hex{largest});
    EXPECT_EQ(fake::output, "hypervisor: 0x0 0x10 0x123456789abcdef 0xffffffffffffffff\n");
}

TEST(Print, PrintsAddressesInHexadecimal) {
    println("{} {} {}", GuestPhysical{0x80200000}, HostPhysical{0}, GuestVirtual{largest});
    EXPECT_EQ(fake::output, "hypervisor: 0x80200000 0x0 0xffffffffffffffff\n");
}

TEST(Print, TakesBracesInAnArgumentForText) {
    println("{} {}", "{}", std::string_view{"{} {}"});
    EXPECT_EQ(fake::output, "hypervisor: {} {} {}\n");
}

TEST(Print, PrintsEmptyArgumentsAndTextOfGivenLength) {
    println("[{}] [{}]", "", std::string_view{"abcdef", 3});
    EXPECT_EQ(fake::output, "hypervisor: [] [abc]\n");
}

TEST(Print, PrintsALineWithTheHypervisorsName) {
    println("{} MiB", 128u);
    println("done");
    EXPECT_EQ(fake::output, "hypervisor: 128 MiB\nhypervisor: done\n");
}

TEST(Print, EndsTheMachineWithAnErrorAfterAFatalLine) {
    try {
        fatal("no {}", "kernel");
        FAIL();
    } catch (const fake::MachineEnded& end) {
        EXPECT_EQ(end.status, 1);
    }
    EXPECT_EQ(fake::output, "hypervisor: no kernel\n");
}

TEST(Print, EndsTheMachineWithAnErrorAfterAPanic) {
    try {
        panic("a {} b"); // the message is no format
        FAIL();
    } catch (const fake::MachineEnded& end) {
        EXPECT_EQ(end.status, 1);
    }
    EXPECT_EQ(fake::output, "hypervisor: panic: a {} b\n");
}
