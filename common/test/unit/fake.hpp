/// @file
/// The machine around the files under test: what it was told, and what it is to answer.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fake {

/// What was printed on the console.
extern std::string output;

/// Thrown where the real machine would end.
struct MachineEnded {
    /// QEMU's status, or nothing where the hart would wait for ever.
    std::optional<int> status;
};

// Statuses of a process that is not the machine's end.
inline constexpr int waits_for_ever = 100, still_runs = 101;

/// Does `action` and ends this process as that ends the machine: for a process of its own (a death
/// test), since a panic happens only once in each. What is printed goes to the standard error.
template <class Action>
[[noreturn]] void end_as_the_machine(Action action) {
    try {
        action();
    } catch (const MachineEnded& end) {
        std::fputs(output.c_str(), stderr);
        std::exit(end.status.value_or(waits_for_ever));
    }
    std::exit(still_runs);
}

/// What was typed and not read yet.
extern std::deque<char> input;

/// Every deadline that the guest's timer was set to.
extern std::vector<std::uint64_t> deadlines;

/// The guest's pending interrupts, as in hvip.
extern std::uint64_t pending;

/// How often the guest's FENCE.I and SFENCE.VMA were executed.
extern unsigned instruction_fences;
extern unsigned address_fences;

/// Types `text` at the console.
void type(std::string_view text);

/// Makes everything as at the start.
void reset();

} // namespace fake
