#include "virtqueue.hpp"

#include "ram.hpp"
#include "virtio_spec.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace {

struct Entry {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags;
    std::uint16_t next;
};

class VirtqueueTest : public testing::Test {
protected:
    static constexpr std::size_t ram_size = 0x10000;
    static constexpr GuestPhysical descriptors = Ram::base + 0x1000;
    static constexpr GuestPhysical driver = Ram::base + 0x2000;
    static constexpr GuestPhysical device = Ram::base + 0x3000;
    static constexpr std::uint64_t memory = Ram::base.value + 0x8000;

    bool enable(std::uint32_t entries = 8) {
        size = entries;
        return queue.enable(ram.memory, entries, descriptors, driver, device);
    }

    void describe(std::uint64_t index, const Entry& entry) {
        ram.put(descriptors + 16 * index, entry);
    }

    void offer(std::uint16_t head) {
        ram.put(driver + (4 + 2u * (offered % size)), head);
        ram.put(driver + 2, ++offered);
    }

    Available take() {
        chain = {};
        return queue.take(chain);
    }

    /// What `take` finds when the chain that begins at `head` is offered to a fresh queue.
    Available take_at(std::uint16_t head) {
        offered = 0;
        enable(size == 0 ? 8 : size);
        offer(head);
        return take();
    }

    Ram ram{ram_size};
    Virtqueue queue;
    Chain chain;
    std::uint32_t size = 0;
    std::uint16_t offered = 0;
};

} // namespace

// 2.7: size and areas

TEST_F(VirtqueueTest, TakesEveryPowerOfTwoUpTo128) {
    EXPECT_FALSE(queue.ready());
    for (std::uint32_t entries = 1; entries <= 128; entries *= 2) {
        EXPECT_TRUE(enable(entries)) << entries;
        EXPECT_TRUE(queue.ready());
    }
}

TEST_F(VirtqueueTest, RefusesEveryOtherSize) {
    for (const std::uint32_t entries :
         {0u, 3u, 6u, 127u, 129u, 256u, 32768u, 65536u, 0x8000'0000u, 0xffff'ffffu}) {
        Virtqueue fresh;
        EXPECT_FALSE(fresh.enable(ram.memory, entries, descriptors, driver, device)) << entries;
        EXPECT_FALSE(fresh.ready());
    }
}

TEST_F(VirtqueueTest, RefusesMisalignedAreas) {
    // 2.7: 16 bytes for the descriptors, 2 for the available ring, 4 for the used ring.
    for (std::uint64_t offset = 1; offset < 16; ++offset) {
        Virtqueue fresh;
        EXPECT_FALSE(fresh.enable(ram.memory, 8, descriptors + offset, driver, device));
        EXPECT_FALSE(fresh.ready());
        EXPECT_EQ(fresh.enable(ram.memory, 8, descriptors, driver + offset, device),
                  offset % 2 == 0);
        EXPECT_EQ(fresh.enable(ram.memory, 8, descriptors, driver, device + offset),
                  offset % 4 == 0);
    }
}

TEST_F(VirtqueueTest, TakesAreasUpToTheEndOfMemoryAndNotAByteFurther) {
    const GuestPhysical end = Ram::base + ram_size;
    const auto at = [&](std::uint64_t back) {
        return GuestPhysical{end.value - back};
    };
    // 16 * size, 4 + 2 * size (without used_event, which needs a feature), 4 + 8 * size.
    EXPECT_TRUE(queue.enable(ram.memory, 8, at(128), driver, device));
    EXPECT_TRUE(queue.enable(ram.memory, 8, descriptors, at(20), device));
    EXPECT_TRUE(queue.enable(ram.memory, 8, descriptors, driver, at(68)));
    EXPECT_FALSE(Virtqueue{}.enable(ram.memory, 8, at(112), driver, device));
    EXPECT_FALSE(Virtqueue{}.enable(ram.memory, 8, descriptors, at(18), device));
    EXPECT_FALSE(Virtqueue{}.enable(ram.memory, 8, descriptors, driver, at(64)));
}

