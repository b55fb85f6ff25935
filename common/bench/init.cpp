// The workload that bench.mjs measures, as Linux's init: one phase after the other, each between
// two marks that counter.c sees. No C library, only system calls.

#include "system.hpp"

namespace {

constexpr long KiB = 1024, MiB = 1024 * KiB;
constexpr long page = 4 * KiB, large = 128 * KiB;
constexpr long disk_size = 16 * MiB;

/// An instruction that does nothing, with a number in it.
template <int Number>
void mark() {
    asm volatile("slti x0, x0, %0" ::"i"(Number) : "memory");
}

/// A benchmark that does not do what it should measures nothing: without an end mark it failed.
void require(bool good) {
    if (!good) {
        constexpr char text[] = "bench: the workload failed\n";
        call(SYS_write, 1, pointer(text), sizeof text - 1);
        end_machine(power_off);
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
        call(SYS_mmap, 0, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
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

extern "C" [[noreturn]] void run(long*) {
    mark<1>();
    run_phases();
    end_machine(power_off);
}
