// The workload that bench.mjs measures, as Linux's init: one phase after the other, each between
// two marks that counter.c sees. No C library, only system calls.

#include <cstddef>
#include <cstdint>

namespace {

constexpr long SYS_ioctl = 29, SYS_mount = 40, SYS_openat = 56, SYS_write = 64, SYS_pread64 = 67,
               SYS_pwrite64 = 68, SYS_fsync = 82, SYS_nanosleep = 101, SYS_clock_gettime = 113,
               SYS_reboot = 142, SYS_getppid = 173, SYS_munmap = 215, SYS_mmap = 222;
constexpr long AT_FDCWD = -100, O_RDWR = 2, O_DIRECT = 040000;
constexpr long CLOCK_MONOTONIC_COARSE = 6;
constexpr long PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20;
constexpr long TCSBRK = 0x5409; // with 1: waits until all is out

constexpr long KiB = 1024, MiB = 1024 * KiB;
constexpr long page = 4 * KiB, large = 128 * KiB;
constexpr long disk_size = 16 * MiB;

long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    register long a7 asm("a7") = number;
    register long a0 asm("a0") = a;
    register long a1 asm("a1") = b;
    register long a2 asm("a2") = c;
    register long a3 asm("a3") = d;
    register long a4 asm("a4") = e;
    register long a5 asm("a5") = f;
    asm volatile("ecall"
                 : "+r"(a0)
                 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                 : "memory");
    return a0;
}

long pointer(const void* object) {
    return reinterpret_cast<long>(object);
}

/// An instruction that does nothing, with a number in it.
template <int Number>
void mark() {
    asm volatile("slti x0, x0, %0" ::"i"(Number) : "memory");
}

[[noreturn]] void power_off() {
    call(SYS_reboot, 0xfee1dead, 672274793, 0x4321fedc);
    for (;;) {
    }
}

/// A benchmark that does not do what it should measures nothing: without an end mark it failed.
void require(bool good) {
    if (!good) {
        constexpr char text[] = "bench: the workload failed\n";
        call(SYS_write, 1, pointer(text), sizeof text - 1);
        power_off();
    }
}

/// A million times eight instructions, whatever the compiler.
void compute() {
    asm volatile(R"(
        li      t0, 1000000
        li      t1, 1
    0:  slli    t2, t1, 13
        xor     t1, t1, t2
        srli    t2, t1, 7
        xor     t1, t1, t2
        slli    t2, t1, 17
        xor     t1, t1, t2
        addi    t0, t0, -1
        bnez    t0, 0b
    )" ::
                     : "t0", "t1", "t2");
}

void make_system_calls() {
    for (int count = 0; count < 10'000; ++count) {
        call(SYS_getppid);
    }
}

void touch_fresh_pages() {
    constexpr long size = 16 * MiB;
    const long start =
        call(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(start > 0);
    for (long offset = 0; offset < size; offset += page) {
        *reinterpret_cast<volatile char*>(start + offset) = 1;
    }
    require(call(SYS_munmap, start, size) == 0);
}

void sleep_often() {
    constexpr long millisecond[] = {0, 1'000'000};
    for (int count = 0; count < 100; ++count) {
        require(call(SYS_nanosleep, pointer(millisecond), 0) == 0);
    }
}

alignas(page) char buffer[large];

void write_console() {
    constexpr long size = 64 * KiB, line = 64;
    for (long index = 0; index < page; ++index) {
        buffer[index] = index % line == line - 1 ? '\n' : static_cast<char>('0' + index % line);
    }
    for (long done = 0; done < size; done += page) {
        require(call(SYS_write, 1, pointer(buffer), page) == page);
    }
    require(call(SYS_ioctl, 1, TCSBRK, 1) == 0);
}

/// Reads `count` times `size` bytes. From one to the next it is `step` bytes, around the end.
void read_disk(long disk, long count, long size, long step) {
    for (long index = 0; index < count; ++index) {
        const long where = index * step % disk_size;
        buffer[0] = buffer[size - 1] = 1; // the disk is all zeros
        require(call(SYS_pread64, disk, pointer(buffer), size, where) == size);
        require(buffer[0] == 0 && buffer[size - 1] == 0);
    }
}

void write_disk(long disk, long count, long size, long step) {
    for (long index = 0; index < count; ++index) {
        const long where = index * step % disk_size;
        require(call(SYS_pwrite64, disk, pointer(buffer), size, where) == size);
    }
    require(call(SYS_fsync, disk) == 0);
}

/// Returns right after a tick of the kernel's clock, which costs as much as 200 system calls: so a
/// phase has as many of them as it is long, whatever was before it.
void wait_for_tick() {
    long start[2], now[2];
    call(SYS_clock_gettime, CLOCK_MONOTONIC_COARSE, pointer(start));
    do {
        call(SYS_clock_gettime, CLOCK_MONOTONIC_COARSE, pointer(now));
    } while (now[1] == start[1]);
}

template <int Phase>
void measure(auto work) {
    wait_for_tick();
    mark<2 * Phase>();
    work();
    mark<2 * Phase + 1>();
}

void run_phases() {
    require(call(SYS_mount, pointer("none"), pointer("/dev"), pointer("devtmpfs"), 0, 0) == 0);
    const long disk = call(SYS_openat, AT_FDCWD, pointer("/dev/vda"), O_RDWR | O_DIRECT);
    require(disk >= 0);
    constexpr long scattered = 1237 * page; // odd, so that no block comes twice
    constexpr long half = disk_size / 2;
    measure<1>(compute);
    measure<2>(make_system_calls);
    measure<3>(touch_fresh_pages);
    measure<4>(sleep_often);
    measure<5>(write_console);
    // What is written is what was read, so the disk stays as it is.
    measure<6>([=] {
        read_disk(disk, 512, page, scattered);
    });
    measure<7>([=] {
        write_disk(disk, 512, page, scattered);
    });
    measure<8>([=] {
        read_disk(disk, disk_size / large, large, large);
    });
    measure<9>([=] {
        write_disk(disk, half / large, large, large);
    });
}

} // namespace

extern "C" [[noreturn]] void run() {
    mark<1>();
    run_phases();
    power_off();
}

asm(R"(
    .global _start
_start:
    andi    sp, sp, -16
    tail    run
)");
