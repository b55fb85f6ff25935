/// @file
/// The registers that every virtio device has on the MMIO transport (virtio spec 4.2.2).
#pragma once

#include "plic.hpp"
#include "virtqueue.hpp"

#include <array>

/// A virtio device with one virtqueue. What the device itself does is in a derived class.
class VirtioMmio : public MmioDevice {
public:
    std::optional<std::uint64_t> load(std::uint64_t offset, unsigned width) final;
    bool store(std::uint64_t offset, unsigned width, std::uint64_t value) final;

protected:
    /// What kind of device it is.
    struct Kind {
        std::uint32_t device_id;                    ///< virtio spec, chapter 5
        std::uint64_t features;                     ///< the bits to offer
        std::array<std::uint64_t, 2> configuration; ///< its first bytes; the rest is 0 (2.5)
    };

    /// @param memory where the driver's queue and buffers lie
    /// @param line the device's way to interrupt
    VirtioMmio(const Kind& kind, const GuestMemory& memory, InterruptLine line)
        : kind_(kind), memory_(memory), line_(line) {}

private:
    void store_status(std::uint32_t value);
    bool set_ready(bool ready);
    void need_reset();

    Kind kind_;
    const GuestMemory& memory_;
    InterruptLine line_;
    Virtqueue queue_;
    std::uint32_t status_ = 0, interrupt_status_ = 0;
    std::array<std::uint32_t, 2> driver_features_ = {};
    std::array<std::uint32_t, 0x100> written_ = {}; ///< the last value written at each offset
};
