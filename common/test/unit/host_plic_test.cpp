#include "host_plic.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <utility>
#include <vector>

namespace {

/// The registers of a PLIC, as memory: it does not answer, but shows what is written where.
class HostPlicTest : public testing::Test {
protected:
    // The memory map of the PLIC (PLIC spec, "Memory Map").
    static constexpr std::uint64_t priorities = 0, enables = 0x2000, contexts = 0x20'0000;

    HostPlic plic(std::uint64_t context) const {
        return {address_of(registers.data()), context};
    }

    std::uint32_t& at(std::uint64_t offset) {
        return registers[offset / 4];
    }

    /// What the register at `offset` holds; it is untouched again from now on.
    std::uint32_t take(std::uint64_t offset) {
        return std::exchange(at(offset), untouched);
    }

    /// Nothing was written but what the test has taken.
    bool is_untouched() const {
        return std::ranges::all_of(registers, [](std::uint32_t word) {
            return word == untouched;
        });
    }

    static constexpr std::uint32_t untouched = 0xeeee'eeee;

    std::vector<std::uint32_t> registers = std::vector<std::uint32_t>(0x40'0000 / 4, untouched);
};

} // namespace

TEST_F(HostPlicTest, EnablesASourceForItsContextAlone) {
    for (const std::uint32_t context : {0u, 1u, 3u, 17u, 511u}) {
        for (const std::uint32_t source : {1u, 10u, 31u, 32u, 95u}) {
            const std::uint64_t bits = enables + 0x80 * context + source / 32 * 4;
            at(bits) = 0;
            plic(context).enable(source);
            EXPECT_EQ(take(bits), 1u << source % 32);
            EXPECT_EQ(take(priorities + 4 * source), 1u);     // 0 would be never
            EXPECT_EQ(take(contexts + 0x1000 * context), 0u); // each priority gets through
            EXPECT_TRUE(is_untouched()) << context << " " << source;
        }
    }
}

TEST_F(HostPlicTest, ClaimsAndCompletesAtItsContext) {
    for (const std::uint32_t context : {0u, 1u, 3u, 17u, 511u}) {
        const std::uint64_t claim = contexts + 0x1000 * context + 4;
        at(claim) = 10;
        EXPECT_EQ(plic(context).claim_complete(), 10u);
        EXPECT_EQ(at(claim), 10u); // reading is all it takes
        plic(context).claim_complete() = 7;
        EXPECT_EQ(take(claim), 7u);
        EXPECT_TRUE(is_untouched()) << context;
    }
}
