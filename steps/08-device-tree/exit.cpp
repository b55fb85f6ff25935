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

} // namespace

std::optional<Stop> handle_exit(Vcpu& vcpu, const GuestMemory& memory) {
    const Cause cause{csr::read<Csr::scause>()};
    if (cause == Cause::ecall_from_vs) {
        vcpu.skip(4);
        return sbi::answer(vcpu, memory);
    }
    const Exit exit = {cause, csr::read<Csr::stval>()};
    switch (cause) {
    default:
        return error(vcpu, exit, "unexpected exit");
    }
}
