#include "plic.hpp"

#include <gtest/gtest.h>

namespace {

// The memory map of the PLIC (PLIC spec, chapter 3), for context 1.
constexpr std::uint64_t pending = 0x1000;
constexpr std::uint64_t enable = 0x2000 + 0x80;
constexpr std::uint64_t threshold = 0x20'1000;
constexpr std::uint64_t claim = 0x20'1004;

class PlicTest : public testing::Test {
protected:
    std::uint64_t get(std::uint64_t offset) {
        const auto value = plic.load(offset, 4);
        EXPECT_TRUE(value) << offset;
        return value.value_or(~0ull);
    }

    void set(std::uint64_t offset, std::uint64_t value) {
        EXPECT_TRUE(plic.store(offset, 4, value)) << offset;
    }

    /// A source that interrupts as soon as its line is high.
    void listen(unsigned source, std::uint64_t priority = 1) {
        set(4 * source, priority);
        set(enable, get(enable) | 1ull << source);
    }

    Plic plic;
};

} // namespace

TEST_F(PlicTest, IsQuietAtFirst) {
    EXPECT_FALSE(plic.interrupting());
    EXPECT_EQ(get(pending), 0u);
    EXPECT_EQ(get(claim), 0u);
}

TEST_F(PlicTest, ShowsAHighLineAsPendingAndNothingElse) {
    for (unsigned source = 1; source < 32; ++source) {
        Plic fresh;
        fresh.set_line(source, true);
        EXPECT_EQ(fresh.load(pending, 4), 1ull << source);
        EXPECT_FALSE(fresh.interrupting()); // neither enabled nor with a priority
    }
}

TEST_F(PlicTest, InterruptsForEverySourceThatIsEnabledWithAPriority) {
    for (unsigned source = 1; source < 32; ++source) {
        Plic fresh;
        fresh.set_line(source, true);
        fresh.store(4 * source, 4, 1);
        EXPECT_FALSE(fresh.interrupting()) << source;
        fresh.store(enable, 4, 1ull << source);
        EXPECT_TRUE(fresh.interrupting()) << source;
        EXPECT_EQ(fresh.load(claim, 4), source);
    }
}

TEST_F(PlicTest, NeverInterruptsForPriorityZero) {
    listen(5, 0);
    plic.set_line(5, true);
    EXPECT_FALSE(plic.interrupting());
}

TEST_F(PlicTest, InterruptsForPrioritiesAboveTheThresholdOnly) {
    for (unsigned limit = 0; limit < 8; ++limit) {
        for (unsigned priority = 0; priority < 8; ++priority) {
            Plic fresh;
            fresh.store(4 * 9, 4, priority);
            fresh.store(enable, 4, 1 << 9);
            fresh.store(threshold, 4, limit);
            fresh.set_line(9, true);
            EXPECT_EQ(fresh.interrupting(), priority > limit) << priority << " over " << limit;
        }
    }
}

TEST_F(PlicTest, ClaimsTheHighestPriorityFirst) {
    listen(3, 2);
    listen(7, 6);
    listen(20, 4);
    for (const unsigned source : {3u, 7u, 20u}) {
        plic.set_line(source, true);
    }
    EXPECT_EQ(get(claim), 7u);
    EXPECT_EQ(get(claim), 20u);
    EXPECT_EQ(get(claim), 3u);
    EXPECT_EQ(get(claim), 0u);
}

TEST_F(PlicTest, BreaksTiesInFavourOfTheSmallestNumber) {
    for (unsigned source = 31; source > 0; --source) {
        listen(source, 3);
        plic.set_line(source, true);
    }
    for (unsigned source = 1; source < 32; ++source) {
        EXPECT_EQ(get(claim), source);
    }
    EXPECT_EQ(get(claim), 0u);
}

TEST_F(PlicTest, ClearsPendingOnClaimAndInterruptsNoMoreForThatSource) {
    listen(10);
    plic.set_line(10, true);
    EXPECT_EQ(get(claim), 10u);
    EXPECT_EQ(get(pending), 0u);
    EXPECT_FALSE(plic.interrupting());
    EXPECT_EQ(get(claim), 0u);
}

TEST_F(PlicTest, ForwardsNothingMoreFromASourceBetweenClaimAndCompletion) {
    listen(10);
    plic.set_line(10, true);
    EXPECT_EQ(get(claim), 10u);
    plic.set_line(10, false);
    plic.set_line(10, true);
    EXPECT_FALSE(plic.interrupting());
    EXPECT_EQ(get(pending), 0u);
}

TEST_F(PlicTest, InterruptsAgainAfterCompletionWhileTheLineIsHigh) {
    listen(10);
    plic.set_line(10, true);
    EXPECT_EQ(get(claim), 10u);
    set(claim, 10);
    EXPECT_TRUE(plic.interrupting());
    EXPECT_EQ(get(pending), 1u << 10);
    EXPECT_EQ(get(claim), 10u);
}

TEST_F(PlicTest, IsQuietAfterCompletionOnceTheLineIsLow) {
    listen(10);
    plic.set_line(10, true);
    EXPECT_EQ(get(claim), 10u);
    plic.set_line(10, false);
    set(claim, 10);
    EXPECT_FALSE(plic.interrupting());
    EXPECT_EQ(get(pending), 0u);
    plic.set_line(10, true);
    EXPECT_EQ(get(claim), 10u);
}

