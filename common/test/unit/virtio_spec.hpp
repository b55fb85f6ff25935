/// @file
/// Numbers of the virtio spec as a driver and a model write them, none of them from the step.
#pragma once

#include <cstdint>

/// Registers of the MMIO transport (virtio spec 4.2.2).
enum Register : std::uint64_t {
    MagicValue = 0x000,
    Version = 0x004,
    DeviceID = 0x008,
    VendorID = 0x00c,
    DeviceFeatures = 0x010,
    DeviceFeaturesSel = 0x014,
    DriverFeatures = 0x020,
    DriverFeaturesSel = 0x024,
    QueueSel = 0x030,
    QueueNumMax = 0x034,
    QueueNum = 0x038,
    QueueReady = 0x044,
    QueueNotify = 0x050,
    InterruptStatus = 0x060,
    InterruptACK = 0x064,
    Status = 0x070,
    QueueDescLow = 0x080,
    QueueDescHigh = 0x084,
    QueueDriverLow = 0x090,
    QueueDriverHigh = 0x094,
    QueueDeviceLow = 0x0a0,
    QueueDeviceHigh = 0x0a4,
    SHMSel = 0x0ac,
    SHMLenLow = 0x0b0,
    SHMLenHigh = 0x0b4,
    SHMBaseLow = 0x0b8,
    SHMBaseHigh = 0x0bc,
    ConfigGeneration = 0x0fc,
    Config = 0x100,
};

// Device status bits (virtio spec 2.1).
inline constexpr std::uint32_t ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8,
                               NEEDS_RESET = 64, FAILED = 128;
// Bits of InterruptStatus.
inline constexpr std::uint32_t used_buffer = 1, configuration_change = 2;
// Flags of a descriptor (virtio spec 2.7.5).
inline constexpr std::uint16_t NEXT = 1, WRITE = 2, INDIRECT = 4;
// Types and results of requests (virtio spec 5.2.6).
inline constexpr std::uint32_t IN = 0, OUT = 1, FLUSH = 4, GET_ID = 8;
inline constexpr std::uint8_t S_OK = 0, S_IOERR = 1, S_UNSUPP = 2;
