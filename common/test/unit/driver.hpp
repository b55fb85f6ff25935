/// @file
/// A driver for the disk under test: what a guest does with the registers and in its memory.
#pragma once

#include "line.hpp"
#include "ram.hpp"
#include "virtio_blk.hpp"
#include "virtio_spec.hpp"

#include <gtest/gtest.h>
#include <string_view>
#include <vector>

inline constexpr std::uint8_t untouched = 0xee; // a status that no device has written

/// An entry of the descriptor table.
struct Descriptor {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags;
    std::uint16_t next;
};
static_assert(sizeof(Descriptor) == 16);

/// An entry of the used ring.
struct Used {
    std::uint32_t id;
    std::uint32_t length;
};

/// A piece of memory in a chain.
struct Piece {
    GuestPhysical address;
    std::uint32_t length;
    bool writable;
};

/// A disk, the guest's memory, and the driver's half of the queue.
class Driver {
public:
    static constexpr std::size_t ram_size = 8 * MiB;
    // Where the driver keeps its things. No two of them touch each other.
    static constexpr GuestPhysical descriptors = Ram::base + 0x1000;
    static constexpr GuestPhysical available = Ram::base + 0x2000;
    static constexpr GuestPhysical used_ring = Ram::base + 0x3000;
    static constexpr GuestPhysical headers = Ram::base + 0x4000;
    static constexpr GuestPhysical statuses = Ram::base + 0x8000;
    static constexpr GuestPhysical data = Ram::base + 0x10000;

    /// A disk of `sectors` with the sizes and contents of nothing in particular.
    explicit Driver(std::size_t sectors, bool read_only = false)
        : disk(sectors * 512), device(disk, read_only, ram.memory, line.end()) {
        for (std::size_t at = 0; at < disk.size(); ++at) {
            disk[at] = pattern(at);
        }
    }

    static std::byte pattern(std::size_t at) {
        return static_cast<std::byte>(at * 31 + at / 256 * 7 + at / 65536 * 3 + 1);
    }

    std::uint32_t get(std::uint64_t offset) {
        const auto value = device.load(offset, 4);
        EXPECT_TRUE(value) << offset;
        return static_cast<std::uint32_t>(value.value_or(0xbad));
    }

    void set(std::uint64_t offset, std::uint64_t value) {
        EXPECT_TRUE(device.store(offset, 4, value)) << offset;
    }

    std::uint64_t features() {
        set(DeviceFeaturesSel, 1);
        const std::uint64_t high = get(DeviceFeatures);
        set(DeviceFeaturesSel, 0);
        return high << 32 | get(DeviceFeatures);
    }

