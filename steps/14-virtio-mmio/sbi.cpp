#include "sbi.hpp"

#include "console.hpp"
#include "guest_map.hpp"
#include "sbi_spec.hpp"

#include <algorithm>
#include <array>

namespace {

/// What a call gives back, and whether it stops the guest.
struct Reply {
    SbiError error = SbiError::success;
    std::optional<Stop> stop = std::nullopt;
    std::uint64_t value = 0;
};

constexpr Reply not_supported = {SbiError::not_supported};
constexpr Reply invalid_param = {SbiError::invalid_param};

bool has_extension(std::uint64_t id);

// BASE (SBI 2.0, chapter 4).
Reply base(Vcpu& vcpu, const GuestMemory&) {
    // By function: the specification's version 2.0, an implementation id that is ours alone
    // ("HWB"), our version, [3], then mvendorid, marchid and mimpid, for which 0 is always right.
    constexpr std::uint64_t answers[] = {2 << 24, 0x485742, 1, 0, 0, 0, 0};
    constexpr std::uint64_t probe_extension = 3;
    const std::uint64_t function = vcpu.x[a6];
    if (function == probe_extension) {
        return {.value = has_extension(vcpu.x[a0])};
    }
    return function < std::size(answers) ? Reply{.value = answers[function]} : not_supported;
}

// The legacy calls that are left (SBI 2.0, chapter 5).
Reply legacy_set_timer(Vcpu& vcpu, const GuestMemory&) {
    vcpu.timer.set(vcpu.x[a0]);
    return {};
}

Reply legacy_console_putchar(Vcpu& vcpu, const GuestMemory&) {
    console::put(static_cast<char>(vcpu.x[a0]));
    return {};
}

Reply legacy_console_getchar(Vcpu&, const GuestMemory&) {
    const auto typed = console::get();
    return {SbiError{typed ? static_cast<unsigned char>(*typed) : -1}};
}

Reply legacy_shutdown(Vcpu&, const GuestMemory&) {
    return {.stop = Stop::power_off};
}

// TIME (SBI 2.0, chapter 6).
Reply time(Vcpu& vcpu, const GuestMemory& memory) {
    return vcpu.x[a6] == 0 ? legacy_set_timer(vcpu, memory) : not_supported;
}

/// The harts that a0 and a1 name (SBI 2.0, 3.1): a bit mask, and the hart of its first bit or, for
/// all harts, -1.
struct HartMask {
    std::uint64_t mask;
    std::uint64_t base;

    explicit HartMask(const Vcpu& vcpu) : mask(vcpu.x[a0]), base(vcpu.x[a1]) {}

    bool names_all() const {
        return base == ~0ull;
    }
    /// Whether it names the guest's only hart.
    bool names_ours() const {
        return names_all() || (mask == 1 && base == guest_map::hart);
    }
    /// Whether it names a hart that does not exist.
    bool names_absent() const {
        return mask != 0 && !names_ours();
    }
};

// IPI (SBI 2.0, chapter 7).
Reply ipi(Vcpu& vcpu, const GuestMemory&) {
    if (vcpu.x[a6] != 0) {
        return not_supported;
    }
    const HartMask harts{vcpu};
    if (harts.names_ours()) {
        vcpu.set_pending(GuestInterrupt::software, true);
    }
    return harts.names_absent() ? invalid_param : Reply{};
}

// RFENCE (SBI 2.0, chapter 8). A range or an address space id is answered with a fence of all.
Reply rfence(Vcpu& vcpu, const GuestMemory&) {
    constexpr std::uint64_t remote_fence_i = 0, remote_sfence_vma_asid = 2;
    const std::uint64_t function = vcpu.x[a6];
    if (function > remote_sfence_vma_asid) {
        return not_supported; // the fences of a hypervisor, which our guest cannot be
    }
    if (function == remote_fence_i) {
        vcpu.fence_i();
    } else {
        vcpu.sfence_vma();
    }
    return HartMask{vcpu}.names_absent() ? invalid_param : Reply{};
}

// HSM (SBI 2.0, chapter 9), for the one hart there is, which is always started.
Reply hsm(Vcpu& vcpu, const GuestMemory&) {
    constexpr std::uint64_t started = 0;
    constexpr std::uint32_t retentive = 0, non_retentive = 0x8000'0000;
    const bool ours = vcpu.x[a0] == guest_map::hart;
    const auto suspend_type = static_cast<std::uint32_t>(vcpu.x[a0]);
    switch (vcpu.x[a6]) {
    case 0: // hart_start
        return {ours ? SbiError::already_available : SbiError::invalid_param};
    case 1: // hart_stop
        return {SbiError::failed};
    case 2: // hart_get_status
        return ours ? Reply{.value = started} : invalid_param;
    case 3: // hart_suspend
        return suspend_type == retentive || suspend_type == non_retentive ? not_supported
                                                                          : invalid_param;
    default:
        return not_supported;
    }
}

// SRST (SBI 2.0, chapter 10).
Reply system_reset(Vcpu& vcpu, const GuestMemory&) {
    constexpr std::uint32_t shutdown = 0, warm_reboot = 2, system_failure = 1;
    const auto type = static_cast<std::uint32_t>(vcpu.x[a0]);
    const auto reason = static_cast<std::uint32_t>(vcpu.x[a1]);
    if (vcpu.x[a6] != 0) {
        return not_supported;
    }
    if (type > warm_reboot || reason > system_failure) {
        return invalid_param;
    }
    return {.stop = type == shutdown ? Stop::power_off : Stop::reboot};
}

// DBCN (SBI 2.0, chapter 12). A call may do less than it was asked to.
Reply debug_console(Vcpu& vcpu, const GuestMemory& memory) {
    constexpr std::uint64_t write = 0, read = 1, write_byte = 2;
    constexpr std::size_t most_bytes = 4 * KiB;
    const std::uint64_t function = vcpu.x[a6];
    if (function == write_byte) {
        return legacy_console_putchar(vcpu, memory);
    }
    if (function != write && function != read) {
        return not_supported;
    }
    const auto bytes = memory.span({vcpu.x[a1]}, vcpu.x[a0]);
    if (!bytes || vcpu.x[a2] != 0) { // a2 is the high half of an address of 128 bits
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

/// Answers the calls of one extension: a6 holds the function, the arguments are from a0 on.
using Handler = Reply (*)(Vcpu& vcpu, const GuestMemory& memory);

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
    {SbiExtension::hsm, hsm},
    {SbiExtension::system_reset, system_reset},
    {SbiExtension::legacy_set_timer, legacy_set_timer},
    {SbiExtension::legacy_shutdown, legacy_shutdown},
};

const Extension* find_extension(std::uint64_t id) {
    const auto* found = std::ranges::find(extensions, SbiExtension{id}, &Extension::id);
    return found != std::end(extensions) ? found : nullptr;
}

bool has_extension(std::uint64_t id) {
    return find_extension(id) != nullptr;
}

} // namespace

std::optional<Stop> sbi::answer(Vcpu& vcpu, const GuestMemory& memory) {
    constexpr std::uint64_t last_legacy = 0x0f; // those calls return in a0 only
    const std::uint64_t id = vcpu.x[a7];
    const Extension* extension = find_extension(id);
    const Reply reply = extension != nullptr ? extension->handler(vcpu, memory) : not_supported;
    vcpu.x[a0] = static_cast<std::uint64_t>(reply.error);
    if (id > last_legacy) {
        vcpu.x[a1] = reply.value;
    }
    return reply.stop;
}
