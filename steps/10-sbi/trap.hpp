/// @file
/// Why a trap was taken, and the end of one that nobody handles.
#pragma once

#include <cstdint>
#include <string_view>

/// Values of scause (Privileged spec 18.6.1).
enum class Cause : std::uint64_t {
    instruction_address_misaligned = 0,
    instruction_access_fault = 1,
    illegal_instruction = 2,
    breakpoint = 3,
    load_address_misaligned = 4,
    load_access_fault = 5,
    store_address_misaligned = 6,
    store_access_fault = 7,
    ecall_from_u = 8,
    ecall_from_vs = 10,
    instruction_page_fault = 12,
    load_page_fault = 13,
    store_page_fault = 15,
    instruction_guest_page_fault = 20,
    load_guest_page_fault = 21,
    virtual_instruction = 22,
    store_guest_page_fault = 23,
};

namespace trap {

/// The specification's name of `cause`.
std::string_view name(Cause cause);

/// Sets stvec: from now on a trap is reported.
void install();

} // namespace trap
