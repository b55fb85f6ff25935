/// @file
/// Addresses. Each address space has a type of its own, without conversion into another, so that a
/// guest's address is not used as the hypervisor's by mistake.
#pragma once

#include <cstdint>

/// An address in the space that `Space` names.
template <class Space>
struct Address {
    std::uint64_t value = 0;
};

/// Addresses of the machine's memory and devices. The hypervisor runs without address
/// translation, so this is also the only kind that can become a pointer.
using HostPhysical = Address<struct HostPhysicalSpace>;

/// What the guest takes for physical; stage 2 translates it to host-physical.
using GuestPhysical = Address<struct GuestPhysicalSpace>;

/// What the guest's programs use; the guest's own page table translates it to guest-physical.
using GuestVirtual = Address<struct GuestVirtualSpace>;

/// The address of what `pointer` points to.
inline HostPhysical address_of(const void* pointer) {
    return {reinterpret_cast<std::uint64_t>(pointer)};
}

// Sizes, in bytes.
inline constexpr std::uint64_t KiB = 1024;
