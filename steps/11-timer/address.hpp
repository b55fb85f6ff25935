/// @file
/// Addresses. Each address space has a type of its own, without conversion into another, so that a
/// guest's address is not used as the hypervisor's by mistake.
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

/// Addresses of the machine's memory and devices. The hypervisor runs without address
/// translation, so this is also the only kind that can become a pointer.
using HostPhysical = Address<struct HostPhysicalSpace>;

/// What the guest takes for physical; stage 2 translates it to host-physical.
using GuestPhysical = Address<struct GuestPhysicalSpace>;

/// What the guest's programs use; the guest's own page table translates it to guest-physical.
using GuestVirtual = Address<struct GuestVirtualSpace>;

/// `size` bytes from `start` on.
template <class Space>
struct Range {
    Address<Space> start;
    std::uint64_t size = 0;

    /// The first address behind the range.
    constexpr Address<Space> end() const {
        return start + size;
    }

    /// Whether all of [address, address + length) lies inside. Safe for any two values.
    constexpr bool contains(Address<Space> address, std::uint64_t length) const {
        const std::uint64_t offset = address - start;
        return offset <= size && length <= size - offset;
    }
};

/// Memory or devices of the machine.
using HostRange = Range<struct HostPhysicalSpace>;
/// Memory or devices of the guest.
using GuestRange = Range<struct GuestPhysicalSpace>;

/// A pointer to the byte at `address`, which must be memory or a device of the machine.
template <class T>
T* to_pointer(HostPhysical address) {
    return reinterpret_cast<T*>(address.value);
}

/// The address of what `pointer` points to.
inline HostPhysical address_of(const void* pointer) {
    return {reinterpret_cast<std::uint64_t>(pointer)};
}

// Sizes, in bytes.
inline constexpr std::uint64_t KiB = 1024;
inline constexpr std::uint64_t MiB = 1024 * KiB;
inline constexpr std::uint64_t GiB = 1024 * MiB;
