#include "uart.hpp"

#include "fake.hpp"
#include "line.hpp"

#include <gtest/gtest.h>

namespace {

// Registers of the 16550 (data sheet of the PC16550D, "Register Addresses") by their offsets.
constexpr std::uint64_t RBR = 0, THR = 0, DLL = 0, IER = 1, DLM = 1, IIR = 2, FCR = 2, LCR = 3,
                        MCR = 4, LSR = 5, MSR = 6, SCR = 7;
constexpr std::uint64_t DLAB = 0x80, LOOP = 0x10;            // LCR, MCR
constexpr std::uint64_t received = 1, transmitter_empty = 2; // IER
constexpr std::uint64_t no_interrupt = 0x01, is_transmitter = 0x02, is_received = 0x04;

class UartTest : public testing::Test {
protected:
    std::uint64_t get(std::uint64_t offset) {
        const auto value = uart.load(offset, 1);
        EXPECT_TRUE(value) << offset;
        return value.value_or(~0ull);
    }

    void set(std::uint64_t offset, std::uint64_t value) {
        EXPECT_TRUE(uart.store(offset, 1, value)) << offset;
    }

    void type(std::string_view text) {
        fake::type(text);
        uart.update();
    }

    WatchedLine watched{10};
    Uart uart{watched.end()};
};

} // namespace

TEST_F(UartTest, HasTheValuesOfAMasterReset) {
    // Data sheet, "UART Reset Configuration".
    EXPECT_EQ(get(IER), 0u);
    EXPECT_EQ(get(IIR), 1u);
    EXPECT_EQ(get(LCR), 0u);
    EXPECT_EQ(get(MCR), 0u);
    EXPECT_EQ(get(LSR), 0x60u);
    EXPECT_FALSE(watched.high());
}

TEST_F(UartTest, SendsEveryByteStoredInTHR) {
    std::string sent;
    for (unsigned byte = 0; byte < 256; ++byte) {
        set(THR, byte);
        sent += static_cast<char>(byte);
    }
    EXPECT_EQ(fake::output, sent);
}

