#include "virtio_blk.hpp"

#include "driver.hpp"

#include <algorithm>
#include <random>

namespace {

constexpr std::size_t sector_count = 64;

class VirtioBlkTest : public testing::Test, protected Driver {
protected:
    explicit VirtioBlkTest(std::size_t sectors = sector_count, bool read_only = false)
        : Driver(sectors, read_only), original(disk) {
        start();
    }

    /// Fills guest memory with what the disk does not have.
    void fill(GuestPhysical address, std::size_t length, unsigned seed = 0) {
        for (std::size_t at = 0; at < length; ++at) {
            const std::size_t value = at * 13 + at / 251 + seed + 101;
            ram.bytes(address + at, 1)[0] = static_cast<std::byte>(value);
        }
    }

    bool disk_is_unchanged() {
        return std::ranges::equal(disk, original);
    }

    std::vector<std::byte> original;
};

class ReadOnlyDisk : public VirtioBlkTest {
protected:
    ReadOnlyDisk() : VirtioBlkTest(sector_count, true) {}
};

class NoDisk : public VirtioBlkTest {
protected:
    NoDisk() : VirtioBlkTest(0) {}
};

class BigDisk : public VirtioBlkTest {
protected:
    BigDisk() : VirtioBlkTest(8 * MiB / 512) {}
};

/// `length` cut at random into `count` pieces, some of which may be empty.
std::vector<std::uint32_t> cut(std::mt19937& random, std::uint32_t length, std::size_t count) {
    std::vector<std::uint32_t> cuts = {0, length};
    while (cuts.size() < count + 1) {
        cuts.push_back(static_cast<std::uint32_t>(random() % (length + 1)));
    }
    std::ranges::sort(cuts);
    std::vector<std::uint32_t> lengths;
    for (std::size_t at = 1; at < cuts.size(); ++at) {
        lengths.push_back(cuts[at] - cuts[at - 1]);
    }
    return lengths;
}

} // namespace

// 5.2.6: requests

TEST_F(VirtioBlkTest, ReadsTheSectorsAskedFor) {
    for (const std::uint64_t sector : {0u, 1u, 17u, 62u}) {
        fill(data, 2048);
        EXPECT_EQ(request(IN, sector, 1024), S_OK);
        EXPECT_TRUE(std::ranges::equal(ram.bytes(data, 1024), sectors(sector, 1024))) << sector;
        EXPECT_EQ(used_length, 1025u);
        for (std::size_t at = 1024; at < 2048; ++at) { // and nothing behind them
            ASSERT_EQ(ram.bytes(data + at, 1)[0], static_cast<std::byte>(at * 13 + at / 251 + 101));
        }
    }
    EXPECT_TRUE(disk_is_unchanged());
}

TEST_F(VirtioBlkTest, WritesTheSectorsAskedForAndNoOthers) {
    for (const std::uint64_t sector : {0u, 1u, 17u, 62u}) {
        disk = original;
        fill(data, 2048);
        EXPECT_EQ(request(OUT, sector, 1024), S_OK);
        EXPECT_EQ(used_length, 1u); // the status
        auto expected = original;
        std::ranges::copy(ram.bytes(data, 1024),
                          expected.begin() + static_cast<std::ptrdiff_t>(sector * 512));
        EXPECT_TRUE(std::ranges::equal(disk, expected)) << sector;
    }
}

TEST_F(VirtioBlkTest, ReadsBackWhatWasWritten) {
    fill(data, 4096, 5);
    const std::vector<std::byte> text(ram.bytes(data, 4096).begin(), ram.bytes(data, 4096).end());
    EXPECT_EQ(request(OUT, 8, 4096), S_OK);
    fill(data, 4096, 77);
    EXPECT_EQ(request(IN, 8, 4096), S_OK);
    EXPECT_TRUE(std::ranges::equal(ram.bytes(data, 4096), text));
}

TEST_F(VirtioBlkTest, ReadsTheWholeDiskAtOnce) {
    EXPECT_EQ(request(IN, 0, sector_count * 512), S_OK);
    EXPECT_TRUE(std::ranges::equal(ram.bytes(data, sector_count * 512), disk));
}

TEST_F(VirtioBlkTest, TransfersNothingWhenNothingIsAskedFor) {
    for (const std::uint64_t sector : {std::size_t{0}, sector_count - 1, sector_count}) {
        EXPECT_EQ(request(IN, sector, 0), S_OK) << sector;
        EXPECT_EQ(request(OUT, sector, 0), S_OK) << sector;
        EXPECT_EQ(used_length, 1u);
    }
    EXPECT_TRUE(disk_is_unchanged());
}

