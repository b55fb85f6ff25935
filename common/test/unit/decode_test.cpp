#include "decode.hpp"

#include <array>
#include <cstdio>
#include <gtest/gtest.h>
#include <optional>
#include <span>
#include <string>

// Instructions as the assembler encodes them (encodings.S).
extern "C" {
extern const std::uint32_t long_table[], long_table_end[];
extern const std::uint16_t short_table[], short_table_end[];
extern const std::uint32_t expanded_table[], expanded_table_end[];
extern const std::uint32_t rejected_table[], rejected_table_end[];
extern const std::uint16_t rejected_short_table[], rejected_short_table_end[];
}

namespace {

/// Where an instruction comes from.
namespace Encoding {
constexpr bool original = false, transformed = true;
}

/// What the specification says of each instruction in long.bin (Unprivileged spec 2.6 and 4.3).
struct Form {
    const char* name;
    bool store;
    unsigned width;
    bool sign_extend;
};

constexpr std::array forms = {
    Form{"lb", false, 1, true},   Form{"lh", false, 2, true},   Form{"lw", false, 4, true},
    Form{"ld", false, 8, true},   Form{"lbu", false, 1, false}, Form{"lhu", false, 2, false},
    Form{"lwu", false, 4, false}, Form{"sb", true, 1, false},   Form{"sh", true, 2, false},
    Form{"sw", true, 4, false},   Form{"sd", true, 8, false},
};

// The major opcodes of integer loads and stores (Unprivileged spec, opcode map).
constexpr std::uint32_t load_opcode = 0b0000011;
constexpr std::uint32_t store_opcode = 0b0100011;

std::string hex(std::uint64_t value) {
    std::array<char, 20> text;
    std::snprintf(text.data(), text.size(), "%#lx", value);
    return text.data();
}

std::uint64_t extended(unsigned width, bool sign, std::uint64_t value) {
    Access access = {};
    access.width = width;
    access.sign_extend = sign;
    return access.extend(value);
}

void expect_same_access(std::optional<Access> access, std::optional<Access> expected) {
    ASSERT_TRUE(access && expected);
    EXPECT_EQ(access->store, expected->store);
    EXPECT_EQ(access->width, expected->width);
    EXPECT_EQ(access->reg, expected->reg);
    EXPECT_EQ(access->size, 2u);
    if (!access->store && access->width < 8) {
        EXPECT_EQ(access->sign_extend, expected->sign_extend);
    }
}

} // namespace

TEST(Decode, GivesWidthSignAndRegisterOfEveryLoadAndStoreAsAssembled) {
    const std::span assembled(long_table, long_table_end);
    ASSERT_EQ(assembled.size(), forms.size() * 32);
    for (std::size_t at = 0; at < assembled.size(); ++at) {
        const Form& form = forms[at / 32];
        SCOPED_TRACE(std::string{form.name} + " x" + std::to_string(at % 32));
        const auto access = decode(assembled[at], Encoding::original);
        ASSERT_TRUE(access);
        EXPECT_EQ(access->store, form.store);
        EXPECT_EQ(access->width, form.width);
        EXPECT_EQ(access->reg, at % 32);
        EXPECT_EQ(access->base, 21u);
        EXPECT_EQ(access->offset % form.width, 3 % form.width); // of -1365
        EXPECT_EQ(access->size, 4u);
        if (!form.store && form.width < 8) { // nothing is left to extend in 8 bytes
            EXPECT_EQ(access->sign_extend, form.sign_extend);
        }
    }
}

