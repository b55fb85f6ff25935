/// @file
/// Instructions: from the bits in memory to what they ask for.
#pragma once

#include "integers.hpp"

#include <string_view>

namespace machine {

/// What an instruction does, by its name in the specifications; a dot is written as an underscore,
/// and C++'s own words have one behind them (`and_`, `or_`, `xor_`). Compressed
/// instructions are the ones that they stand for.
enum class Op : u8 {
#define INSTRUCTION(op, name, pattern, format) op,
#include "instructions.inc"
#undef INSTRUCTION
};

/// A decoded instruction. A field that it does not have is 0.
struct Instruction {
    Op op;
    u8 rd, rs1, rs2; ///< rs1 of csr*i is a number
    i32 immediate;   ///< sign extended; of csr* the CSR's number, of shifts the amount
    u32 bits;        ///< as in memory: 16 or 32 bits
    u8 length;       ///< 2 or 4 bytes

    /// The register that is added and the rounding mode, of the floating-point instructions that
    /// have them (none is compressed). Reserved modes are not refused here.
    u8 rs3() const {
        return static_cast<u8>(bits >> 27);
    }
    u8 rounding() const {
        return static_cast<u8>(bits >> 12 & 7);
    }
};

/// The length in bytes of the instruction that begins with `low` (Unprivileged spec 1.5).
constexpr unsigned length_of(u16 low) {
    return (low & 3) == 3 ? 4 : 2;
}

/// Decodes the instruction in `bits`, of which a compressed one has the lower 16. `Op::illegal` for
/// what this machine does not know and for what is reserved, except for rounding modes.
Instruction decode(u32 bits);

/// Its name, as an assembler has it.
std::string_view name_of(Op op);

} // namespace machine
