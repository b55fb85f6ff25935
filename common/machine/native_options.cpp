#include "native_options.hpp"

#include "strict.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <glob.h>
#include <optional>

namespace machine {

void fail(const std::string& why) {
    std::fputs(("strict: " + why + '\n').c_str(), stderr); // by one write
    std::exit(1);
}

namespace {

constexpr const char* usage = R"(usage: strict [OPTION]…

As for QEMU:
  -machine virt  -cpu rv64  -m SIZE  -bios FILE
  -kernel HYPERVISOR  -append TEXT
  -device guest-loader,addr=ADDRESS,kernel=FILE[,bootargs=TEXT]
  -device guest-loader,addr=ADDRESS,initrd=FILE
  -serial stdio|mon:stdio
  -serial chardev:serial0 -chardev stdio,id=serial0[,logfile=FILE]
  -machine memory-backend=ID -object memory-backend-file,id=ID,size=SIZE,mem-path=FILE,share=on
  -display none  -monitor none  -nodefaults  -no-reboot  -icount …  -seed …  change nothing
Its own:
  -freedom NAME,…        takes these freedoms of the specification:)";

constexpr const char* usage_end = R"(
  -strict stop|warn      ends the run at a report (the default), or goes on
  -unattended            types standard input whole, and takes no time to wait
  -raw                   types nothing besides: no Ctrl-U before, no Ctrl-D after it
  -limit SECONDS         ends the run after so long, by its own clock or by ours
  -stats                 says at the end how much ran, and what RAM is
  -version
)";

/// Splits a list as QEMU does: a comma that stands twice is part of the text.
std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts(1);
    for (std::size_t at = 0; at < list.size(); ++at) {
        if (list[at] != ',') {
            parts.back() += list[at];
        } else if (at + 1 < list.size() && list[at + 1] == ',') {
            parts.back() += list[at++];
        } else {
            parts.emplace_back();
        }
    }
    return parts;
}

/// What stands behind `key=` in a part of a list.
std::optional<std::string> value_of(const std::string& part, std::string_view key) {
    if (part.size() > key.size() && part.starts_with(key) && part[key.size()] == '=') {
        return part.substr(key.size() + 1);
    }
    return std::nullopt;
}

/// A number without sign, hexadecimal behind 0x; its end, in `rest`, may be a unit.
std::optional<u64> parse_number(std::string_view text, std::string_view& rest) {
    const bool hexadecimal = text.starts_with("0x");
    text.remove_prefix(hexadecimal ? 2 : 0);
    u64 number = 0;
    const char* const end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, number, hexadecimal ? 16 : 10);
    rest = {last, end};
    return error == std::errc{} ? std::optional{number} : std::nullopt;
}

u64 number_of(std::string_view option, std::string_view text) {
    std::string_view rest;
    const auto number = parse_number(text, rest);
    if (!number || !rest.empty()) {
        fail(std::string{option} + " " + std::string{text} + ": a number is needed");
    }
    return *number;
}

/// A size of memory in bytes; a number alone is in MiB.
u64 size_of(std::string_view option, std::string_view text) {
    constexpr std::string_view units = "kmg";
    std::string_view rest;
    const auto number = parse_number(text, rest);
    const auto unit = rest.empty() ? 1 : units.find(static_cast<char>(rest.front() | 0x20));
    if (!number || *number == 0 || *number >= 1ull << 32 || rest.size() > 1 || unit == units.npos) {
        fail(std::string{option} + " " + std::string{text} + ": a size such as 256M is needed");
    }
    return *number << 10 * (unit + 1);
}

/// The first firmware that is installed, where common/install/doctor.sh looks for it.
std::string find_firmware() {
    for (const char* place : {"/usr", "/usr/local", "/opt/*"}) {
        const std::string pattern =
            std::string{place} + "/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin";
        glob_t found = {};
        const bool any = glob(pattern.c_str(), 0, nullptr, &found) == 0;
        const std::string first = any ? found.gl_pathv[0] : "";
        globfree(&found);
        if (any) {
            return first;
        }
    }
    fail("no firmware is installed: name OpenSBI's fw_dynamic.bin with -bios");
}

class Parser {
public:
    Parser(int count, char** arguments) : arguments_(arguments + 1, arguments + count) {}
    Options parse();

private:
    bool parse_machine_option(const std::string& option);
    bool parse_own_option(const std::string& option);
    bool ignore(const std::string& option);
    std::string value();
    std::string require(const std::string& option, std::initializer_list<std::string_view> known);
    void parse_device(const std::string& text);
    void parse_memory_file(const std::string& text);
    void parse_chardev(const std::string& text);
    void parse_freedoms(const std::string& names);

    std::vector<std::string> arguments_;
    std::size_t next_ = 0; // of the arguments
    Options options_;
    u64 memory_file_size_ = 0;
};

Options Parser::parse() {
    while (next_ < arguments_.size()) {
        std::string option = arguments_[next_++];
        if (option.starts_with("--")) {
            option.erase(0, 1);
        }
        if (!parse_machine_option(option) && !parse_own_option(option) && !ignore(option)) {
            fail(option + ": there is no such option (-help lists them)");
        }
    }
    if (!options_.memory_file.empty() && memory_file_size_ != options_.memory) {
        fail("-object memory-backend-file: its size is not that of -m");
    }
    if (options_.firmware.empty()) {
        options_.firmware = find_firmware();
    }
    return options_;
}