TEST_F(VirtqueueTest, RefusesAreasOutsideMemory) {
    for (const std::uint64_t address : std::initializer_list<std::uint64_t>{
             0, 0x1000'0000, Ram::base.value - 16, Ram::base.value + ram_size, 0x1'8000'0000ull,
             0xffff'ffff'ffff'fff0ull, 0xffff'ffff'ffff'ff80ull}) {
        const GuestPhysical outside = {address};
        EXPECT_FALSE(Virtqueue{}.enable(ram.memory, 128, outside, driver, device)) << address;
        EXPECT_FALSE(Virtqueue{}.enable(ram.memory, 128, descriptors, outside, device)) << address;
        EXPECT_FALSE(Virtqueue{}.enable(ram.memory, 128, descriptors, driver, outside)) << address;
    }
}

TEST_F(VirtqueueTest, IsNotReadyOnceGivenUp) {
    EXPECT_TRUE(enable());
    queue = {};
    EXPECT_FALSE(queue.ready());
}

TEST_F(VirtqueueTest, StartsAtTheFirstEntryWhenEnabledAnew) {
    enable();
    describe(0, {memory, 1, 0, 0});
    offer(0);
    ASSERT_EQ(take(), Available::more);
    queue.complete(chain, 0);
    EXPECT_EQ(take(), Available::nothing);
    enable();
    EXPECT_EQ(take(), Available::more);
    queue.complete(chain, 0);
    EXPECT_EQ(ram.get<std::uint16_t>(device + 2), 1u);
}

// 2.7.4 to 2.7.6: chains

TEST_F(VirtqueueTest, HasNothingUntilSomethingIsOffered) {
    enable();
    EXPECT_EQ(take(), Available::nothing);
    describe(0, {memory, 16, 0, 0});
    EXPECT_EQ(take(), Available::nothing);
    offer(0);
    EXPECT_EQ(take(), Available::more);
}

TEST_F(VirtqueueTest, FollowsAChainAndSplitsItByDirection) {
    enable();
    describe(5, {memory, 16, NEXT, 2});
    describe(2, {memory + 0x100, 3, NEXT, 7});
    describe(7, {memory + 0x200, 512, NEXT | WRITE, 0});
    describe(0, {memory + 0x400, 1, WRITE, 5}); // no NEXT: 5 means nothing
    offer(5);
    ASSERT_EQ(take(), Available::more);
    EXPECT_EQ(chain.head, 5u);
    const auto expect = [&](std::size_t number, std::uint64_t address, std::size_t length) {
        EXPECT_EQ(chain.buffers[number].data(), ram.bytes({address}, length).data());
        EXPECT_EQ(chain.buffers[number].size(), length);
    };
    ASSERT_EQ(chain.count, 4u);
    EXPECT_EQ(chain.readable, 19u);
    EXPECT_EQ(chain.writable, 513u);
    expect(0, memory, 16);
    expect(1, memory + 0x100, 3);
    expect(2, memory + 0x200, 512);
    expect(3, memory + 0x400, 1);
}

TEST_F(VirtqueueTest, TakesChainsOfOneDirectionOnly) {
    enable();
    describe(0, {memory, 1, NEXT, 1});
    describe(1, {memory, 1, 0, 0});
    describe(2, {memory, 1, NEXT | WRITE, 3});
    describe(3, {memory, 1, WRITE, 0});
    EXPECT_EQ(take_at(0), Available::more);
    EXPECT_EQ(chain.readable, 2u);
    EXPECT_EQ(chain.writable, 0u);
    EXPECT_EQ(take_at(2), Available::more);
    EXPECT_EQ(chain.readable, 0u);
    EXPECT_EQ(chain.writable, 2u);
}

TEST_F(VirtqueueTest, TakesAChainOfAllDescriptorsInAnyQueue) {
    for (std::uint32_t entries = 1; entries <= 128; entries *= 2) {
        size = entries;
        for (std::uint32_t index = 0; index < entries; ++index) {
            const bool last = index + 1 == entries;
            describe(index, {memory + index, 1, last ? std::uint16_t{0} : NEXT,
                             static_cast<std::uint16_t>(index + 1)});
        }
        EXPECT_EQ(take_at(0), Available::more) << entries;
        EXPECT_EQ(chain.count, entries);
        EXPECT_EQ(chain.readable, entries);
    }
}

