#include "kernel.hpp"

#include "print.hpp"

#include <algorithm>
#include <cstring>

namespace {

/// The header of a Linux Image (Linux, "Boot image header in RISC-V Linux").
struct ImageHeader {
    std::uint64_t code;
    std::uint64_t text_offset; // from the start of RAM
    std::uint64_t image_size;  // with what the file does not hold: .bss
    std::uint64_t others[4];   // flags, version, magic
    std::uint32_t magic2;
    std::uint32_t reserved;
};
static_assert(sizeof(ImageHeader) == 64);

/// What tells that the header is there.
constexpr std::uint32_t image_magic2 = 0x05435352; // "RSC\x05"

/// Where a kernel without that header goes: where the firmware of a real machine would put it.
constexpr std::uint64_t flat_text_offset = 2 * MiB;

} // namespace

GuestPhysical load_kernel(std::span<const std::byte> file, const GuestMemory& memory,
                          GuestPhysical limit) {
    ImageHeader header = {};
    std::memcpy(&header, file.data(), std::min(sizeof header, file.size()));
    if (header.magic2 != image_magic2) {
        header.text_offset = flat_text_offset;
        header.image_size = file.size();
    }
    const GuestPhysical start = memory.range().start + header.text_offset;
    const std::uint64_t size = std::max<std::uint64_t>(header.image_size, file.size());
    const std::uint64_t room = limit - memory.range().start;
    const auto place = memory.span(start, size);
    if (!place || header.text_offset > room || size > room - header.text_offset) {
        fatal("the kernel needs ", (header.text_offset + size) / KiB,
              " KiB of RAM, but the guest has only ", room / KiB, " KiB: raise MEMORY");
    }
    std::memcpy(place->data(), file.data(), file.size());
    return start;
}
