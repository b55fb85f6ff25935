#include "virtio_mmio.hpp"

#include "driver.hpp"

#include <algorithm>

namespace {

constexpr std::uint64_t VERSION_1 = 1ull << 32;
constexpr std::uint64_t SEG_MAX = 1 << 2, RO = 1 << 5, F_FLUSH = 1 << 9;

class VirtioMmioTest : public testing::Test, protected Driver {
protected:
    static constexpr std::size_t sectors_of_disk = 0x1234;

    VirtioMmioTest() : Driver(sectors_of_disk) {}

    /// A request that finds the queue where it was set up; whether it was executed.
    bool serves() {
        const std::uint16_t before = used_index();
        offer_request(0, 0, IN, 1, data, 512);
        notify();
        return used_index() != before && status() == S_OK;
    }
};

} // namespace

// 4.2.2: registers

TEST_F(VirtioMmioTest, IdentifiesItselfAsABlockDeviceOfVersion2) {
    EXPECT_EQ(get(MagicValue), 0x74726976u);
    EXPECT_EQ(get(Version), 2u);
    EXPECT_EQ(get(DeviceID), 2u);
    EXPECT_NE(get(VendorID), 0u);
}

TEST_F(VirtioMmioTest, RefusesRegisterAccessesThatAreNot32BitsWide) {
    for (std::uint64_t offset = 0; offset < Config; offset += 8) {
        for (const unsigned width : {1u, 2u, 8u}) {
            EXPECT_FALSE(device.load(offset, width));
            EXPECT_FALSE(device.store(offset, width, 1));
        }
    }
    EXPECT_EQ(get(Status), 0u);
}

TEST_F(VirtioMmioTest, ReadsZeroFromRegistersThatCanOnlyBeWritten) {
    start();
    for (const Register offset : {DeviceFeaturesSel, DriverFeatures, DriverFeaturesSel, QueueSel,
                                  QueueNum, QueueNotify, InterruptACK, QueueDescLow}) {
        EXPECT_EQ(get(offset), 0u) << offset;
    }
}

TEST_F(VirtioMmioTest, IgnoresStoresToReadOnlyRegisters) {
    for (const Register offset : {MagicValue, Version, DeviceID, VendorID, DeviceFeatures,
                                  QueueNumMax, InterruptStatus, ConfigGeneration}) {
        const std::uint32_t before = get(offset);
        set(offset, ~before);
        EXPECT_EQ(get(offset), before) << offset;
    }
    EXPECT_FALSE(line.high());
}