TEST_F(VirtqueueTest, TakesEachRequestOnce) {
    enable();
    describe(0, {memory, 1, 0, 0});
    describe(1, {memory, 2, 0, 0});
    offer(0);
    offer(1);
    EXPECT_EQ(take(), Available::more);
    EXPECT_EQ(chain.head, 0u);
    EXPECT_EQ(take(), Available::more);
    EXPECT_EQ(chain.head, 1u);
    EXPECT_EQ(take(), Available::nothing);
    EXPECT_EQ(ram.get<std::uint16_t>(device + 2), 0u); // what is taken is not complete
}

TEST_F(VirtqueueTest, CompletesInAnyOrderWhatItHasTaken) {
    enable();
    Chain first, second;
    describe(3, {memory, 1, WRITE, 0});
    describe(5, {memory, 2, WRITE, 0});
    offer(3);
    offer(5);
    ASSERT_EQ(queue.take(first), Available::more);
    ASSERT_EQ(queue.take(second), Available::more);
    queue.complete(second, 22);
    EXPECT_EQ(ram.get<std::uint16_t>(device + 2), 1u);
    offer(3);
    ASSERT_EQ(take(), Available::more); // of three, one is complete
    queue.complete(first, 11);
    queue.complete(chain, 33);
    EXPECT_EQ(ram.get<std::uint16_t>(device + 2), 3u);
    const std::uint32_t expected[] = {5, 22, 3, 11, 3, 33}; // heads and lengths
    for (std::size_t at = 0; at < std::size(expected); ++at) {
        EXPECT_EQ(ram.get<std::uint32_t>(device + (4 + 4 * at)), expected[at]) << at;
    }
    EXPECT_EQ(take(), Available::nothing);
}

TEST_F(VirtqueueTest, BreaksOnADescriptorThatPointsToItself) {
    describe(0, {memory, 1, NEXT, 0});
    EXPECT_EQ(take_at(0), Available::broken);
    describe(0, {memory, 1, NEXT | WRITE, 0});
    EXPECT_EQ(take_at(0), Available::broken);
}

TEST_F(VirtqueueTest, BreaksOnALoop) {
    for (std::uint16_t index = 0; index < 8; ++index) {
        describe(index, {memory, 1, NEXT, static_cast<std::uint16_t>((index + 1) % 8)});
    }
    EXPECT_EQ(take_at(0), Available::broken);
    describe(7, {memory, 1, NEXT, 6}); // a loop that does not go through the head
    EXPECT_EQ(take_at(0), Available::broken);
}

TEST_F(VirtqueueTest, BreaksOnAHeadThatDoesNotExist) {
    for (std::uint64_t behind = 8; behind < 130; ++behind) { // as if there were more
        describe(behind, {memory, 1, 0, 0});
    }
    for (const std::uint16_t head :
         std::initializer_list<std::uint16_t>{8, 9, 128, 0x8000, 0xffff}) {
        EXPECT_EQ(take_at(head), Available::broken) << head;
    }
}

TEST_F(VirtqueueTest, BreaksOnANextThatDoesNotExist) {
    for (std::uint64_t behind = 8; behind < 130; ++behind) {
        describe(behind, {memory, 1, 0, 0});
    }
    for (const std::uint16_t next : std::initializer_list<std::uint16_t>{8, 127, 128, 0xffff}) {
        describe(0, {memory, 1, NEXT, next});
        EXPECT_EQ(take_at(0), Available::broken) << next;
    }
}

TEST_F(VirtqueueTest, BreaksOnMoreRequestsThanTheQueueHasEntries) {
    enable();
    describe(0, {memory, 1, 0, 0});
    for (const std::uint16_t index : std::initializer_list<std::uint16_t>{9, 10, 0x8000, 0xffff}) {
        ram.put(driver + 2, index);
        EXPECT_EQ(take(), Available::broken) << index;
    }
    ram.put(driver + 2, std::uint16_t{8});
    EXPECT_EQ(take(), Available::more);
}