TEST_F(VirtioBlkTest, AnswersAFlush) {
    EXPECT_EQ(request(FLUSH, 0, 0), S_OK);
    EXPECT_EQ(used_length, 1u);
    EXPECT_TRUE(disk_is_unchanged());
}

TEST_F(VirtioBlkTest, AnswersItsIdentityInTwentyBytes) {
    fill(data, 64);
    EXPECT_EQ(request(GET_ID, 0, 20), S_OK);
    EXPECT_EQ(used_length, 21u);
    const auto bytes = ram.bytes(data, 20);
    const auto end = std::ranges::find(bytes, std::byte{0});
    EXPECT_NE(end, bytes.begin());
    for (auto byte = bytes.begin(); byte != bytes.end(); ++byte) { // ASCII, padded with NUL
        if (byte < end) {
            EXPECT_GE(*byte, std::byte{0x20});
            EXPECT_LT(*byte, std::byte{0x7f});
        } else {
            EXPECT_EQ(*byte, std::byte{0});
        }
    }
    EXPECT_EQ(ram.bytes(data + 20, 1)[0], static_cast<std::byte>(20 * 13 + 101));
}

TEST_F(VirtioBlkTest, SplitsItsIdentityOverDescriptors) {
    EXPECT_EQ(request(GET_ID, 0, 20), S_OK);
    const std::vector<std::byte> whole(ram.bytes(data, 20).begin(), ram.bytes(data, 20).end());
    for (std::uint32_t first = 0; first <= 20; ++first) {
        fill(data, 64, 3);
        execute({{put_header(0, GET_ID, 0), 16, false},
                 {data, first, true},
                 {data + 30, 20 - first, true},
                 {clear_status(0), 1, true}});
        EXPECT_EQ(status(), S_OK);
        EXPECT_TRUE(std::equal(whole.begin(), whole.begin() + first, ram.bytes(data, 20).begin()));
        EXPECT_TRUE(
            std::equal(whole.begin() + first, whole.end(), ram.bytes(data + 30, 20).begin()));
    }
}

TEST_F(VirtioBlkTest, SaysThatItDoesNotSupportOtherRequests) {
    // Discard, write zeroes, secure erase, lifetime, zones, and types that nobody knows.
    for (const std::uint32_t type :
         {2u, 3u, 5u, 7u, 9u, 10u, 11u, 13u, 14u, 15u, 16u, 0x100u, 0x8000'0000u, 0xffff'ffffu}) {
        fill(data, 512);
        EXPECT_EQ(request(type, 0, 512), S_UNSUPP) << type;
        EXPECT_EQ(ram.bytes(data, 1)[0], std::byte{101});
    }
    EXPECT_TRUE(disk_is_unchanged());
    EXPECT_FALSE(needs_reset());
}

// 5.2.6: what cannot be done

TEST_F(VirtioBlkTest, FailsOnSectorsPastTheEnd) {
    for (const std::uint32_t type : {IN, OUT}) {
        fill(data, 2048);
        EXPECT_EQ(request(type, sector_count - 1, 512), S_OK);
        disk = original;
        fill(data, 2048);
        EXPECT_EQ(request(type, sector_count, 512), S_IOERR);
        EXPECT_EQ(used_length, type == OUT ? 1u : 0u); // the status, if nothing is left out before
        EXPECT_EQ(request(type, sector_count - 1, 1024), S_IOERR);
        EXPECT_EQ(request(type, sector_count + 1, 512), S_IOERR);
        EXPECT_EQ(request(type, sector_count + 1, 0), S_IOERR);
        EXPECT_EQ(request(type, 0, sector_count * 512 + 512), S_IOERR);
        EXPECT_EQ(ram.bytes(data, 1)[0], std::byte{101});
    }
    EXPECT_TRUE(disk_is_unchanged());
    EXPECT_FALSE(needs_reset());
}

TEST_F(VirtioBlkTest, FailsOnSectorsWhoseOffsetOverflows) {
    for (const std::uint32_t type : {IN, OUT}) {
        for (const std::uint64_t sector : {1ull << 32, 1ull << 55, (1ull << 55) - 1, 1ull << 63,
                                           ~0ull, ~0ull - 1, (1ull << 55) + 1, (1ull << 56) + 3}) {
            EXPECT_EQ(request(type, sector, 512), S_IOERR) << sector;
            EXPECT_EQ(request(type, sector, 1024), S_IOERR) << sector;
        }
    }
    EXPECT_TRUE(disk_is_unchanged());
}

