/// @file
/// Addresses of the three spaces that a hypervisor handles. Each space has a type of its own,
/// without conversion into another, so that a guest's address cannot be followed by mistake.
#pragma once

#include <compare>
#include <cstdint>

/// An address in the space that `Space` names.
template <class Space>
struct Address {
    std::uint64_t value = 0;

    constexpr auto operator<=>(const Address&) const = default;

    /// The address `bytes` further on, modulo 2^64.
    constexpr Address operator+(std::uint64_t bytes) const {
        return {value + bytes};
    }

    /// The distance in bytes from `start` up to this address, modulo 2^64.
    constexpr std::uint64_t operator-(Address start) const {
        return value - start.value;
    }

    /// This address rounded up to a multiple of `alignment`, a power of two.
    constexpr Address align_up(std::uint64_t alignment) const {
        return {(value + alignment - 1) & ~(alignment - 1)};
    }

    /// This address rounded down to a multiple of `alignment`, a power of two.
    constexpr Address align_down(std::uint64_t alignment) const {
        return {value & ~(alignment - 1)};
    }
};

/// What the machine's memory and devices answer to. The hypervisor runs without address
/// translation, so this is also the only kind that can become a pointer.
using HostPhysical = Address<struct HostPhysicalSpace>;

/// What the guest takes for physical; stage 2 translates it to host-physical.
using GuestPhysical = Address<struct GuestPhysicalSpace>;

/// What the guest's programs use; the guest's own page table translates it to guest-physical.
using GuestVirtual = Address<struct GuestVirtualSpace>;

/// A pointer to the byte at `address`, which must be memory or a device of the machine.
template <class T>
T* to_pointer(HostPhysical address) {
    return reinterpret_cast<T*>(address.value);
}

/// The address of what `pointer` points to.
inline HostPhysical address_of(const void* pointer) {
    return {reinterpret_cast<std::uint64_t>(pointer)};
}

inline constexpr std::uint64_t KiB = 1024;