TEST_F(VirtqueueTest, BreaksWhenTheIndexGoesBack) {
    enable();
    describe(0, {memory, 1, 0, 0});
    offer(0);
    ASSERT_EQ(take(), Available::more);
    queue.complete(chain, 0);
    ram.put(driver + 2, std::uint16_t{0});
    EXPECT_EQ(take(), Available::broken);
}

TEST_F(VirtqueueTest, BreaksOnAnIndirectDescriptor) {
    // 2.7.5.3.1: the driver must not set the flag unless the feature was negotiated.
    for (const std::uint16_t other : std::initializer_list<std::uint16_t>{0, 1, 2}) {
        const int flags = INDIRECT | other;
        describe(0, {memory, 16, static_cast<std::uint16_t>(flags), 1});
        describe(1, {memory, 16, WRITE, 0});
        EXPECT_EQ(take_at(0), Available::broken) << other;
    }
}

TEST_F(VirtqueueTest, BreaksOnAReadableDescriptorBehindAWritableOne) {
    // 2.7.4.2: the driver must place writable elements after all readable ones.
    describe(0, {memory, 1, NEXT, 1});
    describe(1, {memory, 1, NEXT | WRITE, 2});
    describe(2, {memory, 1, 0, 0});
    EXPECT_EQ(take_at(0), Available::broken);
}

