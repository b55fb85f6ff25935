#include "exit.hpp"

#include "console.hpp"
#include "csr.hpp"
#include "decode.hpp"
#include "print.hpp"

/// The instruction of 2 or 4 bytes at `pc`, read with the guest's own translation and permission to
/// execute (HLVX, Privileged spec 18.3.1). 0 if that fails: the guest may have another page table
/// by now. Then scause and stval say why, and sepc, htval and htinst are overwritten, too.
extern "C" std::uint64_t fetch_guest_instruction(GuestVirtual pc); // guest_fetch.S

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

/// Shows the guest's hart what its PLIC has for it: whenever a line or the PLIC may have changed.
void pass_interrupts(Guest& guest) {
    guest.vcpu.set_pending(GuestInterrupt::external, guest.plic.interrupting());
}

/// Makes `access` of the device at `address`. False if there is nothing there that can be accessed
/// like that; then nothing has changed.
bool access_device(Guest& guest, GuestPhysical address, const Access& access) {
    Vcpu& vcpu = guest.vcpu;
    // Both decide: of an access across a page's end, `address` may be where the next page begins.
    const std::uint64_t from = vcpu.x[access.base] + access.offset;
    const Mapping* found = find_device(guest.bus, address, access.width);
    if (found == nullptr || (address.value | from) % access.width != 0) {
        return false;
    }
    const std::uint64_t offset = address - found->range.start;
    if (access.store) {
        if (!found->device.store(offset, access.width, vcpu.x[access.reg])) {
            return false;
        }
    } else {
        const auto value = found->device.load(offset, access.width);
        if (!value) {
            return false;
        }
        vcpu.x[access.reg] = access.extend(*value);
        vcpu.x[0] = 0;
    }
    vcpu.skip(access.size);
    pass_interrupts(guest);
    return true;
}

/// The guest loaded from or stored to an address where it has no RAM.
std::optional<Stop> handle_guest_page_fault(Guest& guest, Exit exit) {
    const GuestPhysical address = {csr::read<Csr::htval>() << 2 | (exit.stval & 3)};
    const std::uint64_t htinst = csr::read<Csr::htinst>(); // 0 if the hardware does not write it
    const std::uint64_t instruction = htinst != 0 ? htinst : fetch_guest_instruction(guest.vcpu.pc);
    if (instruction == 0) {
        const bool no_ram = Cause{csr::read<Csr::scause>()} == Cause::load_guest_page_fault;
        const Cause fault =
            no_ram ? Cause::instruction_access_fault : Cause::instruction_page_fault;
        return raise_or_stop(guest.vcpu, exit, fault, csr::read<Csr::stval>());
    }
    const auto access = decode(static_cast<std::uint32_t>(instruction), htinst != 0);
    if (access && access_device(guest, address, *access)) {
        return std::nullopt;
    }
    const bool load = exit.cause == Cause::load_guest_page_fault;
    const Cause exception = load ? Cause::load_access_fault : Cause::store_access_fault;
    return raise_or_stop(guest.vcpu, exit, exception, exit.stval);
}

/// A device of the machine wants attention. Completed last: by then `listen` has its line down.
void handle_external_interrupt(Guest& guest) {
    const std::uint32_t source = guest.host_plic.claim_complete();
    if (source == console::interrupt) {
        console::listen();
        guest.uart.update();
        pass_interrupts(guest);
    }
    guest.host_plic.claim_complete() = source;
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
    case Cause::store_guest_page_fault:
        return handle_guest_page_fault(guest, exit);
    case Cause::instruction_guest_page_fault:
        return raise_or_stop(vcpu, exit, Cause::instruction_access_fault, exit.stval);
    case Cause::instruction_page_fault:
        return raise_or_stop(vcpu, exit, Cause::instruction_page_fault, exit.stval);
    case Cause::virtual_instruction: // on a machine without a hypervisor it does not exist
        return raise_or_stop(vcpu, exit, Cause::illegal_instruction, 0);
    case Cause::supervisor_timer_interrupt:
        Timer::expire();
        return std::nullopt;
    case Cause::supervisor_external_interrupt:
        handle_external_interrupt(guest);
        return std::nullopt;
    default:
        return stop_guest(vcpu, exit, "unexpected exit");
    }
}
