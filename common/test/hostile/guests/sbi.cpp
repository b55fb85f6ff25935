// Calls of the firmware that no sane kernel makes (SBI spec).

#include "driver.hpp"

namespace {

constexpr std::uint64_t extensions[] = {BASE, TIME, IPI, RFENCE, SRST, DBCN};
constexpr std::uint64_t all = ~0ul;

void answers(const char* what, SbiReply reply, std::int64_t error) {
    verify(what, static_cast<std::uint64_t>(reply.error), static_cast<std::uint64_t>(error));
}

/// Memory that is not wholly the guest's: an error (12.1), and nothing printed or written.
void console_outside_ram() {
    const std::uint64_t size = ram.end - ram.start;
    const struct {
        std::uint64_t length, low, high;
    } places[] = {
        {1, ram.start - 1, 0},
        {2, ram.start - 1, 0},
        {1, ram.end, 0},
        {2, ram.end - 1, 0},
        {size + 1, ram.start, 0},
        {size, ram.start + 1, 0},
        {size, ram.start - 1, 0},
        {64, ram.end + 2 * MiB, 0},
        {64, ram.start - 2 * MiB, 0},
        {1, 0, 0},
        {64, uart, 0},
        {64, virtio, 0},
        {64, 0x10'0000, 0},
        {all, ram.start, 0},
        {all, 0, 0},
        {all, all, 0},
        {all - ram.start, ram.start, 0},
        {0 - ram.start, ram.start, 0},
        {1ul << 63, ram.start, 0},
        {2, all, 0},
        {1, all, 0},
        {64, ram.start, 1},
        {64, ram.start, all},
        {1, ram.start, 1ul << 63},
        {64, ram.start | 1ul << 41, 0},
        {64, ram.start | 1ul << 63, 0},
        {all - 15, ram.start + 16, 0},
    };
    for (const auto& place : places) {
        for (const std::uint64_t function : {0, 1}) { // write, read
            const SbiReply reply = sbi(DBCN, function, place.length, place.low, place.high);
            answers("DBCN", reply, invalid_param);
        }
    }
    sbi(DBCN, 0, 0, ram.start); // nothing: whatever it says
    sbi(DBCN, 0, 0, 0);
}

/// A read of everything gives what was typed, which is what the runner types for everybody, and
/// writes no more than that.
void console_read_over_ram() {
    fill(data(), 8192);
    const SbiReply reply = sbi(DBCN, 1, 8192, data_address());
    answers("DBCN read", reply, success);
    expect("bytes", reply.value <= 100);
    const auto read = static_cast<std::uint64_t>(reply.value);
    expect("no more was written", data()[read] == 0xcc && is_filled(data() + 104, 8192 - 104));
    answers("all of RAM", sbi(DBCN, 1, ram.end - ram.start, ram.start), success);
    answers("the last byte", sbi(DBCN, 1, 1, ram.end - 1), success);
}

/// One call for all of RAM: the firmware may write less than it was asked to (12.1), and has to, as
/// each byte takes its time.
void console_of_all_ram() {
    fill(reinterpret_cast<void*>(ram.start), 64 * KiB, 0x2e2e'2e2e'2e2e'2e2e);
    const SbiReply reply = sbi(DBCN, 0, ram.end - ram.start, ram.start);
    print("\n");
    answers("all of RAM", reply, success);
    expect("something was written", reply.value > 0);
    expect("not all was written", reply.value <= 64 * 1024);
}

/// 3.1: harts that do not exist.
void hart_masks() {
    const struct {
        std::uint64_t mask, base;
    } absent[] = {
        {2, 0},           {3, 0},           {1, 1},         {1, 2},         {all, 0},
        {1ul << 63, 0},   {1, 63},          {1, 64},        {1, 4096},      {all, 1},
        {1, all - 1},     {2, all - 1},     {1ul << 63, 1}, {1, 1ul << 63}, {all, 1ul << 63},
        {1, 0x8000'0000}, {0x8000'0001, 0},
    };
    for (const auto& harts : absent) {
        answers("IPI", sbi(IPI, 0, harts.mask, harts.base), invalid_param);
        for (const std::uint64_t function : {0, 1, 2}) {
            answers("RFENCE", sbi(RFENCE, function, harts.mask, harts.base), invalid_param);
        }
    }
    std::uint64_t pending;
    asm volatile("csrr %0, sip" : "=r"(pending));
    verify("none of them was hart 0", pending & 2, 0);
    answers("all harts, whatever the mask", sbi(RFENCE, 0, 0x5555, all), success);
    // Ranges of nonsense.
    const std::uint64_t ends[] = {0, 1, 0xfff, 1ul << 63, all};
    for (const std::uint64_t start : ends) {
        for (const std::uint64_t size : ends) {
            register std::uint64_t a0 asm("a0") = 1;
            register std::uint64_t a1 asm("a1") = 0;
            register std::uint64_t a2 asm("a2") = start;
            register std::uint64_t a3 asm("a3") = size;
            register std::uint64_t a4 asm("a4") = all;
            register std::uint64_t a6 asm("a6") = 2;
            register std::uint64_t a7 asm("a7") = RFENCE;
            asm volatile("ecall"
                         : "+r"(a0), "+r"(a1)
                         : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
                         : "memory");
            const std::uint64_t error = a0;
            verify("RFENCE of any range", error, 0);
        }
    }
}

void unknown_calls() {
    for (const std::uint64_t id :
         {0x09ul, 0x0ful, 0x11ul, 0x504d55ul, 0x43505043ul, 0x53555350ul, 0x4e41434cul, 0x48534dul,
          0x535441ul, 0x0800'0000ul, 0x0900'0000ul, 0x0a00'0000ul, TIME | 1ul << 32,
          BASE | 1ul << 63, all, all << 32}) {
        answers("an extension that is not there", sbi(id, 0, all, all, all), not_supported);
    }
    for (const std::uint64_t id : extensions) {
        for (const std::uint64_t function :
             {7ul, 8ul, 99ul, 1ul << 31, 1ul << 32, 1ul << 63, all}) {
            answers("a function that is not there", sbi(id, function, ram.start, ram.start, 0),
                    not_supported);
        }
    }
}

/// Deadlines of all sizes. That of the past comes at once, and never means never.
void timers() {
    for (const std::uint64_t past : {0ul, std::uint64_t{1}, now() - 1, now()}) {
        sbi(TIME, 0, past);
        wait_for_interrupt(1 << timer);
        verify("interrupt", trap.cause, interrupt | timer);
    }
    for (const std::uint64_t later : {all, all - 1, 1ul << 63, (1ul << 63) - 1, 1ul << 62}) {
        answers("never", sbi(TIME, 0, later), success);
        const std::uint64_t before = trap.count;
        asm volatile("csrw sie, %0\n csrsi sstatus, 2" ::"r"(1 << timer) : "memory");
        for (const std::uint64_t end = now() + 20'000; now() < end;) { // 2 ms
        }
        asm volatile("csrci sstatus, 2\n csrw sie, zero" ::: "memory");
        verify("no interrupt", trap.count, before);
    }
    for (int count = 0; count < 2000; ++count) {
        sbi(TIME, 0, count % 2 ? all : 0);
    }
    sbi(0, 0, all);
}

/// Chapter 10: reserved types and reasons, which have 32 bits.
void bad_resets() {
    for (const std::uint64_t type : {3ul, 4ul, 0x7fff'fffful, 0xefff'fffful}) {
        answers("type", sbi(SRST, 0, type, 0), invalid_param);
    }
    for (const std::uint64_t reason : {2ul, 3ul, 0x7fff'fffful, 0xdfff'fffful}) {
        answers("reason", sbi(SRST, 0, 0, reason), invalid_param);
    }
}

/// Calls with arguments of nothing in particular, but for those that print or stop.
void any_calls() {
    std::uint64_t state = 1;
    const auto random = [&state] { // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        return state ^= state << 17;
    };
    const auto any = [&random] {
        const std::uint64_t values[] = {
            0,         1,        2,           all,           ram.start,     ram.end,
            1ul << 63, random(), ram.end - 1, random() % 64, ram.start - 1, random() >> 32};
        return values[random() % std::size(values)];
    };
    for (int count = 0; count < 3000; ++count) {
        std::uint64_t id = random() % 8 == 0 ? any() : extensions[random() % std::size(extensions)];
        std::uint64_t function = random() % 4 == 0 ? any() : random() % 8;
        const std::uint64_t first = any(), second = any(), third = any();
        if (id == 1 || id == 8 || (id == SRST && function == 0) || (id == DBCN && function != 1)) {
            continue;
        }
        // Chapter 3: all registers but a0 and a1 are as they were.
        std::uint64_t changed = 0;
        register std::uint64_t a0 asm("a0") = first;
        register std::uint64_t a1 asm("a1") = second;
        register std::uint64_t a2 asm("a2") = third;
        register std::uint64_t a6 asm("a6") = function;
        register std::uint64_t a7 asm("a7") = id;
        register std::uint64_t s2 asm("s2") = id;
        register std::uint64_t s3 asm("s3") = function;
        register std::uint64_t s4 asm("s4") = third;
        asm volatile("ecall\n"
                     "xor t0, a7, s2\n"
                     "xor t1, a6, s3\n"
                     "or t0, t0, t1\n"
                     "xor t1, a2, s4\n"
                     "or %[changed], t0, t1\n"
                     : "+r"(a0), "+r"(a1), [changed] "=r"(changed)
                     : "r"(a2), "r"(a6), "r"(a7), "r"(s2), "r"(s3), "r"(s4)
                     : "t0", "t1", "memory");
        verify("registers", changed, 0);
    }
    asm volatile("csrci sip, 2");
    sbi(TIME, 0, all);
}

constexpr Case cases[] = {
    {"console-outside-ram", console_outside_ram},
    {"console-read-over-ram", console_read_over_ram},
    {"console-of-all-ram", console_of_all_ram},
    {"hart-masks", hart_masks},
    {"unknown-calls", unknown_calls},
    {"timers", timers},
    {"bad-resets", bad_resets},
    {"any-calls", any_calls},
};

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    run_cases(cases, works);
}
