// A guest that never fences for itself: when an entry of its page table changes it asks the
// firmware for the fence, as for another hart, and when it comes up again it counts on being on a
// fresh one.

#include "reboots.hpp"

namespace {

constexpr std::uint64_t V = 1, R = 2, W = 4, X = 8, A = 64, D = 128;
constexpr std::uint64_t GiB = 1ul << 30;

/// The page that leads elsewhere again and again; all other addresses are what they are physically.
constexpr std::uint64_t window = 7 * GiB;

alignas(4096) volatile std::uint64_t top[512], middle[512], bottom[512];
alignas(4096) volatile std::uint64_t pages[4][512];

std::uint64_t address_of(const volatile void* object) {
    return reinterpret_cast<std::uint64_t>(object);
}

std::uint64_t entry(std::uint64_t address, std::uint64_t bits) {
    return address >> 12 << 10 | bits;
}

void map(std::uint64_t page) {
    bottom[0] = entry(address_of(pages[page]), V | R | W | A | D);
    asm volatile("fence rw, rw" ::: "memory"); // the store before the walk, but no sfence.vma
}

void paging_on(std::uint64_t page) {
    for (std::uint64_t number = 0; number < 4; ++number) {
        pages[number][0] = number;
    }
    top[2] = entry(2 * GiB, V | R | W | X | A | D);
    top[7] = entry(address_of(middle), V);
    middle[0] = entry(address_of(bottom), V);
    map(page);
    asm volatile("csrw satp, %0" ::"r"(8ul << 60 | address_of(top) >> 12) : "memory");
}

void sees(const char* what, std::uint64_t page) {
    check(what, device<std::uint64_t>(window), page);
}

/// Remote SFENCE.VMA, function 1, and the same of an ASID, function 2 (SBI spec, chapter 8): of one
/// page, here for ourselves.
void ask_for_fence(std::uint64_t function) {
    register std::uint64_t a0 asm("a0") = 1; // hart mask
    register std::uint64_t a1 asm("a1") = 0; // its base
    register std::uint64_t a2 asm("a2") = window;
    register std::uint64_t a3 asm("a3") = 4096;
    register std::uint64_t a4 asm("a4") = 0; // ASID
    register std::uint64_t a6 asm("a6") = function;
    register std::uint64_t a7 asm("a7") = 0x5246'4e43; // RFENCE
    asm volatile("ecall"
                 : "+r"(a0), "+r"(a1)
                 : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
                 : "memory");
    check("remote fence", a0, 0);
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    if (!is_first_start()) {
        paging_on(3);
        sees("the page of the second start", 3);
        return;
    }
    paging_on(0);
    sees("the first page", 0);
    map(1);
    ask_for_fence(1);
    sees("the page after a remote fence", 1);
    map(2);
    ask_for_fence(2);
    sees("the page after a remote fence of an ASID", 2);
    println("remaps: ", failures, " failed");
    reboot();
}