TEST(Decode, GivesTheSameAccessWithAnyAddressOperands) {
    // For a load rs1 and imm are bits 31 to 15, for a store they are bits 31 to 25, 19 to 15 and
    // 11 to 7 (Unprivileged spec 2.2).
    for (std::uint32_t bit = 15; bit < 32; ++bit) {
        const auto access = decode(load_opcode | 2 << 12 | 9 << 7 | 1u << bit, Encoding::original);
        ASSERT_TRUE(access) << bit;
        EXPECT_EQ(access->reg, 9u) << bit;
        EXPECT_EQ(access->width, 4u) << bit;
    }
    for (std::uint32_t bit = 7; bit < 32; ++bit) {
        if ((bit >= 12 && bit < 15) || (bit >= 20 && bit < 25)) {
            continue;
        }
        const auto access =
            decode(store_opcode | 3 << 12 | 22u << 20 | 1u << bit, Encoding::original);
        ASSERT_TRUE(access) << bit;
        EXPECT_EQ(access->reg, 22u) << bit;
        EXPECT_EQ(access->width, 8u) << bit;
    }
}

TEST(Decode, RejectsTheReservedFunct3OfLoadsAndStores) {
    EXPECT_FALSE(decode(load_opcode | 7 << 12 | 5 << 7, Encoding::original));
    for (std::uint32_t funct3 = 4; funct3 < 8; ++funct3) {
        EXPECT_FALSE(decode(store_opcode | funct3 << 12 | 5u << 20, Encoding::original)) << funct3;
    }
}

TEST(Decode, RejectsEveryOtherMajorOpcode) {
    for (std::uint32_t opcode = 3; opcode < 128; opcode += 4) {
        if (opcode == load_opcode || opcode == store_opcode) {
            continue;
        }
        for (std::uint32_t funct3 = 0; funct3 < 8; ++funct3) {
            EXPECT_FALSE(decode(opcode | funct3 << 12 | 5 << 7, Encoding::original))
                << opcode << ' ' << funct3;
        }
    }
}

TEST(Decode, RejectsFloatingPointVectorAtomicAndAllOtherInstructions) {
    for (const std::uint32_t instruction : std::span(rejected_table, rejected_table_end)) {
        EXPECT_FALSE(decode(instruction, Encoding::original)) << hex(instruction);
    }
}

TEST(Decode, RejectsTheIllegalInstructionOfAllZeros) {
    EXPECT_FALSE(decode(0, Encoding::original));
}

TEST(Decode, TakesEveryCompressedAccessForTheLongOneThatItExpandsTo) {
    const std::span compressed(short_table, short_table_end);
    const std::span expanded(expanded_table, expanded_table_end);
    ASSERT_EQ(compressed.size(), expanded.size());
    for (std::size_t at = 0; at < compressed.size(); ++at) {
        SCOPED_TRACE(hex(compressed[at]));
        const auto access = decode(compressed[at], Encoding::original),
                   expected = decode(expanded[at], Encoding::original);
        expect_same_access(access, expected);
        EXPECT_EQ(access->base, expected->base);
        EXPECT_EQ(access->offset, 0u); // all of them are multiples of the width
    }
}