    void accept(std::uint64_t features) {
        set(DriverFeaturesSel, 0);
        set(DriverFeatures, features & 0xffff'ffff);
        set(DriverFeaturesSel, 1);
        set(DriverFeatures, features >> 32);
    }

    void set_address(std::uint64_t low_register, GuestPhysical address) {
        set(low_register, address.value & 0xffff'ffff);
        set(low_register + 4, address.value >> 32);
    }

    /// Tells the device where the queue lies, and starts it.
    void set_up_queue(std::uint32_t entries, GuestPhysical table = descriptors,
                      GuestPhysical driver = available, GuestPhysical used = used_ring) {
        size = entries;
        next_available = 0;
        set(QueueSel, 0);
        set(QueueNum, entries);
        set_address(QueueDescLow, table);
        set_address(QueueDriverLow, driver);
        set_address(QueueDeviceLow, used);
        set(QueueReady, 1);
    }

    /// The initialisation of the virtio spec, 3.1.1 and 4.2.3.
    void start(std::uint32_t entries = 128) {
        set(Status, 0);
        set(Status, ACKNOWLEDGE);
        set(Status, ACKNOWLEDGE | DRIVER);
        accept(features());
        set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
        ASSERT_TRUE(get(Status) & FEATURES_OK);
        set_up_queue(entries);
        set(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
        ASSERT_EQ(get(Status), ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    }

    void describe(std::uint64_t index, const Descriptor& descriptor) {
        ram.put(descriptors + 16 * index, descriptor);
    }

    /// Writes a chain of `pieces` into the descriptors from `first` on.
    void describe_chain(std::uint16_t first, const std::vector<Piece>& pieces) {
        for (std::size_t at = 0; at < pieces.size(); ++at) {
            const bool last = at + 1 == pieces.size();
            const int flags = (pieces[at].writable ? WRITE : 0) | (last ? 0 : NEXT);
            describe(first + at, {pieces[at].address.value, pieces[at].length,
                                  static_cast<std::uint16_t>(flags),
                                  static_cast<std::uint16_t>(first + at + 1)});
        }
    }

    /// Puts the chain that begins at `head` into the available ring.
    void offer(std::uint16_t head) {
        ram.put(available + (4 + 2u * (next_available % size)), head);
        set_available(static_cast<std::uint16_t>(next_available + 1));
    }

    void set_available(std::uint16_t index) {
        next_available = index;
        ram.put(available + 2, index);
    }

    void set_flags(std::uint16_t flags) {
        ram.put(available, flags);
    }

    std::uint16_t used_index() {
        return ram.get<std::uint16_t>(used_ring + 2);
    }

    /// The element that was used as number `at`.
    Used used(std::uint64_t at) {
        return ram.get<Used>(used_ring + (4 + 8 * (at % size)));
    }

    void notify() {
        set(QueueNotify, 0);
    }

    /// Writes the header of request `number`; each has room for one.
    GuestPhysical put_header(std::uint64_t number, std::uint32_t type, std::uint64_t sector) {
        const GuestPhysical at = headers + 16 * number;
        ram.put(at, type);
        ram.put(at + 4, std::uint32_t{0});
        ram.put(at + 8, sector);
        return at;
    }

    GuestPhysical clear_status(std::uint64_t number) {
        ram.put(statuses + number, untouched);
        return statuses + number;
    }

    std::uint8_t status(std::uint64_t number = 0) {
        return ram.get<std::uint8_t>(statuses + number);
    }

    /// Offers request `number`, with its data at `buffer`, as the chain from `first` on.
    void offer_request(std::uint64_t number, std::uint16_t first, std::uint32_t type,
                       std::uint64_t sector, GuestPhysical buffer, std::uint32_t length) {
        std::vector<Piece> pieces = {{put_header(number, type, sector), 16, false}};
        if (length != 0) {
            pieces.push_back({buffer, length, type != OUT});
        }
        pieces.push_back({clear_status(number), 1, true});
        describe_chain(first, pieces);
        offer(first);
    }

    /// Executes one request, whose data is at `data`. Returns its status.
    std::uint8_t request(std::uint32_t type, std::uint64_t sector, std::uint32_t length) {
        const std::uint16_t before = used_index();
        offer_request(0, 0, type, sector, data, length);
        notify();
        EXPECT_EQ(static_cast<std::uint16_t>(used_index() - before), 1);
        EXPECT_EQ(used(before).id, 0u);
        used_length = used(before).length;
        return status();
    }

    /// Executes the chain of `pieces`. Its header, data and status are where they are.
    void execute(const std::vector<Piece>& pieces) {
        describe_chain(0, pieces);
        offer(0);
        notify();
    }

    bool needs_reset() {
        return get(Status) & NEEDS_RESET;
    }

    /// The bytes of the disk from `sector` on.
    std::span<std::byte> sectors(std::size_t sector, std::size_t length) {
        return std::span{disk}.subspan(sector * 512, length);
    }

    Ram ram{ram_size};
    std::vector<std::byte> disk;
    WatchedLine line{1};
    VirtioBlk device;
    std::uint32_t size = 0;
    std::uint16_t next_available = 0;
    std::uint32_t used_length = 0; ///< of the last `request`
};
