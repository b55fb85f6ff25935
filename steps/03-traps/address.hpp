/// @file
/// Addresses of the three spaces that a hypervisor handles. Each space has a type of its own,
/// without conversion into another, so that a guest's address cannot be followed by mistake.
#pragma once

#include <cstdint>

/// An address in the space that `Space` names.
template <class Space>
struct Address {
    std::uint64_t value = 0;

    /// The address `bytes` further on, modulo 2^64.
    constexpr Address operator+(std::uint64_t bytes) const {
        return {value + bytes};
    }
};

/// What the machine's memory and devices answer to. The hypervisor runs without address
/// translation, so this is also the only kind that can become a pointer.
using HostPhysical = Address<struct HostPhysicalSpace>;

/// A pointer to the byte at `address`, which must be memory or a device of the machine.
template <class T>
T* to_pointer(HostPhysical address) {
    return reinterpret_cast<T*>(address.value);
}
