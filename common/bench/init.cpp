// The workload that bench.mjs measures, as Linux's init: one phase after the other, each between
// two marks that counter.c sees. No C library, only system calls.
//
// Its argument (what stands behind "--" in the kernel's command line) says what it does:
//
//   (none)    all phases but for typed lines and a shell's loop
//   boot      nothing
//   console   writes to the console
//   random    requests at random, four at a time
//   typed     reads typed lines
//   shell     a loop of commands, by the /busybox of the initial RAM disk

#include "random_requests.hpp"
#include "workload.hpp"

namespace {

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
    const long start = call(SYS_mmap, 0, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
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

/// Executes `path` in a process of its own, and waits until that has ended well.
void execute(const char* path, const char* const* arguments) {
    const long child = call(SYS_clone, SIGCHLD);
    require(child >= 0);
    if (child == 0) {
        constexpr const char* environment[] = {nullptr};
        call(SYS_execve, pointer(path), pointer(arguments), pointer(environment));
        call(SYS_exit_group, 1);
    }
    int status = 0;
    require(call(SYS_wait4, child, pointer(&status)) == child && status == 0);
}

void fork_and_execute() {
    constexpr const char* arguments[] = {"/init", "exit", nullptr};
    for (int count = 0; count < 200; ++count) {
        execute("/init", arguments);
    }
}

void run_shell() {
    constexpr const char* arguments[] = {
        "sh", "-c", "i=0; while [ $i -lt 100 ]; do /busybox true; i=$((i + 1)); done", nullptr};
    execute("/busybox", arguments);
}

/// Reads lines that are typed.
void read_lines() {
    for (int count = 0; count < 20; ++count) {
        char line[64];
        const long size = call(SYS_read, 0, pointer(line), sizeof line);
        require(size > 1 && line[size - 1] == '\n');
    }
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

long open_disk() {
    require(call(SYS_mount, pointer("none"), pointer("/dev"), pointer("devtmpfs"), 0, 0) == 0);
    const long disk = call(SYS_openat, AT_FDCWD, pointer("/dev/vda"), O_RDWR | O_DIRECT);
    require(disk >= 0);
    return disk;
}

void run_phases() {
    constexpr long scattered = 1237 * page; // odd, so that no block comes twice
    constexpr long half = disk_size / 2;
    const long disk = open_disk();
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
    measure<10>(fork_and_execute);
    measure<11>(RandomRequests{disk, 1});
    measure<12>(RandomRequests{disk, 4});
    measure<13>(RandomRequests{disk, 16});
}

void work(const char* what) {
    if (equal(what, "console")) {
        measure<5>(write_console);
    } else if (equal(what, "random")) {
        measure<12>(RandomRequests{open_disk(), 4});
    } else if (equal(what, "typed")) {
        measure<14>(read_lines);
    } else if (equal(what, "shell")) {
        measure<15>(run_shell);
    } else if (!equal(what, "boot")) {
        run_phases();
    }
}

} // namespace

extern "C" [[noreturn]] void run(long* stack) {
    const char* const* const arguments = reinterpret_cast<char**>(stack + 1);
    const char* const what = stack[0] > 1 ? arguments[1] : "";
    if (equal(what, "exit")) {
        call(SYS_exit_group, 0);
    }
    mark<1>();
    work(what);
    mark<end>();
    end_machine(power_off);
}
