// A driver of the guest's disk: requests through a queue of 16 (virtio spec 2.7 and 5.2.6).
#pragma once

#include "virtio.hpp"

constexpr std::uint16_t queue_size = 16, sector_size = 512;
constexpr std::uint32_t IN = 0, OUT = 1, FLUSH = 4;        // types of requests
constexpr std::uint16_t NEXT = 1, WRITE = 2, INDIRECT = 4; // flags of a descriptor
constexpr std::uint8_t not_written = 0xee;                 // what a status is before the answer

struct Descriptor {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags, next;
};
struct Available {
    std::uint16_t flags, index, ring[queue_size], unused;
};
struct Used {
    std::uint16_t flags, index;
    struct {
        std::uint32_t id, length;
    } ring[queue_size];
};
struct Header {
    std::uint32_t type, reserved;
    std::uint64_t sector;
};

alignas(4096) inline volatile Descriptor descriptors[queue_size];
alignas(4096) inline volatile Available available;
alignas(4096) inline volatile Used used;
inline volatile Header headers[queue_size];
inline volatile std::uint8_t statuses[queue_size];

inline std::uint64_t address_of(const volatile void* object) {
    return reinterpret_cast<std::uint64_t>(object);
}

/// Begins anew, with an empty queue.
inline void start_disk() {
    available.flags = 0;
    available.index = 0;
    used.flags = 0;
    used.index = 0;
    begin();
    set_up({queue_size, address_of(descriptors), address_of(&available), address_of(&used)});
    set_driver_ok();
}

inline void describe(unsigned index, std::uint64_t address, std::uint64_t length,
                     std::uint16_t flags, unsigned next = 0) {
    volatile Descriptor& descriptor = descriptors[index % queue_size];
    descriptor.address = address;
    descriptor.length = static_cast<std::uint32_t>(length);
    descriptor.flags = flags;
    descriptor.next = static_cast<std::uint16_t>(next % queue_size);
}

/// Writes the header that belongs to a chain.
inline void put_header(unsigned head, std::uint32_t type, std::uint64_t sector) {
    headers[head].type = type;
    headers[head].reserved = 0;
    headers[head].sector = sector;
    statuses[head] = not_written;
}

/// Puts a chain into the ring. The device is not told yet.
inline void offer(unsigned head) {
    available.ring[available.index % queue_size] = static_cast<std::uint16_t>(head);
    asm volatile("fence" : : : "memory");
    available.index = static_cast<std::uint16_t>(available.index + 1);
    asm volatile("fence" : : : "memory");
}

/// Notifies the device, and waits for a while until all that was offered has come back.
inline void notify() {
    write(QueueNotify, 0);
    for (int i = 0; i < 100'000 && used.index != available.index; ++i) {
    }
}

struct Answer {
    std::uint64_t status, id, length, index; ///< the last three as in the used ring
};

inline Answer answer_of(unsigned head) {
    const auto last = static_cast<std::uint16_t>(used.index - 1);
    const auto& entry = used.ring[last % queue_size];
    return {statuses[head], entry.id, entry.length, used.index};
}

/// A request of three descriptors, from `head` on.
inline Answer request(unsigned head, std::uint32_t type, std::uint64_t sector, void* data,
                      std::uint64_t length) {
    put_header(head, type, sector);
    describe(head, address_of(&headers[head]), sizeof(Header), NEXT, head + 1);
    describe(head + 1, address_of(data), length, type == OUT ? NEXT : NEXT | WRITE, head + 2);
    describe(head + 2, address_of(&statuses[head]), 1, WRITE);
    offer(head);
    notify();
    return answer_of(head);
}
