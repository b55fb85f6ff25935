// Page tables of the guest's own that are wrong, lie in devices, or change behind the back of the
// TLB; and accesses across the end of a page, where the next is something else.

#include "driver.hpp"

extern "C" char vanishing_code[], vanishing_code_end[]; // below
extern "C" char straddling_code[], straddling_code_end[];

namespace {

constexpr std::uint64_t V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128;
constexpr std::uint64_t rw = V | R | W | A | D;
constexpr std::uint64_t rwx = rw | X;
constexpr std::uint64_t GiB = 1ul << 30;
constexpr std::uint64_t nowhere = 0x2000'0000;
constexpr std::uint64_t threshold = plic + 0x20'1000; // at the start of a page

alignas(4096) volatile std::uint64_t top[512], middle[512], bottom[512];
alignas(4096) volatile unsigned char pages[2][4096];

constexpr std::uint64_t entry(std::uint64_t address, std::uint64_t bits) {
    return address >> 12 << 10 | bits;
}

// The virtual address space: what is physically there in the lower 4 GiB, and from `small` on
// pages of 4 KiB.
constexpr std::uint64_t small = 7 * GiB, odd = 8 * GiB;

void paging_on() {
    for (std::uint64_t gib = 0; gib < 4; ++gib) {
        top[gib] = entry(gib * GiB, gib == 2 ? rwx : rw);
    }
    top[7] = entry(address_of(middle), V);
    middle[0] = entry(address_of(bottom), V);
    asm volatile("csrw satp, %0" ::"r"(8ul << 60 | address_of(top) >> 12));
    sfence_vma();
}

void paging_off() {
    asm volatile("csrw satp, zero");
    sfence_vma();
}

void map(std::uint64_t first, std::uint64_t second) {
    bottom[0] = first;
    bottom[1] = second;
    sfence_vma();
}

#define LOAD(instruction, address)                                                                 \
    attempt([=] {                                                                                  \
        std::uint64_t value;                                                                       \
        asm volatile(instruction " %0, (%1)" : "=r"(value) : "r"(address) : "memory");             \
    })
#define STORE(instruction, address)                                                                \
    attempt([=] {                                                                                  \
        asm volatile(instruction " %0, (%1)" ::"r"(~0ul), "r"(address) : "memory");                \
    })

/// What is misaligned cannot be done to a device: an access fault or one of alignment, and nothing
/// has changed there.
void expect_refused(const char* what, const Trap& got) {
    const bool right = got.cause == load_access_fault || got.cause == store_access_fault ||
                       got.cause == 4 || got.cause == 6;
    if (!right) {
        verify(what, got.cause, load_access_fault);
    }
    verify("the threshold", device<std::uint32_t>(threshold), 3);
    verify("priorities", device<std::uint32_t>(plic), 0);
}

void across_a_page() {
    paging_on();
    device<std::uint32_t>(threshold) = 3;
    const std::uint64_t ram_page = entry(address_of(pages[0]), rw);
    const std::uint64_t neighbours[][2] = {
        {ram_page, entry(threshold, rw)},           {entry(threshold, rw), ram_page},
        {entry(plic, rw), entry(threshold, rw)},    {entry(uart, rw), entry(virtio, rw)},
        {entry(virtio, rw), entry(threshold, rw)},  {ram_page, entry(nowhere, rw)},
        {entry(nowhere, rw), entry(threshold, rw)},
    };
    for (const auto& pair : neighbours) {
        map(pair[0], pair[1]);
        for (std::uint64_t before = 1; before < 8; ++before) {
            const std::uint64_t address = small + 4 * KiB - before;
            expect_refused("ld", LOAD("ld", address));
            expect_refused("sd", STORE("sd", address));
            if (before < 4) {
                expect_refused("lw", LOAD("lw", address));
                expect_refused("lwu", LOAD("lwu", address));
                expect_refused("sw", STORE("sw", address));
            }
            if (before < 2) {
                expect_refused("lh", LOAD("lh", address));
                expect_refused("lhu", LOAD("lhu", address));
                expect_refused("sh", STORE("sh", address));
            }
        }
    }
    device<std::uint32_t>(threshold) = 0;
    paging_off();
}

/// Where a table leads out of RAM, its walk is an access fault, and no device has been read: a
/// claim at the PLIC would have taken an interrupt away.
void tables_in_devices() {
    paging_on();
    device<std::uint32_t>(plic + 4 * 1) = 1;
    device<std::uint32_t>(plic + 0x2080) = 1 << 1;
    start();
    verify("status", request(IN, 3, data(), 512), OK); // source 1 is pending
    for (const std::uint64_t place :
         {plic + 0x20'1000, plic, uart, virtio, nowhere, 0x10'0000ul, 0ul, ram.end,
          ram.start - 2 * MiB, 1ul << 40, 1ul << 41, (1ul << 56) - 4096}) {
        // A table of the second level and one of the third; and in it the first entry and another,
        // which would lie in the virtio device's configuration, where a load may have 8 bytes.
        for (const unsigned way : {0, 1, 2, 3}) {
            const std::uint64_t slot = way & 1 ? 32 : 0;
            top[8] = entry(way & 2 ? address_of(bottom) : place, V);
            bottom[slot] = entry(place, V);
            sfence_vma();
            const std::uint64_t address = odd + slot * (2 * MiB + 4 * KiB);
            // QEMU 7.2 does not say which kind of access it was.
            const Trap loaded = LOAD("lw", address);
            expect("load", loaded.cause == load_access_fault);
            verify("stval", loaded.value, address);
            const Trap stored = STORE("sw", address);
            expect("store",
                   stored.cause == store_access_fault || stored.cause == load_access_fault);
            verify("stval", stored.value, address);
            const Trap fetched = attempt([=] {
                reinterpret_cast<void (*)()>(address)();
            });
            expect("fetch",
                   fetched.cause == instruction_access_fault || fetched.cause == load_access_fault);
            verify("stval", fetched.value, address);
        }
    }
    verify("what is pending", device<std::uint32_t>(plic + 0x20'1004), 1);
    device<std::uint32_t>(plic + 0x20'1004) = 1;
    device<std::uint32_t>(plic + 0x2080) = 0;
    paging_off();
}

/// Pages that are mapped to what is not the guest's.
void pages_outside_ram() {
    paging_on();
    for (const std::uint64_t place :
         {ram.end, ram.end + 2 * MiB, ram.start - 4 * KiB, 0x10'0000ul, 0x200'0000ul, 0ul,
          1ul << 39, 1ul << 41, 1ul << 55, (1ul << 56) - 4096}) {
        map(entry(place, rwx), 0);
        for (std::uint64_t offset = 0; offset < 4096; offset += 0x7f8) {
            const Trap loaded = LOAD("ld", small + offset);
            verify_trap("load", loaded, load_access_fault, small + offset);
            const Trap stored = STORE("sd", small + offset);
            verify_trap("store", stored, store_access_fault, small + offset);
        }
        const Trap fetched = attempt([] {
            reinterpret_cast<void (*)()>(small)();
        });
        verify_trap("fetch", fetched, instruction_access_fault, small);
    }
    paging_off();
}

void copy_code(volatile unsigned char* to, const char* code, const char* end) {
    while (code != end) {
        *to++ = static_cast<unsigned char>(*code++);
    }
    asm volatile("fence.i" ::: "memory");
}

/// A load from a device by an instruction whose page's entry became `new_entry` right before, in
/// the page tables, but not in the TLB. Whoever reads that instruction again may find it, or not.
void vanish(const char* what, std::uint64_t new_entry, std::uint64_t fault) {
    copy_code(pages[0] + 4096 - 8, vanishing_code, vanishing_code + 8);
    copy_code(pages[1], vanishing_code + 8, vanishing_code_end);
    map(entry(address_of(pages[0]), rwx), entry(address_of(pages[1]), rwx));
    register std::uint64_t a0 asm("a0") = 0;
    register std::uint64_t a1 asm("a1") = virtio;
    register std::uint64_t code asm("a2") = small + 4096 - 8;
    register std::uint64_t a3 asm("a3") = address_of(&bottom[0]);
    register std::uint64_t a4 asm("a4") = new_entry;
    trap.cause = no_trap;
    asm volatile("jalr a2" : "+r"(a0) : "r"(a1), "r"(code), "r"(a3), "r"(a4) : "ra", "memory");
    const std::uint64_t value = a0;
    if (trap.cause == no_trap) {
        verify(what, value, 0x7472'6976);
    } else {
        // QEMU 10 has page faults only for a hypervisor that reads the guest's instructions.
        verify_trap(what, trap,
                    trap.cause == instruction_page_fault ? instruction_page_fault : fault,
                    small + 4096 - 4);
        verify(what, trap.pc, small + 4096 - 4);
        verify(what, value, 0);
    }
}

/// Vectors are elsewhere, so there is a way out.
void code_that_vanishes() {
    paging_on();
    vanish("unmapped", 0, instruction_page_fault);
    vanish("not to be executed", entry(address_of(pages[0]), rw), instruction_page_fault);
    vanish("user mode's", entry(address_of(pages[0]), rwx | U), instruction_page_fault);
    vanish("nowhere", entry(nowhere, rwx), instruction_access_fault);
    vanish("a device", entry(uart, rwx), instruction_access_fault);
    vanish("behind RAM", entry(ram.end, rwx), instruction_access_fault);
    vanish("beyond the second stage", entry(1ul << 50, rwx), instruction_access_fault);
    paging_off();
}

/// The same in user mode, which has its page table within reach.
void user_code_that_vanishes() {
    paging_on();
    copy_code(pages[0], vanishing_code, vanishing_code + 8);
    device<std::uint32_t>(address_of(pages[0]) + 8) = 0x73; // ecall
    bottom[2] = entry(address_of(bottom), rw | U);
    bottom[3] = entry(virtio, rw | U);
    map(entry(address_of(pages[0]), V | X | U | A), 0);
    register std::uint64_t a3 asm("a3") = small + 2 * 4096;
    register std::uint64_t a4 asm("a4") = 0;
    register std::uint64_t a1 asm("a1") = small + 3 * 4096;
    trap.cause = no_trap;
    const std::uint64_t before = trap.count;
    asm volatile("mv a0, %[entry]\n"
                 "call run_user"
                 :
                 : [entry] "r"(small), "r"(a1), "r"(a3), "r"(a4)
                 : "ra", "a0", "t0", "memory");
    // Either the instruction was found, and then came the environment call, or it was not: in both
    // cases that was a trap from user mode, and the only one.
    expect("trap", trap.cause == user_call || trap.cause == instruction_page_fault);
    verify("traps", trap.count - before, 1);
    bottom[2] = 0;
    bottom[3] = 0;
    paging_off();
}

/// User mode jumps to the kernel's trap vector, which it may not fetch: a fault like any other.
void user_mode_at_the_vector() {
    paging_on();
    std::uint64_t vector;
    asm volatile("csrr %0, stvec" : "=r"(vector));
    trap.cause = no_trap;
    run_user(vector, 0);
    verify_trap("user mode", trap, instruction_page_fault, vector);
    paging_off();
}

/// The same where only the second half of the instruction vanishes.
void half_an_instruction_vanishes() {
    paging_on();
    for (const std::uint64_t new_entry :
         {0ul, entry(nowhere, rwx), entry(plic, rwx), entry(ram.end, rwx)}) {
        // sd a4, (a3) ends 2 bytes before the page does; then comes a load of 4 bytes.
        copy_code(pages[0] + 4096 - 6, vanishing_code, vanishing_code + 6);
        copy_code(pages[1], vanishing_code + 6, vanishing_code_end);
        map(entry(address_of(pages[0]), rwx), entry(address_of(pages[1]), rwx));
        const auto run = [](std::uint64_t second_entry) {
            register std::uint64_t a0 asm("a0") = 0;
            register std::uint64_t a1 asm("a1") = virtio;
            register std::uint64_t code asm("a2") = small + 4096 - 6;
            register std::uint64_t a3 asm("a3") = address_of(&bottom[1]);
            register std::uint64_t a4 asm("a4") = second_entry;
            trap.cause = no_trap;
            asm volatile("jalr a2"
                         : "+r"(a0)
                         : "r"(a1), "r"(code), "r"(a3), "r"(a4)
                         : "ra", "memory");
            return a0;
        };
        verify("as it is", run(bottom[1]), 0x7472'6976); // now the TLB has both pages
        const std::uint64_t value = run(new_entry);
        if (trap.cause == no_trap) {
            verify("half an instruction", value, 0x7472'6976);
        } else {
            const bool unmapped = new_entry == 0;
            // The handler cannot skip an instruction of which it sees the half: it skips two bytes
            // or four, and where that is there may be anything. It only counts that it came.
            expect("half an instruction",
                   trap.cause == instruction_page_fault ||
                       (!unmapped && trap.cause == instruction_access_fault));
        }
    }
    paging_off();
}

/// Code that can be executed but not read is no secret to an exit, which reads it as it was
/// fetched.
void code_that_cannot_be_read() {
    paging_on();
    copy_code(pages[0], straddling_code, straddling_code_end);
    map(entry(address_of(pages[0]), V | X | A), 0);
    register std::uint64_t a0 asm("a0") = 0;
    register std::uint64_t a1 asm("a1") = virtio;
    register std::uint64_t code asm("a2") = small;
    trap.cause = no_trap;
    asm volatile("jalr a2" : "+r"(a0) : "r"(a1), "r"(code) : "ra", "memory");
    const std::uint64_t value = a0;
    if (same(quirk, "hlvx")) { // the hypervisor cannot read that instruction
        verify_trap("trap", trap, instruction_page_fault, small);
        verify("value", value, 0);
    } else {
        verify("trap", trap.cause, no_trap);
        verify("value", value, 0x7472'6976);
    }
    paging_off();
}

/// A device behind a page that user mode may not touch, and one that may only be read.
void forbidden_pages() {
    paging_on();
    map(entry(virtio, V | R | A), entry(virtio, rw | U));
    verify_trap("store to what may be read", STORE("sw", small + Status), store_page_fault,
                small + Status);
    verify_trap("load of user mode's", LOAD("lw", small + 4 * KiB), load_page_fault,
                small + 4 * KiB);
    verify("load of what may be read", LOAD("lw", small).cause, no_trap);
    paging_off();
}

constexpr Case cases[] = {
    {"across-a-page", across_a_page},
    {"tables-in-devices", tables_in_devices},
    {"pages-outside-ram", pages_outside_ram},
    {"code-that-vanishes", code_that_vanishes},
    {"user-code-that-vanishes", user_code_that_vanishes},
    {"user-mode-at-the-vector", user_mode_at_the_vector},
    {"half-an-instruction-vanishes", half_an_instruction_vanishes},
    {"code-that-cannot-be-read", code_that_cannot_be_read},
    {"forbidden-pages", forbidden_pages},
};

} // namespace

asm(R"(
    .text
    .balign 4
    .option push
    .option norvc
vanishing_code:
    sd      a4, (a3)
    lw      a0, (a1)
    ret
vanishing_code_end:

straddling_code:
    lw      a0, (a1)
    ret
straddling_code_end:
    .option pop
)");

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    run_cases(cases, works);
}
