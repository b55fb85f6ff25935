#include "guest_memory.hpp"

#include "ram.hpp"

#include <gtest/gtest.h>

namespace {

constexpr std::size_t size = 0x3000;

} // namespace

TEST(GuestMemory, GivesTheBytesThatTheGuestSeesAtAnAddress) {
    Ram ram{size};
    ram.all()[0x1234] = std::byte{0x5a};
    const auto span = ram.memory.span(Ram::base + 0x1234, 3);
    ASSERT_TRUE(span);
    EXPECT_EQ(span->size(), 3u);
    EXPECT_EQ(span->data(), ram.all().data() + 0x1234);
    EXPECT_EQ((*span)[0], std::byte{0x5a});
}

TEST(GuestMemory, SaysWhereItLiesForTheGuestAndOnTheHost) {
    Ram ram{size};
    EXPECT_EQ(ram.memory.range().start, Ram::base);
    EXPECT_EQ(ram.memory.range().size, size);
    EXPECT_EQ(ram.memory.host(), address_of(ram.all().data()));
}

TEST(GuestMemory, GivesAllOfItAndNotAByteMore) {
    Ram ram{size};
    EXPECT_TRUE(ram.memory.span(Ram::base, size));
    EXPECT_TRUE(ram.memory.span(Ram::base + (size - 1), 1));
    EXPECT_FALSE(ram.memory.span(Ram::base, size + 1));
    EXPECT_FALSE(ram.memory.span(Ram::base + (size - 1), 2));
    EXPECT_FALSE(ram.memory.span(Ram::base + size, 1));
    EXPECT_FALSE(ram.memory.span(Ram::base + ~0ull, 1));
    EXPECT_FALSE(ram.memory.span({0}, 1));
}

TEST(GuestMemory, GivesNothingForALengthThatWrapsAround) {
    Ram ram{size};
    EXPECT_FALSE(ram.memory.span(Ram::base + 1, ~0ull));
    EXPECT_FALSE(ram.memory.span(Ram::base + 1, 0ull - Ram::base.value));
    EXPECT_FALSE(ram.memory.span({~0ull}, 2));
    EXPECT_FALSE(ram.memory.span({~0ull - 0xfff}, 0x1000 + Ram::base.value));
}
