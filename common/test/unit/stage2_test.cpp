#include "stage2.hpp"

#include "fake.hpp"
#include "memory.hpp"
#include "walk.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <vector>

namespace {

constexpr GuestPhysical ram = {0x8000'0000};
constexpr HostPhysical host = {0x1'2340'0000};

/// Where the guest's access at `address` ends up.
std::optional<HostPhysical> translate(const Stage2& stage2, GuestPhysical address) {
    const Walk found = walk(stage2.hgatp(), address);
    EXPECT_EQ(found.mistake, nullptr) << found.mistake;
    return found.target;
}

/// The root table, as the hardware finds it: the low 44 bits of hgatp are its page number.
const std::uint64_t* root_of(const Stage2& stage2) {
    return to_pointer<const std::uint64_t>({(stage2.hgatp() & ((1ull << 44) - 1)) << 12});
}

} // namespace

TEST(Stage2, MapsNothingAtFirst) {
    const Stage2 stage2;
    for (const std::uint64_t address : {0ull, 0x1000'0000ull, 0x8000'0000ull, (1ull << 41) - 1}) {
        EXPECT_FALSE(translate(stage2, {address}));
    }
}

TEST(Stage2, MapsEveryPartOfARangeAndNoneOfItsNeighbours) {
    Stage2 stage2;
    const std::uint64_t size = 6 * MiB;
    stage2.map({ram, size}, host);
    for (std::uint64_t offset = 0; offset < size; offset += 4 * KiB + 1) {
        ASSERT_EQ(translate(stage2, ram + offset), host + offset);
    }
    EXPECT_EQ(translate(stage2, ram + (size - 1)), host + (size - 1));
    EXPECT_FALSE(translate(stage2, ram + size));
    EXPECT_FALSE(translate(stage2, {ram.value - 1}));
}

TEST(Stage2, MapsARangeThatCrossesGibibytes) {
    Stage2 stage2;
    const GuestPhysical start = {3 * GiB - 4 * MiB};
    const std::uint64_t size = GiB + 8 * MiB;
    stage2.map({start, size}, host);
    for (std::uint64_t offset = 0; offset < size; offset += 2 * MiB) {
        ASSERT_EQ(translate(stage2, start + offset + 0x12345), host + offset + 0x12345);
    }
    EXPECT_FALSE(translate(stage2, start + size));
    EXPECT_FALSE(translate(stage2, {start.value - 1}));
}

TEST(Stage2, ReachesTheLastOfThe41Bits) {
    Stage2 stage2;
    const GuestPhysical last = {(1ull << 41) - 2 * MiB};
    stage2.map({last, 2 * MiB}, host);
    EXPECT_EQ(translate(stage2, last + 5), host + 5);
    // Sv39x4 without 2 bits is Sv39: the top must not be seen again a quarter further down.
    EXPECT_FALSE(translate(stage2, {(1ull << 39) - 2 * MiB}));
}

TEST(Stage2, SetsEveryPermissionAndAccessedAndDirtyInALeafOf2Mebibytes) {
    using namespace pte;
    Stage2 stage2;
    stage2.map({ram, 4 * MiB}, host);
    const Walk leaf = walk(stage2.hgatp(), ram + 2 * MiB);
    EXPECT_EQ(leaf.entry, (host.value + 2 * MiB) >> 12 << 10 | V | R | W | X | U | A | D);
    EXPECT_EQ(leaf.page, 2 * MiB);
}

TEST(Stage2, SetsNothingButValidInEntriesThatPointToATable) {
    // D, A and U are reserved in such an entry and must be clear; R, W and X make it none.
    Stage2 stage2;
    stage2.map({ram, 2 * MiB}, host);
    const std::uint64_t entry = root_of(stage2)[ram.value >> 30];
    EXPECT_EQ(entry & 0x3ff, pte::V);
    EXPECT_EQ(entry >> 54, 0u);
}

TEST(Stage2, HasARootAlignedTo16KibibytesEvenAfterOtherAllocations) {
    // Privileged spec, hgatp: the root page table is 16 KiB and must be aligned to that.
    const HostPhysical other = memory::allocate(1);
    {
        const Stage2 stage2;
        EXPECT_EQ(address_of(root_of(stage2)).value % (16 * KiB), 0u);
        EXPECT_EQ(stage2.hgatp() & 3, 0u); // PPN[1:0] read as zero
    }
    memory::free(other, 1);
}

TEST(Stage2, SaysModeSv39x4AndVmidZeroInHgatp) {
    const Stage2 stage2;
    EXPECT_EQ(stage2.hgatp() >> 60, 8u);          // MODE
    EXPECT_EQ(stage2.hgatp() >> 44 & 0xffff, 0u); // reserved, VMID
}

TEST(Stage2, MapsAPageAnewWithoutANewTable) {
    Stage2 stage2;
    stage2.map({ram, 2 * MiB}, host);
    const std::uint64_t entry = root_of(stage2)[ram.value >> 30];
    stage2.map({ram, 2 * MiB}, host + 8 * MiB);
    EXPECT_EQ(root_of(stage2)[ram.value >> 30], entry);
    EXPECT_EQ(translate(stage2, ram + 7), host + (8 * MiB + 7));
}

TEST(Stage2, KeepsTwoTablesApart) {
    Stage2 one, other;
    one.map({ram, 2 * MiB}, host);
    EXPECT_FALSE(translate(other, ram));
    other.map({ram, 2 * MiB}, host + 2 * MiB);
    EXPECT_EQ(translate(one, ram), host);
    EXPECT_NE(one.hgatp(), other.hgatp());
}

TEST(Stage2, GivesAllItsPagesBack) {
    for (int count = 0; count < 1000; ++count) {
        Stage2 stage2;
        stage2.map({{GiB / 2}, 6 * GiB}, host);
        ASSERT_EQ(translate(stage2, {GiB}), host + GiB / 2);
        ASSERT_FALSE(translate(stage2, {7 * GiB})); // no entry is left of the one before
    }
}

TEST(Stage2, MapsAsMuchAsItSaysWithThePagesOfThePool) {
    EXPECT_EQ(Stage2::most_mapped(), 28 * GiB); // 32 pages, of which the root takes 4
    Stage2 stage2;
    stage2.map({ram, Stage2::most_mapped()}, host);
    for (std::uint64_t offset = 0; offset < Stage2::most_mapped(); offset += GiB) {
        EXPECT_EQ(translate(stage2, ram + offset + 3), host + offset + 3);
    }
    EXPECT_FALSE(translate(stage2, ram + Stage2::most_mapped()));
}

TEST(Stage2, CannotMapAGibibyteMore) {
    const auto maps_more = [] {
        Stage2 stage2;
        stage2.map({ram, Stage2::most_mapped() + GiB}, host);
    };
    EXPECT_EXIT(fake::end_as_the_machine(maps_more), testing::ExitedWithCode(1),
                "^hypervisor: panic: the page pool is used up\n$");
}

TEST(Stage2, PanicsWhenThereIsNoRoomForAnotherRoot) {
    std::vector<std::unique_ptr<Stage2>> tables;
    EXPECT_THROW(
        {
            while (tables.size() < 100) {
                tables.push_back(std::make_unique<Stage2>());
            }
        },
        fake::MachineEnded);
    EXPECT_EQ(tables.size(), 8u); // of 16 KiB in 128
    EXPECT_THROW(tables[0]->map({ram, 2 * MiB}, host), fake::MachineEnded);
}
