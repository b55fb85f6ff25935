/// @file
/// Floating-point arithmetic of the F and D extensions (Unprivileged spec 20 and 21), in integers:
/// the same results and flags on every host, WebAssembly included.
#pragma once

#include "integers.hpp"

namespace machine {

/// Rounding modes (Unprivileged spec 20.2).
enum class Rounding : u8 {
    nearest_even = 0,
    to_zero = 1,
    down = 2,
    up = 3,
    nearest_away = 4,
};

/// Bits of fflags (Unprivileged spec 20.2).
enum Flags : u8 {
    NX = 1,  ///< inexact
    UF = 2,  ///< underflow
    OF = 4,  ///< overflow
    DZ = 8,  ///< division by zero
    NV = 16, ///< invalid operation
};

/// A format of IEEE 754: the bits of its exponent and of its fraction.
struct Single {
    using Bits = u32;
    static constexpr unsigned exponent_bits = 8, fraction_bits = 23;
};
struct Double {
    using Bits = u64;
    static constexpr unsigned exponent_bits = 11, fraction_bits = 52;
};

/// Operations on numbers as they are in registers (without the boxing of a single). Each sets the
/// flags that it raises in `flags`, and clears none.
template <typename Format>
struct Float {
    using Bits = Format::Bits;

    static Bits add(Bits left, Bits right, Rounding, u8& flags);
    static Bits subtract(Bits left, Bits right, Rounding, u8& flags);
    static Bits multiply(Bits left, Bits right, Rounding, u8& flags);
    static Bits divide(Bits left, Bits right, Rounding, u8& flags);
    static Bits square_root(Bits value, Rounding, u8& flags);
    /// left * right + addend, rounded once.
    static Bits multiply_add(Bits left, Bits right, Bits addend, Rounding, u8& flags);

    /// minimumNumber and maximumNumber of IEEE 754-2019.
    static Bits minimum(Bits left, Bits right, u8& flags);
    static Bits maximum(Bits left, Bits right, u8& flags);
    /// FEQ is quiet; FLT and FLE raise NV for every NaN.
    static bool equal(Bits left, Bits right, u8& flags);
    static bool less(Bits left, Bits right, u8& flags);
    static bool less_or_equal(Bits left, Bits right, u8& flags);
    /// FCLASS's ten bits.
    static u64 classify(Bits value);

    /// To and from integers: what does not fit becomes the nearest that does, and NV.
    static i32 to_i32(Bits value, Rounding, u8& flags);
    static u32 to_u32(Bits value, Rounding, u8& flags);
    static i64 to_i64(Bits value, Rounding, u8& flags);
    static u64 to_u64(Bits value, Rounding, u8& flags);
    static Bits from_i64(i64 value, Rounding, u8& flags);
    static Bits from_u64(u64 value, Rounding, u8& flags);

    static constexpr Bits sign = Bits{1} << (Format::exponent_bits + Format::fraction_bits);
    /// The NaN that every operation gives (Unprivileged spec 20.3).
    static constexpr Bits canonical_nan = ((Bits{1} << (Format::exponent_bits + 1)) - 1)
                                          << (Format::fraction_bits - 1);
};

extern template struct Float<Single>;
extern template struct Float<Double>;

/// FCVT.D.S, which is exact, and FCVT.S.D.
u64 to_double(u32 single, u8& flags);
u32 to_single(u64 number, Rounding, u8& flags);

} // namespace machine
