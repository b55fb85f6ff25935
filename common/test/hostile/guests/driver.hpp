// A virtio-blk driver that can do everything wrong (virtio spec 2.7, 4.2 and 5.2).
#pragma once

#include "hostile.hpp"

// Registers (virtio spec 4.2.2).
constexpr std::uint64_t DeviceFeatures = 0x10, DeviceFeaturesSel = 0x14, DriverFeatures = 0x20,
                        DriverFeaturesSel = 0x24, QueueSel = 0x30, QueueNumMax = 0x34,
                        QueueNum = 0x38, QueueReady = 0x44, QueueNotify = 0x50,
                        InterruptStatus = 0x60, InterruptACK = 0x64, Status = 0x70,
                        QueueDesc = 0x80, QueueDriver = 0x90, QueueDevice = 0xa0, Config = 0x100;
// Device status bits (2.1).
constexpr std::uint32_t ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8,
                        NEEDS_RESET = 64;
// Flags of a descriptor (2.7.5).
constexpr std::uint16_t NEXT = 1, WRITE = 2, INDIRECT = 4;
// Types and results of requests (5.2.6).
constexpr std::uint32_t IN = 0, OUT = 1, FLUSH = 4, GET_ID = 8;
constexpr std::uint8_t OK = 0, IOERR = 1, UNSUPP = 2, not_written = 0xee;

struct Descriptor {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags, next;
};
struct Available {
    std::uint16_t flags, index, ring[128];
};
struct Used {
    std::uint16_t flags, index;
    struct {
        std::uint32_t id, length;
    } ring[128];
};
struct Header {
    std::uint32_t type, reserved;
    std::uint64_t sector;
};

// Each in pages of its own.
alignas(4096) inline volatile Descriptor descriptors[256];
alignas(4096) inline volatile Available available;
alignas(4096) inline volatile Used used;
alignas(4096) inline volatile Header headers[128];
alignas(4096) inline volatile std::uint8_t statuses[4096];
/// For data, and no code or data of ours.
constexpr std::uint64_t data_offset = 8 * MiB;
inline unsigned char* data() {
    return reinterpret_cast<unsigned char*>(ram.start + data_offset);
}
inline std::uint64_t data_address() {
    return ram.start + data_offset;
}

inline std::uint32_t queue_size = 8;
/// Where the rings are that the device was told of.
inline volatile Descriptor* table = descriptors;
inline volatile Available* driver_area = &available;
inline volatile Used* device_area = &used;

inline volatile std::uint32_t& reg(std::uint64_t offset) {
    return device<std::uint32_t>(virtio + offset);
}

inline void set_address(std::uint64_t offset, std::uint64_t address) {
    reg(offset) = static_cast<std::uint32_t>(address);
    reg(offset + 4) = static_cast<std::uint32_t>(address >> 32);
}

inline std::uint64_t features() {
    reg(DeviceFeaturesSel) = 1;
    const std::uint64_t high = reg(DeviceFeatures);
    reg(DeviceFeaturesSel) = 0;
    return high << 32 | reg(DeviceFeatures);
}

inline void accept(std::uint64_t bits) {
    reg(DriverFeaturesSel) = 0;
    reg(DriverFeatures) = static_cast<std::uint32_t>(bits);
    reg(DriverFeaturesSel) = 1;
    reg(DriverFeatures) = static_cast<std::uint32_t>(bits >> 32);
}

/// Resets the device, and goes on up to where the queue is set up (3.1.1, steps 1 to 6).
inline void begin() {
    reg(Status) = 0;
    while (reg(Status) != 0) {
    }
    reg(Status) = ACKNOWLEDGE;
    reg(Status) = ACKNOWLEDGE | DRIVER;
    accept(features());
    reg(Status) = ACKNOWLEDGE | DRIVER | FEATURES_OK;
    verify("FEATURES_OK", reg(Status) & FEATURES_OK, FEATURES_OK);
}

