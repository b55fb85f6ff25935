#include "decode.hpp"

namespace {

/// Bits `high` to `low` of `value`.
constexpr std::uint32_t bits(std::uint32_t value, unsigned high, unsigned low) {
    return value >> low & ((1u << (high - low + 1)) - 1);
}

/// Unprivileged spec, "RVC Instruction Set Listings". C.LW, C.LD, C.SW and C.SD are in quadrant 0,
/// their stack-pointer forms in quadrant 2, with the same funct3: 2 and 3 load, 6 and 7 store.
std::optional<Access> decode_compressed(std::uint32_t instruction) {
    const std::uint32_t quadrant = bits(instruction, 1, 0);
    const std::uint32_t funct3 = bits(instruction, 15, 13);
    if (quadrant == 1 || (funct3 & 2) == 0) {
        return std::nullopt;
    }
    const bool store = funct3 & 4;
    const unsigned width = funct3 & 1 ? 8 : 4;
    std::size_t reg = store ? bits(instruction, 6, 2) : bits(instruction, 11, 7);
    std::size_t base = 2; // sp
    if (quadrant == 0) {
        reg = 8 + bits(instruction, 4, 2);
        base = 8 + bits(instruction, 9, 7);
    }
    return Access{store, width, true, reg, base, 0, 2};
}

} // namespace

std::uint64_t Access::extend(std::uint64_t value) const {
    const unsigned unused = 64 - 8 * width;
    value <<= unused;
    return sign_extend ? static_cast<std::uint64_t>(static_cast<std::int64_t>(value) >> unused)
                       : value >> unused;
}

std::optional<Access> decode(std::uint32_t instruction, Encoding encoding) {
    const bool transformed = encoding == Encoding::transformed;
    if (!transformed && (instruction & 3) != 3) {
        return decode_compressed(instruction);
    }
    // Unprivileged spec, "RV32/64G Instruction Set Listings". In a transformed instruction bit 1 is
    // clear if the original had 2 bytes, and in the place of rs1 is Addr.Offset: how far behind
    // the start of the access it is that faulted. Bit 0 is clear if no instruction accessed that
    // address but the walk of the guest's page table.
    constexpr std::uint32_t opcode_load = 0x03 >> 2, opcode_store = 0x23 >> 2;
    const std::uint32_t opcode = bits(instruction, 6, 2);
    const std::uint32_t funct3 = bits(instruction, 14, 12);
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
