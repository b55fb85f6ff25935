/// @file
/// The registers that every virtio device has on the MMIO transport (virtio 1.2, 4.2.2).
#pragma once

#include "plic.hpp"
#include "virtqueue.hpp"

/// What a device did when it was notified.
enum class Progress {
    done,
    more,   ///< requests are left, for which the driver has to notify once more
    broken, ///< the driver broke the rules; the device stands still until it is reset
};

/// A virtio device with one virtqueue. What the device itself does is in a derived class.
class VirtioMmio : public MmioDevice {
public:
    std::optional<std::uint64_t> load(std::uint64_t offset, unsigned width) final;
    StoreResult store(std::uint64_t offset, unsigned width, std::uint64_t value) final;

protected:
    /// @param device_id what kind of device it is (virtio 1.2, chapter 5)
    /// @param features the feature bits to offer
    VirtioMmio(std::uint32_t device_id, std::uint64_t features, const GuestMemory& memory,
               InterruptLine line)
        : device_id_(device_id), features_(features), memory_(memory), line_(line) {}
    ~VirtioMmio() = default;

    /// The queue may have requests: serves them.
    virtual Progress serve(Virtqueue& queue) = 0;

    /// The driver gave the device or its queue up: forgets what it was doing.
    virtual void reset() = 0;

    /// The device's configuration space (virtio 1.2, 2.5).
    virtual std::span<const std::byte> configuration() const = 0;

    /// Tells the driver that requests are complete, if it wants to be told.
    void interrupt_for_used_buffer();

private:
    std::uint32_t load_register(std::uint64_t offset) const;
    void store_register(std::uint64_t offset, std::uint32_t value);
    void store_status(std::uint32_t value);
    void enable_queue();
    StoreResult notify();
    void raise(std::uint32_t event);
    void need_reset();

    std::uint32_t& written(std::uint64_t offset) {
        return written_[offset / 4];
    }
    std::uint32_t written(std::uint64_t offset) const {
        return written_[offset / 4];
    }
    GuestPhysical written_address(std::uint64_t offset) const;

    std::uint32_t device_id_;
    std::uint64_t features_;
    const GuestMemory& memory_;
    InterruptLine line_;

    Virtqueue queue_;
    std::uint64_t driver_features_ = 0;
    std::uint32_t interrupt_status_ = 0;
    std::uint32_t status_ = 0;
    /// The last value written to each register.
    std::array<std::uint32_t, 64> written_ = {};
};