TEST_F(UartTest, SendsTheLowByteOnly) {
    set(THR, 0xffff'ffff'ffff'ff41);
    EXPECT_EQ(fake::output, "A");
}

TEST_F(UartTest, GivesTypedBytesInOrderWithoutASign) {
    type("a\xff");
    EXPECT_EQ(get(RBR), 'a');
    EXPECT_EQ(get(RBR), 0xffu);
}

TEST_F(UartTest, SaysInLSRWhetherDataIsThere) {
    EXPECT_EQ(get(LSR), 0x60u);
    type("x");
    EXPECT_EQ(get(LSR), 0x61u);
    EXPECT_EQ(get(LSR), 0x61u);
    get(RBR);
    EXPECT_EQ(get(LSR), 0x60u);
}

TEST_F(UartTest, IsAlwaysReadyToSend) {
    set(THR, 'x');
    EXPECT_EQ(get(LSR) & 0x60, 0x60u); // THRE and TEMT
}

TEST_F(UartTest, ReachesTheDivisorWhileDLABIsSet) {
    set(LCR, DLAB | 3);
    set(DLL, 0x12);
    set(DLM, 0x34);
    EXPECT_EQ(get(DLL), 0x12u);
    EXPECT_EQ(get(DLM), 0x34u);
    EXPECT_EQ(fake::output, "");
    set(LCR, 3);
    EXPECT_EQ(get(IER), 0u);
    set(LCR, DLAB);
    EXPECT_EQ(get(DLL), 0x12u);
    EXPECT_EQ(get(DLM), 0x34u);
}

TEST_F(UartTest, LeavesTypedBytesAndIERAloneWhileDLABIsSet) {
    type("x");
    set(IER, received);
    set(LCR, DLAB);
    EXPECT_NE(get(DLL), 'x');
    set(DLM, 0);
    set(LCR, 0);
    EXPECT_EQ(get(IER), received);
    EXPECT_EQ(get(RBR), 'x');
}

TEST_F(UartTest, KeepsLCRAndSCR) {
    for (const std::uint64_t value : {0x00u, 0x1bu, 0x55u, 0xaau, 0xffu}) {
        set(LCR, value);
        set(SCR, ~value & 0xff);
        EXPECT_EQ(get(LCR), value);
        EXPECT_EQ(get(SCR), ~value & 0xff);
    }
}

TEST_F(UartTest, ReadsTheUpperHalfOfIERAsZero) {
    set(IER, 0xff);
    EXPECT_EQ(get(IER), 0x0fu);
}

TEST_F(UartTest, ReadsTheUpperThreeBitsOfMCRAsZero) {
    // Data sheet, "Modem Control Register": bits 5 to 7 are permanently set to logic 0.
    set(MCR, 0xff);
    EXPECT_EQ(get(MCR), 0x1fu);
}

TEST_F(UartTest, SaysThatTheOtherEndIsThere) {
    EXPECT_EQ(get(MSR), 0xb0u); // DCD, DSR and CTS; nothing has changed
}

// Data sheet, "Modem Control Register", bit 4: the loop.

TEST_F(UartTest, SeesItsOwnModemLinesInALoop) {
    // DTR, RTS, OUT1 and OUT2 as DSR, CTS, RI and DCD: drivers find a 16550 by that.
    set(MCR, LOOP | 0x0a); // RTS, OUT2
    EXPECT_EQ(get(MSR) & 0xf0, 0x90u);
    for (unsigned line = 0; line < 4; ++line) {
        constexpr std::array<std::uint8_t, 4> seen = {0x20, 0x10, 0x40, 0x80};
        set(MCR, static_cast<std::uint8_t>(LOOP | 1u << line));
        EXPECT_EQ(get(MSR) & 0xf0, seen[line]);
    }
}

TEST_F(UartTest, ReceivesInALoopWhatItTransmits) {
    set(MCR, LOOP);
    for (unsigned byte = 0; byte < 256; ++byte) { // 0 is a byte like others
        EXPECT_EQ(get(LSR), 0x60u);
        set(THR, byte);
        EXPECT_EQ(get(LSR), 0x61u);
        EXPECT_EQ(get(RBR), byte);
    }
    EXPECT_EQ(get(LSR), 0x60u);
    EXPECT_EQ(get(RBR), 0u);
    EXPECT_EQ(fake::output, "");
}

TEST_F(UartTest, HoldsOneByteInALoop) {
    set(MCR, LOOP);
    set(THR, 'a');
    set(THR, 'b'); // which takes the place of the other
    EXPECT_EQ(get(RBR), 'b');
    EXPECT_EQ(get(LSR), 0x60u);
}

TEST_F(UartTest, InterruptsInALoopAsWithoutOne) {
    set(MCR, LOOP);
    set(IER, received | transmitter_empty);
    get(IIR);
    EXPECT_FALSE(watched.high());
    set(THR, 'x');
    EXPECT_TRUE(watched.high());
    EXPECT_EQ(get(IIR), is_received);
    get(RBR);
    EXPECT_EQ(get(IIR), is_transmitter);
    EXPECT_FALSE(watched.high());
}

TEST_F(UartTest, ReceivesNothingTypedInALoop) {
    set(IER, received);
    set(MCR, LOOP);
    type("a");
    EXPECT_FALSE(watched.high());
    EXPECT_EQ(get(LSR), 0x60u);
    EXPECT_EQ(get(RBR), 0u);
    set(MCR, 0);
    EXPECT_TRUE(watched.high());
    EXPECT_EQ(get(LSR), 0x61u);
    EXPECT_EQ(get(RBR), 'a');
}

TEST_F(UartTest, ShowsTheByteOfALoopOnlyInALoop) {
    set(IER, received);
    set(MCR, LOOP);
    set(THR, 'x');
    EXPECT_TRUE(watched.high());
    set(MCR, 0);
    EXPECT_FALSE(watched.high());
    EXPECT_EQ(get(LSR), 0x60u);
    set(MCR, LOOP);
    EXPECT_TRUE(watched.high());
    EXPECT_EQ(get(LSR), 0x61u);
    set(MCR, 0);
    type("a");
    EXPECT_EQ(get(RBR), 'a'); // what is read outside is typed, and nothing is kept behind it
    set(MCR, LOOP);
    EXPECT_EQ(get(LSR), 0x60u);
    EXPECT_EQ(fake::output, "");
}

TEST_F(UartTest, SaysInIIRWhetherTheFifosAreEnabled) {
    EXPECT_EQ(get(IIR) & 0xc0, 0u);
    set(FCR, 0x01);
    EXPECT_EQ(get(IIR), 0xc0 | no_interrupt);
    set(IER, transmitter_empty);
    EXPECT_EQ(get(IIR), 0xc0 | is_transmitter);
    type("x");
    set(IER, received);
    EXPECT_EQ(get(IIR), 0xc0 | is_received);
    set(FCR, 0x00);
    EXPECT_EQ(get(IIR) & 0xc0, 0u);
}

TEST_F(UartTest, ShowsNothingOfFCRInIIRButWhetherTheFifosAreEnabled) {
    // Data sheet, "Interrupt Identification Register": bits 6 and 7 are set when FCR0 = 1, bits 4
    // and 5 never; the others say what interrupts.
    for (unsigned written = 0; written < 256; ++written) {
        set(FCR, written);
        EXPECT_EQ(get(IIR), (written & 1 ? 0xc0 : 0) | no_interrupt) << written;
    }
}

TEST_F(UartTest, InterruptsOnEnablingTheTransmitterInterrupt) {
    set(IER, transmitter_empty);
    EXPECT_TRUE(watched.high());
    EXPECT_EQ(get(IIR), is_transmitter);
}

TEST_F(UartTest, ClearsTheTransmitterInterruptOnReadingIIR) {
    set(IER, transmitter_empty);
    EXPECT_EQ(get(IIR), is_transmitter);
    EXPECT_FALSE(watched.high());
    EXPECT_EQ(get(IIR), no_interrupt);
}

TEST_F(UartTest, InterruptsAgainAfterEachByteSent) {
    set(IER, transmitter_empty);
    for (int count = 0; count < 3; ++count) {
        get(IIR);
        EXPECT_FALSE(watched.high());
        set(THR, 'x');
        EXPECT_TRUE(watched.high());
        EXPECT_EQ(get(IIR), is_transmitter);
    }
}

TEST_F(UartTest, InterruptsAgainWhenTheTransmitterInterruptIsEnabledAnew) {
    set(IER, transmitter_empty);
    get(IIR);
    set(IER, 0);
    set(IER, transmitter_empty);
    EXPECT_TRUE(watched.high());
}

TEST_F(UartTest, DoesNotInterruptWhenIERIsWrittenWithoutAChange) {
    set(IER, transmitter_empty);
    get(IIR);
    set(IER, transmitter_empty);
    EXPECT_FALSE(watched.high());
}

TEST_F(UartTest, DoesNotInterruptForBytesSentWhileThatIsDisabled) {
    set(THR, 'x');
    EXPECT_FALSE(watched.high());
    EXPECT_EQ(get(IIR), no_interrupt);
    set(IER, transmitter_empty);
    set(IER, 0);
    EXPECT_FALSE(watched.high());
}

TEST_F(UartTest, InterruptsForReceivedDataOnlyWhileItIsThere) {
    set(IER, received);
    EXPECT_FALSE(watched.high());
    type("ab");
    EXPECT_TRUE(watched.high());
    EXPECT_EQ(get(IIR), is_received);
    EXPECT_TRUE(watched.high()) << "IIR does not clear it";
    get(RBR);
    EXPECT_TRUE(watched.high());
    get(RBR);
    EXPECT_FALSE(watched.high());
    EXPECT_EQ(get(IIR), no_interrupt);
}

TEST_F(UartTest, DoesNotInterruptForReceivedDataWhileThatIsDisabled) {
    type("a");
    EXPECT_FALSE(watched.high());
    EXPECT_EQ(get(IIR), no_interrupt);
    set(IER, received);
    EXPECT_TRUE(watched.high());
    set(IER, 0);
    EXPECT_FALSE(watched.high());
}

TEST_F(UartTest, NamesReceivedDataBeforeTheEmptyTransmitterAndForgetsNeither) {
    // Data sheet, "Interrupt Control Functions": priorities second and third.
    type("a");
    set(IER, received | transmitter_empty);
    EXPECT_EQ(get(IIR), is_received);
    get(RBR);
    EXPECT_TRUE(watched.high());
    EXPECT_EQ(get(IIR), is_transmitter);
    EXPECT_FALSE(watched.high());
}

TEST_F(UartTest, NeverInterruptsForLineOrModemStatus) {
    set(IER, 0x0c);
    type("a");
    EXPECT_FALSE(watched.high());
    EXPECT_EQ(get(IIR), no_interrupt);
}

TEST_F(UartTest, NoticesDataThatSomebodyElseHasRead) {
    set(IER, received);
    type("a");
    EXPECT_TRUE(watched.high());
    fake::input.clear();
    uart.update();
    EXPECT_FALSE(watched.high());
}

TEST_F(UartTest, RefusesEveryWidthButOne) {
    type("a");
    for (const unsigned width : {2u, 4u, 8u}) {
        EXPECT_FALSE(uart.load(RBR, width));
        EXPECT_FALSE(uart.store(THR, width, 'x'));
    }
    EXPECT_EQ(fake::output, "");
    EXPECT_EQ(get(RBR), 'a');
}

TEST_F(UartTest, HasNothingBehindItsEightRegisters) {
    for (std::uint64_t offset = 8; offset < 0x100; ++offset) {
        EXPECT_FALSE(uart.load(offset, 1)) << offset;
        EXPECT_FALSE(uart.store(offset, 1, 0xff)) << offset;
    }
    EXPECT_EQ(fake::output, "");
}

TEST_F(UartTest, IgnoresStoresToTheStatusRegisters) {
    set(LSR, 0);
    set(MSR, 0);
    EXPECT_EQ(get(LSR), 0x60u);
    EXPECT_EQ(get(MSR), 0xb0u);
}
