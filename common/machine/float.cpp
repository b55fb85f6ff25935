#include "float.hpp"

#include <algorithm>
#include <bit>
#include <compare>
#include <limits>
#include <utility>

namespace machine {
namespace {

/// 128 bits: they hold the product of two doubles, and its sum with a third.
struct Wide {
    u64 high, low;
    auto operator<=>(const Wide&) const = default;
};

constexpr Wide operator+(Wide left, Wide right) {
    const u64 low = left.low + right.low;
    return {left.high + right.high + (low < left.low), low};
}

constexpr Wide operator-(Wide left, Wide right) {
    return {left.high - right.high - (left.low < right.low), left.low - right.low};
}

/// `value` / 2^`count`. The lowest bit of the result is set if any bit fell off ("sticky"): so a
/// result that is not exact is still seen to be so, and to be more or less than a half.
constexpr Wide shift_right(Wide value, int count) {
    if (count >= 128) {
        return {0, value != Wide{}};
    }
    if (count >= 64) {
        value = {0, value.high | (value.low != 0)};
        count -= 64;
    }
    if (count == 0) {
        return value;
    }
    const bool lost = value.low << (64 - count) != 0;
    return {value.high >> count, value.high << (64 - count) | value.low >> count | lost};
}

/// A number apart from its format. If finite and not zero, the highest bit of the significand is
/// set and stands for 2^exponent; its lowest bit may be sticky.
struct Number {
    bool nan = false, infinite = false, negative = false;
    int exponent = 0;
    Wide significand = {};

    bool zero() const {
        return !nan && !infinite && significand == Wide{};
    }
};

constexpr Number not_a_number{.nan = true};

constexpr Number infinity(bool negative) {
    return {.infinite = true, .negative = negative};
}

/// An operation that has no result (IEEE 754-2008 7.2).
Number invalid(u8& flags) {
    flags |= NV;
    return not_a_number;
}

/// A finite number of which the highest bit of `significand` stands for 2^exponent, even if it is
/// not set.
constexpr Number finite(bool negative, int exponent, Wide significand) {
    constexpr int lowest = -10'000; // Less than any other number's: a sum with zero is exact.
    if (significand == Wide{}) {
        return {.negative = negative, .exponent = lowest};
    }
    if (significand.high == 0) {
        significand = {significand.low, 0};
        exponent -= 64;
    }
    const int zeros = std::countl_zero(significand.high);
    if (zeros > 0) {
        const u64 carried = significand.low >> (64 - zeros);
        significand = {significand.high << zeros | carried, significand.low << zeros};
    }
    return {.negative = negative, .exponent = exponent - zeros, .significand = significand};
}

/// What a register of a format holds.
template <typename Format>
struct Layout {
    using Bits = Format::Bits;

    static constexpr int fraction_bits = Format::fraction_bits;
    static constexpr int highest_exponent = (1 << (Format::exponent_bits - 1)) - 1;
    static constexpr int lowest_exponent = 1 - highest_exponent;
    static constexpr Bits sign = Float<Format>::sign;
    static constexpr Bits quiet = Bits{1} << (Format::fraction_bits - 1);
    static constexpr Bits smallest_normal = Bits{1} << Format::fraction_bits;
    static constexpr Bits infinity = sign - smallest_normal;

