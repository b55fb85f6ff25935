/// @file
/// What the hypervisor does when the guest exits to it.
#pragma once

#include "sbi.hpp"

/// Does what the guest's exit asks for, so that the guest can go on. Returns why the guest stops,
/// if it does.
std::optional<Stop> handle_exit(Vcpu& vcpu);
