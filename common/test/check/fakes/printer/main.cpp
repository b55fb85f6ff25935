// A program that runs no guest and prints what a checkpoint might want to read: what a hypervisor of
// any chapter says, and all words that it finds in the files that QEMU has loaded. STATUS is how it
// ends. It has to get nothing for this.
#include <cstdint>

namespace {

std::int64_t call(std::uint64_t extension, std::uint64_t function, std::uint64_t argument) {
    register std::uint64_t a0 asm("a0") = argument;
    register std::uint64_t a1 asm("a1") = 0;
    register std::uint64_t a6 asm("a6") = function;
    register std::uint64_t a7 asm("a7") = extension;
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
    return static_cast<std::int64_t>(a0);
}

void put(char letter) {
    call(1, 0, static_cast<unsigned char>(letter));
}

void print(const char* text) {
    while (*text != '\0') {
        put(*text++);
    }
}

bool is_letter(std::uint8_t byte) {
    return byte >= ' ' && byte <= '~';
}

/// Prints each piece of text in memory that has at least six letters, as a line.
void print_words(const std::uint8_t* start, const std::uint8_t* end) {
    const std::uint8_t* first = start;
    for (const std::uint8_t* byte = start; byte != end; ++byte) {
        if (is_letter(*byte)) {
            continue;
        }
        if (byte - first >= 6) {
            while (first != byte) {
                put(static_cast<char>(*first++));
            }
            put('\n');
        }
        first = byte + 1;
    }
}

constexpr const char* said =
    "hypervisor: panic: there is no page left\n"
    "instruction guest-page fault (scause 0x14), pc 0x80200000, stval 0x80200000\n"
    "environment call from VS-mode (scause 0xa), pc 0x80200010, stval 0x0\n"
    "illegal instruction (scause 0x2), pc 0x80200010\n"
    "the guest has powered off\n"
    "memory 0x80000000 0x7200000\ntimebase 0x989680\nhart 0x0\nused 0x7200\n"
    "[    0.000000] Linux version 6.1.192\n"
    "[    0.000000] SBI specification v2.0 detected\n"
    "[    0.000000] Kernel command line: earlycon=sbi console=ttyS0 root=/dev/vda\n"
    "[    0.400000] Waiting 1 sec before mounting root device...\n"
    "[    0.400000] 10000000.serial: ttyS0 at MMIO 0x10000000 (irq = 1, base_baud = 230400)\n"
    "[    0.400000] printk: console [ttyS0] enabled\n"
    "[    0.400000] virtio_blk virtio0: [vda] 936 512-byte logical blocks (479 kB/468 KiB)\n"
    "[    0.400000] VFS: Mounted root (squashfs filesystem) readonly on device 254:0.\n"
    "[    0.400000] VFS: Unable to mount root fs on unknown-block(254,0)\n"
    "[    0.774276] reboot: Power down\n"
    "hypervisor: VM stopped: QueueNotify is not there yet, extension 0x0 (set_timer)\n";

} // namespace

extern "C" void main(std::uint64_t hart, const std::uint8_t* tree) {
    print("hypervisor: hello from hart ");
    put(static_cast<char>('0' + hart));
    put('\n');
    print_words(reinterpret_cast<const std::uint8_t*>(0x80400000),
                reinterpret_cast<const std::uint8_t*>(0x80410000));
    print_words(tree, tree + 0x4000);
    print(said);
    if (STATUS == 0) {
        call(8, 0, 0);
    }
    *reinterpret_cast<volatile std::uint32_t*>(0x100000) = 0x13333;
}