TEST_F(PlicTest, CompletesOneSourceAndNotAnother) {
    listen(4);
    listen(5);
    plic.set_line(4, true);
    plic.set_line(5, true);
    EXPECT_EQ(get(claim), 4u);
    EXPECT_EQ(get(claim), 5u);
    set(claim, 5);
    EXPECT_EQ(get(claim), 5u);
    EXPECT_EQ(get(claim), 0u);
}

TEST_F(PlicTest, IgnoresTheCompletionOfASourceThatIsNotEnabled) {
    // "Interrupt Completion": it is silently ignored.
    listen(10);
    plic.set_line(10, true);
    EXPECT_EQ(get(claim), 10u);
    set(enable, 0);
    set(claim, 10);
    set(enable, 1 << 10);
    EXPECT_FALSE(plic.interrupting());
    set(claim, 10);
    EXPECT_TRUE(plic.interrupting());
}

TEST_F(PlicTest, IgnoresTheCompletionOfASourceThatDoesNotExist) {
    listen(10);
    plic.set_line(10, true);
    EXPECT_EQ(get(claim), 10u);
    for (const std::uint64_t source : {0ull, 32ull, 42ull, 1023ull, 0xffff'ffffull}) {
        set(claim, source); // 42 is 10 modulo 32
        EXPECT_FALSE(plic.interrupting()) << source;
    }
}

TEST_F(PlicTest, AcceptsACompletionWithoutAClaim) {
    listen(10);
    set(claim, 10);
    plic.set_line(10, true);
    EXPECT_TRUE(plic.interrupting());
}

TEST_F(PlicTest, ClaimsWithoutRegardToTheThreshold) {
    // "Interrupt Claim Process": the claim operation is not affected by the setting of the
    // priority threshold register; a hart may set it to the maximum and poll.
    listen(10, 1);
    set(threshold, 7);
    plic.set_line(10, true);
    EXPECT_FALSE(plic.interrupting());
    EXPECT_EQ(get(claim), 10u);
}

TEST_F(PlicTest, TakesARequestBackWhenTheLineFallsBeforeTheClaim) {
    // As QEMU's PLIC does; by "Interrupt Gateways" the request would remain (plic.hpp says so).
    listen(10);
    plic.set_line(10, true);
    plic.set_line(10, false);
    EXPECT_EQ(get(pending), 0u);
    EXPECT_EQ(get(claim), 0u);
}

TEST_F(PlicTest, HidesADisabledSourceFromClaims) {
    set(4 * 10, 1);
    plic.set_line(10, true);
    EXPECT_EQ(get(claim), 0u);
    EXPECT_EQ(get(pending), 1u << 10);
}

TEST_F(PlicTest, HasNoSourceZero) {
    set(enable, 0xffff'ffff);
    EXPECT_EQ(get(enable), 0xffff'fffeu); // bit 0 is hardwired to zero
    set(0, 7);
    EXPECT_FALSE(plic.interrupting());
    EXPECT_EQ(get(claim), 0u);
    EXPECT_EQ(get(pending) & 1, 0u);
}

TEST_F(PlicTest, KeepsTheThreeBitsOfPrioritiesAndThreshold) {
    for (unsigned source = 1; source < 32; ++source) {
        set(4 * source, 0xffff'fff8 | source % 8);
        EXPECT_EQ(get(4 * source), source % 8);
    }
    set(threshold, 0xffff'fffd);
    EXPECT_EQ(get(threshold), 5u);
}

TEST_F(PlicTest, IgnoresStoresToThePendingBits) {
    set(pending, 1 << 10);
    EXPECT_EQ(get(pending), 0u);
    plic.set_line(10, true);
    set(pending, 0);
    EXPECT_EQ(get(pending), 1u << 10);
}

TEST_F(PlicTest, UsesTheLowWordOfAStoredValueOnly) {
    set(enable, 0xffff'ffff'0000'0400);
    EXPECT_EQ(get(enable), 0x400u);
}

TEST_F(PlicTest, RefusesEveryWidthButFour) {
    for (const unsigned width : {1u, 2u, 8u}) {
        for (const std::uint64_t offset : {std::uint64_t{40}, pending, enable, threshold, claim}) {
            EXPECT_FALSE(plic.load(offset, width));
            EXPECT_FALSE(plic.store(offset, width, 1));
        }
    }
    EXPECT_EQ(get(40), 0u);
    EXPECT_EQ(get(enable), 0u);
}

TEST_F(PlicTest, DoesNotClaimOnALoadOfAnotherWidth) {
    listen(10);
    plic.set_line(10, true);
    EXPECT_FALSE(plic.load(claim, 1));
    EXPECT_EQ(get(claim), 10u);
}

TEST_F(PlicTest, ReadsZeroFromWhatItDoesNotHaveAndIgnoresStoresThere) {
    listen(10);
    // Sources from 32 on, the context of M-mode, further contexts, and the end of the map.
    for (const std::uint64_t offset :
         {0x80ull, 0xffcull, 0x1004ull, 0x107cull, 0x2000ull, 0x2084ull, 0x2100ull, 0x20'0000ull,
          0x20'0004ull, 0x20'1008ull, 0x20'2000ull, 0x20'2004ull, 0x5f'fffcull}) {
        set(offset, 0xffff'ffff);
        EXPECT_EQ(get(offset), 0u) << offset;
    }
    EXPECT_EQ(get(enable), 1u << 10);
    EXPECT_EQ(get(threshold), 0u);
    plic.set_line(10, true);
    EXPECT_EQ(get(claim), 10u);
}

TEST_F(PlicTest, IsReachedThroughALineOfADevice) {
    InterruptLine line{plic, 10};
    listen(10);
    line.set(true);
    EXPECT_TRUE(plic.interrupting());
}