TEST(Decode, IgnoresWhatFollowsACompressedAccess) {
    for (const std::uint32_t compressed : std::span(short_table, short_table_end)) {
        SCOPED_TRACE(hex(compressed));
        expect_same_access(decode(0xffff'0000 | compressed, Encoding::original),
                           decode(compressed, Encoding::original));
    }
}

TEST(Decode, RejectsEveryCompressedInstructionThatIsNoIntegerAccess) {
    for (const std::uint16_t instruction :
         std::span(rejected_short_table, rejected_short_table_end)) {
        EXPECT_FALSE(decode(instruction, Encoding::original)) << hex(instruction);
    }
}

TEST(Decode, RejectsAllOfCompressedQuadrantOne) {
    for (std::uint32_t instruction = 1; instruction < 0x10000; instruction += 4) {
        ASSERT_FALSE(decode(instruction, Encoding::original)) << hex(instruction);
    }
}

// Privileged spec 18.6.3: the transformed instruction has 0 for its immediate, and for rs1 the
// offset of a misaligned access; bit 1 is clear where the instruction had 2 bytes.

TEST(DecodeTransformed, GivesTheSameAsTheLongInstruction) {
    for (const std::uint32_t instruction : std::span(long_table, long_table_end)) {
        const bool store = (instruction & 0x7f) == store_opcode;
        const std::uint32_t transformed = instruction & (store ? 0x01f0'707f : 0x0000'7fff);
        const auto access = decode(transformed, Encoding::transformed),
                   expected = decode(instruction, Encoding::original);
        ASSERT_TRUE(access && expected) << hex(instruction);
        EXPECT_EQ(access->store, expected->store);
        EXPECT_EQ(access->width, expected->width);
        EXPECT_EQ(access->sign_extend, expected->sign_extend);
        EXPECT_EQ(access->reg, expected->reg);
        EXPECT_EQ(access->base, 0u);
        EXPECT_EQ(access->offset, 0u);
        EXPECT_EQ(access->size, 4u);
    }
}

TEST(DecodeTransformed, RejectsWhatFaultedBehindTheStartOfAMisalignedAccess) {
    for (std::uint32_t offset = 1; offset < 8; ++offset) {
        EXPECT_FALSE(decode(load_opcode | 3 << 12 | 9 << 7 | offset << 15, Encoding::transformed))
            << offset;
        EXPECT_FALSE(
            decode(store_opcode | 3 << 12 | 9u << 20 | offset << 15, Encoding::transformed))
            << offset;
    }
}

TEST(DecodeTransformed, GivesTheSameAsTheCompressedInstruction) {
    const std::span compressed(short_table, short_table_end);
    const std::span expanded(expanded_table, expanded_table_end);
    ASSERT_EQ(compressed.size(), expanded.size());
    for (std::size_t at = 0; at < compressed.size(); ++at) {
        SCOPED_TRACE(hex(compressed[at]));
        const std::uint32_t base = 31 << 15;
        expect_same_access(decode(expanded[at] & ~2u & ~base, Encoding::transformed),
                           decode(compressed[at], Encoding::original));
    }
}

TEST(DecodeTransformed, RejectsAtomicAndFloatingPointAccesses) {
    for (const std::uint32_t instruction : std::span(rejected_table, rejected_table_end)) {
        EXPECT_FALSE(decode(instruction, Encoding::transformed)) << hex(instruction);
        EXPECT_FALSE(decode(instruction & ~2u, Encoding::transformed)) << hex(instruction);
    }
}

TEST(Extend, SignExtendsALoadOfEachWidth) {
    EXPECT_EQ(extended(1, true, 0x7f), 0x7fu);
    EXPECT_EQ(extended(1, true, 0x80), 0xffff'ffff'ffff'ff80u);
    EXPECT_EQ(extended(2, true, 0x7fff), 0x7fffu);
    EXPECT_EQ(extended(2, true, 0x8000), 0xffff'ffff'ffff'8000u);
    EXPECT_EQ(extended(4, true, 0x7fff'ffff), 0x7fff'ffffu);
    EXPECT_EQ(extended(4, true, 0x8000'0000), 0xffff'ffff'8000'0000u);
}

TEST(Extend, ZeroExtendsAnUnsignedLoadOfEachWidth) {
    EXPECT_EQ(extended(1, false, 0xff), 0xffu);
    EXPECT_EQ(extended(2, false, 0xffff), 0xffffu);
    EXPECT_EQ(extended(4, false, 0xffff'ffff), 0xffff'ffffu);
}

TEST(Extend, LeavesEightBytesAsTheyAre) {
    EXPECT_EQ(extended(8, true, 0x8123'4567'89ab'cdef), 0x8123'4567'89ab'cdefu);
    EXPECT_EQ(extended(8, false, 0x8123'4567'89ab'cdef), 0x8123'4567'89ab'cdefu);
}

TEST(Extend, IgnoresWhatLiesAboveTheWidth) {
    EXPECT_EQ(extended(1, false, 0xffff'ffff'ffff'ff12), 0x12u);
    EXPECT_EQ(extended(2, false, 0xffff'ffff'ffff'1234), 0x1234u);
    EXPECT_EQ(extended(4, false, 0xffff'ffff'1234'5678), 0x1234'5678u);
    EXPECT_EQ(extended(1, true, 0xff00), 0u);
}
