// The machine as a program: `make run MACHINE=strict` starts it in the place of QEMU.

#include "boot.hpp"
#include "machine.hpp"
#include "native_console.hpp"
#include "native_options.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <new>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace machine {

namespace {

/// Statuses of the program; the test device may give any other.
constexpr int status_failed = 1, status_reported = 3;

/// Instructions between two looks at what is typed and printed.
constexpr u64 slice = 50'000;

[[noreturn]] void fail_with(const std::string& file) {
    fail(file + ": " + std::strerror(errno));
}

/// Maps `size` bytes of a file, or zeros if `file` is -1.
template <typename T>
std::span<T> map(std::size_t size, int file, int protection, int flags) {
    if (size == 0) {
        return {};
    }
    void* const start =
        mmap(nullptr, size, protection, flags | (file < 0 ? MAP_ANONYMOUS : 0), file, 0);
    if (start == MAP_FAILED) {
        fail("there is not enough memory for the machine: " + std::string{std::strerror(errno)});
    }
    return {static_cast<T*>(start), size / sizeof(T)};
}

/// Memory that is all zero, and only takes space where it is stored to.
template <typename T>
std::span<T> map_zeros(std::size_t size) {
    return map<T>(size, -1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE);
}

std::span<const std::byte> map_file(const std::string& name) {
    const int file = open(name.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about = {};
    if (file < 0 || fstat(file, &about) != 0) {
        fail_with(name);
    }
    if (!S_ISREG(about.st_mode)) {
        fail(name + ": it is not a regular file");
    }
    const auto content =
        map<const std::byte>(static_cast<std::size_t>(about.st_size), file, PROT_READ, MAP_PRIVATE);
    close(file);
    return content;
}

/// RAM, which is a file if one is named.
std::span<std::byte> map_ram(const Options& options) {
    if (options.memory_file.empty()) {
        return map_zeros<std::byte>(options.memory);
    }
    const int file = open(options.memory_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    struct stat about = {};
    if (file < 0 || fstat(file, &about) != 0 ||
        (static_cast<u64>(about.st_size) < options.memory &&
         ftruncate(file, static_cast<off_t>(options.memory)) != 0)) {
        fail_with(options.memory_file);
    }
    const auto ram = map<std::byte>(options.memory, file, PROT_READ | PROT_WRITE, MAP_SHARED);
    close(file);
    return ram;
}

/// Loads the files that are named.
void load(const Options& options, std::span<std::byte> ram, std::span<u32> rom) {
    std::vector<Module> modules;
    for (const Options::Loaded& loaded : options.modules) {
        modules.push_back(
            {loaded.file, loaded.kind, loaded.address, map_file(loaded.file), loaded.bootargs});
    }
    const Software software = {
        .firmware = {options.firmware, map_file(options.firmware)},
        .hypervisor = {options.hypervisor, options.hypervisor.empty()
                                               ? std::span<const std::byte>{}
                                               : map_file(options.hypervisor)},
        .bootargs = options.bootargs,
        .modules = modules,
        .sv39_only = (options.freedoms & static_cast<u32>(Freedom::sv39_only)) != 0,
    };
    if (const auto error = boot(ram, rom, software)) {
        fail(std::string{error->name} + ": " + std::string{error->reason});
    }
}

/// A run of the machine, from its start to its end.
class Run {
public:
    Run(Machine& machine, Input& input, const Options& options, u64 started)
        : machine_(machine), input_(input), output_(options.log), options_(options),
          started_(started) {}

    /// @return the program's status
    int until_end();
    void print_statistics(std::span<const std::byte> ram);

private:
    void print();
    bool type();
    bool wait();
    void report();
    bool out_of_time() const;
    std::string out_of_time_line() const;
    std::string asleep_line() const;

    Machine& machine_;
    Input& input_;
    Output output_;
    const Options& options_;
    std::string last_report_;
    u64 started_;                ///< on the steady clock
    u64 waited_for_all_ = ~0ull; ///< after so many instructions only typing could help
};

int Run::until_end() {
    for (;;) {
        const Stop stop = machine_.run(machine_.instructions() + slice);
        print();
        if (stop == Stop::reported) {
            report();
            if (!options_.warn) {
                return status_reported;
            }
        }
        if (stop == Stop::ended) {
            return static_cast<int>(machine_.status());
        }
        if (out_of_time()) {
            output_.say(out_of_time_line());
            return status_failed;
        }
        if (!type() && stop == Stop::waiting && !wait()) {
            output_.say(asleep_line());
            return status_failed;
        }
        if (input_.left()) {
            output_.say("strict: terminated");
            return 0;
        }
    }
}

void Run::print() {
    while (const auto byte = machine_.uart().take_transmitted()) {
        output_.put(*byte);
    }
    output_.flush();
}

/// Says what the machine reports, a line that comes again and again only once.
void Run::report() {
    if (last_report_ != machine_.report()) {
        last_report_ = machine_.report();
        output_.say(last_report_);
    }
}

/// Gives the UART what has been typed, as far as it takes it. Whether that was anything.
bool Run::type() {
    bool any = false;
    while (machine_.uart().can_receive()) {
        const auto byte = input_.next();
        if (!byte) {
            break;
        }
        machine_.receive(*byte);
        any = true;
    }
    return any;
}

/// Lets time pass for the hart that waits. False if neither time nor typing can wake it: so it is
/// if the hart has not moved since the last time that only typing could.
bool Run::wait() {
    const u64 now = machine_.ticks(), next = machine_.next_event();
    if (next == ~0ull && !input_.may_come()) {
        if (waited_for_all_ == machine_.instructions()) {
            return false;
        }
        waited_for_all_ = machine_.instructions();
    }
    machine_.skip_to(now + input_.wait(next == ~0ull ? next : next - now));
    return true;
}

/// The limit is in seconds of the machine's clock and of ours, whichever is over first: by the one
/// a run without a terminal always ends at the same place, by the other it ends.
bool Run::out_of_time() const {
    return options_.limit != 0 && (machine_.ticks() / Input::ticks_per_second >= options_.limit ||
                                   steady_clock() - started_ >= options_.limit * 1'000'000'000);
}

std::string Run::out_of_time_line() const {
    const Hart& hart = machine_.hart();
    const char* who = hart.virtualized()             ? "guest"
                      : hart.mode() == Mode::machine ? "firmware"
                                                     : "hypervisor";
    std::array<char, 100> text = {};
    std::snprintf(text.data(), text.size(),
                  "run: ended after %llu s (LIMIT=%llu); the %s stood at pc 0x%llx",
                  static_cast<unsigned long long>(options_.limit),
                  static_cast<unsigned long long>(options_.limit), who,
                  static_cast<unsigned long long>(hart.pc()));
    return text.data();
}

std::string Run::asleep_line() const {
    constexpr u64 wfi_size = 4; // pc is behind it
    const std::string mode{machine_.hart().mode_name()};
    std::array<char, 100> text = {};
    std::snprintf(text.data(), text.size(),
                  "strict: the hart waits (wfi) at pc 0x%llx, %s: nothing can wake it",
                  static_cast<unsigned long long>(machine_.hart().pc() - wfi_size), mode.c_str());
    return text.data();
}

/// What ran how fast, and RAM as one number: FNV-1a of 64 bits.
void Run::print_statistics(std::span<const std::byte> ram) {
    const double seconds = static_cast<double>(steady_clock() - started_) / 1e9;
    u64 hash = 0xcbf2'9ce4'8422'2325;
    for (const std::byte byte : ram) {
        hash = (hash ^ static_cast<u64>(byte)) * 0x100'0000'01b3;
    }
    std::array<char, 160> text = {};
    std::snprintf(text.data(), text.size(),
                  "strict: %llu instructions in %.2f s, %.0f MIPS; RAM is 0x%016llx",
                  static_cast<unsigned long long>(machine_.instructions()), seconds,
                  static_cast<double>(machine_.instructions()) / seconds / 1e6,
                  static_cast<unsigned long long>(hash));
    output_.say(text.data());
}

} // namespace

} // namespace machine

int main(int count, char** arguments) {
    using namespace machine;
    const Options options = parse_options(count, arguments);
    const auto ram = map_ram(options);
    const auto stamps = map_zeros<Ram::Stamp>(ram.size() / Ram::line_size * sizeof(Ram::Stamp));
    // It is too large for the stack.
    Machine* const machine =
        ::new (map_zeros<std::byte>(sizeof(Machine)).data()) Machine{ram, stamps, options.freedoms};
    load(options, ram, machine->rom());

    const u64 started = steady_clock();
    const u64 deadline = options.limit != 0 ? started + options.limit * 1'000'000'000 : 0;
    std::unique_ptr<Input> input;
    if (options.unattended || !isatty(STDIN_FILENO)) {
        input = std::make_unique<Unattended>(deadline, options.raw);
    } else {
        input = std::make_unique<Terminal>();
    }
    Run run{*machine, *input, options, started};
    const int status = run.until_end();
    if (options.statistics) {
        run.print_statistics(ram);
    }
    return status;
}
