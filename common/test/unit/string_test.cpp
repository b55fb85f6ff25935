#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <numeric>

// The functions of common/string.c, renamed so that they do not take the place of this machine's.
extern "C" {
void* step_memcpy(void* target, const void* source, std::size_t count);
void* step_memmove(void* target, const void* source, std::size_t count);
}

namespace {

using Bytes = std::array<std::uint8_t, 1500>;

/// Bytes that are all different from their neighbours.
Bytes counted() {
    Bytes bytes;
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

TEST(String, MovesBytesBetweenAnyPlaces) {
    for (std::size_t to = 0; to < 16; ++to) {
        for (std::size_t from = 0; from < 16; ++from) {
            for (std::size_t count = 0; count < 64; ++count) {
                Bytes ours = counted(), theirs = counted();
                EXPECT_EQ(step_memmove(&ours[to], &ours[from], count), &ours[to]);
                std::memmove(&theirs[to], &theirs[from], count);
                EXPECT_EQ(ours, theirs) << to << " from " << from << ", " << count << " bytes";
            }
        }
    }
}

constexpr std::size_t LENGTHS[] = {0, 1, 7, 8, 63, 64, 65, 511, 512, 513, 1100};

TEST(String, CopiesBytesOfAnyLengthAndPlace) {
    for (std::size_t to = 0; to < 9; ++to) {
        for (std::size_t from = 0; from < 9; ++from) {
            for (const std::size_t count : LENGTHS) {
                const Bytes source = counted();
                Bytes ours = {}, theirs = {};
                EXPECT_EQ(step_memcpy(&ours[to], &source[from], count), &ours[to]);
                std::copy_n(&source[from], count, &theirs[to]);
                EXPECT_EQ(ours, theirs) << to << " from " << from << ", " << count << " bytes";
            }
        }
    }
}

} // namespace
