// The registers of the guest's virtio device, and how a driver sets it up (virtio spec 3.1.1 and
// 4.2.2).
#pragma once

#include "access.hpp"

constexpr std::uint64_t DeviceFeatures = 0x10, DeviceFeaturesSel = 0x14, DriverFeatures = 0x20,
                        DriverFeaturesSel = 0x24, QueueSel = 0x30, QueueNumMax = 0x34,
                        QueueNum = 0x38, QueueReady = 0x44, QueueNotify = 0x50,
                        InterruptStatus = 0x60, InterruptACK = 0x64, Status = 0x70,
                        QueueDesc = 0x80, QueueDriver = 0x90, QueueDevice = 0xa0, Config = 0x100;

// Bits of Status (virtio spec 2.1).
constexpr std::uint32_t ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8,
                        DEVICE_NEEDS_RESET = 64;

inline std::uint32_t read(std::uint64_t offset) {
    return load(virtio + offset);
}

inline void write(std::uint64_t offset, std::uint64_t value) {
    store(virtio + offset, value);
}

/// The half of the features that the device offers.
inline std::uint32_t offered(std::uint32_t half) {
    write(DeviceFeaturesSel, half);
    return read(DeviceFeatures);
}

/// Begins anew, accepts these features, and returns what Status is then.
inline std::uint32_t agree(std::uint32_t low, std::uint32_t high) {
    write(Status, 0);
    write(Status, ACKNOWLEDGE);
    write(Status, ACKNOWLEDGE | DRIVER);
    write(DriverFeaturesSel, 0);
    write(DriverFeatures, low);
    write(DriverFeaturesSel, 1);
    write(DriverFeatures, high);
    write(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    return read(Status);
}

/// Begins anew, with VIRTIO_F_VERSION_1 and no other feature.
inline void begin() {
    agree(0, 1);
}

/// A queue: its length, and where its three areas lie.
struct Areas {
    std::uint64_t size, descriptors, driver, device;
};

inline void set_up(const Areas& areas) {
    write(QueueSel, 0);
    write(QueueNum, areas.size);
    const auto write_address = [](std::uint64_t offset, std::uint64_t address) {
        write(offset, address);
        write(offset + 4, address >> 32);
    };
    write_address(QueueDesc, areas.descriptors);
    write_address(QueueDriver, areas.driver);
    write_address(QueueDevice, areas.device);
    write(QueueReady, 1);
}

inline void set_driver_ok() {
    write(Status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}
