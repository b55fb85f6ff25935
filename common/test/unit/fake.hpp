/// @file
/// The machine around the files under test: what it was told, and what it is to answer.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace fake {

/// Thrown where the real machine would end.
struct MachineEnded {
    int status;
};

/// What was printed on the console.
extern std::string output;

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
