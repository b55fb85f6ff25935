/// @file
/// What Linux offers a program that has no C library, and how such a program starts: at
/// `run`, with the stack as the kernel has made it.
#pragma once

#include <cstddef>
#include <cstdint>

// System calls.
constexpr long SYS_io_setup = 0, SYS_io_submit = 2, SYS_io_getevents = 4, SYS_ioctl = 29,
               SYS_mkdirat = 34, SYS_unlinkat = 35, SYS_umount2 = 39, SYS_mount = 40,
               SYS_truncate = 45, SYS_openat = 56, SYS_close = 57, SYS_read = 63, SYS_write = 64,
               SYS_pread64 = 67, SYS_pwrite64 = 68, SYS_sync = 81, SYS_fsync = 82,
               SYS_fdatasync = 83, SYS_exit_group = 94, SYS_nanosleep = 101,
               SYS_clock_gettime = 113, SYS_reboot = 142, SYS_getpid = 172, SYS_getppid = 173,
               SYS_sysinfo = 179, SYS_munmap = 215, SYS_clone = 220, SYS_execve = 221,
               SYS_mmap = 222, SYS_wait4 = 260, SYS_renameat2 = 276;

// Their arguments.
constexpr long AT_FDCWD = -100, O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0100,
               O_TRUNC = 01000, O_DSYNC = 010000, O_DIRECT = 040000;
constexpr long MS_RDONLY = 1, MS_REMOUNT = 32;
constexpr long PROT_READ_WRITE = 3, MAP_SHARED_ANONYMOUS = 0x21, MAP_PRIVATE_ANONYMOUS = 0x22;
constexpr long SIGCHLD = 17, CLOCK_MONOTONIC = 1, CLOCK_MONOTONIC_COARSE = 6;
constexpr long TCSBRK = 0x5409; // with 1: waits until all is out
constexpr long power_off = 0x4321fedc, restart = 0x1234567;

inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                 long f = 0) {
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

inline long pointer(const void* object) {
    return reinterpret_cast<long>(object);
}

/// Whether two texts are the same.
inline bool equal(const char* a, const char* b) {
    while (*a != '\0' && *a == *b) {
        ++a;
        ++b;
    }
    return *a == *b;
}

/// Ends the machine: `how` is `power_off` or `restart`.
[[noreturn]] inline void end_machine(long how) {
    call(SYS_reboot, 0xfee1dead, 672274793, how);
    for (;;) {
    }
}

/// The program. `stack` holds the number of arguments, the arguments, and behind a null pointer the
/// environment.
extern "C" [[noreturn]] void run(long* stack);

asm(R"(
    .global _start
_start:
    mv      a0, sp
    andi    sp, sp, -16
    tail    run
)");
