#include "exit.hpp"

#include "csr.hpp"
#include "print.hpp"

namespace {

/// Why the guest exited, as the trap's registers say.
struct Exit {
    Cause cause;
    std::uint64_t stval;
};

/// Stops a guest that cannot go on.
Stop stop_guest(const Vcpu& vcpu, Exit exit, std::string_view reason) {
    println("VM stopped: ", reason, ": ", trap::name(exit.cause), " (scause ",
            Hex{static_cast<std::uint64_t>(exit.cause)}, "), pc ", vcpu.pc, ", address ",
            Hex{exit.stval});
    return Stop::error;
}

/// Has the guest take `exception`. But if it is at the first instruction of its own trap handler,
/// where the trap would lead it again, it would never get anywhere else.
std::optional<Stop> raise_or_stop(Vcpu& vcpu, Exit exit, Cause exception, std::uint64_t stval) {
    if (vcpu.in_supervisor_mode() && vcpu.pc == vcpu.trap_vector()) {
        return stop_guest(vcpu, exit, "the guest's trap handler cannot be entered");
    }
    vcpu.raise(exception, stval);
    return std::nullopt;
}

} // namespace

std::optional<Stop> handle_exit(Guest& guest) {
    Vcpu& vcpu = guest.vcpu;
    const Cause cause{csr::read<Csr::scause>()};
    if (cause == Cause::ecall_from_vs) { // the most frequent exit: nothing else is read for it
        vcpu.skip(4);
        return sbi::answer(vcpu, guest.memory);
    }
    const Exit exit = {cause, csr::read<Csr::stval>()};
    switch (cause) {
    case Cause::load_guest_page_fault:
        return raise_or_stop(vcpu, exit, Cause::load_access_fault, exit.stval);
    case Cause::store_guest_page_fault:
        return raise_or_stop(vcpu, exit, Cause::store_access_fault, exit.stval);
    case Cause::instruction_guest_page_fault:
        return raise_or_stop(vcpu, exit, Cause::instruction_access_fault, exit.stval);
    case Cause::instruction_page_fault:
        return raise_or_stop(vcpu, exit, Cause::instruction_page_fault, exit.stval);
    case Cause::virtual_instruction: // on a machine without a hypervisor it does not exist
        return raise_or_stop(vcpu, exit, Cause::illegal_instruction, 0);
    default:
        return stop_guest(vcpu, exit, "unexpected exit");
    }
}
