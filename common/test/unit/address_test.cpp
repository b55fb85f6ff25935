#include "address.hpp"

#include <gtest/gtest.h>
#include <type_traits>

namespace {

constexpr std::uint64_t top = ~0ull;

} // namespace

TEST(Address, DoesNotConvertIntoAnotherSpace) {
    EXPECT_FALSE((std::is_convertible_v<GuestPhysical, HostPhysical>));
    EXPECT_FALSE((std::is_convertible_v<GuestVirtual, GuestPhysical>));
    EXPECT_FALSE((std::is_constructible_v<HostPhysical, GuestPhysical>));
    EXPECT_FALSE((std::is_convertible_v<GuestPhysical, std::uint64_t>));
}

TEST(Address, IsRoundedToAMultipleOfTheAlignment) {
    EXPECT_EQ(GuestPhysical{0x1000}.align_up(0x1000), GuestPhysical{0x1000});
    EXPECT_EQ(GuestPhysical{0x1001}.align_up(0x1000), GuestPhysical{0x2000});
    EXPECT_EQ(GuestPhysical{0x1fff}.align_down(0x1000), GuestPhysical{0x1000});
    EXPECT_EQ(GuestPhysical{0x2000}.align_down(0x1000), GuestPhysical{0x2000});
}

TEST(Address, CountsModuloTwoToThe64) {
    EXPECT_EQ(GuestPhysical{top} + 2, GuestPhysical{1});
    EXPECT_EQ(GuestPhysical{1} - GuestPhysical{top}, 2u);
}

TEST(Range, ContainsWhatLiesWhollyInside) {
    constexpr GuestRange range = {{0x8000'0000}, 0x1000};
    EXPECT_TRUE(range.contains({0x8000'0000}, 0x1000));
    EXPECT_TRUE(range.contains({0x8000'0fff}, 1));
    EXPECT_TRUE(range.contains({0x8000'0ff8}, 8));
    EXPECT_FALSE(range.contains({0x8000'0000}, 0x1001));
    EXPECT_FALSE(range.contains({0x8000'0fff}, 2));
    EXPECT_FALSE(range.contains({0x8000'1000}, 1));
    EXPECT_FALSE(range.contains({0x7fff'ffff}, 1));
    EXPECT_FALSE(range.contains({0x7fff'ffff}, 2));
    EXPECT_EQ(range.end(), GuestPhysical{0x8000'1000});
}

TEST(Range, ContainsNoLengthThatWrapsAround) {
    constexpr GuestRange range = {{0x8000'0000}, 0x1000};
    EXPECT_FALSE(range.contains({0x8000'0800}, top));
    EXPECT_FALSE(range.contains({0x8000'0800}, top - 0x7ff));
    EXPECT_FALSE(range.contains({0x8000'0800}, top - 0x8000'0800 + 1));
    EXPECT_FALSE(range.contains({top}, 2));
    EXPECT_FALSE(range.contains({0}, top));
}

TEST(Range, OfNoSizeContainsNoByte) {
    constexpr GuestRange range = {{0x8000'0000}, 0};
    EXPECT_FALSE(range.contains({0x8000'0000}, 1));
    EXPECT_FALSE(range.contains({0}, 1));
}
