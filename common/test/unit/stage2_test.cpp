#include "stage2.hpp"

#include "fake.hpp"
#include "memory.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <vector>

namespace {

constexpr std::uint64_t GiB = 1024 * MiB;
constexpr GuestPhysical ram = {0x8000'0000};
constexpr HostPhysical host = {0x1'2340'0000};

// An entry of a page table (Privileged spec, "Sv39 page table entry").
constexpr std::uint64_t V = 1 << 0, R = 1 << 1, W = 1 << 2, X = 1 << 3, U = 1 << 4, G = 1 << 5,
                        A = 1 << 6, D = 1 << 7;

/// The table's root, as the hardware would find it: the low 44 bits of hgatp are its page number.
const std::uint64_t* root_of(const Stage2& stage2) {
    const std::uint64_t number = stage2.hgatp() & ((1ull << 44) - 1);
    return to_pointer<const std::uint64_t>({number << 12});
}

/// The walk of the Privileged specification ("Virtual Address Translation Process"), written anew:
/// the leaf entry for `address` and the size of its page, or nothing where the walk faults.
struct Leaf {
    std::uint64_t entry;
    std::uint64_t page;
};

std::optional<Leaf> walk(const Stage2& stage2, GuestPhysical address) {
    const std::uint64_t* table = root_of(stage2);
    for (int level = 2; level >= 0; --level) {
        const int shift = 12 + 9 * level;
        const std::uint64_t mask = level == 2 ? 0x7ff : 0x1ff; // Sv39x4 widens the root by 2 bits
        const std::uint64_t entry = table[address.value >> shift & mask];
        if ((entry & V) == 0) {
            return std::nullopt;
        }
        if (entry & (R | X)) {
            return Leaf{entry, 1ull << shift};
        }
        table = to_pointer<const std::uint64_t>({entry >> 10 << 12});
    }
    return std::nullopt;
}

/// Where the hardware's walk ends up.
std::optional<HostPhysical> walked(const Stage2& stage2, GuestPhysical address) {
    const auto leaf = walk(stage2, address);
    if (!leaf) {
        return std::nullopt;
    }
    const std::uint64_t page = leaf->entry << 10 >> 20 << 12; // bits 53 to 10
    EXPECT_EQ(page % leaf->page, 0u) << "a misaligned superpage faults";
    return HostPhysical{page + address.value % leaf->page};
}

} // namespace

TEST(Stage2, MapsNothingAtFirst) {
    const Stage2 stage2;
    for (const std::uint64_t address : {0ull, 0x1000'0000ull, 0x8000'0000ull, (1ull << 41) - 1}) {
        EXPECT_FALSE(stage2.translate({address}));
        EXPECT_FALSE(walked(stage2, {address}));
    }
}

TEST(Stage2, TranslatesEveryPartOfARangeAndNoneOfItsNeighbours) {
    Stage2 stage2;
    const std::uint64_t size = 6 * MiB;
    stage2.map({ram, size}, host);
    for (std::uint64_t offset = 0; offset < size; offset += 4 * KiB + 1) {
        ASSERT_EQ(stage2.translate(ram + offset), host + offset);
        ASSERT_EQ(walked(stage2, ram + offset), host + offset);
    }
    EXPECT_EQ(stage2.translate(ram + (size - 1)), host + (size - 1));
    EXPECT_FALSE(stage2.translate(ram + size));
    EXPECT_FALSE(stage2.translate({ram.value - 1}));
    EXPECT_FALSE(walked(stage2, ram + size));
    EXPECT_FALSE(walked(stage2, {ram.value - 1}));
}

TEST(Stage2, MapsARangeThatCrossesGibibytes) {
    Stage2 stage2;
    const GuestPhysical start = {3 * GiB - 4 * MiB};
    const std::uint64_t size = GiB + 8 * MiB;
    stage2.map({start, size}, host);
    for (std::uint64_t offset = 0; offset < size; offset += 2 * MiB) {
        ASSERT_EQ(stage2.translate(start + offset + 0x12345), host + offset + 0x12345);
        ASSERT_EQ(walked(stage2, start + offset + 0x12345), host + offset + 0x12345);
    }
    EXPECT_FALSE(stage2.translate(start + size));
    EXPECT_FALSE(stage2.translate({start.value - 1}));
}

TEST(Stage2, ReachesTheLastOfThe41Bits) {
    Stage2 stage2;
    const GuestPhysical last = {(1ull << 41) - 2 * MiB};
    stage2.map({last, 2 * MiB}, host);
    EXPECT_EQ(stage2.translate(last + 5), host + 5);
    EXPECT_EQ(walked(stage2, last + 5), host + 5);
    // Sv39x4 without 2 bits is Sv39: the top must not be seen again a quarter further down.
    EXPECT_FALSE(stage2.translate({(1ull << 39) - 2 * MiB}));
}

TEST(Stage2, TranslatesNoAddressOfMoreThan41Bits) {
    // Privileged spec, "Guest physical address translation": bits 63 to 41 must be zero.
    Stage2 stage2;
    stage2.map({ram, 2 * MiB}, host);
    for (unsigned bit = 41; bit < 64; ++bit) {
        EXPECT_FALSE(stage2.translate({ram.value | 1ull << bit})) << bit;
    }
}

TEST(Stage2, GivesLeavesEveryPermissionAndSetsAccessedAndDirtyBeforehand) {
    Stage2 stage2;
    stage2.map({ram, 4 * MiB}, host);
    const auto leaf = walk(stage2, ram + 2 * MiB);
    ASSERT_TRUE(leaf);
    EXPECT_EQ(leaf->entry & 0x3ff, V | R | W | X | U | A | D);
    EXPECT_EQ(leaf->entry & G, 0u);   // to be cleared: "reserved for future use" in stage 2
    EXPECT_EQ(leaf->entry >> 54, 0u); // N, PBMT and reserved bits
    EXPECT_EQ(leaf->page, 2 * MiB);
}

TEST(Stage2, SetsNothingButValidInEntriesThatPointToATable) {
    // D, A and U are reserved in such an entry and must be clear; R, W and X make it none.
    Stage2 stage2;
    stage2.map({ram, 2 * MiB}, host);
    EXPECT_EQ(root_of(stage2)[ram.value >> 30] & 0x3ff, V);
    EXPECT_EQ(root_of(stage2)[ram.value >> 30] >> 54, 0u);
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
    stage2.map({ram, 2 * MiB}, host + 8 * MiB);
    EXPECT_EQ(stage2.translate(ram + 7), host + (8 * MiB + 7));
}

TEST(Stage2, KeepsTwoTablesApart) {
    Stage2 one, other;
    one.map({ram, 2 * MiB}, host);
    EXPECT_FALSE(other.translate(ram));
    other.map({ram, 2 * MiB}, host + 2 * MiB);
    EXPECT_EQ(one.translate(ram), host);
    EXPECT_NE(one.hgatp(), other.hgatp());
}

TEST(Stage2, GivesAllItsPagesBack) {
    for (int count = 0; count < 1000; ++count) {
        Stage2 stage2;
        stage2.map({{GiB / 2}, 6 * GiB}, host);
        ASSERT_EQ(stage2.translate({GiB}), host + GiB / 2);
        ASSERT_FALSE(stage2.translate({7 * GiB})); // no entry is left of the one before
    }
}

TEST(Stage2, PanicsWhenThePoolIsUsedUp) {
    std::vector<std::unique_ptr<Stage2>> tables;
    EXPECT_THROW(
        {
            while (tables.size() < 100) {
                tables.push_back(std::make_unique<Stage2>());
            }
        },
        fake::MachineEnded);
    EXPECT_EQ(tables.size(), 8u); // of 16 KiB in 128
    EXPECT_NE(fake::output.find("panic"), std::string::npos);
    EXPECT_THROW(tables[0]->map({ram, 2 * MiB}, host), fake::MachineEnded);
}
