// An init for the tests: tells what it sees of the machine, then does what its argument says
// (what stands behind "--" in the kernel's command line). No C library, only system calls.
//
//   keep    on the first start writes a file and reboots; on a later start compares it
//   stay    writes the file, and then does as `typed`
//   typed   waits for typed lines until "exit" and tells the kernel's count of interrupts

#include "system.hpp"

namespace {

std::size_t length(const char* text) {
    std::size_t count = 0;
    while (text[count] != '\0') {
        ++count;
    }
    return count;
}

void print(const char* text) {
    call(SYS_write, 1, pointer(text), static_cast<long>(length(text)));
}

long open(const char* path, long flags) {
    return call(SYS_openat, AT_FDCWD, pointer(path), flags, 0644);
}

void mount(const char* type, const char* where) {
    call(SYS_mkdirat, AT_FDCWD, pointer(where), 0755);
    call(SYS_mount, pointer("none"), pointer(where), pointer(type), 0, 0);
}

[[noreturn]] void leave(long how) {
    call(SYS_sync);
    call(SYS_mount, pointer("none"), pointer("/"), 0, MS_REMOUNT | MS_RDONLY, 0);
    end_machine(how);
}

void copy_to_console(const char* path) {
    char buffer[512];
    const long file = open(path, O_RDONLY);
    for (long count; (count = call(SYS_read, file, pointer(buffer), sizeof buffer)) > 0;) {
        call(SYS_write, 1, pointer(buffer), count);
    }
    call(SYS_close, file);
}

/// Lines of 16 bytes, "line 0000000000\n" and so on: block `block` of the file.
constexpr std::size_t block_size = 64 * 1024, blocks = 64;
char expected[block_size], found[block_size];

void fill(std::size_t block) {
    for (std::size_t line = 0; line < block_size / 16; ++line) {
        char* text = expected + line * 16;
        for (unsigned index = 0; index < 5; ++index) {
            text[index] = "line "[index];
        }
        std::size_t number = block * (block_size / 16) + line;
        for (unsigned index = 14; index >= 5; --index) {
            text[index] = static_cast<char>('0' + number % 10);
            number /= 10;
        }
        text[15] = '\n';
    }
}

/// Reads or writes all of `buffer`; a system call may do less at once.
bool whole(long number, long file, char* buffer) {
    for (std::size_t done = 0; done < block_size;) {
        const long count = call(number, file, pointer(buffer + done),
                                static_cast<long>(block_size - done));
        if (count <= 0) {
            return false;
        }
        done += static_cast<std::size_t>(count);
    }
    return true;
}

bool write_file(const char* path) {
    const long file = open(path, O_WRONLY | O_CREAT);
    for (std::size_t block = 0; block < blocks; ++block) {
        fill(block);
        if (!whole(SYS_write, file, expected)) {
            return false;
        }
    }
    return call(SYS_close, file) == 0;
}

bool compare_file(long file) {
    for (std::size_t block = 0; block < blocks; ++block) {
        fill(block);
        if (!whole(SYS_read, file, found)) {
            return false;
        }
        for (std::size_t index = 0; index < block_size; ++index) {
            if (expected[index] != found[index]) {
                return false;
            }
        }
    }
    return true;
}

void keep() {
    const long file = open("/kept", O_RDONLY);
    if (file >= 0) {
        print(compare_file(file) ? "probe: the file is as it was written\n"
                                 : "probe: the file is DIFFERENT\n");
        call(SYS_close, file);
        leave(power_off);
    }
    print(write_file("/kept") ? "probe: the file is written\n"
                              : "probe: the file is NOT written\n");
    leave(restart);
}

void typed() {
    for (;;) {
        copy_to_console("/proc/interrupts");
        print("probe: type\n");
        char line[256];
        const long count = call(SYS_read, 0, pointer(line), sizeof line - 1);
        line[count > 0 ? count : 0] = '\0';
        print("probe: typed ");
        print(line);
        if (count <= 0 || equal(line, "exit\n")) {
            return;
        }
    }
}

void stay() {
    write_file("/kept");
    call(SYS_sync);
    typed();
}

} // namespace

extern "C" [[noreturn]] void run(long* stack) {
    const long count = stack[0];
    char** arguments = reinterpret_cast<char**>(stack + 1);
    mount("devtmpfs", "/dev");
    mount("proc", "/proc");
    mount("sysfs", "/sys");
    for (long index = 1; index < count; ++index) {
        print("probe: argument ");
        print(arguments[index]);
        print("\n");
    }
    for (char** variable = arguments + count + 1; *variable != nullptr; ++variable) {
        print("probe: variable ");
        print(*variable);
        print("\n");
    }
    print("probe: sectors ");
    copy_to_console("/sys/block/vda/size");
    print("probe: read-only ");
    copy_to_console("/sys/block/vda/ro");
    const char* task = count > 1 ? arguments[1] : "";
    if (equal(task, "keep")) {
        keep();
    } else if (equal(task, "stay")) {
        stay();
    } else if (equal(task, "typed")) {
        typed();
    }
    leave(power_off);
}
