#include "bus.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace {

/// A device without registers.
class Nothing final : public MmioDevice {
public:
    std::optional<std::uint64_t> load(std::uint64_t, unsigned) override {
        return std::nullopt;
    }

    bool store(std::uint64_t, unsigned, std::uint64_t) override {
        return false;
    }
};

/// What is found at `address` is `device`, `offset` bytes behind its start.
void expect_found(std::span<const Mapping> bus, GuestPhysical address, unsigned width,
                  const MmioDevice& device, std::uint64_t offset) {
    const Mapping* found = find_device(bus, address, width);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(&found->device, &device);
    EXPECT_EQ(address - found->range.start, offset);
}

constexpr GuestPhysical start = {0x1000'0000};

} // namespace

TEST(Bus, HasNothingAnywhereWithoutDevices) {
    for (const std::uint64_t address : {0ull, 0x1000'0000ull, ~0ull}) {
        for (const unsigned width : {1u, 2u, 4u, 8u}) {
            EXPECT_EQ(find_device({}, {address}, width), nullptr);
        }
    }
}

TEST(Bus, FindsTheDeviceByAddress) {
    Nothing low, middle, high;
    const Mapping bus[] = {
        {{{0x8000'0000}, 0x100}, high},
        {{start, 0x1000}, low},
        {{start + 0x1000, 0x1000}, middle}, // right behind it
    };
    expect_found(bus, start, 4, low, 0);
    expect_found(bus, start + 0x40, 2, low, 0x40);
    expect_found(bus, start + 0xfff, 1, low, 0xfff);
    expect_found(bus, start + 0x1000, 1, middle, 0);
    expect_found(bus, {0x8000'00f8}, 8, high, 0xf8);
    expect_found(bus, {0x8000'00ff}, 1, high, 0xff);
}

TEST(Bus, FindsAnyNumberOfDevices) {
    std::vector<Nothing> devices(40);
    std::vector<Mapping> bus;
    for (Nothing& device : devices) {
        bus.push_back({{start + 0x100 * bus.size(), 0x100}, device});
    }
    for (std::size_t number = 0; number < devices.size(); ++number) {
        expect_found(bus, start + (0x100 * number + 8), 8, devices[number], 8);
    }
}

TEST(Bus, FindsNoDeviceBesideOrAcrossItsRange) {
    Nothing device;
    const Mapping bus[] = {{{start, 0x100}, device}};
    EXPECT_EQ(find_device(bus, {start.value - 1}, 1), nullptr);
    EXPECT_EQ(find_device(bus, start + 0x100, 1), nullptr);
    EXPECT_EQ(find_device(bus, start + 0xfc, 8), nullptr);
    EXPECT_EQ(find_device(bus, {start.value - 4}, 8), nullptr);
    EXPECT_EQ(find_device(bus, start + 0xff, 2), nullptr);
}
