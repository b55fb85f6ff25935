#include "sbi.hpp"

#include "console.hpp"
#include "print.hpp"
#include "sbi_spec.hpp"

#include <algorithm>

namespace {

/// A call from the guest: its registers hold the arguments.
struct Call {
    Vcpu& vcpu;

    /// Its argument `index`, from 0 on.
    std::uint64_t argument(std::size_t index) const {
        return vcpu.x[a0 + index];
    }
};

/// What a call gives back, and whether it stops the guest.
struct Reply {
    SbiError error = SbiError::success;
    std::optional<Stop> stop = std::nullopt;
};

// Legacy calls (SBI spec, chapter 5).

/// Prints a byte.
Reply legacy_console_putchar(Call call) {
    console::put(static_cast<char>(call.argument(0)));
    return {};
}

/// Ends the guest.
Reply legacy_shutdown(Call) {
    return {.stop = Stop::power_off};
}

/// Answers the calls of one extension.
using Handler = Reply (*)(Call call);

/// An extension, and the function that answers its calls.
struct Extension {
    SbiExtension id;
    Handler handler;
};

/// The extensions that we have; those called most come first.
constexpr Extension extensions[] = {
    {SbiExtension::legacy_console_putchar, legacy_console_putchar},
    {SbiExtension::legacy_shutdown, legacy_shutdown},
};

/// The extension with the number `id`, or a null pointer.
const Extension* find_extension(std::uint64_t id) {
    const auto* found = std::ranges::find(extensions, SbiExtension{id}, &Extension::id);
    return found != std::end(extensions) ? found : nullptr;
}

} // namespace

std::optional<Stop> sbi::answer(Vcpu& vcpu) {
    const std::uint64_t id = vcpu.x[a7];
    const Extension* extension = find_extension(id);
    if (extension == nullptr) {
        // The specification's answer is "not supported" (chapter 3). We stop, to see what is asked.
        println("VM stopped: no such SBI call: extension ", Hex{id}, ", function ", Hex{vcpu.x[a6]},
                ", pc ", vcpu.pc);
        return Stop::error;
    }
    const Reply reply = extension->handler({vcpu});
    vcpu.x[a0] = static_cast<std::uint64_t>(reply.error);
    return reply.stop;
}
