/// @file
/// The guest's RAM.
#pragma once

#include "address.hpp"

#include <optional>
#include <span>

/// A guest's RAM: one range of the guest's addresses, and one of the machine's behind it.
class GuestMemory {
public:
    /// @param range where the guest sees its RAM
    /// @param host where that RAM lies in the machine's
    GuestMemory(GuestRange range, HostPhysical host) : range_(range), host_(host) {}

    /// The `length` bytes from `address` on, or nothing unless all of them are guest RAM: the only
    /// way from a guest's address to its bytes.
    std::optional<std::span<std::byte>> span(GuestPhysical address, std::uint64_t length) const {
        if (!range_.contains(address, length)) {
            return std::nullopt;
        }
        return std::span{to_pointer<std::byte>(host_ + (address - range_.start)), length};
    }

    /// Where the guest sees its RAM.
    GuestRange range() const {
        return range_;
    }

    /// Where that RAM lies in the machine's.
    HostPhysical host() const {
        return host_;
    }

private:
    GuestRange range_;
    HostPhysical host_;
};