TEST_F(VirtioBlkTest, FailsOnLengthsThatAreNoMultipleOf512) {
    for (const std::uint32_t type : {IN, OUT}) {
        for (const std::uint32_t length : {1u, 16u, 511u, 513u, 1023u, 4095u}) {
            fill(data, 4096);
            EXPECT_EQ(request(type, 0, length), S_IOERR) << length;
            EXPECT_EQ(ram.bytes(data, 1)[0], std::byte{101});
        }
    }
    EXPECT_TRUE(disk_is_unchanged());
}

TEST_F(ReadOnlyDisk, FailsOnWritesAndWritesNothing) {
    // 5.2.6.2: the device must fail such requests, and must not write any data.
    fill(data, 512);
    EXPECT_EQ(request(OUT, 0, 512), S_IOERR);
    EXPECT_EQ(used_length, 1u);
    EXPECT_TRUE(disk_is_unchanged());
    EXPECT_EQ(request(IN, 3, 512), S_OK);
    EXPECT_TRUE(std::ranges::equal(ram.bytes(data, 512), sectors(3, 512)));
}

TEST_F(NoDisk, HasCapacityZeroAndFailsOnEverySector) {
    EXPECT_EQ(device.load(Config, 8), 0u);
    EXPECT_EQ(request(IN, 0, 512), S_IOERR);
    EXPECT_EQ(request(OUT, 0, 512), S_IOERR);
    EXPECT_EQ(request(GET_ID, 0, 20), S_OK);
}

TEST_F(NoDisk, TransfersNothingWhenNothingIsAskedFor) {
    // In a process of its own: to copy from nowhere is undefined, even 0 bytes.
    EXPECT_EXIT(std::exit(request(IN, 0, 0)), testing::ExitedWithCode(S_OK), "");
}

// 2.7.8.2: the device must write at least `len` bytes, beginning at the first writable buffer,
// before it updates the used index.

TEST_F(VirtioBlkTest, ClaimsNoBytesOfAFailedReadThatItDidNotWrite) {
    EXPECT_EQ(request(IN, sector_count, 512), S_IOERR);
    EXPECT_EQ(used_length, 0u);
}

TEST_F(VirtioBlkTest, ClaimsNoBytesOfAnUnsupportedRequestThatItDidNotWrite) {
    EXPECT_EQ(request(10, 0, 6), S_UNSUPP); // the device's lifetime
    EXPECT_EQ(used_length, 0u);
}

TEST_F(VirtioBlkTest, ClaimsNoBytesOfABufferThatAWriteDoesNotNeed) {
    execute({{put_header(0, OUT, 1), 16, false},
             {data, 512, false},
             {data + 512, 512, true},
             {clear_status(0), 1, true}});
    EXPECT_EQ(status(), S_OK);
    EXPECT_EQ(used(0).length, 0u);
}

TEST_F(VirtioBlkTest, ClaimsNoBytesOfTheDataOfAFlush) {
    EXPECT_EQ(request(FLUSH, 0, 512), S_OK);
    EXPECT_EQ(used_length, 0u);
}

TEST_F(VirtioBlkTest, ClaimsNoBytesBehindItsIdentity) {
    EXPECT_EQ(request(GET_ID, 0, 512), S_OK);
    EXPECT_EQ(used_length, 20u);
}

TEST_F(VirtioBlkTest, WritesNothingOfItsIdentityWhereThatDoesNotFit) {
    for (std::uint32_t room = 0; room < 20; ++room) {
        fill(data, 64);
        EXPECT_EQ(request(GET_ID, 0, room), S_IOERR);
        EXPECT_EQ(used_length, room == 0 ? 1u : 0u);
        EXPECT_EQ(ram.bytes(data, 1)[0], std::byte{101});
    }
}

// 2.7.4.1: message framing: the device must not make assumptions about the arrangement

TEST_F(VirtioBlkTest, TakesAHeaderSplitAnywhere) {
    for (std::uint32_t first = 0; first <= 16; ++first) {
        const GuestPhysical header = put_header(0, IN, 5);
        fill(data, 512);
        execute({{header, first, false},
                 {header + first, 16 - first, false},
                 {data, 512, true},
                 {clear_status(0), 1, true}});
        EXPECT_EQ(status(), S_OK) << first;
        EXPECT_TRUE(std::ranges::equal(ram.bytes(data, 512), sectors(5, 512))) << first;
    }
}

