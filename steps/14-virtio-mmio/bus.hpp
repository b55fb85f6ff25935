/// @file
/// From a guest-physical address to the device that answers there.
#pragma once

#include "address.hpp"

#include <array>
#include <optional>

/// What became of a store to a device.
enum class StoreResult {
    done,
    /// There is nothing at that address that takes a store of that width.
    refused,
};

/// A device whose registers lie in the guest's physical address space. Accesses are aligned to
/// their width of 1, 2, 4 or 8 bytes; offsets count from the device's first register.
struct MmioDevice {
    /// What the guest reads, or nothing when there is no such register of that width.
    virtual std::optional<std::uint64_t> load(std::uint64_t offset, unsigned width) = 0;

    /// What the guest writes: the low `width` bytes of `value`.
    virtual StoreResult store(std::uint64_t offset, unsigned width, std::uint64_t value) = 0;
};

struct Bus {
    struct Mapping {
        GuestRange range;
        MmioDevice* device;
    };
    std::array<Mapping, 3> mappings = {};

    /// The device that answers at all of the `width` bytes from `address` on, or a null pointer.
    const Mapping* find(GuestPhysical address, unsigned width) const;
};
