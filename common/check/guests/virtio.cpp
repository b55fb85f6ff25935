// Brings the virtio block device up to the point where its queue is ready (virtio spec 3.1.1 and
// 4.2.2), prints what it reads on the way, and notifies it.

#include "uart.hpp"

namespace {

std::uint32_t load(std::uint64_t offset) {
    return *reinterpret_cast<volatile std::uint32_t*>(virtio + offset);
}

void store(std::uint64_t offset, std::uint64_t value) {
    *reinterpret_cast<volatile std::uint32_t*>(virtio + offset) = static_cast<std::uint32_t>(value);
}

constexpr std::uint64_t Status = 0x70, QueueNumMax = 0x34, QueueNum = 0x38, QueueReady = 0x44;

alignas(4096) unsigned char queue[4096];

/// Stores both halves of an address.
void store_address(std::uint64_t offset, std::uint64_t address) {
    store(offset, address);
    store(offset + 4, address >> 32);
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    put_line("magic", load(0));
    put_line("version", load(4));
    put_line("device", load(8));
    put_line("capacity", load(0x100));
    store(Status, 0);
    store(Status, 1 | 2); // ACKNOWLEDGE, DRIVER
    store(0x14, 1);       // DeviceFeaturesSel: the high half
    put_line("features", load(0x10));
    store(0x24, 1);           // DriverFeaturesSel
    store(0x20, 1);           // VIRTIO_F_VERSION_1
    store(Status, 1 | 2 | 8); // FEATURES_OK
    put_line("status", load(Status));

    store(0x30, 0); // QueueSel
    put_line("maximum", load(QueueNumMax));
    store(QueueNum, SIZE);
    const auto area = reinterpret_cast<std::uint64_t>(queue);
    store_address(0x80, area);
    store_address(0x90, area + 1024);
    store_address(0xa0, area + 2048);
    store(QueueReady, 1);
    put_line("ready", load(QueueReady));
    store(Status, 1 | 2 | 8 | 4); // DRIVER_OK
    put(WORD "\n");
    store(0x50, 0); // QueueNotify
    put("notified\n");
    sbi(8); // legacy shutdown
}
