/// @file
/// Extensions and errors by the numbers of the SBI spec (chapters 3 to 16), none of them from the
/// step.
#pragma once

#include <cstdint>

enum Extension : std::uint64_t {
    SET_TIMER = 0,
    PUTCHAR = 1,
    GETCHAR = 2,
    SHUTDOWN = 8,
    BASE = 0x10,
    TIME = 0x5449'4d45,
    IPI = 0x0073'5049,
    RFENCE = 0x5246'4e43,
    SRST = 0x5352'5354,
    DBCN = 0x4442'434e,
    HSM = 0x0048'534d,
    PMU = 0x0050'4d55,
    SUSP = 0x5355'5350,
};

inline constexpr std::int64_t SUCCESS = 0, NOT_SUPPORTED = -2, INVALID_PARAM = -3;
