#include "sbi.hpp"

#include "console.hpp"
#include "print.hpp"
#include "sbi_spec.hpp"

#include <algorithm>

namespace {

/// What a call gives back, and whether it stops the guest.
struct Reply {
    SbiError error = SbiError::success;
    std::optional<Stop> stop = std::nullopt;
};

constexpr Reply not_supported = {SbiError::not_supported};

// BASE (SBI 2.0, chapter 4), of which there is nothing yet.
Reply base(Vcpu&, const GuestMemory&) {
    return not_supported;
}

// The legacy calls that are left (SBI 2.0, chapter 5).
Reply legacy_console_putchar(Vcpu& vcpu, const GuestMemory&) {
    console::put(static_cast<char>(vcpu.x[a0]));
    return {};
}

Reply legacy_shutdown(Vcpu&, const GuestMemory&) {
    return {.stop = Stop::power_off};
}

/// Answers the calls of one extension: a6 holds the function, the arguments are from a0 on.
using Handler = Reply (*)(Vcpu& vcpu, const GuestMemory& memory);

struct Extension {
    SbiExtension id;
    Handler handler;
};

/// The extensions that we have; those called most come first.
constexpr Extension extensions[] = {
    {SbiExtension::legacy_console_putchar, legacy_console_putchar},
    {SbiExtension::base, base},
    {SbiExtension::legacy_shutdown, legacy_shutdown},
};

const Extension* find_extension(std::uint64_t id) {
    const auto* found = std::ranges::find(extensions, SbiExtension{id}, &Extension::id);
    return found != std::end(extensions) ? found : nullptr;
}

} // namespace

std::optional<Stop> sbi::answer(Vcpu& vcpu, const GuestMemory& memory) {
    const std::uint64_t id = vcpu.x[a7];
    const Extension* extension = find_extension(id);
    if (extension == nullptr) {
        println("VM stopped: no such SBI call: extension {}, function {}, pc {}", Hex{id},
                Hex{vcpu.x[a6]}, vcpu.pc);
        return Stop::error;
    }
    const Reply reply = extension->handler(vcpu, memory);
    vcpu.x[a0] = static_cast<std::uint64_t>(reply.error);
    return reply.stop;
}
