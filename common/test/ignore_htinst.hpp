/// @file
/// Included before everything else, this pretends that the hardware does not write htinst, which
/// QEMU 7.2 never does and 10 always. Steps that do not read it are what they were.
#pragma once

#include "csr.hpp"

template <>
inline std::uint64_t csr::read<Csr{0x64a}>() {
    return 0;
}
