// Devices behind the guest's own page table (Sv39): a virtual address is not the physical one
// then, the instruction that is to be emulated has to be found through that table too, and the
// table may be wrong, or change at a bad moment.

#include "guest.hpp"

extern "C" char unmapping_code[], unmapping_code_end[]; // below
extern "C" char straddling_code[], straddling_code_end[];
extern "C" char user_code[], user_unmapping_code[], user_unmapping_code_end[];

namespace {

constexpr std::uint64_t V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128;
constexpr std::uint64_t data = V | R | W | A | D;
constexpr std::uint64_t GiB = 1ull << 30;
constexpr std::uint64_t nowhere = 0x2000'0000;

alignas(4096) std::uint64_t top[512], middle[512], bottom[512];
alignas(4096) char pages[2][4096];

std::uint64_t address_of(const volatile void* object) {
    return reinterpret_cast<std::uint64_t>(object);
}

constexpr std::uint64_t entry(std::uint64_t address, std::uint64_t bits) {
    return address >> 12 << 10 | bits;
}

// The virtual address space, in GiB.
constexpr std::uint64_t alias = 1 * GiB;        // the devices once more
constexpr std::uint64_t user_ram = 3 * GiB;     // RAM, for user mode
constexpr std::uint64_t user_devices = 4 * GiB; // the devices, for user mode
constexpr std::uint64_t lost = 5 * GiB;         // its page table lies where there is nothing
constexpr std::uint64_t device_table = 6 * GiB; // its page table is the virtio device
constexpr std::uint64_t small = 7 * GiB;        // two pages of 4 KiB
constexpr std::uint64_t hole = 8 * GiB;         // mapped to where there is nothing
constexpr std::uint64_t unmapped = 9 * GiB;

void turn_paging_on() {
    top[0] = entry(0, data);
    top[1] = entry(0, data);
    top[2] = entry(2 * GiB, data | X);
    top[3] = entry(2 * GiB, data | X | U);
    top[4] = entry(0, data | U);
    top[5] = entry(nowhere, V);
    top[6] = entry(virtio, V);
    top[7] = entry(address_of(middle), V);
    top[8] = entry(1 * GiB, data | X);
    middle[0] = entry(address_of(bottom), V);
    asm volatile("csrw satp, %0" ::"r"(8ull << 60 | address_of(top) >> 12));
    sfence_vma();
}

template <class T>
Trap load(std::uint64_t address, std::uint64_t& value) {
    return attempt([&] { value = device<T>(address); });
}

void registers() {
    std::uint64_t value = 0;
    device<std::uint8_t>(alias + uart + 7) = 0xa5;
    check_trap("load", load<std::uint8_t>(alias + uart + 7, value), no_trap, 0);
    check("value", value, 0xa5);
    check_trap("refused", load<std::uint32_t>(alias + uart + 4, value), load_access_fault,
               alias + uart + 4);
    check_trap("refused store", attempt([] { device<std::uint16_t>(alias + uart) = 0; }),
               store_access_fault, alias + uart);
    check_trap("hole", load<std::uint64_t>(hole + 8, value), load_access_fault, hole + 8);
    check_trap("unmapped", load<std::uint64_t>(unmapped, value), load_page_fault, unmapped);
    check_trap("unmapped store", attempt([] { device<std::uint8_t>(unmapped) = 0; }),
               store_page_fault, unmapped);
}

Trap jump(std::uint64_t address) {
    return attempt([=] { reinterpret_cast<void (*)()>(address)(); });
}

void fetches() {
    check_trap("fetch from a hole", jump(hole + 0x1000), instruction_access_fault, hole + 0x1000);
    check_trap("unmapped fetch", jump(unmapped), instruction_page_fault, unmapped);
    check_trap("fetch from what cannot be executed", jump(alias), instruction_page_fault, alias);
}

/// The walk of the page table leaves RAM: an access fault of the kind of the original access
/// (Privileged spec 10.3.2). QEMU 7.2 tells the hypervisor of a load whatever it was, so what
/// came is for the test to judge.
void walks() {
    for (const std::uint64_t region : {lost, device_table}) {
        std::uint64_t value = 0;
        const Trap loaded = load<std::uint8_t>(region + 0x123, value);
        println("walk: load ", loaded.cause);
        check("walk: stval of a load", loaded.value, region + 0x123);
        const Trap stored = attempt([=] { device<std::uint8_t>(region + 0x123) = 0; });
        println("walk: store ", stored.cause);
        check("walk: stval of a store", stored.value, region + 0x123);
        const Trap fetched = jump(region + 0x124);
        println("walk: fetch ", fetched.cause);
        check("walk: stval of a fetch", fetched.value, region + 0x124);
    }
}

void copy_code(char* to, const char* code, const char* end) {
    while (code != end) {
        *static_cast<volatile char*>(to++) = *code++;
    }
    asm volatile("fence.i" ::: "memory");
}

void map_small_pages(std::uint64_t first, std::uint64_t second) {
    bottom[0] = first;
    bottom[1] = second;
    sfence_vma();
}

/// A load whose two halves lie in two pages that are far from each other in physical memory.
void straddling() {
    const std::uint64_t length = static_cast<std::uint64_t>(straddling_code_end - straddling_code);
    copy_code(pages[1] + 4096 - 2, straddling_code, straddling_code + 2);
    copy_code(pages[0], straddling_code + 2, straddling_code + length);
    map_small_pages(entry(address_of(pages[1]), data | X), entry(address_of(pages[0]), data | X));
    device<std::uint8_t>(uart + 7) = 0x3c;
    register std::uint64_t a0 asm("a0") = 0;
    register std::uint64_t a1 asm("a1") = uart + 7;
    register std::uint64_t code asm("a2") = small + 4096 - 2;
    trap.cause = no_trap;
    asm volatile("jalr a2" : "+r"(a0) : "r"(a1), "r"(code) : "ra", "memory");
    const std::uint64_t value = a0;
    check("an instruction in two pages", trap.cause, no_trap);
    check("an instruction in two pages: value", value, 0x3c);
}

/// A load from a device by an instruction whose own page's entry became `new_entry` right before,
/// without a fence: it may be found still, or there is a fault at the instruction. It is the last
/// one of its page, and the next page stays.
void unmapping(const char* what, std::uint64_t new_entry, std::uint64_t fault) {
    copy_code(pages[0] + 4096 - 8, unmapping_code, unmapping_code + 8);
    copy_code(pages[1], unmapping_code + 8, unmapping_code_end);
    map_small_pages(entry(address_of(pages[0]), data | X), entry(address_of(pages[1]), data | X));
    device<std::uint8_t>(uart + 7) = 0x77;
    register std::uint64_t a0 asm("a0") = 0;
    register std::uint64_t a1 asm("a1") = uart + 7;
    register std::uint64_t code asm("a2") = small + 4096 - 8;
    register std::uint64_t a3 asm("a3") = address_of(&bottom[0]);
    register std::uint64_t a4 asm("a4") = new_entry;
    trap.cause = no_trap;
    asm volatile("jalr a2" : "+r"(a0) : "r"(a1), "r"(code), "r"(a3), "r"(a4) : "ra", "memory");
    const std::uint64_t value = a0;
    if (trap.cause == no_trap) {
        println(what, ": the instruction was found");
        check(what, value, 0x77);
    } else {
        println(what, ": fault ", trap.cause);
        // When the hypervisor fetches the instruction itself, QEMU 10 tells it of a page fault of
        // the guest's own table whatever is missing.
        const bool page_fault = trap.cause == instruction_page_fault;
        check_trap(what, trap, page_fault ? instruction_page_fault : fault, small + 4096 - 4);
        check(what, trap.pc, small + 4096 - 4);
        check(what, value, 0);
    }
}

/// The same in user mode, which has the page table within its reach here.
void unmapping_in_user_mode() {
    copy_code(pages[0] + 4096 - 16, user_unmapping_code, user_unmapping_code + 16);
    copy_code(pages[1], user_unmapping_code + 16, user_unmapping_code_end);
    map_small_pages(entry(address_of(pages[0]), data | X | U),
                    entry(address_of(pages[1]), data | X | U));
    device<std::uint8_t>(uart + 7) = 0x77;
    constexpr std::uint64_t to_user = user_ram - 2 * GiB;
    static std::uint64_t addresses[2];
    addresses[0] = address_of(&bottom[0]) + to_user;
    addresses[1] = user_devices + uart + 7;
    trap.cause = no_trap;
    const std::uint64_t value = run_user(small + 4096 - 16, address_of(addresses) + to_user);
    check("unmapped in user mode: previous privilege", trap.status >> 8 & 1, 0);
    if (trap.cause == user_call) {
        println("unmapped in user mode: the instruction was found");
        check("unmapped in user mode", value, 0x77);
    } else {
        println("unmapped in user mode: fault ", trap.cause);
        check_trap("unmapped in user mode", trap, instruction_page_fault, small + 4096 - 4);
    }
}

/// Devices from user mode, by code that only user mode can fetch.
void user_mode() {
    const std::uint64_t code = address_of(user_code) + user_ram - 2 * GiB;
    device<std::uint8_t>(uart + 7) = 0x42;
    trap.cause = no_trap;
    const std::uint64_t value = run_user(code, user_devices + uart + 7);
    check("user mode: trap", trap.cause, user_call);
    check("user mode: value", value, 0x42);
    run_user(code, user_devices + nowhere);
    check_trap("user mode: nothing there", trap, load_access_fault, user_devices + nowhere);
    run_user(code, uart + 7);
    check_trap("user mode: the kernel's page", trap, load_page_fault, uart + 7);
}

} // namespace

asm(R"(
    .text
    .balign 4
    .option push
    .option norvc
unmapping_code:
    sd      a4, (a3)
    lbu     a0, (a1)
    ret
unmapping_code_end:

user_unmapping_code:
    ld      a1, 0(a0)
    ld      a2, 8(a0)
    sd      zero, (a1)
    lbu     a0, (a2)
    ecall
user_unmapping_code_end:

straddling_code:
    lbu     a0, (a1)
    ret
straddling_code_end:
    .option pop

user_code:
    lbu     a0, (a0)
    ecall
)");

void guest_main(std::uint64_t, std::uint64_t) {
    turn_paging_on();
    registers();
    fetches();
    straddling();
    user_mode();
    unmapping("unmapped", 0, instruction_page_fault);
    unmapping("moved to nowhere", entry(nowhere, data | X), instruction_access_fault);
    unmapping_in_user_mode();
    walks();
}
