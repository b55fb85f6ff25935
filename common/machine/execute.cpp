// What the instructions of RV64I, M, Zba, Zbb and Zbs do, and the loads and stores of all
// (Unprivileged spec 2 to 4, 12 and 28).

#include "hart.hpp"

#include <bit>

namespace machine {

/// Loads from where the hart looks now. False: a trap was taken.
template <typename T>
bool Hart::load(u64 address, T& value) {
    const Page& page = pages_[static_cast<u8>(Access::load)][(address >> 12) % cached_pages];
    const bool aligned = address % sizeof(T) == 0;
    if (aligned && page.number == address >> 12 && page.context == data_context_) {
        value = bus_.ram.read<T>(page.physical | (address & 4095));
        return true;
    }
    u64 loaded = 0;
    const bool done = load_slowly(address, sizeof(T), data_view(), loaded);
    value = static_cast<T>(loaded);
    return done;
}

/// Stores to where the hart looks now. False: a trap was taken.
template <typename T>
bool Hart::store(u64 address, T value) {
    const Page& page = pages_[static_cast<u8>(Access::store)][(address >> 12) % cached_pages];
    const bool aligned = address % sizeof(T) == 0;
    if (!aligned || page.number != address >> 12 || page.context != data_context_) {
        return store_slowly(address, sizeof(T), data_view(), value);
    }
    bus_.ram.write<T>(page.physical | (address & 4095), value);
    if (bus_.ram.take_used_store()) {
        flush_translations();
    }
    return true;
}

namespace {

constexpr u64 sext(u64 word) { // of 32 bits
    return static_cast<u64>(static_cast<i32>(word));
}

/// The upper half of a product of which one or both factors have a sign.
constexpr u64 multiply_high_signed(u64 left, u64 right, bool right_signed) {
    u64 high = multiply_high(left, right);
    high -= static_cast<i64>(left) < 0 ? right : 0;
    high -= right_signed && static_cast<i64>(right) < 0 ? left : 0;
    return high;
}

/// Division never traps: by 0 it gives all ones, and the dividend as remainder; what overflows
/// gives the dividend, and 0 (Unprivileged spec 12.2).
template <typename T>
constexpr T divide(T left, T right) {
    if (right == 0) {
        return static_cast<T>(-1);
    }
    return right == static_cast<T>(-1) && std::is_signed_v<T>
               ? static_cast<T>(0 - static_cast<u64>(left))
               : static_cast<T>(left / right);
}
template <typename T>
constexpr T remainder(T left, T right) {
    if (right == 0) {
        return left;
    }
    return right == static_cast<T>(-1) && std::is_signed_v<T> ? T{0} : static_cast<T>(left % right);
}

constexpr u64 or_combine(u64 value) { // each byte that is not 0 becomes all ones
    u64 result = 0;
    for (unsigned low = 0; low < 64; low += 8) {
        result |= (value >> low & 0xff) != 0 ? 0xffull << low : 0;
    }
    return result;
}

} // namespace

/// Executes the instruction at pc. It leaves in next_pc_ where the hart goes on.
void Hart::execute(const Instruction& i) {
    current_ = &i;
    const u64 a = x_[i.rs1], b = x_[i.rs2];
    const u64 immediate = static_cast<u64>(i64{i.immediate});
    const auto signed_a = static_cast<i64>(a), signed_b = static_cast<i64>(b);
    const auto branch = [&](bool taken) {
        if (taken) {
            next_pc_ = pc_ + immediate;
        }
    };
    const auto load_as = [&]<typename T>(T value) { // the type says width and sign
        if (load(a + immediate, value)) {
            set(i.rd, static_cast<u64>(static_cast<i64>(value)));
        }
    };
    switch (i.op) {
    case Op::lui:
        return set(i.rd, immediate);
    case Op::auipc:
        return set(i.rd, pc_ + immediate);
    case Op::jal: {
        const u64 link = next_pc_;
        next_pc_ = pc_ + immediate;
        return set(i.rd, link);
    }
    case Op::jalr: {
        const u64 link = next_pc_;
        next_pc_ = (a + immediate) & ~1ull;
        return set(i.rd, link);
    }
    case Op::beq:
        return branch(a == b);
    case Op::bne:
        return branch(a != b);
    case Op::blt:
        return branch(signed_a < signed_b);
    case Op::bge:
        return branch(signed_a >= signed_b);
    case Op::bltu:
        return branch(a < b);
    case Op::bgeu:
        return branch(a >= b);

    case Op::lb:
        return load_as(i8{});
    case Op::lh:
        return load_as(i16{});
    case Op::lw:
        return load_as(i32{});
    case Op::ld:
        return load_as(u64{});
    case Op::lbu:
        return load_as(u8{});
    case Op::lhu:
        return load_as(u16{});
    case Op::lwu:
        return load_as(u32{});
    case Op::sb:
        store(a + immediate, static_cast<u8>(b));
        return;
    case Op::sh:
        store(a + immediate, static_cast<u16>(b));
        return;
    case Op::sw:
        store(a + immediate, static_cast<u32>(b));
        return;
    case Op::sd:
        store(a + immediate, b);
        return;

    case Op::addi:
        return set(i.rd, a + immediate);
    case Op::slti:
        return set(i.rd, signed_a < static_cast<i64>(immediate));
    case Op::sltiu:
        return set(i.rd, a < immediate);
    case Op::xori:
        return set(i.rd, a ^ immediate);
    case Op::ori:
        return set(i.rd, a | immediate);
    case Op::andi:
        return set(i.rd, a & immediate);
    case Op::slli:
        return set(i.rd, a << immediate);
    case Op::srli:
        return set(i.rd, a >> immediate);
    case Op::srai:
        return set(i.rd, static_cast<u64>(signed_a >> immediate));
    case Op::add:
        return set(i.rd, a + b);
    case Op::sub:
        return set(i.rd, a - b);
    case Op::sll:
        return set(i.rd, a << (b & 63));
    case Op::slt:
        return set(i.rd, signed_a < signed_b);
    case Op::sltu:
        return set(i.rd, a < b);
    case Op::xor_:
        return set(i.rd, a ^ b);
    case Op::srl:
        return set(i.rd, a >> (b & 63));
    case Op::sra:
        return set(i.rd, static_cast<u64>(signed_a >> (b & 63)));
    case Op::or_:
        return set(i.rd, a | b);
    case Op::and_:
        return set(i.rd, a & b);

    case Op::addiw:
        return set(i.rd, sext(a + immediate));
    case Op::slliw:
        return set(i.rd, sext(a << immediate));
    case Op::srliw:
        return set(i.rd, sext(static_cast<u32>(a) >> immediate));
    case Op::sraiw:
        return set(i.rd, sext(static_cast<u32>(static_cast<i32>(a) >> immediate)));
    case Op::addw:
        return set(i.rd, sext(a + b));
    case Op::subw:
        return set(i.rd, sext(a - b));
    case Op::sllw:
        return set(i.rd, sext(a << (b & 31)));
    case Op::srlw:
        return set(i.rd, sext(static_cast<u32>(a) >> (b & 31)));
    case Op::sraw:
        return set(i.rd, sext(static_cast<u32>(static_cast<i32>(a) >> (b & 31))));

    case Op::mul:
        return set(i.rd, a * b);
    case Op::mulh:
        return set(i.rd, multiply_high_signed(a, b, true));
    case Op::mulhsu:
        return set(i.rd, multiply_high_signed(a, b, false));
    case Op::mulhu:
        return set(i.rd, multiply_high(a, b));
    case Op::div:
        return set(i.rd, static_cast<u64>(divide(signed_a, signed_b)));
    case Op::divu:
        return set(i.rd, divide(a, b));
    case Op::rem:
        return set(i.rd, static_cast<u64>(remainder(signed_a, signed_b)));
    case Op::remu:
        return set(i.rd, remainder(a, b));
    case Op::mulw:
        return set(i.rd, sext(a * b));
    case Op::divw:
        return set(i.rd, sext(static_cast<u32>(divide(static_cast<i32>(a), static_cast<i32>(b)))));
    case Op::divuw:
        return set(i.rd, sext(divide(static_cast<u32>(a), static_cast<u32>(b))));
    case Op::remw:
        return set(i.rd,
                   sext(static_cast<u32>(remainder(static_cast<i32>(a), static_cast<i32>(b)))));
    case Op::remuw:
        return set(i.rd, sext(remainder(static_cast<u32>(a), static_cast<u32>(b))));

    case Op::fence: // one hart's accesses are in order here
        return;
    case Op::fence_i:
        bus_.ram.fence_i();
        line_ = nullptr;
        return;
    default:
        if (!execute_bits(i) && !execute_atomic(i) && !execute_float(i) && !execute_system(i)) {
            illegal(i);
        }
    }
}

/// Zba, Zbb and Zbs (Unprivileged spec 28).
bool Hart::execute_bits(const Instruction& i) {
    const u64 a = x_[i.rs1], b = x_[i.rs2], amount = static_cast<u64>(i.immediate);
    const auto signed_a = static_cast<i64>(a), signed_b = static_cast<i64>(b);
    const auto word = static_cast<u32>(a);
    const auto give = [&](u64 value) {
        set(i.rd, value);
        return true;
    };
    switch (i.op) {
    case Op::add_uw:
        return give(b + word);
    case Op::sh1add:
        return give(b + (a << 1));
    case Op::sh2add:
        return give(b + (a << 2));
    case Op::sh3add:
        return give(b + (a << 3));
    case Op::sh1add_uw:
        return give(b + (u64{word} << 1));
    case Op::sh2add_uw:
        return give(b + (u64{word} << 2));
    case Op::sh3add_uw:
        return give(b + (u64{word} << 3));
    case Op::slli_uw:
        return give(u64{word} << amount);

    case Op::andn:
        return give(a & ~b);
    case Op::orn:
        return give(a | ~b);
    case Op::xnor:
        return give(~(a ^ b));
    case Op::clz:
        return give(static_cast<u64>(std::countl_zero(a)));
    case Op::clzw:
        return give(static_cast<u64>(std::countl_zero(word)));
    case Op::ctz:
        return give(static_cast<u64>(std::countr_zero(a)));
    case Op::ctzw:
        return give(static_cast<u64>(std::countr_zero(word)));
    case Op::cpop:
        return give(static_cast<u64>(std::popcount(a)));
    case Op::cpopw:
        return give(static_cast<u64>(std::popcount(word)));
    case Op::max:
        return give(signed_a > signed_b ? a : b);
    case Op::maxu:
        return give(a > b ? a : b);
    case Op::min:
        return give(signed_a < signed_b ? a : b);
    case Op::minu:
        return give(a < b ? a : b);
    case Op::sext_b:
        return give(static_cast<u64>(static_cast<i8>(a)));
    case Op::sext_h:
        return give(static_cast<u64>(static_cast<i16>(a)));
    case Op::zext_h:
        return give(static_cast<u16>(a));
    case Op::rol:
        return give(std::rotl(a, static_cast<int>(b & 63)));
    case Op::rolw:
        return give(sext(std::rotl(word, static_cast<int>(b & 31))));
    case Op::ror:
        return give(std::rotr(a, static_cast<int>(b & 63)));
    case Op::rorw:
        return give(sext(std::rotr(word, static_cast<int>(b & 31))));
    case Op::rori:
        return give(std::rotr(a, static_cast<int>(amount)));
    case Op::roriw:
        return give(sext(std::rotr(word, static_cast<int>(amount))));
    case Op::orc_b:
        return give(or_combine(a));
    case Op::rev8:
        return give(std::byteswap(a));

    case Op::bclr:
        return give(a & ~(1ull << (b & 63)));
    case Op::bclri:
        return give(a & ~(1ull << amount));
    case Op::bext:
        return give(a >> (b & 63) & 1);
    case Op::bexti:
        return give(a >> amount & 1);
    case Op::binv:
        return give(a ^ 1ull << (b & 63));
    case Op::binvi:
        return give(a ^ 1ull << amount);
    case Op::bset:
        return give(a | 1ull << (b & 63));
    case Op::bseti:
        return give(a | 1ull << amount);
    default:
        return false;
    }
}

// execute_float.cpp has loads and stores of these.
template bool Hart::load(u64 address, u32& value);
template bool Hart::load(u64 address, u64& value);
template bool Hart::store(u64 address, u32 value);
template bool Hart::store(u64 address, u64 value);

} // namespace machine
