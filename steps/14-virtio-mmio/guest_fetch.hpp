/// @file
/// Reads an instruction as the guest would fetch it.
#pragma once

#include "address.hpp"

/// The instruction of 2 or 4 bytes at `pc`, read with the guest's own translation and permission
/// to execute (HLVX, Privileged spec 18.3.1). 0 if that fails: the guest may have another page
/// table by now. Then scause and stval say why, and sepc, htval and htinst are overwritten, too.
extern "C" std::uint64_t fetch_guest_instruction(GuestVirtual pc);
