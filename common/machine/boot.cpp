#include "boot.hpp"

#include "ram.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace machine {

namespace {

constexpr u64 MiB = 1 << 20;

/// Puts files into RAM, and sees to it that no two of them lie in one place.
class Loader {
public:
    explicit Loader(std::span<std::byte> ram) : ram_(ram) {}

    /// Copies `content` to `address`, with zeros behind it up to `size` bytes.
    std::optional<BootError> place(std::string_view name, u64 address,
                                   std::span<const std::byte> content, u64 size);

    /// Takes `size` bytes from `address` on for what is called `name`.
    std::optional<BootError> take(std::string_view name, u64 address, u64 size);

private:
    struct Taken {
        u64 start, end;
    };

    std::span<std::byte> ram_;
    std::array<Taken, 64> taken_ = {};
    std::size_t count_ = 0;
};

std::optional<BootError> Loader::take(std::string_view name, u64 address, u64 size) {
    if (address < Ram::start || size > ram_.size() || address - Ram::start > ram_.size() - size) {
        return BootError{name, "it does not fit into RAM"};
    }
    const u64 end = address + size;
    for (const Taken& other : std::span{taken_}.first(count_)) {
        if (address < other.end && other.start < end) {
            return BootError{name, "something else lies where it has to go"};
        }
    }
    if (count_ == taken_.size()) {
        return BootError{name, "there are too many files, or too many parts of one"};
    }
    taken_[count_++] = {address, end};
    return std::nullopt;
}

std::optional<BootError> Loader::place(std::string_view name, u64 address,
                                       std::span<const std::byte> content, u64 size) {
    if (const auto error = take(name, address, size)) {
        return error;
    }
    const auto target = ram_.subspan(address - Ram::start, size);
    std::ranges::copy(content, target.begin());
    std::ranges::fill(target.subspan(content.size()), std::byte{});
    return std::nullopt;
}

/// The header of an ELF file and a program header (ELF-64 Object File Format 2 and 6).
struct ElfHeader {
    std::array<u8, 16> identification;
    u16 type, machine;
    u32 version;
    u64 entry, program_headers, section_headers;
    u32 flags;
    u16 size, program_header_size, program_header_count;
    u16 section_header_size, section_header_count, name_section;
};
struct ProgramHeader {
    u32 type, flags;
    u64 offset, virtual_address, physical_address, file_size, memory_size, alignment;
};

/// What is at `offset` of a file, if there is so much of it.
template <typename T>
std::optional<T> read(std::span<const std::byte> file, u64 offset) {
    if (offset > file.size() || file.size() - offset < sizeof(T)) {
        return std::nullopt;
    }
    T value;
    std::memcpy(&value, &file[offset], sizeof value);
    return value;
}

bool is_riscv(const ElfHeader& header) {
    constexpr std::array<u8, 6> expected = {0x7f, 'E', 'L', 'F', 2, 1}; // 64 bits, little-endian
    constexpr u16 riscv = 243;
    return std::ranges::equal(std::span{header.identification}.first<6>(), expected) &&
           header.machine == riscv && header.program_header_size == sizeof(ProgramHeader);
}

/// Loads an ELF file where its segments' physical addresses say. The lowest of them is where it
/// starts, in `start`: that is what QEMU tells the firmware, whatever the file's entry is.
std::optional<BootError> load_elf(Loader& loader, const File& file, u64& start) {
    constexpr u32 load = 1;
    const auto header = read<ElfHeader>(file.content, 0);
    if (!header || !is_riscv(*header)) {
        return BootError{file.name, "it is no ELF file of RISC-V with 64 bits"};
    }
    start = ~0ull;
    for (unsigned index = 0; index < header->program_header_count; ++index) {
        const auto segment = read<ProgramHeader>(file.content, header->program_headers +
                                                                   index * sizeof(ProgramHeader));
        if (segment && (segment->type != load || segment->memory_size == 0)) {
            continue;
        }
        if (!segment || segment->file_size > segment->memory_size ||
            segment->offset > file.content.size() ||
            segment->file_size > file.content.size() - segment->offset) {
            return BootError{file.name, "it is a broken ELF file"};
        }
        const auto content = file.content.subspan(segment->offset, segment->file_size);
        if (const auto error =
                loader.place(file.name, segment->physical_address, content, segment->memory_size)) {
            return error;
        }
        start = std::min(start, segment->physical_address);
    }
    return start == ~0ull ? std::optional{BootError{file.name, "nothing in it is to be loaded"}}
                          : std::nullopt;
}

/// Writes the device tree at the end of RAM, where QEMU 10 has it: it begins with a multiple of
/// 2 MiB, the highest with enough room behind it. Its address goes into `start`. The room is taken
/// first, so that nothing is written over a file.
std::optional<BootError> load_tree(Loader& loader, std::span<std::byte> ram,
                                   const Software& software, u64& start) {
    constexpr std::string_view name = "the device tree";
    const TreeContent content = {ram.size(), software.bootargs, software.modules,
                                 software.sv39_only};
    constexpr u64 room = 64 << 10;
    if (ram.size() < room) {
        return BootError{name, "it does not fit into RAM"};
    }
    const u64 offset = (ram.size() - room) / (2 * MiB) * (2 * MiB);
    start = Ram::start + offset;
    if (const auto error = loader.take(name, start, room)) {
        return error;
    }
    return write_tree(ram.subspan(offset, room), content)
               ? std::nullopt
               : std::optional{BootError{name, "it does not fit into 64 KiB"}};
}

/// Writes the hart's first instructions, and behind them what they load and what OpenSBI's
/// fw_dynamic reads at a2 (its include/sbi/fw_dynamic.h).
void write_rom(std::span<u32> rom, u64 hypervisor, u64 tree) {
    constexpr std::array<u32, 6> instructions = {
        0x0000'0297, // auipc t0, 0
        0x0282'8613, // addi  a2, t0, 40
        0xf140'2573, // csrr  a0, mhartid
        0x0202'b583, // ld    a1, 32(t0)
        0x0182'b283, // ld    t0, 24(t0)
        0x0002'8067, // jr    t0
    };
    constexpr u64 magic = 0x4942'534f, version = 2, next_mode = 1, options = 0, boot_hart = 0;
    const std::array<u64, 8> data = {
        Ram::start, tree, // at 24 and 32
        magic,      version, hypervisor, next_mode, options, boot_hart,
    };
    std::memcpy(rom.data(), instructions.data(), sizeof instructions);
    std::memcpy(&rom[instructions.size()], data.data(), sizeof data);
}

} // namespace

std::optional<BootError> boot(std::span<std::byte> ram, std::span<u32> rom,
                              const Software& software) {
    Loader loader{ram};
    const File& firmware = software.firmware;
    u64 hypervisor = 0, tree = 0;
    auto error = loader.place(firmware.name, Ram::start, firmware.content, firmware.content.size());
    if (!error && !software.hypervisor.content.empty()) {
        error = load_elf(loader, software.hypervisor, hypervisor);
    }
    for (const Module& module : software.modules) {
        if (!error) {
            // Of what reaches beyond RAM, QEMU loads what fits, and says nothing.
            const u64 end = Ram::start + ram.size();
            const u64 room = module.address < end ? end - module.address : 0;
            const auto content = module.content.first(std::min<u64>(module.content.size(), room));
            error = room == 0 ? error
                              : loader.place(module.name, module.address, content, content.size());
        }
    }
    if (!error) {
        error = load_tree(loader, ram, software, tree);
    }
    if (!error) {
        write_rom(rom, hypervisor, tree);
    }
    return error;
}

} // namespace machine
