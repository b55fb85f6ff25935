// The F and D extensions: registers, flags and rounding modes (Unprivileged spec 20 and 21). The
// arithmetic is in float.hpp.

#include "float.hpp"
#include "hart.hpp"

namespace machine {

namespace {

constexpr u64 box = 0xffff'ffff'0000'0000; // around a single in a register (21.2)
constexpr u8 dynamic = 7;                  // the rounding mode is the one in frm (20.2)

constexpr u64 sext(u32 word) {
    return static_cast<u64>(static_cast<i32>(word));
}

} // namespace

/// Whether there is a floating-point unit: FS, and that of the guest, are not Off
/// (3.1.6.6, 18.2.11).
bool Hart::float_enabled() const {
    return (csr_.mstatus & status::FS) != 0 && (!virtualized_ || (csr_.vsstatus & status::FS) != 0);
}

/// Says that the state of floating point has changed.
void Hart::dirty_float() {
    csr_.mstatus |= status::FS;
    if (virtualized_) {
        csr_.vsstatus |= status::FS;
    }
}

/// A single as it is in register `number`; what is not boxed counts as NaN (21.2).
u32 Hart::single(unsigned number) const {
    return (f_[number] & box) == box ? static_cast<u32>(f_[number]) : Float<Single>::canonical_nan;
}

/// Keeps in register `number` what an operation gave, and the flags that it raised.
void Hart::set_float(unsigned number, u64 value, u8 flags) {
    f_[number] = value;
    csr_.fcsr |= flags;
    dirty_float();
}

void Hart::set_from_float(unsigned number, u64 value, u8 flags) {
    set(number, value);
    if (flags != 0) {
        csr_.fcsr |= flags;
        dirty_float();
    }
}

bool Hart::execute_float(const Instruction& i) {
    if (i.op < Op::flw || i.op > Op::fcvt_d_lu) { // all are together in instructions.inc
        return false;
    }
    if (!float_enabled()) {
        return false;
    }
    return move_float(i) || float_arithmetic<Single>(i) || float_arithmetic<Double>(i) ||
           convert_float(i);
}

/// What only moves bits.
bool Hart::move_float(const Instruction& i) {
    const u64 at = x_[i.rs1] + static_cast<u64>(i64{i.immediate});
    u32 word = 0;
    u64 value = 0;
    switch (i.op) {
    case Op::flw:
        if (load(at, word)) {
            set_float(i.rd, box | word, 0);
        }
        return true;
    case Op::fld:
        if (load(at, value)) {
            set_float(i.rd, value, 0);
        }
        return true;
    case Op::fsw:
        store(at, static_cast<u32>(f_[i.rs2]));
        return true;
    case Op::fsd:
        store(at, f_[i.rs2]);
        return true;
    case Op::fmv_x_w:
        set(i.rd, sext(static_cast<u32>(f_[i.rs1])));
        return true;
    case Op::fmv_x_d:
        set(i.rd, f_[i.rs1]);
        return true;
    case Op::fmv_w_x:
        set_float(i.rd, box | static_cast<u32>(x_[i.rs1]), 0);
        return true;
    case Op::fmv_d_x:
        set_float(i.rd, x_[i.rs1], 0);
        return true;
    default:
        return false;
    }
}

/// The rounding mode of an instruction; none if there is no such mode, which is illegal (20.2).
std::optional<Rounding> Hart::rounding(const Instruction& i) const {
    const u64 mode = i.rounding() == dynamic ? csr_.fcsr >> 5 : i.rounding();
    return mode <= 4 ? std::optional{static_cast<Rounding>(mode)} : std::nullopt;
}

namespace {

/// The operations on `Format` by its Op, one of two that are in the table in the same order.
template <typename Format>
constexpr Op pick(Op single, Op of_double) {
    return std::is_same_v<Format, Single> ? single : of_double;
}

} // namespace

/// Arithmetic, comparisons and signs in one format.
template <typename Format>
bool Hart::float_arithmetic(const Instruction& i) {
    using F = Float<Format>;
    using Bits = Format::Bits;
    constexpr bool is_single = std::is_same_v<Format, Single>;
    constexpr u64 around = is_single ? box : 0;
    const auto operand = [&](unsigned number) -> Bits {
        if constexpr (is_single) {
            return single(number);
        } else {
            return f_[number];
        }
    };
    const Bits a = operand(i.rs1), b = operand(i.rs2);
    u8 flags = 0;
    const auto give = [&](Bits value) {
        set_float(i.rd, around | value, flags);
        return true;
    };
    const auto tell = [&](u64 value) {
        set_from_float(i.rd, value, flags);
        return true;
    };
    switch (i.op) {
    case pick<Format>(Op::fsgnj_s, Op::fsgnj_d):
        return give((a & ~F::sign) | (b & F::sign));
    case pick<Format>(Op::fsgnjn_s, Op::fsgnjn_d):
        return give((a & ~F::sign) | (~b & F::sign));
    case pick<Format>(Op::fsgnjx_s, Op::fsgnjx_d):
        return give(a ^ (b & F::sign));
    case pick<Format>(Op::fmin_s, Op::fmin_d): {
        const Bits value = F::minimum(a, b, flags);
        return give(value);
    }
    case pick<Format>(Op::fmax_s, Op::fmax_d): {
        const Bits value = F::maximum(a, b, flags);
        return give(value);
    }
    case pick<Format>(Op::feq_s, Op::feq_d): {
        const bool value = F::equal(a, b, flags);
        return tell(value);
    }
    case pick<Format>(Op::flt_s, Op::flt_d): {
        const bool value = F::less(a, b, flags);
        return tell(value);
    }
    case pick<Format>(Op::fle_s, Op::fle_d): {
        const bool value = F::less_or_equal(a, b, flags);
        return tell(value);
    }
    case pick<Format>(Op::fclass_s, Op::fclass_d):
        return tell(F::classify(a));
    default:
        return rounded_arithmetic<Format>(i, a, b);
    }
}

/// What is rounded.
template <typename Format>
bool Hart::rounded_arithmetic(const Instruction& i, Format::Bits a, Format::Bits b) {
    using F = Float<Format>;
    using Bits = Format::Bits;
    constexpr u64 around = std::is_same_v<Format, Single> ? box : 0;
    const auto mode = rounding(i);
    if (!mode) {
        return false;
    }
    Bits c = 0; // the addend; the register's number is elsewhere in other instructions
    if constexpr (std::is_same_v<Format, Single>) {
        c = single(i.rs3());
    } else {
        c = f_[i.rs3()];
    }
    u8 flags = 0;
    Bits value = 0;
    switch (i.op) {
    case pick<Format>(Op::fadd_s, Op::fadd_d):
        value = F::add(a, b, *mode, flags);
        break;
    case pick<Format>(Op::fsub_s, Op::fsub_d):
        value = F::subtract(a, b, *mode, flags);
        break;
    case pick<Format>(Op::fmul_s, Op::fmul_d):
        value = F::multiply(a, b, *mode, flags);
        break;
    case pick<Format>(Op::fdiv_s, Op::fdiv_d):
        value = F::divide(a, b, *mode, flags);
        break;
    case pick<Format>(Op::fsqrt_s, Op::fsqrt_d):
        value = F::square_root(a, *mode, flags);
        break;
    case pick<Format>(Op::fmadd_s, Op::fmadd_d):
        value = F::multiply_add(a, b, c, *mode, flags);
        break;
    case pick<Format>(Op::fmsub_s, Op::fmsub_d):
        value = F::multiply_add(a, b, c ^ F::sign, *mode, flags);
        break;
    case pick<Format>(Op::fnmsub_s, Op::fnmsub_d):
        value = F::multiply_add(a ^ F::sign, b, c, *mode, flags);
        break;
    case pick<Format>(Op::fnmadd_s, Op::fnmadd_d):
        value = F::multiply_add(a ^ F::sign, b, c ^ F::sign, *mode, flags);
        break;
    default:
        return false;
    }
    set_float(i.rd, around | value, flags);
    return true;
}

/// To and from integers, and from one format to the other (20.7, 21.5).
bool Hart::convert_float(const Instruction& i) {
    const auto mode = rounding(i);
    if (!mode) {
        return false;
    }
    const u32 s = single(i.rs1);
    const u64 d = f_[i.rs1], x = x_[i.rs1];
    const auto word = static_cast<u32>(x);
    u8 flags = 0;
    u64 value = 0;
    switch (i.op) {
    case Op::fcvt_w_s:
        value = sext(static_cast<u32>(Float<Single>::to_i32(s, *mode, flags)));
        break;
    case Op::fcvt_wu_s:
        value = sext(Float<Single>::to_u32(s, *mode, flags));
        break;
    case Op::fcvt_l_s:
        value = static_cast<u64>(Float<Single>::to_i64(s, *mode, flags));
        break;
    case Op::fcvt_lu_s:
        value = Float<Single>::to_u64(s, *mode, flags);
        break;
    case Op::fcvt_w_d:
        value = sext(static_cast<u32>(Float<Double>::to_i32(d, *mode, flags)));
        break;
    case Op::fcvt_wu_d:
        value = sext(Float<Double>::to_u32(d, *mode, flags));
        break;
    case Op::fcvt_l_d:
        value = static_cast<u64>(Float<Double>::to_i64(d, *mode, flags));
        break;
    case Op::fcvt_lu_d:
        value = Float<Double>::to_u64(d, *mode, flags);
        break;
    default:
        return convert_to_float(i, *mode, s, d, x, word);
    }
    set_from_float(i.rd, value, flags);
    return true;
}

bool Hart::convert_to_float(const Instruction& i, Rounding mode, u32 s, u64 d, u64 x, u32 word) {
    u8 flags = 0;
    u64 value = 0;
    switch (i.op) {
    case Op::fcvt_s_w:
        value = box | Float<Single>::from_i64(static_cast<i32>(word), mode, flags);
        break;
    case Op::fcvt_s_wu:
        value = box | Float<Single>::from_u64(word, mode, flags);
        break;
    case Op::fcvt_s_l:
        value = box | Float<Single>::from_i64(static_cast<i64>(x), mode, flags);
        break;
    case Op::fcvt_s_lu:
        value = box | Float<Single>::from_u64(x, mode, flags);
        break;
    case Op::fcvt_s_d:
        value = box | to_single(d, mode, flags);
        break;
    case Op::fcvt_d_w:
        value = Float<Double>::from_i64(static_cast<i32>(word), mode, flags);
        break;
    case Op::fcvt_d_wu:
        value = Float<Double>::from_u64(word, mode, flags);
        break;
    case Op::fcvt_d_l:
        value = Float<Double>::from_i64(static_cast<i64>(x), mode, flags);
        break;
    case Op::fcvt_d_lu:
        value = Float<Double>::from_u64(x, mode, flags);
        break;
    case Op::fcvt_d_s:
        value = to_double(s, flags);
        break;
    default:
        return false;
    }
    set_float(i.rd, value, flags);
    return true;
}

} // namespace machine
