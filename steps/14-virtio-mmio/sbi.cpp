#include "sbi.hpp"

#include "console.hpp"
#include "guest_map.hpp"
#include "sbi_spec.hpp"

#include <algorithm>
#include <array>

namespace {

/// A call from the guest: its registers hold the arguments.
struct Call {
    Vcpu& vcpu;
    const GuestMemory& memory;

    /// Which function of the extension it is.
    std::uint64_t function() const {
        return vcpu.x[a6];
    }

    /// Its argument `index`, from 0 on.
    std::uint64_t argument(std::size_t index) const {
        return vcpu.x[a0 + index];
    }
};

/// What a call gives back, and whether it stops the guest.
struct Reply {
    SbiError error = SbiError::success;
    std::optional<Stop> stop = std::nullopt;
    std::uint64_t value = 0;
};

constexpr Reply not_supported = {.error = SbiError::not_supported};
constexpr Reply invalid_param = {.error = SbiError::invalid_param};

bool has_extension(std::uint64_t id);

/// BASE (SBI spec, chapter 4).
Reply base(Call call) {
    // By function: the specification's version 2.0, an implementation id that is ours alone
    // ("HWB"), our version, [3], then mvendorid, marchid and mimpid, for which 0 is always right.
    constexpr std::uint64_t answers[] = {2 << 24, 0x485742, 1, 0, 0, 0, 0};
    constexpr std::uint64_t probe_extension = 3;
    const std::uint64_t function = call.function();
    if (function == probe_extension) {
        return {.value = has_extension(call.argument(0))};
    }
    return function < std::size(answers) ? Reply{.value = answers[function]} : not_supported;
}

// Legacy calls (SBI spec, chapter 5).

/// Sets the timer.
Reply legacy_set_timer(Call call) {
    call.vcpu.timer.set(call.argument(0));
    return {};
}

/// Prints a byte.
Reply legacy_console_putchar(Call call) {
    console::put(static_cast<char>(call.argument(0)));
    return {};
}

/// Gives back a typed byte, or -1 if there is none.
Reply legacy_console_getchar(Call) {
    const auto typed = console::get();
    return {.value = typed ? static_cast<unsigned char>(*typed) : ~0ull};
}

/// Ends the guest.
Reply legacy_shutdown(Call) {
    return {.stop = Stop::power_off};
}

/// TIME (SBI spec, chapter 6).
Reply time(Call call) {
    return call.function() == 0 ? legacy_set_timer(call) : not_supported;
}

/// The harts that a0 and a1 name (SBI spec 3.1): a bit mask, and the hart of its first bit or, for
/// all harts, -1.
struct HartMask {
    std::uint64_t mask;
    std::uint64_t base;

    /// The harts that the first two arguments of `call` name.
    explicit HartMask(Call call) : mask(call.argument(0)), base(call.argument(1)) {}

    /// Whether it names the guest's only hart.
    bool names_ours() const {
        return base == ~0ull || (mask == 1 && base == guest_map::hart);
    }

    /// Whether it names a hart that does not exist.
    bool names_absent() const {
        return mask != 0 && !names_ours();
    }
};

/// IPI (SBI spec, chapter 7).
Reply ipi(Call call) {
    if (call.function() != 0) {
        return not_supported;
    }
    const HartMask harts{call};
    if (harts.names_ours()) {
        call.vcpu.set_pending(GuestInterrupt::software, true);
    }
    return harts.names_absent() ? invalid_param : Reply{};
}

/// RFENCE (SBI spec, chapter 8). Range and address-space id are ignored: we fence everything.
Reply rfence(Call call) {
    constexpr std::uint64_t remote_fence_i = 0, remote_sfence_vma_asid = 2;
    if (call.function() > remote_sfence_vma_asid) {
        return not_supported; // the fences of a hypervisor, which our guest cannot be
    }
    if (call.function() == remote_fence_i) {
        call.vcpu.fence_i();
    } else {
        call.vcpu.sfence_vma();
    }
    return HartMask{call}.names_absent() ? invalid_param : Reply{};
}

/// SRST (SBI spec, chapter 10).
Reply system_reset(Call call) {
    constexpr std::uint32_t shutdown = 0, warm_reboot = 2, system_failure = 1;
    const auto type = static_cast<std::uint32_t>(call.argument(0));
    const auto reason = static_cast<std::uint32_t>(call.argument(1));
    if (call.function() != 0) {
        return not_supported;
    }
    if (type > warm_reboot || reason > system_failure) {
        return invalid_param;
    }
    return {.stop = type == shutdown ? Stop::power_off : Stop::reboot};
}

/// DBCN (SBI spec, chapter 12). A call may do less than it was asked to.
Reply debug_console(Call call) {
    constexpr std::uint64_t write = 0, read = 1, write_byte = 2;
    constexpr std::size_t most_bytes = 4 * KiB;
    const std::uint64_t function = call.function();
    if (function == write_byte) {
        return legacy_console_putchar(call);
    }
    if (function != write && function != read) {
        return not_supported;
    }
    const auto bytes = call.memory.span({call.argument(1)}, call.argument(0));
    if (!bytes || call.argument(2) != 0) { // the high half of an address of 128 bits
        return invalid_param;
    }
    std::uint64_t count = 0;
    for (std::byte& byte : bytes->first(std::min(bytes->size(), most_bytes))) {
        if (function == write) {
            console::put(static_cast<char>(byte));
        } else if (const auto typed = console::get()) {
            byte = static_cast<std::byte>(*typed);
        } else {
            break;
        }
        ++count;
    }
    return {.value = count};
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
    {SbiExtension::time, time},
    {SbiExtension::debug_console, debug_console},
    {SbiExtension::legacy_console_putchar, legacy_console_putchar},
    {SbiExtension::legacy_console_getchar, legacy_console_getchar},
    {SbiExtension::ipi, ipi},
    {SbiExtension::rfence, rfence},
    {SbiExtension::base, base},
    {SbiExtension::system_reset, system_reset},
    {SbiExtension::legacy_set_timer, legacy_set_timer},
    {SbiExtension::legacy_shutdown, legacy_shutdown},
};

/// The extension with the number `id`, or a null pointer.
const Extension* find_extension(std::uint64_t id) {
    const auto* found = std::ranges::find(extensions, SbiExtension{id}, &Extension::id);
    return found != std::end(extensions) ? found : nullptr;
}

/// Whether we answer for the extension with the number `id`.
bool has_extension(std::uint64_t id) {
    return find_extension(id) != nullptr;
}

} // namespace

std::optional<Stop> sbi::answer(Vcpu& vcpu, const GuestMemory& memory) {
    constexpr std::uint64_t last_legacy = 0x0f; // those calls return a value or an error, in a0
    const std::uint64_t id = vcpu.x[a7];
    const Extension* extension = find_extension(id);
    const Reply reply = extension != nullptr ? extension->handler({vcpu, memory}) : not_supported;
    const auto error = static_cast<std::uint64_t>(reply.error);
    if (id <= last_legacy) {
        vcpu.x[a0] = reply.error == SbiError::success ? reply.value : error;
    } else {
        vcpu.x[a0] = error;
        vcpu.x[a1] = reply.value;
    }
    return reply.stop;
}
