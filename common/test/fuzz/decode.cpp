// Instruction decoding against LLVM's disassembler: what it prints as a load or store has to be
// that, and nothing else may be.

#include "decode.hpp"

#include "fuzz.hpp"

#include <array>
#include <string_view>

// LLVM-C (llvm-c/Disassembler.h and Target.h), whose functions do not change. They are declared
// here because the library is on every machine that has clang, but its headers are another 340 MB.
extern "C" {
void LLVMInitializeRISCVTargetInfo();
void LLVMInitializeRISCVTargetMC();
void LLVMInitializeRISCVDisassembler();
void* LLVMCreateDisasmCPUFeatures(const char* triple, const char* cpu, const char* features,
                                  void* information, int tag, void* get, void* look_up);
std::size_t LLVMDisasmInstruction(void* context, std::uint8_t* bytes, std::uint64_t size,
                                  std::uint64_t pc, char* text, std::size_t text_size);
}

namespace {

/// What an input consists of.
enum class Op : std::uint8_t {
    any,         ///< 32 bits: any instruction
    access,      ///< 32 bits, with one of the opcodes of loads and stores
    compressed,  ///< 16 bits
    transformed, ///< 64 bits: htinst
    extend,      ///< 64 bits, width, whether signed
    count,
};

/// What each load and store of the extensions I and C does (Unprivileged spec 2.6, 4.3, 26.3).
struct Form {
    std::string_view name;
    bool store;
    unsigned width;
    bool sign_extend;
};

constexpr Form forms[] = {
    {"lb", false, 1, true},   {"lh", false, 2, true},   {"lw", false, 4, true},
    {"ld", false, 8, true},   {"lbu", false, 1, false}, {"lhu", false, 2, false},
    {"lwu", false, 4, false}, {"sb", true, 1, false},   {"sh", true, 2, false},
    {"sw", true, 4, false},   {"sd", true, 8, false},
};

constexpr std::string_view registers[] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

class Disassembler {
public:
    Disassembler() {
        LLVMInitializeRISCVTargetInfo();
        LLVMInitializeRISCVTargetMC();
        LLVMInitializeRISCVDisassembler();
        context_ = LLVMCreateDisasmCPUFeatures("riscv64", "", "+m,+a,+f,+d,+c,+zicsr,+zifencei",
                                               nullptr, 0, nullptr, nullptr);
        require(context_ != nullptr, "LLVM knows RISC-V");
    }

    /// The access of the instruction, as its text says: "\tlw\ta0, 4(a1)".
    std::optional<Access> decode(std::uint32_t instruction) {
        std::array<std::uint8_t, 4> bytes;
        std::memcpy(bytes.data(), &instruction, sizeof instruction);
        std::array<char, 128> line = {};
        const std::size_t size = LLVMDisasmInstruction(context_, bytes.data(), bytes.size(), 0,
                                                       line.data(), line.size());
        if (size == 0) {
            return std::nullopt;
        }
        std::string_view text = line.data();
        const std::string_view name = take_word(text);
        const auto* form = std::ranges::find(forms, name, &Form::name);
        if (form == std::end(forms)) {
            return std::nullopt;
        }
        const std::size_t reg = register_number(take_word(text));
        const std::string_view operand = take_word(text); // "4(a1)"
        const std::size_t open = operand.find('(');
        require(open < operand.size() && operand.back() == ')', "LLVM names an address");
        const std::size_t base =
            register_number(operand.substr(open + 1, operand.size() - open - 2));
        const auto offset = std::strtol(operand.data(), nullptr, 10) & (form->width - 1);
        return Access{form->store, form->width, form->sign_extend,
                      reg,         base,        static_cast<unsigned>(offset),
                      size};
    }

private:
    static std::size_t register_number(std::string_view name) {
        const auto* found = std::ranges::find(registers, name);
        require(found != std::end(registers), "LLVM names a register");
        return static_cast<std::size_t>(found - registers);
    }

    static std::string_view take_word(std::string_view& text) {
        text.remove_prefix(std::min(text.find_first_not_of("\t ,"), text.size()));
        const std::string_view word = text.substr(0, text.find_first_of("\t ,"));
        text.remove_prefix(word.size());
        return word;
    }

