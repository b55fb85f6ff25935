// A guest that ruins all it has and reboots: it comes up again from an untouched kernel, on devices
// that have been reset, with the disk as it left it.

#include "driver.hpp"

namespace {

constexpr std::uint64_t mark = 0x6d61'726b'6d61'726b;

/// How the device was found.
std::uint32_t status_found, interrupt_found, ready_found;

/// Everything between the start of RAM and its end, this code included, at last.
[[noreturn]] void ruin_and_reboot() {
    register std::uint64_t a0 asm("a0") = 1; // cold reboot
    register std::uint64_t a1 asm("a1") = 0;
    register std::uint64_t a6 asm("a6") = 0;
    register std::uint64_t a7 asm("a7") = SRST;
    register std::uint64_t at asm("t0") = ram.start;
    register std::uint64_t end asm("t1") = ram.end;
    register std::uint64_t here asm("t2");
    asm volatile("la %2, 2f\n"
                 "li t3, -1\n"
                 "1: bgeu %0, %1, 2f\n"
                 "sub t4, %0, %2\n"
                 "addi t4, t4, 64\n"
                 "sltiu t4, t4, 96\n" // but for this loop and what follows
                 "bnez t4, 3f\n"
                 "sd t3, (%0)\n"
                 "3: addi %0, %0, 8\n"
                 "j 1b\n"
                 "2: ecall\n"
                 "j 2b"
                 : "+r"(at), "+r"(end), "=&r"(here)
                 : "r"(a0), "r"(a1), "r"(a6), "r"(a7)
                 : "t3", "t4", "memory");
    __builtin_unreachable();
}

void leave_a_mess() {
    start();
    fill(data(), 512, mark);
    verify("status", request(OUT, 500, data(), 512), OK);
    wrote(500, 1, 0); // the second boot says what it is in the end
    // A device in the middle of things, an interrupt pending and another claimed, a timer running.
    device<std::uint32_t>(plic + 4 * 1) = 7;
    device<std::uint32_t>(plic + 4 * 10) = 7;
    device<std::uint32_t>(plic + 0x2080) = 1 << 1 | 1 << 10;
    device<std::uint32_t>(plic + 0x20'1000) = 2;
    verify("claim", device<std::uint32_t>(plic + 0x20'1004), 1);
    device<std::uint8_t>(uart + 1) = 3;
    device<std::uint8_t>(uart + 7) = 0x55;
    sbi(IPI, 0, 1, 0);
    sbi(TIME, 0, 0);
    offer(500); // no such descriptor
    notify();
    verify("the device", reg(Status) & NEEDS_RESET, NEEDS_RESET);
    offer_request(0, 0, IN, 0, data_address(), 512);
    asm volatile("csrw sie, %0" ::"r"(1 << 9 | 1 << 5 | 1 << 1));
    ruin_and_reboot();
}

void look_around() {
    verify("Status", status_found, 0);
    verify("InterruptStatus", interrupt_found, 0);
    verify("QueueReady", ready_found, 0);
    verify("priority", device<std::uint32_t>(plic + 4 * 1), 0);
    verify("enabled", device<std::uint32_t>(plic + 0x2080), 0);
    verify("threshold", device<std::uint32_t>(plic + 0x20'1000), 0);
    verify("claim", device<std::uint32_t>(plic + 0x20'1004), 0);
    verify("UART's interrupts", device<std::uint8_t>(uart + 1), 0);
    verify("UART's scratch", device<std::uint8_t>(uart + 7), 0);
    std::uint64_t pending, enabled, table;
    asm volatile("csrr %0, sip" : "=r"(pending));
    asm volatile("csrr %0, sie" : "=r"(enabled));
    asm volatile("csrr %0, satp" : "=r"(table));
    verify("sip", pending, 0);
    verify("sie", enabled, 0);
    verify("satp", table, 0);
    start();
    fill(data(), 512, 0);
    verify("status", request(OUT, 500, data(), 512), OK);
}

constexpr Case first[] = {{"leave-a-mess", leave_a_mess}};
constexpr Case second[] = {{"look-around", look_around}};

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    status_found = reg(Status);
    interrupt_found = reg(InterruptStatus);
    ready_found = reg(QueueReady);
    start();
    request(IN, 500, data(), 512);
    reg(Status) = 0;
    if (device<std::uint64_t>(data_address()) == mark) {
        run_cases(second, works);
    } else {
        run_cases(first);
    }
}
