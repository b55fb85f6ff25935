#include "bus.hpp"

#include "fake.hpp"

#include <gtest/gtest.h>

namespace {

/// A device that remembers how it was accessed.
class Recorder final : public MmioDevice {
public:
    std::optional<std::uint64_t> load(std::uint64_t at, unsigned bytes) override {
        ++accesses;
        offset = at;
        width = bytes;
        return answer;
    }

    StoreResult store(std::uint64_t at, unsigned bytes, std::uint64_t stored) override {
        ++accesses;
        offset = at;
        width = bytes;
        value = stored;
        return result;
    }

    unsigned accesses = 0;
    std::uint64_t offset = 0;
    unsigned width = 0;
    std::uint64_t value = 0;
    std::optional<std::uint64_t> answer = 0;
    StoreResult result = StoreResult::done;
};

constexpr GuestPhysical start = {0x1000'0000};

} // namespace

TEST(Bus, HasNothingAnywhereAtFirst) {
    const Bus bus;
    for (const std::uint64_t address : {0ull, 0x1000'0000ull, ~0ull}) {
        for (const unsigned width : {1u, 2u, 4u, 8u}) {
            EXPECT_FALSE(bus.load({address}, width));
            EXPECT_EQ(bus.store({address}, width, 0), StoreResult::refused);
        }
    }
}

TEST(Bus, TellsTheDeviceOffsetWidthAndValue) {
    Bus bus;
    Recorder device;
    bus.attach({start, 0x100}, device);
    device.answer = 0x1234;
    EXPECT_EQ(bus.load(start + 0x40, 2), 0x1234u);
    EXPECT_EQ(device.offset, 0x40u);
    EXPECT_EQ(device.width, 2u);
    EXPECT_EQ(bus.store(start + 0xf8, 8, ~0ull), StoreResult::done);
    EXPECT_EQ(device.offset, 0xf8u);
    EXPECT_EQ(device.width, 8u);
    EXPECT_EQ(device.value, ~0ull);
}

TEST(Bus, PassesOnWhatTheDeviceAnswers) {
    Bus bus;
    Recorder device;
    bus.attach({start, 0x100}, device);
    device.answer = std::nullopt;
    EXPECT_FALSE(bus.load(start, 4));
    for (const StoreResult result : {StoreResult::again, StoreResult::refused, StoreResult::done}) {
        device.result = result;
        EXPECT_EQ(bus.store(start, 4, 0), result);
    }
}

TEST(Bus, ChoosesTheDeviceByAddress) {
    Bus bus;
    Recorder low, middle, high;
    bus.attach({start, 0x1000}, low);
    bus.attach({start + 0x1000, 0x1000}, middle); // right behind it
    bus.attach({{0x8000'0000}, 0x100}, high);
    bus.load(start + 0xfff, 1);
    EXPECT_EQ(low.accesses, 1u);
    bus.load(start + 0x1000, 1);
    EXPECT_EQ(middle.accesses, 1u);
    EXPECT_EQ(middle.offset, 0u);
    bus.store({0x8000'00ff}, 1, 0);
    EXPECT_EQ(high.accesses, 1u);
    EXPECT_EQ(low.accesses + middle.accesses, 2u);
}

TEST(Bus, ReachesNoDeviceBesideOrAcrossItsRange) {
    Bus bus;
    Recorder device;
    bus.attach({start, 0x100}, device);
    EXPECT_FALSE(bus.load({start.value - 1}, 1));
    EXPECT_FALSE(bus.load(start + 0x100, 1));
    EXPECT_FALSE(bus.load(start + 0xfc, 8));
    EXPECT_FALSE(bus.load({start.value - 4}, 8));
    EXPECT_EQ(bus.store(start + 0xff, 2, 0), StoreResult::refused);
    EXPECT_EQ(device.accesses, 0u);
}

TEST(Bus, PanicsOnADeviceTooMany) {
    Bus bus;
    Recorder device;
    EXPECT_THROW(
        {
            for (std::uint64_t count = 0; count < 100; ++count) {
                bus.attach({start + count * 0x1000, 0x1000}, device);
            }
        },
        fake::MachineEnded);
    EXPECT_TRUE(bus.load(start, 4)); // those before still answer
}