    void* context_;
};

/// C.LWSP and C.LDSP into register 0 are reserved (Unprivileged spec 26.3.1): LLVM rejects them, no
/// hardware executes them, and so it does not matter what they are taken for.
bool is_reserved(std::uint32_t instruction) {
    const std::uint32_t form = instruction & 0xef83; // funct3, rd, quadrant
    return form == 0x4002 || form == 0x6002;
}

void compare(std::optional<Access> actual, std::optional<Access> expected) {
    require(actual.has_value() == expected.has_value(), "it is a load or store if LLVM says so");
    if (actual) {
        require(actual->store == expected->store, "it stores if LLVM says so");
        require(actual->width == expected->width, "it has LLVM's width");
        require(actual->reg == expected->reg, "it has LLVM's register");
        require(actual->base == expected->base, "it has LLVM's base");
        require(actual->offset % actual->width == expected->offset, "it has LLVM's offset");
        require(actual->size == expected->size, "it has LLVM's size");
        require(actual->store || actual->width == 8 || actual->sign_extend == expected->sign_extend,
                "it extends the sign if LLVM says so");
    }
}

void check(Disassembler& reference, std::uint32_t instruction) {
    if (!is_reserved(instruction)) {
        compare(decode(instruction, false), reference.decode(instruction));
    }
}

/// Privileged spec 18.6.3: bit 1 is clear where the instruction that was transformed had 2 bytes,
/// what would be rs1 says how far from the start of the access the fault is, and bit 0 is clear
/// where it was no instruction's access.
void check_transformed(Disassembler& reference, std::uint64_t htinst) {
    auto expected = reference.decode(static_cast<std::uint32_t>(htinst) | 3);
    if (expected && (expected->base != 0 || (htinst & 1) == 0)) {
        expected.reset();
    } else if (expected) {
        expected->size = htinst & 2 ? 4 : 2;
    }
    compare(decode(static_cast<std::uint32_t>(htinst), true), expected);
}

void check_extend(std::uint64_t value, unsigned width, bool sign) {
    std::uint64_t expected = 0;
    for (unsigned bit = 0; bit < 64; ++bit) {
        const bool copy_of_sign = bit >= 8 * width;
        const unsigned from = copy_of_sign ? 8 * width - 1 : bit;
        if (!copy_of_sign || sign) {
            expected |= (value >> from & 1) << bit;
        }
    }
    require(Access{false, width, sign, 1, 2, 0, 4}.extend(value) == expected,
            "a value is extended");
}

/// Before anything else: every compressed instruction, and every opcode, rd and funct3 of 32 bits
/// with a few values of what lies above.
void check_all_forms(Disassembler& reference) {
    for (std::uint32_t instruction = 0; instruction < 0x10000; ++instruction) {
        if ((instruction & 3) != 3) {
            check(reference, instruction | 0xa5a5'0000);
        }
    }
    for (std::uint32_t low = 3; low < 0x8000; low += 4) {
        for (const std::uint32_t high : {0x0000'0000u, 0xffff'8000u, 0x5a5a'8000u}) {
            check(reference, low | high);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Disassembler reference;
    [[maybe_unused]] static const bool checked = (check_all_forms(reference), true);

    for (Input input{data, size}; !input.empty();) {
        switch (input.op<Op>()) {
        case Op::any:
            check(reference, input.next<std::uint32_t>());
            break;
        case Op::access: {
            const auto instruction = input.next<std::uint32_t>() & ~0x7fu;
            check(reference, instruction | 0x03);
            check(reference, instruction | 0x23);
            break;
        }
        case Op::compressed:
            check(reference, input.next<std::uint16_t>());
            break;
        case Op::transformed:
            check_transformed(reference, input.next<std::uint64_t>());
            break;
        case Op::extend: {
            const auto value = input.next<std::uint64_t>();
            const unsigned width = 1u << input.below(4);
            check_extend(value, width, input.next() & 1);
            break;
        }
        case Op::count:
            break;
        }
    }
    return 0;
}
