/// @file
/// The guest's RAM.
#pragma once

#include "address.hpp"

/// A guest's RAM: one range of the guest's addresses, and one of the machine's behind it.
class GuestMemory {
public:
    /// @param range where the guest sees its RAM
    /// @param host where that RAM lies in the machine's
    GuestMemory(GuestRange range, HostPhysical host) : range_(range), host_(host) {}

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