TEST_F(VirtioMmioTest, SaysThatSharedMemoryRegionsDoNotExist) {
    // A region that does not exist has the length -1 and the base 0xffffffffffffffff.
    for (const std::uint32_t region : {0u, 1u, 255u}) {
        set(SHMSel, region);
        for (const Register offset : {SHMLenLow, SHMLenHigh, SHMBaseLow, SHMBaseHigh}) {
            EXPECT_EQ(get(offset), 0xffff'ffffu) << offset;
        }
    }
}

// 2.2 and 4.2.2: features

TEST_F(VirtioMmioTest, OffersItsFeaturesInTwoHalvesAndNothingAboveThem) {
    EXPECT_EQ(features(), VERSION_1 | SEG_MAX | F_FLUSH);
    for (const std::uint32_t half : {2u, 3u, 32u, 0x8000'0000u, 0xffff'ffffu}) {
        set(DeviceFeaturesSel, half);
        EXPECT_EQ(get(DeviceFeatures), 0u) << half;
    }
}

TEST_F(VirtioMmioTest, OffersReadOnlyForAReadOnlyDisk) {
    Driver read_only(1, true);
    EXPECT_EQ(read_only.features(), VERSION_1 | SEG_MAX | RO | F_FLUSH);
}

TEST_F(VirtioMmioTest, AcceptsEverySubsetOfWhatItOffers) {
    for (const std::uint64_t subset : {VERSION_1, VERSION_1 | F_FLUSH, features()}) {
        set(Status, 0);
        accept(subset);
        set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
        EXPECT_TRUE(get(Status) & FEATURES_OK) << subset;
    }
}

TEST_F(VirtioMmioTest, DoesNotSetFeaturesOkForAFeatureThatItDidNotOffer) {
    for (unsigned bit = 0; bit < 64; ++bit) {
        if (features() >> bit & 1) {
            continue;
        }
        set(Status, 0);
        accept(VERSION_1 | 1ull << bit);
        set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
        EXPECT_EQ(get(Status), ACKNOWLEDGE | DRIVER) << bit;
    }
}

TEST_F(VirtioMmioTest, SetsFeaturesOkOnceTheDriverHasThoughtBetter) {
    accept(VERSION_1 | 1ull << 40);
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    EXPECT_FALSE(get(Status) & FEATURES_OK);
    accept(VERSION_1);
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    EXPECT_TRUE(get(Status) & FEATURES_OK);
}

TEST_F(VirtioMmioTest, DoesNotTakeOneHalfOfTheFeaturesForTheOther) {
    set(DriverFeaturesSel, 1);
    set(DriverFeatures, 1);
    set(DriverFeaturesSel, 0);
    set(DriverFeatures, F_FLUSH);
    set(DriverFeaturesSel, 7); // no such half
    set(DriverFeatures, 0);
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    EXPECT_TRUE(get(Status) & FEATURES_OK);
}

TEST_F(VirtioMmioTest, ServesADriverThatNeverAcceptsVersion1) {
    set(Status, ACKNOWLEDGE | DRIVER);
    accept(0);
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    set_up_queue(8);
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    EXPECT_TRUE(serves());
}

// 2.1, 3.1.1: status

TEST_F(VirtioMmioTest, ShowsTheStatusThatTheDriverWrote) {
    EXPECT_EQ(get(Status), 0u);
    std::uint32_t status = 0;
    for (const std::uint32_t bit : {ACKNOWLEDGE, DRIVER, FEATURES_OK, DRIVER_OK, FAILED}) {
        status |= bit;
        set(Status, status);
        EXPECT_EQ(get(Status), status);
    }
}

TEST_F(VirtioMmioTest, DoesNotLetTheDriverSetOrClearNeedsReset) {
    set(Status, ACKNOWLEDGE | NEEDS_RESET);
    EXPECT_EQ(get(Status), ACKNOWLEDGE);
    start();
    offer(500); // no such descriptor
    notify();
    EXPECT_TRUE(needs_reset());
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    EXPECT_TRUE(needs_reset());
}

TEST_F(VirtioMmioTest, ForgetsEverythingOnReset) {
    start();
    EXPECT_TRUE(serves());
    EXPECT_TRUE(line.high());
    set(Status, 0);
    EXPECT_EQ(get(Status), 0u);
    EXPECT_EQ(get(InterruptStatus), 0u);
    EXPECT_EQ(get(QueueReady), 0u);
    EXPECT_FALSE(line.high());
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    EXPECT_FALSE(serves()) << "the queue is gone";
}

TEST_F(VirtioMmioTest, ForgetsWhereTheQueueLayOnReset) {
    start();
    set(Status, 0);
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    set(QueueReady, 1);
    EXPECT_FALSE(serves());
}

TEST_F(VirtioMmioTest, ForgetsTheAcceptedFeaturesOnReset) {
    accept(VERSION_1 | 1ull << 40);
    set(Status, 0);
    set(Status, FEATURES_OK);
    EXPECT_TRUE(get(Status) & FEATURES_OK);
}

TEST_F(VirtioMmioTest, WorksAgainAfterResetFromTheStartOfTheRings) {
    for (int round = 0; round < 3; ++round) {
        start();
        ram.put(used_ring + 2, std::uint16_t{0});
        EXPECT_TRUE(serves());
        EXPECT_TRUE(serves());
        EXPECT_EQ(used_index(), 2u);
    }
}

TEST_F(VirtioMmioTest, RecoversFromNeedsResetByReset) {
    start();
    offer(500);
    notify();
    EXPECT_TRUE(needs_reset());
    ram.put(used_ring + 2, std::uint16_t{0});
    start();
    EXPECT_FALSE(needs_reset());
    EXPECT_TRUE(serves());
}

TEST_F(VirtioMmioTest, ConsumesNoBuffersBeforeDriverOk) {
    set(Status, ACKNOWLEDGE | DRIVER);
    accept(features());
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    set_up_queue(8);
    EXPECT_FALSE(serves());
    EXPECT_FALSE(line.high());
    EXPECT_FALSE(needs_reset());
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    notify();
    EXPECT_EQ(used_index(), 1u);
}

// 2.1.2: DEVICE_NEEDS_RESET

TEST_F(VirtioMmioTest, SendsAConfigurationChangeWhenItNeedsReset) {
    start();
    offer(500);
    notify();
    EXPECT_TRUE(needs_reset());
    EXPECT_EQ(get(InterruptStatus), configuration_change);
    EXPECT_TRUE(line.high());
}

TEST_F(VirtioMmioTest, SendsNoNotificationBeforeDriverOkWhenItNeedsReset) {
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    set_up_queue(3);
    EXPECT_TRUE(needs_reset());
    EXPECT_EQ(get(InterruptStatus), 0u);
    EXPECT_FALSE(line.high());
}

TEST_F(VirtioMmioTest, TouchesNothingWhileItNeedsReset) {
    start();
    offer(500);
    notify();
    set_available(0);
    const std::vector<std::byte> before(ram.all().begin(), ram.all().end());
    notify();
    EXPECT_TRUE(std::ranges::equal(before, ram.all()));
    EXPECT_FALSE(serves());
}

// 4.2.2 and 4.2.3.2: the queue

TEST_F(VirtioMmioTest, HasOneQueueOf128) {
    set(QueueSel, 0);
    EXPECT_EQ(get(QueueNumMax), 128u);
    for (const std::uint32_t queue : {1u, 2u, 0xffffu, 0x1'0000u, 0xffff'ffffu}) {
        set(QueueSel, queue);
        EXPECT_EQ(get(QueueNumMax), 0u) << queue; // not available
        EXPECT_EQ(get(QueueReady), 0u) << queue;
    }
}

TEST_F(VirtioMmioTest, SaysWhetherTheQueueIsReady) {
    EXPECT_EQ(get(QueueReady), 0u);
    set_up_queue(16);
    EXPECT_EQ(get(QueueReady), 1u);
    set(QueueSel, 1);
    EXPECT_EQ(get(QueueReady), 0u);
    set(QueueSel, 0);
    set(QueueReady, 0);
    EXPECT_EQ(get(QueueReady), 0u);
}

TEST_F(VirtioMmioTest, GivesBackTheLastValueWrittenToQueueReady) {
    // "Reading from this register returns the last value written to it": whether the queue works
    // as the driver wanted it, Status says.
    set_up_queue(3); // no power of two
    EXPECT_EQ(get(QueueReady), 1u);
    EXPECT_TRUE(needs_reset());
    set(QueueReady, 0);
    EXPECT_EQ(get(QueueReady), 0u);
    set(Status, 0);
    set_up_queue(8);
    set(QueueReady, 2);
    EXPECT_EQ(get(QueueReady), 2u);
    set(Status, 0);
    EXPECT_EQ(get(QueueReady), 0u);
}

TEST_F(VirtioMmioTest, ServesNoQueueThatCannotBeUsed) {
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    set_up_queue(8, descriptors + 1);
    EXPECT_EQ(get(QueueReady), 1u);
    EXPECT_TRUE(needs_reset());
    EXPECT_EQ(get(InterruptStatus), configuration_change);
    EXPECT_FALSE(serves());
}

TEST_F(VirtioMmioTest, DoesNotStartAQueueThatDoesNotExist) {
    start();
    set(QueueSel, 1);
    set(QueueReady, 1);
    EXPECT_EQ(get(QueueReady), 0u);
    EXPECT_FALSE(needs_reset());
    set(QueueReady, 0);
    set(QueueSel, 0);
    EXPECT_EQ(get(QueueReady), 1u);
}

TEST_F(VirtioMmioTest, KeepsTheSettingsOfAnotherQueueAwayFromQueueZero) {
    // "This applies to the queue selected by writing to QueueSel."
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    set_up_queue(8);
    set(QueueReady, 0);
    set(QueueSel, 1);
    set(QueueNum, 3);
    set_address(QueueDescLow, {1});
    set(QueueSel, 0);
    set(QueueReady, 1);
    EXPECT_EQ(get(QueueReady), 1u);
    EXPECT_FALSE(needs_reset());
}

TEST_F(VirtioMmioTest, IgnoresANewPlaceForTheQueueWhileItIsReady) {
    start(8);
    set(QueueNum, 3);
    set_address(QueueDescLow, {0});
    set_address(QueueDriverLow, {0});
    set_address(QueueDeviceLow, {0});
    set(QueueReady, 1);
    EXPECT_TRUE(serves());
    EXPECT_FALSE(needs_reset());
}

TEST_F(VirtioMmioTest, UsesBothHalvesOfTheAddresses) {
    for (const std::uint64_t offset : {QueueDescLow, QueueDriverLow, QueueDeviceLow}) {
        Driver other(1);
        other.start(8);
        other.set(QueueReady, 0);
        other.set(offset + 4, 1);
        other.set(QueueReady, 1);
        EXPECT_TRUE(other.needs_reset()) << offset;
    }
}

TEST_F(VirtioMmioTest, DoesNothingWhenNotifiedBeforeTheQueueIsReady) {
    set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    notify();
    EXPECT_FALSE(needs_reset());
    EXPECT_FALSE(line.high());
}

TEST_F(VirtioMmioTest, DoesNotTouchTheQueueAfterItWasStopped) {
    start(8);
    set(QueueReady, 0);
    const std::uint16_t before = used_index();
    offer_request(0, 0, IN, 0, data, 512);
    notify();
    EXPECT_EQ(used_index(), before);
    EXPECT_FALSE(needs_reset());
}

TEST_F(VirtioMmioTest, StartsTheQueueAnewAtAnotherPlace) {
    start(8);
    EXPECT_TRUE(serves());
    set(QueueReady, 0);
    const GuestPhysical rings = Ram::base + 0x100000;
    set_up_queue(4, descriptors, rings, rings + 0x1000);
    ram.put(rings + 4, std::uint16_t{0}); // the chain that `serves` left
    ram.put(rings + 2, std::uint16_t{1});
    notify();
    EXPECT_EQ(ram.get<std::uint16_t>(rings + 0x1002), 1u);
}

// 4.2.2: interrupts

TEST_F(VirtioMmioTest, RaisesItsLineUntilAllEventsAreAcknowledged) {
    start();
    EXPECT_TRUE(serves());
    EXPECT_EQ(get(InterruptStatus), used_buffer);
    EXPECT_TRUE(line.high());
    EXPECT_EQ(get(InterruptStatus), used_buffer) << "reading does not acknowledge";
    offer(500);
    notify();
    EXPECT_EQ(get(InterruptStatus), used_buffer | configuration_change);
    set(InterruptACK, used_buffer);
    EXPECT_EQ(get(InterruptStatus), configuration_change);
    EXPECT_TRUE(line.high());
    set(InterruptACK, configuration_change);
    EXPECT_EQ(get(InterruptStatus), 0u);
    EXPECT_FALSE(line.high());
}

TEST_F(VirtioMmioTest, IgnoresAcknowledgementsOfWhatDidNotHappen) {
    start();
    EXPECT_TRUE(serves());
    set(InterruptACK, 0);
    set(InterruptACK, ~used_buffer);
    EXPECT_EQ(get(InterruptStatus), used_buffer);
    EXPECT_TRUE(line.high());
}

TEST_F(VirtioMmioTest, InterruptsAgainForTheNextRequest) {
    start();
    for (int count = 0; count < 3; ++count) {
        EXPECT_TRUE(serves());
        EXPECT_TRUE(line.high());
        set(InterruptACK, used_buffer);
        EXPECT_FALSE(line.high());
    }
}

TEST_F(VirtioMmioTest, DoesNotInterruptForANotificationWithoutRequests) {
    start();
    notify();
    EXPECT_EQ(get(InterruptStatus), 0u);
}

TEST_F(VirtioMmioTest, DoesNotInterruptADriverThatDoesNotWantIt) {
    // 2.7.7: VIRTQ_AVAIL_F_NO_INTERRUPT
    start();
    set_flags(1);
    EXPECT_TRUE(serves());
    EXPECT_EQ(get(InterruptStatus), 0u);
    EXPECT_FALSE(line.high());
    set_flags(0);
    EXPECT_TRUE(serves());
    EXPECT_TRUE(line.high());
}

TEST_F(VirtioMmioTest, InterruptsADriverThatSetsOtherFlags) {
    start();
    set_flags(0xfffe);
    EXPECT_TRUE(serves());
    EXPECT_TRUE(line.high());
}

// 2.5 and 5.2.4: configuration space

TEST_F(VirtioMmioTest, GivesCapacityAndLimitsInEveryWidth) {
    EXPECT_EQ(device.load(Config, 8), sectors_of_disk);
    EXPECT_EQ(device.load(Config, 4), sectors_of_disk);
    EXPECT_EQ(device.load(Config + 4, 4), 0u);
    EXPECT_EQ(device.load(Config, 2), 0x1234u);
    EXPECT_EQ(device.load(Config, 1), 0x34u);
    EXPECT_EQ(device.load(Config + 1, 1), 0x12u);
    EXPECT_EQ(device.load(Config + 12, 4), 126u); // seg_max: a queue less header and status
    EXPECT_EQ(device.load(Config + 12, 2), 126u);
    EXPECT_EQ(device.load(Config + 12, 1), 126u);
    EXPECT_EQ(device.load(Config + 8, 8), 126ull << 32);
}

TEST_F(VirtioMmioTest, GivesNothingOfWhatLiesBehindTheConfiguration) {
    std::uint64_t end = 0xf00;
    for (std::uint64_t offset = 16; offset < end; ++offset) {
        for (const unsigned width : {1u, 2u, 4u, 8u}) {
            EXPECT_EQ(device.load(Config + offset, width), 0u) << offset;
        }
    }
    for (std::uint64_t offset = 9; offset < 16; ++offset) { // across its end
        const std::uint64_t value = device.load(Config + offset, 8).value_or(1);
        EXPECT_EQ(value, 126ull << 32 >> 8 * (offset - 8)) << offset;
    }
}

TEST_F(VirtioMmioTest, IgnoresStoresToTheConfiguration) {
    for (const unsigned width : {1u, 2u, 4u, 8u}) {
        EXPECT_TRUE(device.store(Config, width, ~0ull));
        EXPECT_TRUE(device.store(Config + 0xef8, width, ~0ull));
    }
    EXPECT_EQ(device.load(Config, 8), sectors_of_disk);
}

TEST_F(VirtioMmioTest, NeverChangesItsConfigurationsGeneration) {
    const std::uint32_t before = get(ConfigGeneration);
    start();
    EXPECT_EQ(get(ConfigGeneration), before);
}
