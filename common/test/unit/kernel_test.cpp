#include "kernel.hpp"

#include "fake.hpp"
#include "ram.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace {

/// The header of a Linux Image (Linux, "Boot image header in RISC-V Linux").
struct Header {
    std::uint32_t code[2];
    std::uint64_t text_offset;
    std::uint64_t image_size;
    std::uint64_t flags;
    std::uint32_t version;
    std::uint32_t reserved[3];
    char magic[8];
    char magic2[4];
    std::uint32_t reserved3;
};
static_assert(sizeof(Header) == 64);

using File = std::vector<std::byte>;

File make_file(std::size_t size) {
    File file(size);
    for (std::size_t at = 0; at < size; ++at) {
        file[at] = static_cast<std::byte>(at * 31 + at / 256 + 1);
    }
    return file;
}

File make_image(std::size_t size, std::uint64_t text_offset, std::uint64_t image_size) {
    File file = make_file(size);
    Header header = {};
    header.text_offset = text_offset;
    header.image_size = image_size;
    std::memcpy(header.magic, "RISCV\0\0\0", 8);
    std::memcpy(header.magic2, "RSC\x05", 4);
    std::memcpy(file.data(), &header, std::min(sizeof header, size));
    return file;
}

class Kernel : public testing::Test {
protected:
    /// Loads `file`, which has to begin at `offset` in RAM then, and to change nothing else.
    void expect_loaded(const File& file, std::uint64_t offset, GuestPhysical limit) {
        std::ranges::fill(ram.all(), std::byte{0xee});
        EXPECT_EQ(load_kernel(file, ram.memory, limit), Ram::base + offset);
        EXPECT_TRUE(std::ranges::equal(ram.bytes(Ram::base + offset, file.size()), file));
        EXPECT_TRUE(is_untouched(ram.all().first(offset)));
        EXPECT_TRUE(is_untouched(ram.all().subspan(offset + file.size())));
    }

    /// Does not load `file`, but says how much it needs and how much there is, and ends QEMU
    /// with 1.
    void expect_refused(const File& file, GuestPhysical limit, std::string_view need,
                        std::string_view room) {
        fake::reset();
        std::ranges::fill(ram.all(), std::byte{0xee});
        try {
            load_kernel(file, ram.memory, limit);
            ADD_FAILURE() << "it is loaded";
        } catch (const fake::MachineEnded& end) {
            EXPECT_EQ(end.status, 1);
        }
        EXPECT_EQ(fake::output, "hypervisor: the kernel needs " + std::string{need} +
                                    " KiB of RAM, but the guest has only " + std::string{room} +
                                    " KiB: raise MEMORY\n");
        EXPECT_TRUE(is_untouched(ram.all()));
    }

    static bool is_untouched(std::span<const std::byte> bytes) {
        return std::ranges::all_of(bytes, [](std::byte byte) {
            return byte == std::byte{0xee};
        });
    }

    Ram ram{4 * MiB};
    GuestPhysical end = Ram::base + 4 * MiB;
};

} // namespace

TEST_F(Kernel, GoesToTwoMebibytesWithoutAHeader) {
    expect_loaded(make_file(5000), 2 * MiB, end);
}

TEST_F(Kernel, MayBeShorterThanAHeader) {
    for (const std::size_t size : {1u, 4u, 63u}) {
        expect_loaded(make_file(size), 2 * MiB, end);
    }
}

TEST_F(Kernel, GoesWhereItsHeaderSays) {
    for (const std::uint64_t offset : {0ull, 0x1000ull, 0x20'0000ull, 0x30'0000ull}) {
        expect_loaded(make_image(5000, offset, 6000), offset, end);
    }
}

TEST_F(Kernel, HasAHeaderByItsSecondMagicNumber) {
    File file = make_image(5000, 0x1000, 6000);
    std::fill_n(file.begin() + 48, 8, std::byte{0}); // the first one is deprecated
    expect_loaded(file, 0x1000, end);
    file = make_image(5000, 0x1000, 6000);
    file[56] ^= std::byte{1};
    expect_loaded(file, 2 * MiB, end);
}

TEST_F(Kernel, MayBeMuchShorterThanTheMemoryThatItNeeds) {
    // .bss is no part of the file: nothing demands a ratio.
    expect_loaded(make_image(5000, 2 * MiB, 50'000), 2 * MiB, end);
    expect_loaded(make_image(64, 2 * MiB, 2 * MiB), 2 * MiB, end);
}

TEST_F(Kernel, NeedsAsMuchMemoryAsItsHeaderSays) {
    const File file = make_image(5000, 2 * MiB, 64 * KiB);
    expect_loaded(file, 2 * MiB, Ram::base + (2 * MiB + 64 * KiB));
    expect_refused(file, Ram::base + (2 * MiB + 64 * KiB - 4 * KiB), "2112", "2108");
}

TEST_F(Kernel, NeedsAsMuchMemoryAsItsFileHas) {
    for (const std::uint64_t image_size : {0u, 4096u}) { // the header says less
        const File file = make_image(64 * KiB, 2 * MiB, image_size);
        expect_loaded(file, 2 * MiB, Ram::base + (2 * MiB + 64 * KiB));
        expect_refused(file, Ram::base + (2 * MiB + 64 * KiB - 4 * KiB), "2112", "2108");
    }
    expect_refused(make_file(3 * MiB), end, "5120", "4096");
}

TEST_F(Kernel, IsNotLoadedWhereThereIsNoMemory) {
    expect_refused(make_image(5000, 4 * MiB, 8 * KiB), end, "4104", "4096");
    expect_refused(make_image(5000, 0, 1ull << 40), end, "1073741824", "4096");
    expect_refused(make_image(5000, 1ull << 63, 1ull << 10), end, "9007199254740996", "4096");
    // Sums that wrap around: the message's, too.
    expect_refused(make_image(5000, ~0ull - 0xfff, 8 * KiB), end, "4", "4096");
    expect_refused(make_image(5000, 2 * MiB, ~0ull), end, "2047", "4096");
}