TEST_F(VirtqueueTest, BreaksOnBuffersThatAreNotWhollyInMemory) {
    const std::uint64_t start = Ram::base.value, end = Ram::base.value + ram_size;
    const Entry outside[] = {
        {end, 1, 0, 0},
        {end - 1, 2, 0, 0},
        {start - 1, 1, 0, 0},
        {start - 1, 2, 0, 0},
        {start, ram_size + 1, 0, 0},
        {start, 0xffff'ffff, 0, 0},
        {0, 16, 0, 0},
        {0x1000'1000, 16, 0, 0}, // the device itself
        {~0ull, 1, 0, 0},
        {~0ull, 2, 0, 0}, // wraps around
        {~0ull - 0xf, 0xffff'ffff, 0, 0},
        {start | 1ull << 63, 1, 0, 0},
    };
    for (Entry entry : outside) {
        describe(0, entry);
        EXPECT_EQ(take_at(0), Available::broken) << std::hex << entry.address;
        entry.flags = WRITE;
        describe(0, entry);
        EXPECT_EQ(take_at(0), Available::broken) << std::hex << entry.address;
    }
    describe(0, {start, ram_size, 0, 0});
    EXPECT_EQ(take_at(0), Available::more);
}

TEST_F(VirtqueueTest, BreaksOnABadDescriptorAnywhereInTheChain) {
    describe(0, {memory, 1, NEXT, 1});
    describe(1, {memory, 1, NEXT, 2});
    describe(2, {0, 1, 0, 0});
    EXPECT_EQ(take_at(0), Available::broken);
}

// 2.7.8: the used ring

TEST_F(VirtqueueTest, ReturnsTheHeadAndTheLengthInTheUsedRing) {
    enable();
    describe(6, {memory, 512, WRITE, 0});
    offer(6);
    ASSERT_EQ(take(), Available::more);
    queue.complete(chain, 513);
    EXPECT_EQ(ram.get<std::uint16_t>(device), 0u); // flags
    EXPECT_EQ(ram.get<std::uint16_t>(device + 2), 1u);
    EXPECT_EQ(ram.get<std::uint32_t>(device + 4), 6u);
    EXPECT_EQ(ram.get<std::uint32_t>(device + 8), 513u);
    EXPECT_EQ(ram.get<std::uint64_t>(device + 12), 0u);
}

TEST_F(VirtqueueTest, WritesNothingButTheUsedRing) {
    enable();
    describe(6, {memory, 512, WRITE, 0});
    offer(6);
    std::vector<std::byte> expected(ram.all().begin(), ram.all().end());
    take();
    queue.complete(chain, 1);
    expected[0x3002] = std::byte{1};
    expected[0x3004] = std::byte{6};
    expected[0x3008] = std::byte{1};
    EXPECT_TRUE(std::ranges::equal(expected, ram.all()));
}

TEST_F(VirtqueueTest, GoesRoundTheRingsAndWrapsTheirIndicesAt65536) {
    for (const std::uint32_t entries : {1u, 4u, 128u}) {
        Virtqueue fresh;
        ASSERT_TRUE(fresh.enable(ram.memory, entries, descriptors, driver, device));
        size = entries;
        offered = 0;
        for (std::uint32_t count = 0; count < 66'000; ++count) {
            const auto head = static_cast<std::uint16_t>(count * 5 % entries);
            describe(head, {memory + count % 64, 1, 0, 0});
            offer(head);
            Chain request;
            ASSERT_EQ(fresh.take(request), Available::more) << count;
            ASSERT_EQ(request.head, head);
            ASSERT_EQ(request.buffers[0].data(), ram.bytes({memory + count % 64}, 1).data());
            fresh.complete(request, count);
            const GuestPhysical element = device + (4 + 8 * (count % entries));
            ASSERT_EQ(ram.get<std::uint32_t>(element), head);
            ASSERT_EQ(ram.get<std::uint32_t>(element + 4), count);
            ASSERT_EQ(ram.get<std::uint16_t>(device + 2), (count + 1) % 65536);
        }
        EXPECT_EQ(fresh.take(chain), Available::nothing);
    }
}

// 2.7.7: interrupts

TEST_F(VirtqueueTest, AsksTheDriverEachTimeWhetherItWantsAnInterrupt) {
    enable();
    describe(0, {memory, 1, 0, 0});
    const auto interrupts = [&](std::uint16_t flags) {
        ram.put(driver, flags);
        offer(0);
        EXPECT_EQ(take(), Available::more);
        return queue.complete(chain, 0);
    };
    EXPECT_TRUE(interrupts(0));
    EXPECT_FALSE(interrupts(1));
    EXPECT_TRUE(interrupts(0xfffe));
    EXPECT_FALSE(interrupts(0xffff));
}

// 2.7.4.1: a chain is one row of bytes, however it is cut into buffers

TEST_F(VirtqueueTest, ReadsAndWritesAtAnyPlaceOfAChain) {
    enable();
    describe(0, {memory, 3, NEXT, 1});
    describe(1, {memory + 0x100, 0, NEXT, 2});
    describe(2, {memory + 0x200, 4, NEXT, 3});
    describe(3, {memory + 0x300, 1, 0, 0});
    const auto place = [](std::size_t at) { // of a byte of the chain in memory
        return GuestPhysical{memory + (at < 3 ? at : at < 7 ? 0x200 + at - 3 : 0x300)};
    };
    offer(0);
    ASSERT_EQ(take(), Available::more);
    for (std::size_t start = 0; start <= 9; ++start) {
        for (std::size_t length = 0; length <= 9; ++length) {
            for (std::size_t at = 0; at < 8; ++at) {
                ram.put(place(at), static_cast<std::uint8_t>(0x10 + at));
            }
            std::vector<std::byte> bytes(length, std::byte{0xee});
            chain.read(start, bytes);
            for (std::size_t at = 0; at < length; ++at) {
                const std::size_t expected = start + at < 8 ? 0x10 + start + at : 0xee;
                ASSERT_EQ(bytes[at], static_cast<std::byte>(expected)) << start << " " << length;
            }
            std::ranges::fill(bytes, std::byte{0x77});
            const std::vector<std::byte> before(ram.all().begin(), ram.all().end());
            chain.write(start, bytes);
            for (std::size_t at = 0; at < 8; ++at) {
                const bool copied = at >= start && at < start + length;
                ASSERT_EQ(ram.get<std::uint8_t>(place(at)), copied ? 0x77 : 0x10 + at);
                ram.put(place(at), static_cast<std::uint8_t>(0x10 + at));
            }
            ASSERT_TRUE(std::ranges::equal(before, ram.all())) << "nothing else was written";
        }
    }
}
