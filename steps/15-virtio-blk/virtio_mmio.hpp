/// @file
/// The registers that every virtio device has on the MMIO transport (virtio 1.2, 4.2.2).
#pragma once

#include "plic.hpp"
#include "virtqueue.hpp"

/// A virtio device with one virtqueue. What the device itself does is in a derived class.
class VirtioMmio : public MmioDevice {
public:
    std::optional<std::uint64_t> load(std::uint64_t offset, unsigned width) final;
    StoreResult store(std::uint64_t offset, unsigned width, std::uint64_t value) final;

protected:
    /// What kind of device it is.
    struct Kind {
        std::uint32_t device_id;                    ///< virtio 1.2, chapter 5
        std::uint64_t features;                     ///< the bits to offer
        std::array<std::uint64_t, 2> configuration; ///< how that space begins; then it is 0 (2.5)
    };

    VirtioMmio(const Kind& kind, const GuestMemory& memory, InterruptLine line)
        : kind_(kind), memory_(memory), line_(line) {}

    /// Serves the queue. Returns what is left: a chain when that has taken long enough.
    virtual Available serve(Virtqueue& queue) = 0;

    std::uint32_t interrupt_status_ = 0;
    static constexpr std::uint32_t used_buffer = 1, configuration_change = 2; ///< its bits

private:
    void store_status(std::uint32_t value);
    bool set_ready(bool ready);

    Kind kind_;
    const GuestMemory& memory_;
    InterruptLine line_;
    Virtqueue queue_;
    std::uint32_t status_ = 0;
    std::array<std::uint32_t, 2> driver_features_ = {};
    std::array<std::uint32_t, 0x100> written_ = {}; ///< the last value written at each offset
};