inline void set_up_queue(std::uint32_t size, std::uint64_t descriptor_area, std::uint64_t driver,
                         std::uint64_t device) {
    queue_size = size;
    reg(QueueSel) = 0;
    reg(QueueNum) = size;
    set_address(QueueDesc, descriptor_area);
    set_address(QueueDriver, driver);
    set_address(QueueDevice, device);
    reg(QueueReady) = 1;
}

inline void driver_ok() {
    reg(Status) = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
}

/// Makes both rings empty, wherever they are.
inline void clear_indices() {
    driver_area->flags = 0;
    driver_area->index = 0;
    device_area->flags = 0;
    device_area->index = 0;
}

inline void clear_rings() {
    for (volatile auto& descriptor : descriptors) {
        descriptor.address = 0;
        descriptor.length = 0;
        descriptor.flags = 0;
        descriptor.next = 0;
    }
    for (int at = 0; at < 128; ++at) {
        available.ring[at] = 0;
        used.ring[at].id = 0xabab'abab;
        used.ring[at].length = 0xabab'abab;
    }
    for (volatile std::uint8_t& status : statuses) {
        status = not_written;
    }
    table = descriptors;
    driver_area = &available;
    device_area = &used;
    clear_indices();
}

/// A device that is ready for requests.
inline void start(std::uint32_t size = 8) {
    clear_rings();
    begin();
    set_up_queue(size, address_of(descriptors), address_of(&available), address_of(&used));
    verify("QueueReady", reg(QueueReady), 1);
    driver_ok();
    verify("the device runs", reg(Status), ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}

inline void describe(unsigned index, std::uint64_t address, std::uint32_t length,
                     std::uint16_t flags, unsigned next = 0) {
    table[index].address = address;
    table[index].length = length;
    table[index].flags = flags;
    table[index].next = static_cast<std::uint16_t>(next);
}

inline void offer(unsigned head) {
    driver_area->ring[driver_area->index % queue_size] = static_cast<std::uint16_t>(head);
    asm volatile("fence" ::: "memory");
    driver_area->index = static_cast<std::uint16_t>(driver_area->index + 1);
}

inline void notify(std::uint32_t value = 0) {
    asm volatile("fence" ::: "memory");
    reg(QueueNotify) = value;
    asm volatile("fence" ::: "memory");
}

inline void put_header(unsigned number, std::uint32_t type, std::uint64_t sector) {
    headers[number].type = type;
    headers[number].reserved = 0;
    headers[number].sector = sector;
}

/// Describes a request of three descriptors, from number `first` on, and offers it.
inline void offer_request(unsigned number, unsigned first, std::uint32_t type, std::uint64_t sector,
                          std::uint64_t address, std::uint32_t length) {
    put_header(number, type, sector);
    statuses[number] = not_written;
    describe(first, address_of(&headers[number]), sizeof(Header), NEXT, first + 1);
    const int direction = type == OUT ? 0 : WRITE;
    describe(first + 1, address, length, static_cast<std::uint16_t>(NEXT | direction), first + 2);
    describe(first + 2, address_of(&statuses[number]), 1, WRITE);
    offer(first);
}

/// One request from its beginning to its end. Returns its status.
inline std::uint8_t request(std::uint32_t type, std::uint64_t sector, void* buffer,
                            std::uint32_t length) {
    const std::uint16_t before = device_area->index;
    offer_request(0, 0, type, sector, address_of(buffer), length);
    notify();
    verify("used index", device_area->index, static_cast<std::uint16_t>(before + 1));
    verify("used id", device_area->ring[before % queue_size].id, 0);
    return statuses[0];
}

/// Notes for the harness that `count` sectors have that byte everywhere from now on.
inline void wrote(std::uint64_t sector, std::uint64_t count, std::uint64_t byte) {
    println("wrote ", sector, " ", count, " ", byte);
}

/// A request that failed has written nothing but its status, which comes behind the data, if there
/// is any: so the device must not claim even that (2.7.8.2).
inline void expect_nothing_claimed(std::uint32_t type, std::uint32_t data_length) {
    const bool only_status = type == OUT || data_length == 0;
    expect("used length", used.ring[0].length <= (only_status ? 1u : 0u));
}

inline bool needs_reset() {
    return reg(Status) & NEEDS_RESET;
}

inline std::uint64_t capacity() {
    return device<std::uint64_t>(virtio + Config);
}

/// What the disk holds as its word number `index`, unless a case wrote there: the harness made it.
inline std::uint64_t disk_word(std::uint64_t index) {
    return (~index << 32) | index;
}

inline bool is_disk(const void* memory, std::uint64_t sector, std::uint64_t bytes) {
    const auto* const words = static_cast<const volatile std::uint64_t*>(memory);
    for (std::uint64_t at = 0; at < bytes / 8; ++at) {
        if (words[at] != disk_word(sector * 64 + at)) {
            return false;
        }
    }
    return true;
}

/// A device that the driver has broken stands still until it is reset (2.1.2): it says so, it has
/// completed nothing, and what it was pointed at is as it was.
inline void expect_broken(const char* what = "the device") {
    verify(what, reg(Status) & NEEDS_RESET, NEEDS_RESET);
    verify("configuration change notification", reg(InterruptStatus) & 2, 2);
    verify("used index", device_area->index, 0);
    verify("status byte", statuses[0], not_written);
    // Nor does it go on with what is right, whether it counts the bad request as taken or not.
    put_header(0, FLUSH, 0);
    describe(0, address_of(&headers[0]), sizeof(Header), NEXT, 1);
    describe(1, address_of(statuses), 1, WRITE);
    for (int count = 0; count < 2; ++count) {
        offer(0);
        notify();
        verify("used index later", device_area->index, 0);
        verify("status byte later", statuses[0], not_written);
        driver_area->index = 0;
    }
}

/// A good driver comes after the bad one: a device has to serve it.
inline void works() {
    if (same(devices, "none")) {
        return;
    }
    start();
    fill(data(), 2048);
    verify("a good request", request(IN, 3, data(), 1024), OK);
    verify("a good request: bytes", used.ring[0].length, 1025);
    expect("a good request: data", is_disk(data(), 3, 1024));
    expect("a good request: no more than that", is_filled(data() + 1024, 1024));
    verify("a good request: interrupt", reg(InterruptStatus), 1);
    reg(InterruptACK) = 1;
    reg(Status) = 0;
}

/// Addresses, and lengths from there, that are not wholly in the guest's RAM.
struct Place {
    std::uint64_t address;
    std::uint32_t length;
};

template <class Action>
void for_each_bad_place(Action action) {
    const Place places[] = {
        {ram.start - 512, 512},
        {ram.start - 256, 512},
        {ram.start - 16, 512},
        {ram.start - 1, 1},
        {ram.end - 256, 512},
        {ram.end - 511, 512},
        {ram.end, 512},
        {ram.end, 1},
        {ram.end + 2 * MiB, 512},
        {ram.start + (ram.end - ram.start) * 2, 512},
        {0, 512},
        {0x8000'0000 - 2 * MiB, 512},
        {0x10'0000, 512}, // the host's test device
        {uart, 512},
        {virtio, 512},
        {plic, 512},
        {~0ul - 255, 512}, // wraps into 0
        {~0ul - 511, 512}, // ends at 2^64
        {~0ul, 1},
        {ram.start | 1ul << 63, 512},
        {ram.start | 1ul << 41, 512},
        {ram.start + (1ul << 32), 512},
        {ram.start, 0xffff'ffff},
        {ram.start, 0xffff'fe00},
        {ram.end - 512, 0xffff'fe00},
        {ram.end - 1, 0xffff'ffff},
        {data_address(), 0x8000'0000},
        {~0ul - 0xffff'fffe, 0xffff'ffff},
    };
    for (const Place& place : places) {
        action(place);
    }
}
