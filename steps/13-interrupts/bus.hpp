/// @file
/// From a guest-physical address to the device that answers there.
#pragma once

#include "address.hpp"

#include <optional>
#include <span>

/// A device whose registers lie in the guest's physical address space. Accesses are aligned to
/// their width of 1, 2, 4 or 8 bytes; offsets count from the device's first register.
struct MmioDevice {
    /// What the guest reads, or nothing when there is no such register of that width.
    virtual std::optional<std::uint64_t> load(std::uint64_t offset, unsigned width) = 0;

    /// What the guest writes: the low `width` bytes of `value`. False when there is no such
    /// register of that width; then nothing has changed.
    virtual bool store(std::uint64_t offset, unsigned width, std::uint64_t value) = 0;
};

/// A device, and where it lies.
struct Mapping {
    GuestRange range;
    MmioDevice& device;
};

/// The device of `bus` that answers at all of the `width` bytes from `address` on, or a null
/// pointer.
inline const Mapping* find_device(std::span<const Mapping> bus, GuestPhysical address,
                                  unsigned width) {
    for (const Mapping& mapping : bus) {
        if (mapping.range.contains(address, width)) {
            return &mapping;
        }
    }
    return nullptr;
}
