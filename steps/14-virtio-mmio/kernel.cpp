#include "kernel.hpp"

#include "print.hpp"

#include <algorithm>
#include <cstring>

namespace {

/// The header of a Linux Image (Linux, Documentation/riscv/boot-image-header.rst).
struct ImageHeader {
    std::uint64_t code;
    std::uint64_t text_offset; // from the start of RAM
    std::uint64_t image_size;  // with what the file does not hold: .bss
    std::uint64_t others[4];   // flags, version, magic
    std::uint32_t magic2;
    std::uint32_t reserved;
};
static_assert(sizeof(ImageHeader) == 64);

constexpr std::uint32_t image_magic2 = 0x05435352; // "RSC\x05"

/// Where a kernel without that header goes: where the firmware of a real machine would put it.
constexpr std::uint64_t flat_text_offset = 2 * MiB;

/// Stops with advice if `file` begins like something that has to be unpacked first.
void check_unpacked(std::span<const std::byte> file) {
    const std::string_view text{reinterpret_cast<const char*>(file.data()), file.size()};
    if (text.starts_with("\x1f\x8b") || text.starts_with("\x28\xb5\x2f\xfd") ||
        text.substr(std::min<std::size_t>(4, text.size())).starts_with("zimg")) {
        fatal("the kernel is compressed: unpack it first, with gunzip or unzstd for example");
    }
    if (text.starts_with("\x7f"
                         "ELF")) {
        fatal("the kernel is an ELF file: make it flat first, with llvm-objcopy -O binary");
    }
}

} // namespace

GuestPhysical load_kernel(std::span<const std::byte> file, const GuestMemory& memory,
                          GuestPhysical limit) {
    check_unpacked(file);
    ImageHeader header = {};
    std::memcpy(&header, file.data(), std::min(sizeof header, file.size()));
    if (header.magic2 != image_magic2) {
        header.text_offset = flat_text_offset;
        header.image_size = file.size();
    }
    if (file.size() < header.image_size / 2) {
        fatal("the kernel is truncated: {} KiB of {} KiB are there", file.size() / KiB,
              header.image_size / KiB);
    }
    const GuestPhysical start = memory.range().start + header.text_offset;
    const std::uint64_t size = std::max<std::uint64_t>(header.image_size, file.size());
    const std::uint64_t room = limit - memory.range().start;
    const auto place = memory.span(start, size);
    if (!place || header.text_offset > room || size > room - header.text_offset) {
        fatal("the kernel needs {} KiB of RAM, but the guest has only {} KiB: raise MEMORY",
              (header.text_offset + size) / KiB, room / KiB);
    }
    std::memcpy(place->data(), file.data(), file.size());
    return start;
}
