// User modes of 32 and of 128 bits (sstatus.UXL = 1, 3; Privileged spec 10.1.1.1). A machine need
// not have them. What they do is the guest's affair, as long as it ends there.

#include "driver.hpp"

namespace {

alignas(4096) volatile std::uint32_t code[4];

void try_width(std::uint64_t width) {
    std::uint64_t before, after;
    asm volatile("csrr %0, sstatus" : "=r"(before));
    const std::uint64_t wanted = (before & ~(3ul << 32)) | width << 32;
    asm volatile("csrw sstatus, %1\n csrr %0, sstatus" : "=r"(after) : "r"(wanted));
    println("UXL ", width, " became ", after >> 32 & 3);
    for (const std::uint32_t instruction : {
             0x0005'2503u, // lw a0, (a0)
             0x0005'3503u, // ld a0, (a0)
             0x0005'6008u, // c.flw or c.ld of a0
             0x0005'2023u, // sw x0, (a0)
         }) {
        code[0] = instruction;
        code[1] = 0x0000'0073; // ecall
        asm volatile("fence.i" ::: "memory");
        for (const std::uint64_t address : {virtio, virtio + Config, 0x10'0000ul, ram.end}) {
            trap.cause = no_trap;
            run_user(address_of(code), address);
        }
    }
    asm volatile("csrw sstatus, %0" ::"r"(before));
}

void width_32() {
    try_width(1);
}
void width_0() {
    try_width(0);
}
void width_128() {
    try_width(3);
}

constexpr Case cases[] = {
    {"width-32", width_32},
    {"width-0", width_0},
    {"width-128", width_128},
};

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    run_cases(cases, works);
}
