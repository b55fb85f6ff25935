#include "host.hpp"

#include "fake.hpp"
#include "tree.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

extern std::byte __end[]; // fake_host.cpp

namespace {

/// A file that QEMU's guest-loader has loaded.
struct Module {
    const char* kind;
    const char* bootargs;
    std::uint64_t start, size;
};
constexpr const char *kernel = "multiboot,kernel", *ramdisk = "multiboot,ramdisk";

struct Cpu {
    std::uint32_t hart;
    const char* isa;
};

struct Plic {
    std::uint64_t start;
    std::uint32_t phandle;
    std::vector<std::uint32_t> contexts; ///< phandles of harts' controllers and interrupts, in turn
    std::string kind = "riscv,plic0";
};

constexpr std::uint32_t none = 0xffff'ffff; // no context
constexpr std::uint32_t machine = 11, supervisor = 9;
constexpr const char* good_isa = "rv64imafdch_zicsr_zifencei_sstc_svpbmt";

// What is said of machines that will not do.
constexpr const char* no_ram = "the device tree tells of no RAM";
constexpr const char* no_cpu = "this CPU has no extension i: it is ";
constexpr const char* no_plic = "this machine has no PLIC by which the console can interrupt us";
constexpr const char* no_kernel = "there is no kernel to run: name one with KERNEL=";

/// The controller of hart `number`.
constexpr std::uint32_t controller(std::uint32_t number) {
    return 0x20 + number;
}

class HostTest : public testing::Test {
protected:
    /// Where the machine's memory begins: 2 MiB of firmware and hypervisor are in it.
    const std::uint64_t ram = address_of(__end).value - 2 * MiB;

