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

} // namespace

std::optional<Stop> handle_exit(Vcpu& vcpu) {
    const Cause cause{csr::read<Csr::scause>()};
    if (cause == Cause::ecall_from_vs) { // the most frequent exit: nothing else is read for it
        vcpu.skip(4);
        return sbi::answer(vcpu);
    }
    const Exit exit = {cause, csr::read<Csr::stval>()};
    return stop_guest(vcpu, exit, "unexpected exit");
}
