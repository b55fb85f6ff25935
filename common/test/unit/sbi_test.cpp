#include "sbi.hpp"

#include "fake.hpp"
#include "ram.hpp"
#include "sbi_ids.hpp"

#include <gtest/gtest.h>
#include <string>

namespace {

constexpr std::uint64_t all_ones = ~0ull;
constexpr std::uint64_t software_interrupt = 1 << 2; // VSSIP in hvip

/// What a register holds that the call has no business with.
constexpr std::uint64_t mark = 0xdead'beef'0000'0000;

class Sbi : public testing::Test {
protected:
    /// Makes a call and returns its error. `value` and `stop` are what else came of it.
    std::int64_t call(std::uint64_t extension, std::uint64_t function, std::uint64_t arg0 = 0,
                      std::uint64_t arg1 = 0, std::uint64_t arg2 = 0) {
        for (std::size_t reg = 1; reg < 32; ++reg) {
            vcpu.x[reg] = mark + reg;
        }
        vcpu.x[a0] = arg0;
        vcpu.x[a1] = arg1;
        vcpu.x[a0 + 2] = arg2;
        vcpu.x[a6] = function;
        vcpu.x[a7] = extension;
        const auto before = vcpu.x;
        stop = sbi::answer(vcpu, ram.memory);
        for (std::size_t reg = 0; reg < 32; ++reg) { // chapter 3: all but a0 and a1 are preserved
            if (reg != a0 && reg != a1) {
                EXPECT_EQ(vcpu.x[reg], before[reg]) << "x" << reg;
            }
        }
        value = vcpu.x[a1];
        return static_cast<std::int64_t>(vcpu.x[a0]);
    }

    /// The same for a call that must not stop the guest.
    std::int64_t ask(std::uint64_t extension, std::uint64_t function, std::uint64_t arg0 = 0,
                     std::uint64_t arg1 = 0, std::uint64_t arg2 = 0) {
        const std::int64_t error = call(extension, function, arg0, arg1, arg2);
        EXPECT_FALSE(stop);
        return error;
    }

    void write_text(std::uint64_t offset, std::string_view text) {
        std::memcpy(ram.bytes(Ram::base + offset, text.size()).data(), text.data(), text.size());
    }

    Ram ram{0x4000};
    Vcpu vcpu{0, Timer{true}};
    std::uint64_t value = 0;
    std::optional<Stop> stop;
};

} // namespace

TEST_F(Sbi, DoesNotSupportUnknownExtensions) {
    // HSM, PMU, CPPC, SUSP, NACL, STA, legacy ones that are left out, reserved ones, those for
    // experiments and for vendors, and none of 32 bits.
    for (const std::uint64_t extension :
         {0x48534dull, 0x504d55ull, 0x43505043ull, 0x53555350ull, 0x4e41434cull, 0x535441ull,
          0x03ull, 0x04ull, 0x05ull, 0x06ull, 0x07ull, 0x09ull, 0x0full, 0x11ull, 0x0800'0000ull,
          0x0900'0000ull, 0x1'0000'0010ull, 0xffff'ffff'ffff'ffffull, TIME | 1ull << 40}) {
        EXPECT_EQ(ask(extension, 0), NOT_SUPPORTED) << std::hex << extension;
    }
    EXPECT_EQ(fake::output, "");
}

