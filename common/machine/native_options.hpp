/// @file
/// The command line of the native program: those options of QEMU that `make run` gives it, and a
/// few of its own.
#pragma once

#include "tree.hpp"

#include <string>
#include <vector>

namespace machine {

/// Ends the program with status 1 after a line that says why.
[[noreturn]] void fail(const std::string& why);

struct Options {
    /// A file for QEMU's guest-loader.
    struct Loaded {
        Module::Kind kind;
        u64 address;
        std::string file, bootargs;
    };

    std::string firmware, hypervisor, bootargs;
    std::vector<Loaded> modules;
    u64 memory = 128 << 20;  ///< bytes
    std::string memory_file; ///< which RAM is; empty if there is none
    std::string log;         ///< where what is printed goes as well; empty if nowhere

    u32 freedoms = 0;
    bool warn = false; ///< reports do not end the run
    u64 limit = 0;     ///< seconds; 0 if there is none
    bool unattended = false;
    bool raw = false; ///< nothing but standard input is typed
    bool statistics = false;
};

/// Reads the command line; ends the program if it cannot.
Options parse_options(int count, char** arguments);

} // namespace machine
