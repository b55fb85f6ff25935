#include "exit.hpp"

#include "csr.hpp"
#include "print.hpp"

namespace {

/// Why and where the guest exited, read from the registers before anything can overwrite them.
struct Exit {
    Cause cause;
    std::uint64_t stval;
};

/// Stops a guest that cannot go on.
Stop error(const Vcpu& vcpu, Exit exit, std::string_view reason) {
    println("VM stopped: {}: {} (scause {}), pc {}, address {}", reason, trap::name(exit.cause),
            Hex{static_cast<std::uint64_t>(exit.cause)}, vcpu.pc, Hex{exit.stval});
    return Stop::error;
}

/// Has the guest take `exception`. But if it is at the first instruction of its own trap handler,
/// where the trap would lead it again, it would never get anywhere else.
std::optional<Stop> raise(Vcpu& vcpu, Exit exit, Cause exception, std::uint64_t stval) {
    if (vcpu.in_supervisor_mode() && vcpu.pc == vcpu.trap_vector()) {
        return error(vcpu, exit, "the guest's trap handler cannot be entered");
    }
    vcpu.raise(exception, stval);
    return std::nullopt;
}

/// The guest loaded from or stored to an address where it has no RAM.
std::optional<Stop> handle_guest_page_fault(Vcpu& vcpu, Exit exit) {
    const bool load = exit.cause == Cause::load_guest_page_fault;
    const Cause exception = load ? Cause::load_access_fault : Cause::store_access_fault;
    return raise(vcpu, exit, exception, exit.stval);
}

} // namespace

std::optional<Stop> handle_exit(Vcpu& vcpu, const GuestMemory& memory) {
    const Cause cause{csr::read<Csr::scause>()};
    if (cause == Cause::ecall_from_vs) {
        vcpu.skip(4);
        return sbi::answer(vcpu, memory);
    }
    const Exit exit = {cause, csr::read<Csr::stval>()};
    switch (cause) {
    case Cause::load_guest_page_fault:
    case Cause::store_guest_page_fault:
        return handle_guest_page_fault(vcpu, exit);
    case Cause::instruction_guest_page_fault:
        return raise(vcpu, exit, Cause::instruction_access_fault, exit.stval);
    case Cause::instruction_page_fault:
        return raise(vcpu, exit, Cause::instruction_page_fault, exit.stval);
    case Cause::virtual_instruction: // on a machine without a hypervisor it does not exist
        return raise(vcpu, exit, Cause::illegal_instruction, 0);
    case Cause::supervisor_timer_interrupt:
        Timer::expire();
        return std::nullopt;
    default:
        return error(vcpu, exit, "unexpected exit");
    }
}
