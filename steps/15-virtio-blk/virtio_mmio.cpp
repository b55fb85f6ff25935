#include "virtio_mmio.hpp"

#include <algorithm>

namespace {

// Offsets of the registers, named as in virtio 1.2, 4.2.2.
constexpr std::uint64_t MagicValue = 0x000, Version = 0x004, DeviceID = 0x008, VendorID = 0x00c;
constexpr std::uint64_t DeviceFeatures = 0x010, DeviceFeaturesSel = 0x014;
constexpr std::uint64_t DriverFeatures = 0x020, DriverFeaturesSel = 0x024;
constexpr std::uint64_t QueueSel = 0x030, QueueNumMax = 0x034, QueueNum = 0x038;
constexpr std::uint64_t QueueReady = 0x044, QueueNotify = 0x050;
constexpr std::uint64_t InterruptStatus = 0x060, InterruptACK = 0x064, Status = 0x070;
constexpr std::uint64_t QueueDescLow = 0x080, QueueDriverLow = 0x090, QueueDeviceLow = 0x0a0;
constexpr std::uint64_t QueueDeviceHigh = 0x0a4;
constexpr std::uint64_t SHMLenLow = 0x0b0, SHMLenHigh = 0x0b4, SHMBaseLow = 0x0b8;
constexpr std::uint64_t SHMBaseHigh = 0x0bc;
constexpr std::uint64_t Config = 0x100;

constexpr std::uint32_t magic = 0x74726976;  // "virt"
constexpr std::uint32_t vendor = 0x554d4551; // "QEMU": kernels made for it alone ask for that

// Device status bits (virtio 1.2, 2.1), and events in InterruptStatus.
constexpr std::uint32_t DRIVER_OK = 4, FEATURES_OK = 8, DEVICE_NEEDS_RESET = 64;
constexpr std::uint32_t used_buffer = 1, configuration_change = 2;

/// Whether the register at `offset` is one of those that exist for each queue.
constexpr bool belongs_to_queue(std::uint64_t offset) {
    return offset == QueueNum || offset == QueueReady ||
           (offset >= QueueDescLow && offset <= QueueDeviceHigh);
}

} // namespace

std::optional<std::uint64_t> VirtioMmio::load(std::uint64_t offset, unsigned width) {
    if (offset >= Config) {
        const auto bytes = configuration();
        const std::size_t start = std::min<std::size_t>(offset - Config, bytes.size());
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data() + start,
                    std::min<std::size_t>(width, bytes.size() - start));
        return value;
    }
    if (width != 4) {
        return std::nullopt;
    }
    return load_register(offset);
}

StoreResult VirtioMmio::store(std::uint64_t offset, unsigned width, std::uint64_t value) {
    if (offset >= Config) {
        return StoreResult::done; // nothing in the configuration space can be written
    }
    if (width != 4) {
        return StoreResult::refused;
    }
    if (offset == QueueNotify) {
        return notify();
    }
    store_register(offset, static_cast<std::uint32_t>(value));
    return StoreResult::done;
}

std::uint32_t VirtioMmio::load_register(std::uint64_t offset) const {
    switch (offset) {
    case MagicValue:
        return magic;
    case Version:
        return 2;
    case DeviceID:
        return device_id_;
    case VendorID:
        return vendor;
    case DeviceFeatures: {
        const std::uint32_t half = written(DeviceFeaturesSel);
        return half < 2 ? static_cast<std::uint32_t>(features_ >> 32 * half) : 0;
    }
    case QueueNumMax:
        return written(QueueSel) == 0 ? max_queue_size : 0;
    case QueueReady:
        return written(QueueSel) == 0 && queue_.ready();
    case InterruptStatus:
        return interrupt_status_;
    case Status:
        return status_;
    case SHMLenLow:
    case SHMLenHigh:
    case SHMBaseLow:
    case SHMBaseHigh:
        return ~0u; // there is no shared memory
    default:
        return 0;
    }
}

void VirtioMmio::store_register(std::uint64_t offset, std::uint32_t value) {
    if (belongs_to_queue(offset) && written(QueueSel) != 0) {
        return; // we have queue 0 only
    }
    written(offset) = value;
    switch (offset) {
    case DriverFeatures:
        if (const std::uint32_t half = written(DriverFeaturesSel); half < 2) {
            driver_features_ &= ~(0xffff'ffffull << 32 * half);
            driver_features_ |= std::uint64_t{value} << 32 * half;
        }
        break;
    case QueueReady:
        enable_queue();
        break;
    case InterruptACK:
        interrupt_status_ &= ~value;
        line_.set(interrupt_status_ != 0);
        break;
    case Status:
        store_status(value);
        break;
    }
}

void VirtioMmio::store_status(std::uint32_t value) {
    if (value == 0) { // reset (virtio 1.2, 2.4)
        status_ = 0;
        interrupt_status_ = 0;
        line_.set(false);
        driver_features_ = 0;
        written_ = {};
        queue_ = {};
        reset();
        return;
    }
    // A driver that wants what was not offered does not see FEATURES_OK set. One that does
    // without VIRTIO_F_VERSION_1 is served all the same: the queues look alike.
    if (driver_features_ & ~features_) {
        value &= ~FEATURES_OK;
    }
    status_ |= value & ~DEVICE_NEEDS_RESET;
}

/// Starts or ends the use of the queue. Where it lies cannot be changed in between: what is
/// written while it is ready counts from the next start on (virtio 1.2, 4.2.2.2).
void VirtioMmio::enable_queue() {
    if (written(QueueReady) == 0) {
        queue_.disable();
        reset();
    } else if (!queue_.ready() &&
               !queue_.enable(memory_, written(QueueNum), written_address(QueueDescLow),
                              written_address(QueueDriverLow), written_address(QueueDeviceLow))) {
        need_reset();
    }
}

/// The address whose low half was written at `offset`, and the high half behind it.
GuestPhysical VirtioMmio::written_address(std::uint64_t offset) const {
    return {std::uint64_t{written(offset + 4)} << 32 | written(offset)};
}

StoreResult VirtioMmio::notify() {
    const bool running = (status_ & DRIVER_OK) && (status_ & DEVICE_NEEDS_RESET) == 0;
    if (!running || !queue_.ready()) {
        return StoreResult::done;
    }
    const Progress progress = serve(queue_);
    if (progress == Progress::broken) {
        need_reset();
    }
    return progress == Progress::more ? StoreResult::again : StoreResult::done;
}

void VirtioMmio::interrupt_for_used_buffer() {
    if (queue_.wants_interrupt()) {
        raise(used_buffer);
    }
}

void VirtioMmio::need_reset() {
    status_ |= DEVICE_NEEDS_RESET;
    if (status_ & DRIVER_OK) { // virtio 1.2, 2.1.2
        raise(configuration_change);
    }
}

void VirtioMmio::raise(std::uint32_t event) {
    interrupt_status_ |= event;
    line_.set(true);
}
