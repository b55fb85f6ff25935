/// @file
/// Included before everything else, this pretends that the hardware never writes htinst: no QEMU
/// does both (see HAZARDS). Steps that do not read it are what they were.
#pragma once

#include "csr.hpp"

template <>
inline std::uint64_t csr::read<Csr{0x64a}>() {
    return 0;
}
