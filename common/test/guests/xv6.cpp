// Drives the machine as xv6 does: with QEMU's addresses known by heart instead of a device tree,
// and a virtio-blk driver that never accepts VIRTIO_F_VERSION_1. It reads the disk by interrupt,
// then echoes what is typed, by interrupt too, until a q.

#include "guest.hpp"

namespace {

constexpr std::uint64_t uart_irq = 10, virtio_irq = 1;
constexpr std::uint64_t claim = 0xc201004;

void put(char byte) {
    while ((device<std::uint8_t>(uart + 5) & 0x20) == 0) {
    }
    device<std::uint8_t>(uart) = static_cast<std::uint8_t>(byte);
}

void say(const char* text) {
    while (*text != '\0') {
        put(*text++);
    }
}

struct Descriptor {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags, next;
};
constexpr std::uint16_t NEXT = 1, WRITE = 2;
constexpr unsigned size = 8;

struct Available {
    std::uint16_t flags, index, ring[size], unused;
};
struct Used {
    std::uint16_t flags, index;
    struct {
        std::uint32_t id, length;
    } ring[size];
};
struct Request {
    std::uint32_t type, reserved;
    std::uint64_t sector;
};

alignas(4096) Descriptor descriptors[size];
alignas(4096) Available available;
alignas(4096) volatile Used used;
Request request;
volatile std::uint8_t status;

volatile std::uint32_t& reg(std::uint64_t offset) {
    return device<std::uint32_t>(virtio + offset);
}

void set_address(std::uint64_t offset, const volatile void* object) {
    const auto address = reinterpret_cast<std::uint64_t>(object);
    reg(offset) = static_cast<std::uint32_t>(address);
    reg(offset + 4) = static_cast<std::uint32_t>(address >> 32);
}

void init_disk() {
    check("magic", reg(0), 0x74726976);
    check("version", reg(4), 2);
    check("device", reg(8), 2);
    check("vendor", reg(0xc), 0x554d4551);
    std::uint32_t state = 0;
    reg(0x70) = state;
    reg(0x70) = state |= 1; // ACKNOWLEDGE
    reg(0x70) = state |= 2; // DRIVER
    std::uint32_t features = reg(0x10);
    for (const unsigned refused : {5, 7, 11, 12, 27, 28, 29}) {
        features &= ~(1u << refused);
    }
    reg(0x20) = features;
    reg(0x70) = state |= 8; // FEATURES_OK
    check("FEATURES_OK", reg(0x70) & 8, 8);
    reg(0x30) = 0; // queue 0
    check("queue not in use", reg(0x44), 0);
    check("queue large enough", reg(0x34) >= size, true);
    reg(0x38) = size;
    set_address(0x80, descriptors);
    set_address(0x90, &available);
    set_address(0xa0, &used);
    reg(0x44) = 1;
    reg(0x70) = state |= 4; // DRIVER_OK
    check("queue in use", reg(0x44), 1);
}

void init_plic() {
    device<std::uint32_t>(plic + 4 * uart_irq) = 1;
    device<std::uint32_t>(plic + 4 * virtio_irq) = 1;
    device<std::uint32_t>(0xc002080) = 1 << uart_irq | 1 << virtio_irq;
    device<std::uint32_t>(0xc201000) = 0;
}

/// Waits for an interrupt of `expected`, which the caller completes.
void wait_for(std::uint64_t expected) {
    wait_for_interrupt(1 << external);
    check("interrupt", trap.cause, interrupt | external);
    check("claim", device<std::uint32_t>(claim), expected);
}

/// Reads or writes `length` bytes at `sector`.
void transfer(std::uint32_t type, std::uint64_t sector, void* buffer, std::uint32_t length,
              unsigned expected_status = 0) {
    request = {type, 0, sector};
    status = 0xff;
    descriptors[0] = {reinterpret_cast<std::uint64_t>(&request), sizeof request, NEXT, 1};
    descriptors[1] = {reinterpret_cast<std::uint64_t>(buffer), length,
                      static_cast<std::uint16_t>(NEXT | (type == 0 ? WRITE : 0)), 2};
    descriptors[2] = {reinterpret_cast<std::uint64_t>(&status), 1, WRITE, 0};
    available.ring[available.index % size] = 0;
    asm volatile("fence" ::: "memory");
    available.index += 1;
    asm volatile("fence" ::: "memory");
    const std::uint16_t before = used.index;
    reg(0x50) = 0;

    wait_for(virtio_irq);
    reg(0x64) = reg(0x60) & 3;
    device<std::uint32_t>(claim) = virtio_irq;
    check("used index", used.index, static_cast<std::uint16_t>(before + 1));
    check("used id", used.ring[before % size].id, 0);
    // It counts from the start of what may be written: not the status behind unwritten data.
    const unsigned written = type != 0 ? 1 : expected_status == 0 ? length + 1 : 0;
    check("used length", used.ring[before % size].length, written);
    check("status", status, expected_status);
    check("no interrupt left", device<std::uint32_t>(claim), 0);
}

char sector[512];

void use_disk() {
    transfer(0, 0, sector, sizeof sector);
    sector[63] = '\0';
    say("sector 0: ");
    say(sector);
    say("\n");

    // Larger than what the hypervisor does at once. The disk's every 8 bytes are their number.
    auto* const large = reinterpret_cast<std::uint64_t*>(0x82000000);
    constexpr std::uint64_t length = 3 << 20;
    transfer(0, 8, large, length);
    std::uint64_t wrong = 0;
    for (std::uint64_t index = 0; index < length / 8; ++index) {
        wrong += large[index] != index + 8 * 64;
    }
    check("large read: wrong words", wrong, 0);

    large[0] = 0x0123456789abcdef;
    transfer(1, 20, large, 1024);
    large[0] = 0;
    transfer(0, 20, large, 1024);
    check("what was written", large[0], 0x0123456789abcdef);

    transfer(0, 1ull << 40, sector, sizeof sector, 1); // behind the end
}

void echo() {
    device<std::uint8_t>(uart + 2) = 7; // FIFOs on and empty
    device<std::uint8_t>(uart + 1) = 1; // an interrupt for what is received
    say("type\n");
    for (char byte = 0; byte != 'q';) {
        wait_for(uart_irq);
        while (device<std::uint8_t>(uart + 5) & 1) {
            byte = static_cast<char>(device<std::uint8_t>(uart));
            say("<");
            put(byte);
            say(">");
        }
        device<std::uint32_t>(claim) = uart_irq;
    }
    say("\n");
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    init_plic();
    init_disk();
    use_disk();
    echo();
}
