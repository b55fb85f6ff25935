#include "guest_tree.hpp"

#include "fake.hpp"

#include <algorithm>
#include <chacha20.h>
#include <cstring>
#include <gtest/gtest.h>
#include <vector>

extern "C" {
#include <libfdt.h>
}

namespace {

constexpr GuestRange ram = {{0x8000'0000}, 100 * MiB};

class GuestTree : public testing::Test {
protected:
    GuestTree() {
        host.timebase_frequency = 12'345'678;
        host.isa = "rv64imafdch_zicsr";
        host.bootargs = "root=/dev/vda";
    }

    /// Writes the tree into memory in which something was before.
    void write(GuestRange initrd = {}) {
        std::ranges::fill(bytes, std::byte{0xee});
        write_guest_tree(bytes, host, ram, initrd);
    }

    /// The value of a property; nothing if it or the node is not there.
    std::optional<std::string> value(const char* path, const char* name) {
        int length = 0;
        const int node = fdt_path_offset(tree(), path);
        const void* data = node < 0 ? nullptr : fdt_getprop(tree(), node, name, &length);
        return data == nullptr ? std::nullopt
                               : std::optional{std::string(static_cast<const char*>(data),
                                                           static_cast<std::size_t>(length))};
    }

    std::uint64_t number(const char* path, const char* name, std::size_t index = 0) {
        const std::string cells = value(path, name).value_or("");
        EXPECT_GE(cells.size(), 8 * (index + 1)) << name;
        fdt64_t cell = 0;
        std::memcpy(&cell, cells.substr(8 * index).data(), sizeof cell);
        return fdt64_to_cpu(cell);
    }

    const void* tree() const {
        return bytes.data();
    }

    Host host = {};
    std::vector<std::byte> bytes = std::vector<std::byte>(guest_tree_size);
};

} // namespace

TEST_F(GuestTree, SaysWhatTheMachineAndTheUserHaveGiven) {
    write();
    EXPECT_EQ(fdt_check_header(tree()), 0);
    EXPECT_EQ(value("/chosen", "bootargs"), std::string("root=/dev/vda\0", 14));
    EXPECT_EQ(value("/cpus", "timebase-frequency"), std::string("\x00\xbc\x61\x4e", 4));
    EXPECT_EQ(number("/memory@80000000", "reg", 0), ram.start.value);
    EXPECT_EQ(number("/memory@80000000", "reg", 1), ram.size);
}

TEST_F(GuestTree, SaysWhereTheInitrdLiesIfThereIsOne) {
    write();
    EXPECT_FALSE(value("/chosen", "linux,initrd-start"));
    EXPECT_FALSE(value("/chosen", "linux,initrd-end"));
    write({{0x8500'0000}, 0x12345});
    EXPECT_EQ(number("/chosen", "linux,initrd-start"), 0x8500'0000u);
    EXPECT_EQ(number("/chosen", "linux,initrd-end"), 0x8501'2345u);
}

TEST_F(GuestTree, PromisesTheTimerExtensionOnlyIfTheHostHasIt) {
    write();
    EXPECT_EQ(value("/cpus/cpu@0", "riscv,isa"), std::string("rv64imafdc\0", 11));
    EXPECT_EQ(value("/cpus/cpu@0", "riscv,isa-extensions")->find("sstc"), std::string::npos);
    host.isa = "rv64imafdch_sstc";
    write();
    EXPECT_EQ(value("/cpus/cpu@0", "riscv,isa"), std::string("rv64imafdc_sstc\0", 16));
    EXPECT_TRUE(
        value("/cpus/cpu@0", "riscv,isa-extensions")->ends_with(std::string("\0sstc\0", 6)));
}

TEST_F(GuestTree, HasASeedOfItsOwnForEachStart) {
    const std::string machines = "32 bytes that the machine tells.";
    host.rng_seed = std::as_bytes(std::span{machines});
    std::vector<std::string> seeds = {machines};
    for (host.starts = 0; host.starts < 3; ++host.starts) {
        write();
        const std::string seed = value("/chosen", "rng-seed").value_or("");
        EXPECT_EQ(seed.size(), 32u); // 31 are too few for Linux
        EXPECT_EQ(std::ranges::count(seeds, seed), 0) << host.starts;
        seeds.push_back(seed);
        const std::string all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        EXPECT_EQ(all.find(machines), std::string::npos);
    }
}

TEST_F(GuestTree, HasTheBlockOfChaCha20ThatIsTheStartsAsItsSeed) {
    const std::string machines = "32 bytes that the machine tells.";
    host.rng_seed = std::as_bytes(std::span{machines});
    host.starts = 7;
    write();
    std::string block(32, '\0');
    chacha20_derive(reinterpret_cast<std::uint8_t*>(block.data()),
                    reinterpret_cast<const std::uint8_t*>(machines.data()), 7);
    EXPECT_EQ(value("/chosen", "rng-seed"), block);
}

TEST_F(GuestTree, HasNoSeedUnlessTheMachinesHas32Bytes) {
    const std::string machines(64, 'x');
    for (std::size_t size = 0; size <= machines.size(); ++size) {
        host.rng_seed = std::as_bytes(std::span{machines}.first(size));
        write();
        EXPECT_EQ(value("/chosen", "rng-seed").has_value(), size == 32) << size;
    }
}

TEST_F(GuestTree, HasZerosBehindEachValue) {
    // Devicetree spec 5.4.1: padding is of zeros, whatever was in memory before.
    const std::string machines(32, 'x');
    host.rng_seed = std::as_bytes(std::span{machines});
    for (const char* bootargs : {"", "1", "12", "123", "1234", "12345"}) {
        host.bootargs = bootargs;
        write({{0x8500'0000}, 0x1000});
        for (int node = 0; node >= 0; node = fdt_next_node(tree(), node, nullptr)) {
            int property = 0;
            fdt_for_each_property_offset(property, tree(), node) {
                int length = 0;
                const char* name = nullptr;
                const auto* data = static_cast<const char*>(
                    fdt_getprop_by_offset(tree(), property, &name, &length));
                for (; length % 4 != 0; ++length) {
                    EXPECT_EQ(data[length], 0) << name << " with " << bootargs;
                }
            }
        }
    }
}

TEST_F(GuestTree, MustFitIntoItsRoom) {
    const std::string long_arguments(guest_tree_size, 'x');
    host.bootargs = long_arguments;
    try {
        write();
        FAIL();
    } catch (const fake::MachineEnded& end) {
        EXPECT_EQ(end.status, 1);
    }
    EXPECT_EQ(fake::output, "hypervisor: the guest's device tree does not fit into 64 KiB: "
                            "shorten BOOTARGS\n");
}