TEST_F(VirtioBlkTest, TakesAHeaderOneByteAtATime) {
    const GuestPhysical header = put_header(0, IN, 0x12);
    std::vector<Piece> pieces;
    for (std::uint64_t at = 0; at < 16; ++at) {
        pieces.push_back({header + at, 1, false});
    }
    pieces.push_back({data, 512, true});
    pieces.push_back({clear_status(0), 1, true});
    execute(pieces);
    EXPECT_EQ(status(), S_OK);
    EXPECT_TRUE(std::ranges::equal(ram.bytes(data, 512), sectors(0x12, 512)));
}

TEST_F(VirtioBlkTest, TakesTheDataToWriteFromTheHeadersDescriptor) {
    const GuestPhysical header = data;
    ram.put(header, OUT);
    ram.put(header + 8, std::uint64_t{3});
    fill(header + 16, 1024);
    execute({{header, 16 + 1024, false}, {clear_status(0), 1, true}});
    EXPECT_EQ(status(), S_OK);
    EXPECT_TRUE(std::ranges::equal(sectors(3, 1024), ram.bytes(header + 16, 1024)));
}

TEST_F(VirtioBlkTest, PutsTheStatusBehindTheDataOfTheSameDescriptor) {
    ram.put(data + 1024, std::uint16_t{0xeeee});
    execute({{put_header(0, IN, 7), 16, false}, {data, 1025, true}});
    EXPECT_TRUE(std::ranges::equal(ram.bytes(data, 1024), sectors(7, 1024)));
    EXPECT_EQ(ram.get<std::uint16_t>(data + 1024), 0xee00u);
    EXPECT_EQ(used(0).length, 1025u);
}

TEST_F(VirtioBlkTest, SkipsEmptyDescriptorsEverywhere) {
    execute({{data, 0, false},
             {put_header(0, IN, 9), 16, false},
             {data, 0, false},
             {data, 0, true},
             {data, 512, true},
             {data, 0, true},
             {clear_status(0), 1, true},
             {data, 0, true},
             {data, 0, true}});
    EXPECT_EQ(status(), S_OK);
    EXPECT_TRUE(std::ranges::equal(ram.bytes(data, 512), sectors(9, 512)));
    EXPECT_EQ(used(0).length, 513u);
}

TEST_F(VirtioBlkTest, TransfersDataSplitOverAnyNumberOfDescriptors) {
    std::mt19937 random(1);
    for (int round = 0; round < 400; ++round) {
        SCOPED_TRACE(round);
        const bool out = round % 2;
        const std::uint64_t sector = random() % sector_count;
        const auto length =
            static_cast<std::uint32_t>(512 * (random() % (sector_count - sector) + 1));
        fill(data, 0x20000, random() % 256);
        auto expected_disk = disk;

        // The pieces lie apart from each other, in the opposite order.
        std::vector<Piece> pieces = {{put_header(0, out ? OUT : IN, sector), 16, false}};
        std::vector<std::span<std::byte>> places;
        GuestPhysical place = data + 0x40000;
        for (const std::uint32_t part : cut(random, length, 1 + random() % 126)) {
            place = {place.value - part - random() % 5};
            pieces.push_back({place, part, !out});
            places.push_back(ram.bytes(place, part));
        }
        pieces.push_back({clear_status(0), 1, true});
        std::size_t done = sector * 512;
        for (const auto part : places) {
            if (out) {
                std::ranges::copy(part, expected_disk.begin() + static_cast<std::ptrdiff_t>(done));
            }
            done += part.size();
        }
        execute(pieces);
        ASSERT_EQ(status(), S_OK);
        ASSERT_TRUE(std::ranges::equal(disk, expected_disk));
        done = sector * 512;
        for (const auto part : places) {
            ASSERT_TRUE(std::ranges::equal(part, std::span{disk}.subspan(done, part.size())));
            done += part.size();
        }
    }
}

TEST_F(VirtioBlkTest, NeedsResetWhenTheHeaderIsTooShort) {
    for (const std::uint32_t length : {0u, 1u, 15u}) {
        start();
        execute({{put_header(0, FLUSH, 0), length, false}, {clear_status(0), 1, true}});
        EXPECT_TRUE(needs_reset()) << length;
        EXPECT_EQ(status(), untouched);
    }
}