    // The machine, before a test changes it.
    std::vector<HostRange> memory = {{{ram}, 128 * MiB}};
    std::vector<Cpu> cpus = {{0, good_isa}};
    std::vector<Plic> plics = {
        {0xc00'0000, 3, {controller(0), machine, controller(0), supervisor}}};
    std::uint32_t serial_parent = 3;
    std::vector<Module> modules = {{kernel, nullptr, ram + 32 * MiB, 8 * MiB}};
    std::function<void(Tree&)> chosen = [](Tree&) {
    };
    /// Changes the tree when it is finished.
    std::function<void(void*)> spoil = [](void*) {
    };
    std::uint64_t hart = 0;
    /// Where the tree lies: right behind the hypervisor.
    std::span<std::byte> place = {__end, 16 * KiB};

    Host read() {
        Tree tree{place};
        tree.begin("chosen");
        chosen(tree);
        for (std::size_t number = 0; number < modules.size(); ++number) {
            const Module& module = modules[number];
            tree.begin(("module@" + std::to_string(number)).c_str());
            tree.range("reg", module.start, module.size);
            tree.text("compatible", std::string{module.kind} + '\0' + "multiboot,module");
            if (module.bootargs != nullptr) {
                tree.text("bootargs", module.bootargs);
            }
            tree.end();
        }
        tree.end();
        for (const HostRange& part : memory) {
            tree.begin(("memory@" + std::to_string(part.start.value)).c_str());
            tree.range("reg", part.start.value, part.size);
            tree.end();
        }
        tree.begin("cpus");
        tree.cells("timebase-frequency", {10'000'000});
        for (const Cpu& cpu : cpus) {
            tree.begin(("cpu@" + std::to_string(cpu.hart)).c_str());
            tree.cells("reg", {cpu.hart});
            tree.text("riscv,isa", cpu.isa);
            tree.begin("interrupt-controller");
            tree.cells("phandle", {controller(cpu.hart)});
            tree.end();
            tree.end();
        }
        tree.end();
        tree.begin("soc");
        tree.begin("serial@10000000");
        tree.cells("interrupt-parent", {serial_parent});
        tree.end();
        for (const Plic& plic : plics) {
            tree.begin(("plic@" + std::to_string(plic.start)).c_str());
            tree.cells("phandle", {plic.phandle});
            tree.text("compatible", plic.kind);
            std::string contexts;
            for (const std::uint32_t cell : plic.contexts) {
                const fdt32_t stored = cpu_to_fdt32(cell);
                contexts.append(reinterpret_cast<const char*>(&stored), sizeof stored);
            }
            tree.bytes("interrupts-extended", contexts);
            tree.range("reg", plic.start, 0x60'0000);
            tree.end();
        }
        tree.end();
        tree.finish();
        spoil(place.data());
        return Host::read(hart, place.data());
    }

    /// Reading ends QEMU with status 1, and says `line` why.
    void expect_fatal(const std::string& line) {
        fake::reset();
        try {
            read();
            ADD_FAILURE() << "it is not fatal: " << line;
        } catch (const fake::MachineEnded& end) {
            EXPECT_EQ(end.status, 1);
        }
        EXPECT_EQ(fake::output, "hypervisor: " + line + "\n");
    }
};

void expect_range(HostRange range, std::uint64_t start, std::uint64_t size) {
    EXPECT_EQ(range.start.value, start);
    EXPECT_EQ(range.size, size);
}

} // namespace

TEST_F(HostTest, ReadsWhatTheMachineIs) {
    const Host host = read();
    EXPECT_EQ(host.hart, 0u);
    EXPECT_EQ(host.timebase_frequency, 10'000'000u);
    EXPECT_EQ(host.isa, good_isa);
    EXPECT_EQ(host.bootargs, "");
    EXPECT_TRUE(host.rng_seed.empty());
    EXPECT_EQ(host.starts, 0u);
    EXPECT_FALSE(host.disk_read_only());
    expect_range(host.ram, ram, 128 * MiB);
    EXPECT_EQ(fake::output, "");
}

TEST_F(HostTest, RefusesWhatIsNoTree) {
    alignas(8) const std::uint64_t nothing[64] = {};
    EXPECT_THROW(Host::read(0, nothing), fake::MachineEnded);
    EXPECT_NE(fake::output.find("there is no device tree at 0x"), std::string::npos);
}

// The CPU

TEST_F(HostTest, TakesTheInstructionSetOfItsOwnHart) {
    cpus = {{0, "rv64imac"}, {1, good_isa}};
    plics[0].contexts = {controller(0), machine, controller(1), supervisor};
    hart = 1;
    EXPECT_EQ(read().isa, good_isa);
    hart = 0;
    expect_fatal("this CPU has no extension f: it is rv64imac");
}

TEST_F(HostTest, NeedsEachExtensionThatTheGuestIsPromisedAndTheHypervisors) {
    for (const std::string letter : {"i", "m", "a", "f", "d", "c", "h"}) {
        std::string isa = good_isa;
        isa.erase(isa.find(letter, 4), 1);
        cpus[0].isa = isa.c_str();
        expect_fatal("this CPU has no extension " + letter + ": it is " + isa);
    }
}

TEST_F(HostTest, KnowsExtensionsByTheirWholeNames) {
    const Host host = read();
    for (const char* name : {"zicsr", "zifencei", "sstc", "svpbmt"}) {
        EXPECT_TRUE(host.has_extension(name)) << name;
    }
    // Not in it, parts of what is, or letters of "rv64" and of longer names.
    for (const char* name : {"v", "r", "z", "s", "ss", "zicsr_", "stc", "svpbm", "svpbmtx"}) {
        EXPECT_FALSE(host.has_extension(name)) << name;
    }
}

// The PLIC: the console's, and the context there that is our hart's

TEST_F(HostTest, FindsItsContextInTheOrderOfQemusMachine) {
    cpus = {{0, good_isa}, {1, good_isa}, {2, good_isa}};
    plics[0].contexts = {controller(0), machine, controller(0), supervisor,
                         controller(1), machine, controller(1), supervisor,
                         controller(2), machine, controller(2), supervisor};
    for (hart = 0; hart < 3; ++hart) {
        const Host host = read();
        EXPECT_EQ(host.plic.registers, HostPhysical{0xc00'0000});
        EXPECT_EQ(host.plic.context, 2 * hart + 1);
    }
}

TEST_F(HostTest, FindsItsContextInAnyOtherOrder) {
    // A first hart without S-mode, contexts that nobody has, and harts the other way round.
    cpus = {{0, "rv64imac"}, {1, good_isa}, {2, good_isa}};
    plics[0].contexts = {controller(0), machine, controller(2), supervisor,
                         controller(1), none,    controller(1), machine,
                         controller(2), machine, controller(1), supervisor};
    hart = 1;
    EXPECT_EQ(read().plic.context, 5u);
    hart = 2;
    EXPECT_EQ(read().plic.context, 1u);
}

TEST_F(HostTest, TakesThePlicToWhichTheConsoleIsConnected) {
    // One for each node of a machine with NUMA: each lists its own harts.
    cpus = {{0, good_isa}, {1, good_isa}};
    plics = {{0x1400'0000, 4, {controller(1), machine, controller(1), supervisor}},
             {0xc00'0000, 3, {controller(0), machine, controller(0), supervisor}}};
    EXPECT_EQ(read().plic.registers, HostPhysical{0xc00'0000});
    serial_parent = 4;
    expect_fatal(no_plic);
    hart = 1;
    EXPECT_EQ(read().plic.registers, HostPhysical{0x1400'0000});
    EXPECT_EQ(read().plic.context, 1u);
}

TEST_F(HostTest, NeedsAPlicThatInterruptsItsHartInSupervisorMode) {
    plics[0].contexts = {controller(0), machine, controller(0), none, controller(1), supervisor};
    expect_fatal(no_plic);
    plics[0].contexts = {controller(0)}; // half a context
    expect_fatal(no_plic);
    plics[0] = {0xc00'0000, 3, {controller(0), supervisor}, "riscv,aplic"};
    expect_fatal(no_plic);
    plics[0].contexts = {};
    expect_fatal(no_plic);
    plics = {};
    expect_fatal(no_plic);
    serial_parent = none;
    expect_fatal(no_plic);
}

// Memory

TEST_F(HostTest, JoinsMemoryNodesThatLieSideBySide) {
    memory = {{{ram}, 16 * MiB}, {{ram + 16 * MiB}, 48 * MiB}, {{ram + 64 * MiB}, 64 * MiB}};
    expect_range(read().ram, ram, 128 * MiB);
    std::ranges::reverse(memory); // as QEMU does it
    expect_range(read().ram, ram, 128 * MiB);
}

TEST_F(HostTest, LeavesOutMemoryThatLiesElsewhere) {
    memory.push_back({{ram + 256 * MiB}, 64 * MiB});
    expect_range(read().ram, ram, 128 * MiB);
}

TEST_F(HostTest, NeedsMemory) {
    memory = {};
    expect_fatal(no_ram);
}

TEST_F(HostTest, GivesAwayTheLargestPartOfMemoryThatIsFree) {
    expect_range(read().free, ram + 40 * MiB, 88 * MiB);
    modules[0].start = ram + 100 * MiB;
    modules.push_back({ramdisk, nullptr, ram + 40 * MiB, 10 * MiB});
    modules.push_back({kernel, "disk", ram + 60 * MiB, 1 * MiB});
    std::ranges::sort(modules, {}, &Module::start);
    do {
        expect_range(read().free, ram + 61 * MiB, 39 * MiB);
    } while (std::ranges::next_permutation(modules, {}, &Module::start).found);
}

TEST_F(HostTest, GivesAwayNeitherItselfNorItsTree) {
    modules[0].start = ram + 100 * MiB;
    const Host host = read();
    const std::uint64_t both = 2 * MiB + fdt_totalsize(__end);
    expect_range(host.free, ram + both, 100 * MiB - both);
    alignas(8) std::byte elsewhere[16 * KiB];
    place = elsewhere;
    expect_range(read().free, ram + 2 * MiB, 98 * MiB);
}

// Files

TEST_F(HostTest, TellsKernelInitrdAndDiskApartInAnyOrder) {
    modules = {{kernel, "disk", ram + 16 * MiB, 1 * MiB},
               {kernel, nullptr, ram + 32 * MiB, 2 * MiB},
               {ramdisk, nullptr, ram + 48 * MiB, 3 * MiB}};
    do {
        const Host host = read();
        expect_range(host.disk, ram + 16 * MiB, 1 * MiB);
        expect_range(host.kernel, ram + 32 * MiB, 2 * MiB);
        expect_range(host.initrd, ram + 48 * MiB, 3 * MiB);
    } while (std::ranges::next_permutation(modules, {}, &Module::start).found);
}

TEST_F(HostTest, DoesWithoutInitrdAndDisk) {
    const Host host = read();
    EXPECT_EQ(host.initrd.size, 0u);
    EXPECT_EQ(host.disk.size, 0u);
}

TEST_F(HostTest, NeedsAKernel) {
    modules = {};
    expect_fatal(no_kernel);
    modules = {{kernel, "disk", ram + 16 * MiB, 1 * MiB}}; // a disk is none
    expect_fatal(no_kernel);
}

TEST_F(HostTest, RefusesAnEmptyFile) {
    const std::vector<Module> files = {{kernel, nullptr, ram + 32 * MiB, 1 * MiB},
                                       {ramdisk, nullptr, ram + 48 * MiB, 1 * MiB},
                                       {kernel, "disk", ram + 64 * MiB, 1 * MiB}};
    const char* names[] = {"kernel", "initrd", "disk"};
    for (std::size_t number = 0; number < files.size(); ++number) {
        modules = files;
        modules[number].size = 0;
        expect_fatal(std::string{"the "} + names[number] + " is an empty file");
    }
}

TEST_F(HostTest, SaysHowMuchMemoryAFileNeedsThatDoesNotFit) {
    modules.push_back({kernel, "disk", ram + 100 * MiB, 28 * MiB});
    expect_range(read().disk, ram + 100 * MiB, 28 * MiB);
    modules.back().size = 29 * MiB;
    expect_fatal("the disk does not fit into 128 MiB of RAM: raise MEMORY beyond 129M");
}

// What the user and QEMU say

TEST_F(HostTest, ReadsTheBootArguments) {
    chosen = [](Tree& tree) {
        tree.text("bootargs", "console=ttyS0 root=/dev/vda");
    };
    const Host host = read();
    EXPECT_EQ(host.bootargs, "console=ttyS0 root=/dev/vda");
    EXPECT_EQ(host.bootargs.data()[host.bootargs.size()], '\0');
    EXPECT_FALSE(host.disk_read_only());
    chosen = [](Tree& tree) {
        tree.text("bootargs", "quiet hypervisor.disk=ro");
    };
    EXPECT_TRUE(read().disk_read_only());
}

TEST_F(HostTest, ReadsTheSeedWhereItLies) {
    const std::string seed = "random bytes, however many.";
    chosen = [&](Tree& tree) {
        tree.bytes("rng-seed", seed);
    };
    const Host host = read();
    EXPECT_TRUE(std::ranges::equal(host.rng_seed, std::as_bytes(std::span{seed})));
    EXPECT_GE(host.rng_seed.data(), place.data());
    EXPECT_LE(host.rng_seed.data() + seed.size(), place.data() + place.size());
}

// Nodes and properties that are not there

TEST_F(HostTest, SaysWhatItNeedsOfNodesThatAreNotThere) {
    const std::pair<std::string, const char*> lines[] = {
        {"/chosen", no_kernel},
        {"/chosen/module@0", no_kernel},
        {"/memory@" + std::to_string(ram), no_ram},
        {"/cpus", no_cpu},
        {"/cpus/cpu@0", no_cpu},
        {"/cpus/cpu@0/interrupt-controller", no_plic},
        {"/soc", no_plic},
        {"/soc/serial@10000000", no_plic},
        {"/soc/plic@" + std::to_string(plics[0].start), no_plic},
    };
    for (const auto& [path, line] : lines) {
        spoil = [&](void* tree) {
            EXPECT_EQ(fdt_nop_node(tree, fdt_path_offset(tree, path.c_str())), 0) << path;
        };
        expect_fatal(line);
    }
    spoil = [](void* tree) { // all of them
        for (int node = 0; (node = fdt_first_subnode(tree, 0)) >= 0;) {
            EXPECT_EQ(fdt_nop_node(tree, node), 0);
        }
    };
    expect_fatal(no_ram);
}

TEST_F(HostTest, SaysWhatItNeedsOfPropertiesThatAreNotThere) {
    const auto nowhere = [](const char* property) {
        return [property](void* tree) {
            for (int node = 0; node >= 0; node = fdt_next_node(tree, node, nullptr)) {
                fdt_nop_property(tree, node, property);
            }
        };
    };
    for (const auto& [property, line] : {std::pair{"riscv,isa", no_cpu},
                                         {"phandle", no_plic},
                                         {"interrupt-parent", no_plic},
                                         {"interrupts-extended", no_plic},
                                         {"compatible", no_plic},
                                         {"reg", no_ram}}) {
        spoil = nowhere(property);
        expect_fatal(line);
    }
}
