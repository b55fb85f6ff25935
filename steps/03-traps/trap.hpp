/// @file
/// Why a trap was taken, and the hypervisor's own traps, all of which are mistakes.
#pragma once

#include <cstdint>
#include <string_view>

/// Values of scause (Privileged spec 18.6.1).
enum class Cause : std::uint64_t {
    illegal_instruction = 2,
};

namespace trap {

/// The specification's name of `cause`.
std::string_view name(Cause cause);

/// Has the hypervisor's own traps reported from now on.
void install();

} // namespace trap
