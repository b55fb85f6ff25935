#include "bus.hpp"

#include <gtest/gtest.h>

namespace {

/// A device without registers.
class Nothing final : public MmioDevice {
public:
    std::optional<std::uint64_t> load(std::uint64_t, unsigned) override {
        return std::nullopt;
    }

    StoreResult store(std::uint64_t, unsigned, std::uint64_t) override {
        return StoreResult::refused;
    }
};

/// What is found at `address` is `device`, `offset` bytes behind its start.
void expect_found(const Bus& bus, GuestPhysical address, unsigned width, const MmioDevice& device,
                  std::uint64_t offset) {
    const Bus::Mapping* found = bus.find(address, width);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->device, &device);
    EXPECT_EQ(address - found->range.start, offset);
}

constexpr GuestPhysical start = {0x1000'0000};

} // namespace

TEST(Bus, HasNothingAnywhereAtFirst) {
    const Bus bus;
    for (const std::uint64_t address : {0ull, 0x1000'0000ull, ~0ull}) {
        for (const unsigned width : {1u, 2u, 4u, 8u}) {
            EXPECT_EQ(bus.find({address}, width), nullptr);
        }
    }
}

TEST(Bus, FindsTheDeviceByAddress) {
    Bus bus;
    Nothing low, middle, high;
    bus.mappings[0] = {{start, 0x1000}, &low};
    bus.mappings[1] = {{start + 0x1000, 0x1000}, &middle}; // right behind it
    bus.mappings[2] = {{{0x8000'0000}, 0x100}, &high};
    expect_found(bus, start, 4, low, 0);
    expect_found(bus, start + 0x40, 2, low, 0x40);
    expect_found(bus, start + 0xfff, 1, low, 0xfff);
    expect_found(bus, start + 0x1000, 1, middle, 0);
    expect_found(bus, {0x8000'00f8}, 8, high, 0xf8);
    expect_found(bus, {0x8000'00ff}, 1, high, 0xff);
}

TEST(Bus, FindsNoDeviceBesideOrAcrossItsRange) {
    Bus bus;
    Nothing device;
    bus.mappings[1] = {{start, 0x100}, &device};
    EXPECT_EQ(bus.find({start.value - 1}, 1), nullptr);
    EXPECT_EQ(bus.find(start + 0x100, 1), nullptr);
    EXPECT_EQ(bus.find(start + 0xfc, 8), nullptr);
    EXPECT_EQ(bus.find({start.value - 4}, 8), nullptr);
    EXPECT_EQ(bus.find(start + 0xff, 2), nullptr);
}
