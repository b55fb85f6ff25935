/// @file
/// The guest's RAM, and the only way from a guest's address to its bytes.
#pragma once

#include "address.hpp"

#include <cstddef>
#include <optional>
#include <span>

class GuestMemory {
public:
    /// @param range where the guest sees its RAM
    /// @param host where that RAM lies in the machine's
    GuestMemory(GuestRange range, HostPhysical host) : range_(range), host_(host) {}

    /// The `length` bytes from `address` on, or nothing unless all of them are guest RAM.
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

private:
    GuestRange range_;
    HostPhysical host_;
};
