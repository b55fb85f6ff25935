#include <algorithm>
#include <array>
#include <chacha20.h>
#include <gtest/gtest.h>
#include <set>

namespace {

using Bytes = std::array<std::uint8_t, 32>;

Bytes derive(const Bytes& key, std::uint32_t number) {
    Bytes output;
    chacha20_derive(output.data(), key.data(), number);
    return output;
}

} // namespace

TEST(ChaCha20, IsTheFirstHalfOfABlock) {
    // RFC 8439, A.1, test vectors 1 to 4: those whose nonce is 0.
    struct Vector {
        Bytes key;
        std::uint32_t number;
        Bytes block;
    };
    Bytes last_byte_is_1 = {};
    last_byte_is_1[31] = 0x01;
    const Vector vectors[] = {
        {{}, 0, {0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a,
                 0xe5, 0x53, 0x86, 0xbd, 0x28, 0xbd, 0xd2, 0x19, 0xb8, 0xa0, 0x8d,
                 0xed, 0x1a, 0xa8, 0x36, 0xef, 0xcc, 0x8b, 0x77, 0x0d, 0xc7}},
        {{}, 1, {0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a, 0x98, 0xba, 0x97,
                 0x7c, 0x73, 0x2d, 0x08, 0x0d, 0xcb, 0x0f, 0x29, 0xa0, 0x48, 0xe3,
                 0x65, 0x69, 0x12, 0xc6, 0x53, 0x3e, 0x32, 0xee, 0x7a, 0xed}},
        {last_byte_is_1, 1, {0x3a, 0xeb, 0x52, 0x24, 0xec, 0xf8, 0x49, 0x92, 0x9b, 0x9d, 0x82,
                             0x8d, 0xb1, 0xce, 0xd4, 0xdd, 0x83, 0x20, 0x25, 0xe8, 0x01, 0x8b,
                             0x81, 0x60, 0xb8, 0x22, 0x84, 0xf3, 0xc9, 0x49, 0xaa, 0x5a}},
        {{0x00, 0xff}, 2, {0x72, 0xd5, 0x4d, 0xfb, 0xf1, 0x2e, 0xc4, 0x4b, 0x36, 0x26, 0x92,
                           0xdf, 0x94, 0x13, 0x7f, 0x32, 0x8f, 0xea, 0x8d, 0xa7, 0x39, 0x90,
                           0x26, 0x5e, 0xc1, 0xbb, 0xbe, 0xa1, 0xae, 0x9a, 0xf0, 0xca}},
    };
    for (const Vector& vector : vectors) {
        EXPECT_EQ(derive(vector.key, vector.number), vector.block) << vector.number;
    }
}

TEST(ChaCha20, GivesEachNumberBytesOfItsOwn) {
    const Bytes key = {1, 2, 3, 4, 5, 6, 7, 8};
    std::set<Bytes> outputs = {key};
    for (std::uint32_t number = 0; number < 1000; ++number) {
        EXPECT_TRUE(outputs.insert(derive(key, number)).second) << number;
    }
}

TEST(ChaCha20, DependsOnEachBitOfTheKey) {
    const Bytes one = derive({}, 0);
    for (std::size_t bit = 0; bit < 256; ++bit) {
        Bytes key = {};
        key[bit / 8] = static_cast<std::uint8_t>(1u << bit % 8);
        const Bytes other = derive(key, 0);
        for (std::size_t word = 0; word < 32; word += 4) {
            EXPECT_FALSE(std::equal(&one[word], &one[word] + 4, &other[word])) << bit;
        }
    }
}

TEST(ChaCha20, TakesAndWritesBytesWhereverTheyLie) {
    std::array<std::uint8_t, 35> key = {}, output = {};
    for (std::size_t start = 0; start < 4; ++start) {
        chacha20_derive(&output[start], &key[start], 1);
        EXPECT_TRUE(std::equal(&output[start], &output[start] + 32, derive({}, 1).begin()));
    }
}