    static constexpr bool negative(Bits value) {
        return value & sign;
    }
    static constexpr Bits magnitude(Bits value) {
        return value & ~sign;
    }
    static constexpr bool nan(Bits value) {
        return magnitude(value) > infinity;
    }
    static constexpr bool signalling(Bits value) {
        return nan(value) && !(value & quiet);
    }
    /// Numbers that are no NaN are ordered as these; the two zeros are equal.
    static constexpr i64 order(Bits value) {
        const i64 size = static_cast<i64>(magnitude(value));
        return negative(value) ? -size : size;
    }
};

/// The number that a register holds. A signalling NaN raises NV in every operation that comes here.
template <typename Format>
Number unpack(typename Format::Bits value, u8& flags) {
    using L = Layout<Format>;
    if (L::nan(value)) {
        return L::signalling(value) ? invalid(flags) : not_a_number;
    }
    if (L::magnitude(value) == L::infinity) {
        return infinity(L::negative(value));
    }
    const int exponent = static_cast<int>(L::magnitude(value) >> L::fraction_bits);
    const u64 fraction = bits(value, 0, L::fraction_bits);
    const u64 significand = exponent == 0 ? fraction : fraction | L::smallest_normal;
    return finite(L::negative(value), std::max(exponent, 1) - L::highest_exponent,
                  {significand << (63 - L::fraction_bits), 0});
}

/// An integer next to `value`, whose point is between its two words (Unprivileged spec 20.2).
u64 round(Wide value, bool negative, Rounding rounding) {
    constexpr u64 half = 1ull << 63;
    switch (rounding) {
    case Rounding::nearest_even:
        return value.high + (value.low > half || (value.low == half && bit(value.high, 0)));
    case Rounding::nearest_away:
        return value.high + (value.low >= half);
    case Rounding::down:
        return value.high + (negative && value.low != 0);
    case Rounding::up:
        return value.high + (!negative && value.low != 0);
    case Rounding::to_zero:
        break;
    }
    return value.high;
}

/// The number rounded to what a register of the format can hold: the only place that does.
template <typename Format>
Format::Bits pack(const Number& number, Rounding rounding, u8& flags) {
    using L = Layout<Format>;
    using Bits = Format::Bits;
    const Bits sign = number.negative ? L::sign : 0;
    if (number.nan) {
        return Float<Format>::canonical_nan;
    }
    if (number.infinite) {
        return sign | L::infinity;
    }
    // Subnormal numbers have the lowest exponent and fewer bits.
    const int missing = std::max(L::lowest_exponent - number.exponent, 0);
    const Wide full = shift_right(number.significand, 63 - L::fraction_bits);
    const Wide held = shift_right(full, missing);
    // The highest bit of a normal number, which is not stored, counts as one in the exponent; there
    // a number carries that is rounded up to a power of two.
    const u64 exponent = static_cast<u64>(number.exponent + missing - L::lowest_exponent);
    u64 size = (exponent << L::fraction_bits) + round(held, number.negative, rounding);
    if (number.exponent > L::highest_exponent || size >= L::infinity) {
        flags |= OF | NX; // IEEE 754-2008 7.4: either infinity or the number before it
        size = round({L::infinity - 1, ~0ull}, number.negative, rounding);
    } else if (held.low != 0) {
        // Underflow is of what had been less than the smallest normal number even if rounded to as
        // many bits as that has (Unprivileged spec 20.4).
        const bool grows = round(full, number.negative, rounding) >= 2 * L::smallest_normal;
        const bool tiny = missing > 1 || (missing == 1 && !grows);
        flags |= tiny ? UF | NX : NX;
    }
    return sign | static_cast<Bits>(size);
}

/// Exact but for the sticky bit: where a bit can fall off, the smaller number is less than half of
/// the larger, so that at most one of the leading bits cancels.
Number sum(Number left, Number right, Rounding rounding, u8& flags) {
    if (left.nan || right.nan) {
        return not_a_number;
    }
    if (left.infinite || right.infinite) {
        const bool opposite = left.negative != right.negative;
        const bool both = left.infinite && right.infinite;
        return both && opposite ? invalid(flags) : left.infinite ? left : right;
    }
    if (left.exponent < right.exponent) {
        std::swap(left, right);
    }
    // One bit more to the right makes room for the carry.
    const Wide large = shift_right(left.significand, 1);
    const Wide small = shift_right(right.significand, 1 + left.exponent - right.exponent);
    if (left.negative == right.negative) {
        return finite(left.negative, left.exponent + 1, large + small);
    }
    if (large == small) { // IEEE 754-2008 6.3
        return finite(rounding == Rounding::down, 0, {});
    }
    return large > small ? finite(left.negative, left.exponent + 1, large - small)
                         : finite(right.negative, left.exponent + 1, small - large);
}

/// Exact: no significand of a register has more than 53 bits.
Number product(const Number& left, const Number& right, u8& flags) {
    const bool negative = left.negative != right.negative;
    if (left.nan || right.nan) {
        return not_a_number;
    }
    if (left.infinite || right.infinite) {
        return left.zero() || right.zero() ? invalid(flags) : infinity(negative);
    }
    const u64 a = left.significand.high, b = right.significand.high;
    return finite(negative, left.exponent + right.exponent + 1, {multiply_high(a, b), a * b});
}

Number quotient(const Number& left, const Number& right, u8& flags) {
    const bool negative = left.negative != right.negative;
    if (left.nan || right.nan) {
        return not_a_number;
    }
    if ((left.infinite && right.infinite) || (left.zero() && right.zero())) {
        return invalid(flags);
    }
    if (right.zero() && !left.infinite) {
        flags |= DZ;
    }
    if (left.infinite || right.zero()) {
        return infinity(negative);
    }
    if (right.infinite) {
        return finite(negative, 0, {});
    }
    // A bit at a time, as on paper. The highest bit stays free for the remainder's doubling.
    const u64 divisor = right.significand.high >> 1;
    u64 remainder = left.significand.high >> 1, digits = 0;
    for (unsigned digit = 0; digit < 64; ++digit) {
        const bool fits = remainder >= divisor;
        digits = digits << 1 | fits;
        remainder = (fits ? remainder - divisor : remainder) << 1;
    }
    return finite(negative, left.exponent - right.exponent, {digits, remainder != 0});
}

Number root(const Number& square, u8& flags) {
    if (square.nan || square.zero() || (square.infinite && !square.negative)) {
        return square;
    }
    if (square.negative) {
        return invalid(flags);
    }
    // Half of an even exponent, so the square is 1 to 4, its point after two bits. Each two bits
    // more give one of the root; 60 are more than a double needs, and the remainder fits.
    constexpr int count = 60;
    u64 rest = bit(static_cast<u64>(square.exponent), 0) ? square.significand.high
                                                         : square.significand.high >> 1;
    u64 digits = 0, remainder = 0;
    for (int digit = 0; digit < count; ++digit) {
        remainder = remainder << 2 | rest >> 62;
        rest <<= 2;
        const u64 next = digits << 2 | 1; // (2d + 1)^2 - (2d)^2
        const bool fits = remainder >= next;
        digits = digits << 1 | fits;
        remainder = fits ? remainder - next : remainder;
    }
    return finite(false, square.exponent >> 1, {digits << (64 - count), remainder != 0});
}

/// Unprivileged spec 20.7: what does not fit is NV only, and a NaN is as the largest.
template <typename Integer>
Integer to_integer(const Number& number, Rounding rounding, u8& flags) {
    using Limits = std::numeric_limits<Integer>;
    const u64 limit = number.negative ? 0 - static_cast<u64>(Limits::min()) : Limits::max();
    if (!number.nan && !number.infinite && number.exponent <= 63) {
        const Wide exact = shift_right(number.significand, 63 - number.exponent);
        const u64 size = round(exact, number.negative, rounding);
        if (size <= limit) {
            flags |= exact.low != 0 ? NX : 0;
            return static_cast<Integer>(number.negative ? 0 - size : size);
        }
    }
    flags |= NV;
    return number.negative ? Limits::min() : Limits::max();
}

/// Whether neither of two is a NaN. A signalling one raises NV; a quiet one, if `quiet_raises`
/// (Unprivileged spec 20.8).
template <typename Format>
bool ordered(typename Format::Bits left, typename Format::Bits right, bool quiet_raises,
             u8& flags) {
    using L = Layout<Format>;
    const bool nan = L::nan(left) || L::nan(right);
    if (L::signalling(left) || L::signalling(right) || (nan && quiet_raises)) {
        flags |= NV;
    }
    return !nan;
}

/// For minimum and maximum: a NaN is chosen if there is nothing else (Unprivileged spec 20.6).
template <typename Format>
Format::Bits choose(typename Format::Bits left, typename Format::Bits right, bool left_is_it,
                    u8& flags) {
    using L = Layout<Format>;
    if (ordered<Format>(left, right, false, flags)) {
        return left_is_it ? left : right;
    }
    if (L::nan(left) && L::nan(right)) {
        return Float<Format>::canonical_nan;
    }
    return L::nan(left) ? right : left;
}

} // namespace

template <typename F>
F::Bits Float<F>::add(Bits left, Bits right, Rounding rounding, u8& flags) {
    const Number a = unpack<F>(left, flags), b = unpack<F>(right, flags);
    return pack<F>(sum(a, b, rounding, flags), rounding, flags);
}

template <typename F>
F::Bits Float<F>::subtract(Bits left, Bits right, Rounding rounding, u8& flags) {
    return add(left, right ^ sign, rounding, flags);
}

template <typename F>
F::Bits Float<F>::multiply(Bits left, Bits right, Rounding rounding, u8& flags) {
    const Number a = unpack<F>(left, flags), b = unpack<F>(right, flags);
    return pack<F>(product(a, b, flags), rounding, flags);
}

template <typename F>
F::Bits Float<F>::divide(Bits left, Bits right, Rounding rounding, u8& flags) {
    const Number a = unpack<F>(left, flags), b = unpack<F>(right, flags);
    return pack<F>(quotient(a, b, flags), rounding, flags);
}

template <typename F>
F::Bits Float<F>::square_root(Bits value, Rounding rounding, u8& flags) {
    return pack<F>(root(unpack<F>(value, flags), flags), rounding, flags);
}

/// NV of infinity times zero comes even with a quiet NaN to add (Unprivileged spec 20.6).
template <typename F>
F::Bits Float<F>::multiply_add(Bits left, Bits right, Bits addend, Rounding rounding, u8& flags) {
    const Number a = unpack<F>(left, flags), b = unpack<F>(right, flags);
    const Number c = unpack<F>(addend, flags);
    return pack<F>(sum(product(a, b, flags), c, rounding, flags), rounding, flags);
}

template <typename F>
F::Bits Float<F>::minimum(Bits left, Bits right, u8& flags) {
    const i64 a = Layout<F>::order(left), b = Layout<F>::order(right);
    return choose<F>(left, right, a < b || (a == b && left & sign), flags);
}

template <typename F>
F::Bits Float<F>::maximum(Bits left, Bits right, u8& flags) {
    const i64 a = Layout<F>::order(left), b = Layout<F>::order(right);
    return choose<F>(left, right, a > b || (a == b && !(left & sign)), flags);
}

template <typename F>
bool Float<F>::equal(Bits left, Bits right, u8& flags) {
    using L = Layout<F>;
    return ordered<F>(left, right, false, flags) && L::order(left) == L::order(right);
}

template <typename F>
bool Float<F>::less(Bits left, Bits right, u8& flags) {
    using L = Layout<F>;
    return ordered<F>(left, right, true, flags) && L::order(left) < L::order(right);
}

template <typename F>
bool Float<F>::less_or_equal(Bits left, Bits right, u8& flags) {
    using L = Layout<F>;
    return ordered<F>(left, right, true, flags) && L::order(left) <= L::order(right);
}

/// Unprivileged spec 20.9: from minus infinity, 0, up to infinity, 7; then the NaNs.
template <typename F>
u64 Float<F>::classify(Bits value) {
    using L = Layout<F>;
    if (L::nan(value)) {
        return L::signalling(value) ? 1 << 8 : 1 << 9;
    }
    const Bits size = L::magnitude(value);
    const unsigned rank = (size != 0) + (size >= L::smallest_normal) + (size == L::infinity);
    return 1ull << (L::negative(value) ? 3 - rank : 4 + rank);
}

template <typename F>
i32 Float<F>::to_i32(Bits value, Rounding rounding, u8& flags) {
    return to_integer<i32>(unpack<F>(value, flags), rounding, flags);
}

template <typename F>
u32 Float<F>::to_u32(Bits value, Rounding rounding, u8& flags) {
    return to_integer<u32>(unpack<F>(value, flags), rounding, flags);
}

template <typename F>
i64 Float<F>::to_i64(Bits value, Rounding rounding, u8& flags) {
    return to_integer<i64>(unpack<F>(value, flags), rounding, flags);
}

template <typename F>
u64 Float<F>::to_u64(Bits value, Rounding rounding, u8& flags) {
    return to_integer<u64>(unpack<F>(value, flags), rounding, flags);
}

template <typename F>
F::Bits Float<F>::from_i64(i64 value, Rounding rounding, u8& flags) {
    const u64 size = value < 0 ? 0 - static_cast<u64>(value) : static_cast<u64>(value);
    return pack<F>(finite(value < 0, 63, {size, 0}), rounding, flags);
}

template <typename F>
F::Bits Float<F>::from_u64(u64 value, Rounding rounding, u8& flags) {
    return pack<F>(finite(false, 63, {value, 0}), rounding, flags);
}

template struct Float<Single>;
template struct Float<Double>;

u64 to_double(u32 single, u8& flags) {
    return pack<Double>(unpack<Single>(single, flags), Rounding::nearest_even, flags);
}

u32 to_single(u64 number, Rounding rounding, u8& flags) {
    return pack<Single>(unpack<Double>(number, flags), rounding, flags);
}

} // namespace machine
