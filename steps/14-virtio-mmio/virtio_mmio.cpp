#include "virtio_mmio.hpp"

#include "print.hpp"

// Offsets of the registers, named as in virtio spec 4.2.2.
constexpr std::uint64_t MagicValue = 0x000, Version = 0x004, DeviceID = 0x008, VendorID = 0x00c,
                        DeviceFeatures = 0x010, DeviceFeaturesSel = 0x014, DriverFeatures = 0x020,
                        DriverFeaturesSel = 0x024, QueueSel = 0x030, QueueNumMax = 0x034,
                        QueueNum = 0x038, QueueReady = 0x044, QueueNotify = 0x050,
                        InterruptStatus = 0x060, InterruptACK = 0x064, Status = 0x070,
                        QueueDescLow = 0x080, QueueDriverLow = 0x090, QueueDeviceLow = 0x0a0,
                        SHMLenLow = 0x0b0, SHMBaseHigh = 0x0bc, Config = 0x100;

// Bits of Status (virtio spec 2.1) and of InterruptStatus (4.2.2).
constexpr std::uint32_t DRIVER_OK = 4, FEATURES_OK = 8, DEVICE_NEEDS_RESET = 64;
constexpr std::uint32_t used_buffer = 1, configuration_change = 2;

std::optional<std::uint64_t> VirtioMmio::load(std::uint64_t offset, unsigned width) {
    if (offset >= Config) {
        const std::uint64_t index = (offset - Config) / 8;
        const std::uint64_t word = index < 2 ? kind_.configuration[index] : 0;
        return word >> 8 * (offset % 8) & ~0ull >> (64 - 8 * width);
    }
    if (width != 4) {
        return std::nullopt;
    }
    const std::uint32_t half = written_[DeviceFeaturesSel], queue = written_[QueueSel];
    switch (offset) {
    case MagicValue:
        return 0x7472'6976; // "virt"
    case Version:
        return 2;
    case DeviceID:
        return kind_.device_id;
    case VendorID:
        return 0x554d'4551; // "QEMU": kernels made for it alone ask for that
    case DeviceFeatures:
        return half < 2 ? static_cast<std::uint32_t>(kind_.features >> 32 * half) : 0;
    case QueueNumMax:
        return queue == 0 ? max_queue_size : 0;
    case QueueReady:
        return queue == 0 ? written_[QueueReady] : 0;
    case InterruptStatus:
        return interrupt_status_;
    case Status:
        return status_;
    default: // there is no shared memory
        return offset >= SHMLenLow && offset <= SHMBaseHigh ? ~0u : 0;
    }
}

bool VirtioMmio::store(std::uint64_t offset, unsigned width, std::uint64_t value) {
    if (offset < Config && width != 4) {
        return false;
    }
    const bool of_queue = offset == QueueNum || offset == QueueReady || offset >= QueueDescLow;
    if (offset >= Config || (written_[QueueSel] != 0 && of_queue)) {
        return true; // the configuration cannot be written, and there is queue 0 only
    }
    const auto word = static_cast<std::uint32_t>(value);
    written_[offset] = word;
    switch (offset) {
    case DriverFeatures:
        if (const std::uint32_t half = written_[DriverFeaturesSel]; half < 2) {
            driver_features_[half] = word;
        }
        break;
    case QueueReady:
        if (!set_ready(word != 0)) {
            need_reset();
        }
        break;
    case QueueNotify: // the value is the number of a queue; there is only one
        if (queue_.ready() && (status_ & (DRIVER_OK | DEVICE_NEEDS_RESET)) == DRIVER_OK) {
            fatal("virtio: QueueNotify, but requests are not served yet");
        }
        break;
    case InterruptACK:
        interrupt_status_ &= ~word;
        break;
    case Status:
        store_status(word);
        break;
    }
    line_.set(interrupt_status_ != 0); // high while there is something to acknowledge
    return true;
}

/// Starts or ends the use of the queue. Where it lies cannot be changed in between. False when it
/// cannot be used.
bool VirtioMmio::set_ready(bool ready) {
    // Each address is written in two halves.
    const auto address = [this](std::uint64_t low) {
        return GuestPhysical{std::uint64_t{written_[low + 4]} << 32 | written_[low]};
    };
    if (!ready) {
        queue_ = {};
    }
    return !ready || queue_.ready() ||
           queue_.enable(memory_, written_[QueueNum], address(QueueDescLow),
                         address(QueueDriverLow), address(QueueDeviceLow));
}

/// Takes what the driver has written to Status.
void VirtioMmio::store_status(std::uint32_t value) {
    if (value == 0) { // reset (virtio spec 2.4)
        status_ = interrupt_status_ = 0;
        driver_features_ = {};
        written_ = {};
        queue_ = {};
        return;
    }
    // A driver that wants what was not offered does not see FEATURES_OK set. One that does
    // without VIRTIO_F_VERSION_1 is served all the same: the queues look alike.
    if ((std::uint64_t{driver_features_[1]} << 32 | driver_features_[0]) & ~kind_.features) {
        value &= ~FEATURES_OK;
    }
    status_ |= value & ~DEVICE_NEEDS_RESET;
}

/// Refuses to work until the driver has reset the device, and tells it (virtio spec 2.1.2).
void VirtioMmio::need_reset() {
    status_ |= DEVICE_NEEDS_RESET;
    interrupt_status_ |= status_ & DRIVER_OK ? configuration_change : 0;
}