/// Options that QEMU has as well.
bool Parser::parse_machine_option(const std::string& option) {
    if (option == "-m") {
        options_.memory = size_of(option, value());
    } else if (option == "-bios") {
        options_.firmware = value();
    } else if (option == "-kernel") {
        options_.hypervisor = value();
    } else if (option == "-append") {
        options_.bootargs = value();
    } else if (option == "-device") {
        parse_device(value());
    } else if (option == "-object") {
        parse_memory_file(value());
    } else if (option == "-machine") {
        for (const std::string& given : split(value())) {
            if (given != "virt" && !value_of(given, "memory-backend")) {
                fail("-machine " + given + ": this machine knows only virt");
            }
        }
    } else if (option == "-cpu") {
        require(option, {"rv64"});
    } else if (option == "-serial") {
        require(option, {"stdio", "mon:stdio", "chardev:serial0"});
    } else if (option == "-chardev") {
        parse_chardev(value());
    } else {
        return false;
    }
    return true;
}

bool Parser::parse_own_option(const std::string& option) {
    if (option == "-freedom") {
        parse_freedoms(value());
    } else if (option == "-strict") {
        options_.warn = require(option, {"stop", "warn"}) == "warn";
    } else if (option == "-limit") {
        options_.limit = number_of(option, value());
    } else if (option == "-unattended") {
        options_.unattended = true;
    } else if (option == "-raw") {
        options_.raw = true;
    } else if (option == "-stats") {
        options_.statistics = true;
    } else if (option == "-version") {
        std::puts("strict machine, made as the virt machine of QEMU 10.0");
        std::exit(0);
    } else if (option == "-help") {
        std::fputs(usage, stdout);
        for (const FreedomName& known : freedom_names) {
            std::printf("\n                         %s", known.name.data());
        }
        std::fputs(usage_end, stdout);
        std::exit(0);
    } else {
        return false;
    }
    return true;
}

/// Options that change nothing here: the machine is so anyway.
bool Parser::ignore(const std::string& option) {
    if (option == "-display" || option == "-monitor") {
        require(option, {"none"});
    } else if (option == "-mon") {
        require(option, {"serial0"});
    } else if (option == "-icount" || option == "-seed") {
        value();
    } else {
        return option == "-nodefaults" || option == "-no-reboot";
    }
    return true;
}

/// The value of the option that was read last.
std::string Parser::value() {
    if (next_ == arguments_.size()) {
        fail(arguments_.back() + ": its value is missing");
    }
    return arguments_[next_++];
}

std::string Parser::require(const std::string& option,
                            std::initializer_list<std::string_view> known) {
    const std::string given = value();
    for (const std::string_view one : known) {
        if (given == one) {
            return given;
        }
    }
    std::string all;
    for (const std::string_view one : known) {
        all += (all.empty() ? "" : ", ") + std::string{one};
    }
    fail(option + " " + given + ": this machine knows only " + all);
}

void Parser::parse_device(const std::string& text) {
    const std::vector<std::string> parts = split(text);
    Options::Loaded loaded = {};
    bool has_address = false;
    for (std::size_t index = 1; index < parts.size(); ++index) {
        if (const auto address = value_of(parts[index], "addr")) {
            loaded.address = number_of("-device guest-loader: addr", *address);
            has_address = true;
        } else if (const auto kernel = value_of(parts[index], "kernel")) {
            loaded.file = *kernel;
            loaded.kind = Module::Kind::kernel;
        } else if (const auto initrd = value_of(parts[index], "initrd")) {
            loaded.file = *initrd;
            loaded.kind = Module::Kind::ramdisk;
        } else if (const auto bootargs = value_of(parts[index], "bootargs")) {
            loaded.bootargs = *bootargs;
        } else {
            fail("-device " + text + ": guest-loader has no " + parts[index]);
        }
    }
    if (parts[0] != "guest-loader" || !has_address || loaded.file.empty()) {
        fail("-device " + text + ": this machine knows only guest-loader, with addr= and a file");
    }
    options_.modules.push_back(loaded);
}

void Parser::parse_memory_file(const std::string& text) {
    const std::vector<std::string> parts = split(text);
    bool shared = false;
    for (const std::string& part : parts) {
        if (const auto file = value_of(part, "mem-path")) {
            options_.memory_file = *file;
        } else if (const auto size = value_of(part, "size")) {
            memory_file_size_ = size_of("-object: size", *size);
        }
        shared |= part == "share=on";
    }
    if (parts[0] != "memory-backend-file" || options_.memory_file.empty() || !shared) {
        fail("-object " + text +
             ": this machine knows only memory-backend-file, with mem-path= and share=on");
    }
}

void Parser::parse_chardev(const std::string& text) {
    const std::vector<std::string> parts = split(text);
    for (const std::string& part : parts) {
        options_.log = value_of(part, "logfile").value_or(options_.log);
    }
    if (parts[0] != "stdio") {
        fail("-chardev " + text + ": this machine knows only stdio");
    }
}

void Parser::parse_freedoms(const std::string& names) {
    for (const std::string& name : split(names)) {
        const auto freedom = freedom_named(name);
        if (!freedom && !name.empty()) {
            std::string known;
            for (const FreedomName& one : freedom_names) {
                known += (known.empty() ? "" : ", ") + std::string{one.name};
            }
            fail("-freedom " + name + ": there is no such freedom, but there are " + known);
        }
        options_.freedoms |= freedom ? static_cast<u32>(*freedom) : 0;
    }
}

} // namespace

Options parse_options(int count, char** arguments) {
    return Parser{count, arguments}.parse();
}

} // namespace machine