TEST_F(VirtioBlkTest, NeedsResetWhenThereIsNoRoomForTheStatus) {
    start();
    execute({{put_header(0, FLUSH, 0), 16, false}});
    EXPECT_TRUE(needs_reset());
    start();
    execute({{put_header(0, FLUSH, 0), 16, false}, {data, 0, true}});
    EXPECT_TRUE(needs_reset());
    EXPECT_EQ(used_index(), 0u);
}

TEST_F(VirtioBlkTest, ServesWhatCameBeforeABadRequest) {
    offer_request(0, 0, IN, 3, data, 512);
    offer(500); // no such descriptor
    offer_request(1, 3, IN, 4, data + 512, 512);
    notify();
    EXPECT_EQ(status(0), S_OK);
    EXPECT_EQ(status(1), untouched);
    EXPECT_EQ(used_index(), 1u);
    EXPECT_EQ(get(InterruptStatus), used_buffer | configuration_change);
    EXPECT_TRUE(needs_reset());
}

// The rings

TEST_F(VirtioBlkTest, ServesSeveralRequestsInTheirOrder) {
    fill(data, 512, 9);
    offer_request(0, 30, OUT, 2, data, 512);
    offer_request(1, 10, IN, 2, data + 512, 512);
    offer_request(2, 20, FLUSH, 0, data, 0);
    notify();
    EXPECT_EQ(used_index(), 3u);
    EXPECT_EQ(used(0).id, 30u);
    EXPECT_EQ(used(1).id, 10u);
    EXPECT_EQ(used(2).id, 20u);
    EXPECT_EQ(used(0).length, 1u);
    EXPECT_EQ(used(1).length, 513u);
    EXPECT_EQ(used(2).length, 1u);
    EXPECT_TRUE(std::ranges::equal(ram.bytes(data, 512), ram.bytes(data + 512, 512)));
}

TEST_F(VirtioBlkTest, GoesOnWhenTheIndicesWrapAroundAt65536) {
    for (std::uint32_t count = 0; count < 70'000; ++count) {
        const auto first = static_cast<std::uint16_t>(count * 3 % 120);
        const std::uint64_t sector = count % sector_count;
        offer_request(0, first, IN, sector, data, 512);
        notify();
        ASSERT_EQ(used_index(), (count + 1) % 65536);
        ASSERT_EQ(used(count).id, first);
        ASSERT_EQ(status(), S_OK);
        ASSERT_EQ(ram.bytes(data, 1)[0], disk[sector * 512]);
    }
}

TEST_F(VirtioBlkTest, ServesAllThatWaitsAtOneNotification) {
    describe_chain(0, {{put_header(0, FLUSH, 0), 16, false}, {clear_status(0), 1, true}});
    for (int count = 0; count < 128; ++count) {
        offer(0);
    }
    notify();
    EXPECT_EQ(used_index(), 128u);
    EXPECT_EQ(get(InterruptStatus), used_buffer);
    notify();
    EXPECT_EQ(used_index(), 128u);
    EXPECT_FALSE(needs_reset());
}

// Large requests

TEST_F(BigDisk, TransfersALargeRequestInManyPiecesExactly) {
    std::mt19937 random(2);
    for (int round = 0; round < 12; ++round) {
        SCOPED_TRACE(round);
        const bool out = round % 2;
        const std::uint64_t sector = random() % 4000;
        const auto length = static_cast<std::uint32_t>(512 * (random() % 8000 + 4000));
        fill(data, length, static_cast<unsigned>(round));
        auto expected = disk;
        if (out) {
            std::ranges::copy(ram.bytes(data, length),
                              expected.begin() + static_cast<std::ptrdiff_t>(sector * 512));
        }
        std::vector<Piece> pieces = {{put_header(0, out ? OUT : IN, sector), 16, false}};
        GuestPhysical place = data;
        for (const std::uint32_t part : cut(random, length, 1 + random() % 126)) {
            pieces.push_back({place, part, !out});
            place = place + part;
        }
        pieces.push_back({clear_status(0), 1, true});
        execute(pieces);
        ASSERT_EQ(status(), S_OK);
        ASSERT_TRUE(disk == expected);
        ASSERT_TRUE(std::ranges::equal(ram.bytes(data, length), sectors(sector, length)));
    }
}
