#include "exit.hpp"

#include "console.hpp"
#include "csr.hpp"
#include "decode.hpp"
#include "guest_fetch.hpp"
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

/// Makes `access` of the device at `address`. False if there is nothing there that can be accessed
/// like that; then nothing has changed.
bool access_device(Vcpu& vcpu, const Bus& bus, GuestPhysical address, const Access& access) {
    // If an access crosses the end of a page, `address` may be where the next one begins.
    const std::uint64_t from = vcpu.x[access.base] + access.offset;
    const Bus::Mapping* found = bus.find(address, access.width);
    if (found == nullptr || (address.value | from) % access.width != 0) {
        return false;
    }
    const std::uint64_t offset = address - found->range.start;
    if (access.store) {
        const StoreResult result = found->device->store(offset, access.width, vcpu.x[access.reg]);
        vcpu.skip(result == StoreResult::done ? access.size : 0);
        return result != StoreResult::refused;
    }
    const auto value = found->device->load(offset, access.width);
    if (value) {
        vcpu.x[access.reg] = access.extend(*value);
        vcpu.x[0] = 0;
        vcpu.skip(access.size);
    }
    return value.has_value();
}

/// The guest loaded from or stored to an address where it has no RAM.
std::optional<Stop> handle_guest_page_fault(Vcpu& vcpu, Exit exit, const Bus& bus) {
    const GuestPhysical address = {csr::read<Csr::htval>() << 2 | (exit.stval & 3)};
    const std::uint64_t htinst = csr::read<Csr::htinst>(); // 0 if the hardware does not write it
    const std::uint64_t instruction = htinst != 0 ? htinst : fetch_guest_instruction(vcpu.pc);
    if (instruction == 0) {
        const bool gone = Cause{csr::read<Csr::scause>()} == Cause::load_guest_page_fault;
        const Cause fault = gone ? Cause::instruction_access_fault : Cause::instruction_page_fault;
        return raise(vcpu, exit, fault, csr::read<Csr::stval>());
    }
    const auto access = decode(static_cast<std::uint32_t>(instruction), htinst != 0);
    if (access && access_device(vcpu, bus, address, *access)) {
        return std::nullopt;
    }
    const bool load = exit.cause == Cause::load_guest_page_fault;
    const Cause exception = load ? Cause::load_access_fault : Cause::store_access_fault;
    return raise(vcpu, exit, exception, exit.stval);
}

} // namespace

std::optional<Stop> handle_exit(Vcpu& vcpu, const GuestMemory& memory, const Bus& bus, Uart& uart) {
    const Cause cause{csr::read<Csr::scause>()};
    if (cause == Cause::ecall_from_vs) {
        vcpu.skip(4);
        return sbi::answer(vcpu, memory);
    }
    const Exit exit = {cause, csr::read<Csr::stval>()};
    switch (cause) {
    case Cause::load_guest_page_fault:
    case Cause::store_guest_page_fault:
        return handle_guest_page_fault(vcpu, exit, bus);
    case Cause::instruction_guest_page_fault:
        return raise(vcpu, exit, Cause::instruction_access_fault, exit.stval);
    case Cause::instruction_page_fault:
        return raise(vcpu, exit, Cause::instruction_page_fault, exit.stval);
    case Cause::virtual_instruction: // on a machine without a hypervisor it does not exist
        return raise(vcpu, exit, Cause::illegal_instruction, 0);
    case Cause::supervisor_timer_interrupt:
        Timer::expire();
        return std::nullopt;
    case Cause::supervisor_external_interrupt:
        console::take_interrupt();
        uart.update();
        return std::nullopt;
    default:
        return error(vcpu, exit, "unexpected exit");
    }
}
