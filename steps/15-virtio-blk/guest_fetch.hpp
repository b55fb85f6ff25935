/// @file
/// Reads an instruction as the guest would fetch it.
#pragma once

#include "address.hpp"
#include "trap.hpp"

struct FetchedInstruction {
    /// The instruction, of 2 or 4 bytes, in the low bits.
    std::uint64_t bits;
    /// Why it could not be read, or Cause{0}.
    Cause fault;
};

/// Reads the instruction at `pc` with the guest's own translation and permission to execute
/// (HLVX, Privileged spec 18.3.1). The guest can make that fail: by another page table since.
/// A failure overwrites sepc, scause, stval, htval and htinst: read them before.
extern "C" FetchedInstruction fetch_guest_instruction(GuestVirtual pc);
