#include "bus.hpp"

namespace machine {

namespace {

/// Whether `width` bytes from `address` on are in the `size` bytes from `start` on.
constexpr bool within(u64 address, unsigned width, u64 start, u64 size) {
    return address >= start && address - start <= size - width;
}

} // namespace

std::optional<u64> Bus::load(u64 address, unsigned width, u64 now) {
    if (within(address, width, rom_start, sizeof rom)) {
        u64 value = 0;
        __builtin_memcpy(&value, reinterpret_cast<const u8*>(rom.data()) + (address - rom_start),
                         width);
        return value;
    }
    if (within(address, width, Aclint::start, Aclint::size)) {
        return aclint.load(address - Aclint::start, width, now);
    }
    std::optional<u64> value;
    if (within(address, width, Plic::start, Plic::size)) {
        value = plic.load(address - Plic::start, width);
    } else if (within(address, width, Uart::start, Uart::size)) {
        value = uart.load(address - Uart::start, width);
    } else if (within(address, width, test_start, test_size)) {
        return 0;
    }
    plic.set_line(Uart::interrupt, uart.line());
    return value;
}

bool Bus::store(u64 address, unsigned width, u64 value) {
    if (within(address, width, Aclint::start, Aclint::size)) {
        return aclint.store(address - Aclint::start, width, value);
    }
    if (within(address, width, test_start, test_size)) {
        if (address == test_start) {
            ended = static_cast<u32>(value);
        }
        return true;
    }
    bool done = false;
    if (within(address, width, Plic::start, Plic::size)) {
        done = plic.store(address - Plic::start, width, value);
    } else if (within(address, width, Uart::start, Uart::size)) {
        done = uart.store(address - Uart::start, width, value);
    }
    plic.set_line(Uart::interrupt, uart.line());
    return done;
}

bool Bus::has(u64 address, unsigned width) const {
    return ram.contains(address, width) || within(address, width, rom_start, sizeof rom) ||
           within(address, width, Aclint::start, Aclint::size) ||
           within(address, width, Plic::start, Plic::size) ||
           within(address, width, Uart::start, Uart::size) ||
           within(address, width, test_start, test_size);
}

} // namespace machine