TEST_F(Sbi, DoesNotSupportUnknownFunctionsOfKnownExtensions) {
    for (const std::uint64_t function : {7ull, 8ull, 0x1'0000'0000ull, 0xffff'ffff'ffff'ffffull}) {
        for (const std::uint64_t extension : {BASE, TIME, IPI, RFENCE, SRST, DBCN}) {
            EXPECT_EQ(ask(extension, function), NOT_SUPPORTED) << std::hex << extension;
        }
    }
    EXPECT_EQ(ask(TIME, 1), NOT_SUPPORTED);
    EXPECT_EQ(ask(IPI, 1), NOT_SUPPORTED);
    EXPECT_EQ(ask(SRST, 1), NOT_SUPPORTED);
    EXPECT_EQ(ask(DBCN, 3), NOT_SUPPORTED);
    EXPECT_TRUE(fake::deadlines.empty());
    EXPECT_EQ(fake::pending, 0u);
    EXPECT_EQ(fake::instruction_fences + fake::address_fences, 0u);
}

// Chapter 4: BASE

TEST_F(Sbi, BaseSaysThatItIsVersion2_0) {
    EXPECT_EQ(ask(BASE, 0), SUCCESS);
    EXPECT_EQ(value, 0x0200'0000u); // major in bits 30 to 24, minor in 23 to 0
}

TEST_F(Sbi, BaseGivesAnImplementationIdThatIsNobodyElses) {
    EXPECT_EQ(ask(BASE, 1), SUCCESS);
    EXPECT_GT(value, 16u); // 0 to 8 are assigned
    EXPECT_EQ(ask(BASE, 2), SUCCESS);
}

TEST_F(Sbi, BaseSaysWhichExtensionsThereAre) {
    for (const std::uint64_t extension : {0x00ull, 0x01ull, 0x02ull, 0x08ull, 0x10ull, TIME + 0ull,
                                          IPI + 0ull, RFENCE + 0ull, SRST + 0ull, DBCN + 0ull}) {
        EXPECT_EQ(ask(BASE, 3, extension), SUCCESS);
        EXPECT_NE(value, 0u) << std::hex << extension;
    }
    for (const std::uint64_t extension :
         {0x48534dull, 0x504d55ull, 0x03ull, 0x07ull, 0x0full, 0x11ull, ~0ull}) {
        EXPECT_EQ(ask(BASE, 3, extension), SUCCESS);
        EXPECT_EQ(value, 0u) << std::hex << extension;
    }
}

TEST_F(Sbi, BaseGivesMachineIdsThatAreLegalValuesOfTheirRegisters) {
    for (const std::uint64_t function : {4u, 5u, 6u}) {
        EXPECT_EQ(ask(BASE, function), SUCCESS);
        EXPECT_EQ(value, 0u); // 0: not implemented
    }
}

// Chapter 6: TIME

TEST_F(Sbi, TimeSetsTheTimer) {
    EXPECT_EQ(ask(TIME, 0, 0x1234'5678'9abc), SUCCESS);
    EXPECT_EQ(ask(TIME, 0, all_ones), SUCCESS);
    EXPECT_EQ(fake::deadlines, (std::vector<std::uint64_t>{0x1234'5678'9abc, all_ones}));
}

// Chapters 3.1 and 7: hart masks and IPI

TEST_F(Sbi, IpiReachesTheOnlyHart) {
    EXPECT_EQ(ask(IPI, 0, 1, 0), SUCCESS);
    EXPECT_EQ(fake::pending, software_interrupt);
}

TEST_F(Sbi, IpiWithBaseMinusOneReachesAllHartsWhateverTheMask) {
    for (const std::uint64_t mask : {std::uint64_t{0}, std::uint64_t{2}, all_ones}) {
        fake::pending = 0;
        EXPECT_EQ(ask(IPI, 0, mask, all_ones), SUCCESS);
        EXPECT_EQ(fake::pending, software_interrupt) << mask;
    }
}

TEST_F(Sbi, IpiWithAnEmptyMaskReachesNobody) {
    EXPECT_EQ(ask(IPI, 0, 0, 0), SUCCESS);
    EXPECT_EQ(fake::pending, 0u);
}

TEST_F(Sbi, IpiToAHartThatDoesNotExistIsAnInvalidParameter) {
    EXPECT_EQ(ask(IPI, 0, 2, 0), INVALID_PARAM);
    EXPECT_EQ(ask(IPI, 0, 1ull << 63, 0), INVALID_PARAM);
    EXPECT_EQ(ask(IPI, 0, all_ones, 0), INVALID_PARAM);
    EXPECT_EQ(ask(IPI, 0, 1, 1), INVALID_PARAM);
    EXPECT_EQ(ask(IPI, 0, 1, 1ull << 63), INVALID_PARAM);
}

TEST_F(Sbi, IpiDoesNotWrapAroundToHartZero) {
    EXPECT_EQ(ask(IPI, 0, 2, all_ones - 0), SUCCESS); // that base is special, not 2^64 - 1
    fake::pending = 0;
    EXPECT_EQ(ask(IPI, 0, 1 << 2, all_ones - 1), INVALID_PARAM);
    EXPECT_EQ(ask(IPI, 0, 1ull << 63, all_ones - 62), INVALID_PARAM);
    EXPECT_EQ(fake::pending, 0u);
}

// Chapter 8: RFENCE

TEST_F(Sbi, RfenceExecutesTheFenceAskedFor) {
    EXPECT_EQ(ask(RFENCE, 0, 1, 0), SUCCESS);
    EXPECT_EQ(fake::instruction_fences, 1u);
    EXPECT_EQ(fake::address_fences, 0u);
    EXPECT_EQ(ask(RFENCE, 1, 1, 0), SUCCESS);
    EXPECT_EQ(ask(RFENCE, 2, 1, 0), SUCCESS);
    EXPECT_EQ(fake::instruction_fences, 1u);
    EXPECT_EQ(fake::address_fences, 2u);
}

TEST_F(Sbi, RfenceWithBaseMinusOneReachesAllHarts) {
    EXPECT_EQ(ask(RFENCE, 0, 0, all_ones), SUCCESS);
    EXPECT_EQ(ask(RFENCE, 1, 0, all_ones), SUCCESS);
    EXPECT_EQ(fake::instruction_fences, 1u);
    EXPECT_EQ(fake::address_fences, 1u);
}

TEST_F(Sbi, RfenceOnAHartThatDoesNotExistIsAnInvalidParameter) {
    for (const std::uint64_t function : {0u, 1u, 2u}) {
        EXPECT_EQ(ask(RFENCE, function, 2, 0), INVALID_PARAM);
        EXPECT_EQ(ask(RFENCE, function, 1, 7), INVALID_PARAM);
    }
}

TEST_F(Sbi, RfenceHasNoFencesForHypervisors) {
    for (const std::uint64_t function : {3u, 4u, 5u, 6u}) {
        EXPECT_EQ(ask(RFENCE, function, 1, 0), NOT_SUPPORTED);
    }
}

// Chapter 10: SRST

TEST_F(Sbi, SrstShutsDownOrReboots) {
    for (const std::uint64_t reason : {0u, 1u}) {
        call(SRST, 0, 0, reason);
        ASSERT_TRUE(stop);
        EXPECT_EQ(*stop, Stop::power_off);
        for (const std::uint64_t type : {1u, 2u}) { // cold, warm
            call(SRST, 0, type, reason);
            ASSERT_TRUE(stop);
            EXPECT_EQ(*stop, Stop::reboot);
        }
    }
}

TEST_F(Sbi, SrstRefusesReservedTypesAndReasons) {
    for (const std::uint64_t type : {3u, 0xefff'ffffu, 0xf000'0000u, 0xffff'ffffu}) {
        EXPECT_EQ(ask(SRST, 0, type, 0), INVALID_PARAM) << type;
    }
    for (const std::uint64_t reason :
         {2u, 0xdfff'ffffu, 0xe000'0000u, 0xf000'0000u, 0xffff'ffffu}) {
        EXPECT_EQ(ask(SRST, 0, 0, reason), INVALID_PARAM) << reason;
    }
}

TEST_F(Sbi, SrstUses32BitsOfItsParameters) {
    // Chapter 3: in case the data is defined as 32bit wide, higher privilege software must ensure
    // that it only uses 32 bit data. C compilers pass a uint32_t with its sign extended.
    call(SRST, 0, mark, mark | 1);
    ASSERT_TRUE(stop);
    EXPECT_EQ(*stop, Stop::power_off);
}

// Chapter 12: DBCN

TEST_F(Sbi, DbcnWritesMemoryToTheConsole) {
    write_text(0x100, "hello, world");
    EXPECT_EQ(ask(DBCN, 0, 12, Ram::base.value + 0x100), SUCCESS);
    EXPECT_EQ(value, 12u);
    EXPECT_EQ(fake::output, "hello, world");
}

TEST_F(Sbi, DbcnWritesAllOfALongTextInAFewCalls) {
    std::string text;
    for (std::size_t at = 0; at < 0x4000; ++at) {
        text += static_cast<char>(at * 7 + at / 256);
    }
    write_text(0, text);
    std::uint64_t done = 0;
    for (int calls = 0; done < text.size() && calls < 100; ++calls) { // partial writes are allowed
        ASSERT_EQ(ask(DBCN, 0, text.size() - done, Ram::base.value + done), SUCCESS);
        ASSERT_GT(value, 0u);
        done += value;
    }
    EXPECT_EQ(done, text.size());
    EXPECT_EQ(fake::output, text);
}

TEST_F(Sbi, DbcnWritesALimitedNumberOfBytesAtOnce) {
    EXPECT_EQ(ask(DBCN, 0, 0x4000, Ram::base.value), SUCCESS);
    EXPECT_EQ(value, 4096u);
    EXPECT_EQ(fake::output.size(), 4096u);
}

TEST_F(Sbi, DbcnReadsWhatWasTyped) {
    fake::type("ab\xff");
    EXPECT_EQ(ask(DBCN, 1, 10, Ram::base.value + 0x200), SUCCESS);
    EXPECT_EQ(value, 3u);
    EXPECT_EQ(ram.get<std::uint32_t>(Ram::base + 0x200), 0x00ff'6261u); // and nothing behind it
}

TEST_F(Sbi, DbcnReadsNoMoreThanAsked) {
    fake::type("abcd");
    EXPECT_EQ(ask(DBCN, 1, 2, Ram::base.value), SUCCESS);
    EXPECT_EQ(value, 2u);
    EXPECT_EQ(ram.get<std::uint32_t>(Ram::base), 0x6261u);
    EXPECT_EQ(ask(DBCN, 1, 2, Ram::base.value), SUCCESS);
    EXPECT_EQ(ram.get<std::uint32_t>(Ram::base), 0x6463u);
}

TEST_F(Sbi, DbcnReadsNothingWhenNothingWasTyped) {
    EXPECT_EQ(ask(DBCN, 1, 10, Ram::base.value), SUCCESS);
    EXPECT_EQ(value, 0u);
    EXPECT_EQ(ram.get<std::uint64_t>(Ram::base), 0u);
}

TEST_F(Sbi, DbcnRefusesRangesThatAreNotWhollyInMemory) {
    fake::type("abc");
    const std::uint64_t start = Ram::base.value, end = Ram::base.value + 0x4000;
    for (const std::uint64_t function : {0u, 1u}) {
        EXPECT_EQ(ask(DBCN, function, 1, end), INVALID_PARAM);
        EXPECT_EQ(ask(DBCN, function, 2, end - 1), INVALID_PARAM);
        EXPECT_EQ(ask(DBCN, function, 2, start - 1), INVALID_PARAM);
        EXPECT_EQ(ask(DBCN, function, 0x4001, start), INVALID_PARAM);
        EXPECT_EQ(ask(DBCN, function, all_ones, start), INVALID_PARAM);
        EXPECT_EQ(ask(DBCN, function, 0ull - start, start), INVALID_PARAM); // wraps to 0
        EXPECT_EQ(ask(DBCN, function, 8, 0), INVALID_PARAM);
        EXPECT_EQ(ask(DBCN, function, 8, 0x1000'0000), INVALID_PARAM); // a device is no memory
        EXPECT_EQ(ask(DBCN, function, 8, start, 1), INVALID_PARAM);    // the address's upper half
        EXPECT_EQ(ask(DBCN, function, 8, start, 1ull << 63), INVALID_PARAM);
    }
    EXPECT_EQ(fake::output, "");
    EXPECT_EQ(fake::input.size(), 3u);
}

TEST_F(Sbi, DbcnWritesOneByte) {
    EXPECT_EQ(ask(DBCN, 2, 'x'), SUCCESS);
    EXPECT_EQ(value, 0u);
    EXPECT_EQ(ask(DBCN, 2, mark | 0xff00 | 'y'), SUCCESS);
    EXPECT_EQ(fake::output, "xy");
}

// Chapter 5: legacy calls return in a0 and leave a1 alone; the function id does not matter

TEST_F(Sbi, LegacyPutcharPrints) {
    EXPECT_EQ(ask(0x01, 77, 'x', 0x1111), 0);
    EXPECT_EQ(fake::output, "x");
    EXPECT_EQ(value, 0x1111u);
}

TEST_F(Sbi, LegacyGetcharGivesTheByteOrMinusOne) {
    fake::type("a\xff");
    EXPECT_EQ(ask(0x02, 77, 0, 0x1111), 'a');
    EXPECT_EQ(value, 0x1111u);
    EXPECT_EQ(ask(0x02, 0, 0, 0x1111), 0xff);
    EXPECT_EQ(ask(0x02, 0, 0, 0x1111), -1);
    EXPECT_EQ(value, 0x1111u);
}

TEST_F(Sbi, LegacySetTimerSetsTheTimer) {
    EXPECT_EQ(ask(0x00, 77, 1234, 0x1111), 0);
    EXPECT_EQ(fake::deadlines, std::vector<std::uint64_t>{1234});
    EXPECT_EQ(value, 0x1111u);
}

TEST_F(Sbi, LegacyShutdownStopsTheGuest) {
    call(0x08, 77);
    ASSERT_TRUE(stop);
    EXPECT_EQ(*stop, Stop::power_off);
}

TEST_F(Sbi, UnknownLegacyCallsLeaveA1Alone) {
    for (const std::uint64_t extension : {0x03u, 0x04u, 0x05u, 0x06u, 0x07u, 0x0fu}) {
        EXPECT_LT(ask(extension, 0, 0, 0x1111), 0);
        EXPECT_EQ(value, 0x1111u) << extension;
    }
}
