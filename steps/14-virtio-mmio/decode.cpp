#include "decode.hpp"

namespace {

/// Bits `high` to `low` of `value`.
constexpr std::uint32_t bits(std::uint32_t value, unsigned high, unsigned low) {
    return value >> low & ((1u << (high - low + 1)) - 1);
}

/// C.LW, C.LD, C.SW and C.SD are in quadrant 0, their stack-pointer forms in quadrant 2, with the
/// same funct3: 2 and 3 load, 6 and 7 store (Unprivileged spec, "RVC Instruction Set Listings").
std::optional<Access> decode_compressed(std::uint32_t instruction) {
    const std::uint32_t quadrant = bits(instruction, 1, 0), funct3 = bits(instruction, 15, 13);
    const bool store = funct3 & 4;
    const unsigned width = funct3 & 1 ? 8 : 4;
    if (quadrant == 1 || (funct3 & 2) == 0) {
        return std::nullopt;
    }
    if (quadrant == 0) {
        const std::size_t reg = 8 + bits(instruction, 4, 2), base = 8 + bits(instruction, 9, 7);
        return Access{store, width, true, reg, base, 0, 2};
    }
    const std::size_t reg = store ? bits(instruction, 6, 2) : bits(instruction, 11, 7), sp = 2;
    return Access{store, width, true, reg, sp, 0, 2};
}

} // namespace

std::optional<Access> decode(std::uint32_t instruction, bool transformed) {
    if (!transformed && bits(instruction, 1, 0) != 3) {
        return decode_compressed(instruction);
    }
    // Unprivileged spec, "RV32/64G Instruction Set Listings". In a transformed instruction bit 1 is
    // clear if the original had 2 bytes, bit 0 if it was a page-table walk that faulted, and in the
    // place of rs1 is Addr.Offset: how far behind the start of the access that was.
    constexpr std::uint32_t opcode_load = 0x03 >> 2, opcode_store = 0x23 >> 2;
    const std::uint32_t opcode = bits(instruction, 6, 2), funct3 = bits(instruction, 14, 12);
    const unsigned width = 1u << (funct3 & 3);
    const bool is_unsigned = funct3 & 4;
    const std::size_t base = bits(instruction, 19, 15);
    const std::uint64_t size = instruction & 2 ? 4 : 2;

    if (transformed && (base != 0 || (instruction & 1) == 0)) {
        return std::nullopt;
    }
    if (opcode == opcode_load && funct3 != 7) { // LB LH LW LD LBU LHU LWU
        const unsigned offset = bits(instruction, 22, 20);
        return Access{false, width, !is_unsigned, bits(instruction, 11, 7), base, offset, size};
    }
    if (opcode == opcode_store && !is_unsigned) { // SB SH SW SD
        const unsigned offset = bits(instruction, 9, 7);
        return Access{true, width, true, bits(instruction, 24, 20), base, offset, size};
    }
    return std::nullopt;
}
