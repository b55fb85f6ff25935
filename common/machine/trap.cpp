// Traps: how exceptions and interrupts are taken, and how one returns from them.

#include "hart.hpp"

#include <array>

namespace machine {

namespace {

constexpr u64 interrupt_bit = 1ull << 63; // of xcause (3.1.15)

/// Moves the enable bit of a mode to where the trap keeps it, and disables interrupts (3.1.6.1).
void push_enable(u64& status, u64 enable, u64 previous) {
    status = (status & ~previous) | ((status & enable) != 0 ? previous : 0);
    status &= ~enable;
}

/// The other way, at the return.
void pop_enable(u64& status, u64 enable, u64 previous) {
    status = (status & ~enable) | ((status & previous) != 0 ? enable : 0);
    status |= previous;
}

void put(u64& status, u64 bits, bool value) {
    status = (status & ~bits) | (value ? bits : 0);
}

/// Where the trap `cause` leads by xtvec (3.1.7).
u64 handler(u64 tvec, u64 code, bool is_interrupt) {
    const bool vectored = (tvec & 3) == 1;
    return (tvec & ~3ull) + (vectored && is_interrupt ? 4 * code : 0);
}

} // namespace

std::string_view Hart::mode_name() const {
    if (mode_ == Mode::machine) {
        return "M-mode";
    }
    if (mode_ == Mode::supervisor) {
        return virtualized_ ? "VS-mode" : "HS-mode";
    }
    return virtualized_ ? "VU-mode" : "U-mode";
}

void Hart::change_mode(Mode mode, bool virtualized) {
    mode_ = mode;
    virtualized_ = virtualized;
    flush_views();
    attention_ = true; // other interrupts are enabled now
}

void Hart::take(Trap trap) {
    enter_trap_handler(static_cast<u64>(trap.cause), false, trap);
}

/// Takes the interrupt that comes first, if one is pending and enabled (3.1.9, 18.4.2).
bool Hart::take_interrupt() {
    const u64 wanted = pending() & csr_.mie;
    if (wanted == 0) {
        return false;
    }
    const u64 for_m = wanted & ~csr_.mideleg;
    const u64 for_vs = wanted & csr_.mideleg & csr_.hideleg;
    const u64 for_s = wanted & csr_.mideleg & ~csr_.hideleg;
    const bool in_m = mode_ == Mode::machine;
    const bool m_enabled = !in_m || (csr_.mstatus & status::MIE);
    const bool s_enabled =
        !in_m && (virtualized_ || mode_ == Mode::user || (csr_.mstatus & status::SIE));
    const bool vs_enabled = virtualized_ && (mode_ == Mode::user || (csr_.vsstatus & status::SIE));
    u64 taken = m_enabled ? for_m : 0;
    taken = taken == 0 && s_enabled ? for_s : taken;
    taken = taken == 0 && vs_enabled ? for_vs : taken;
    // By mode first, then external before software before timer; each mode's bits are 11 3 7,
    // 9 1 5 and 10 2 6.
    for (const unsigned code : {11u, 3u, 7u, 9u, 1u, 5u, 10u, 2u, 6u}) {
        if (bit(taken, code)) {
            next_pc_ = pc_;
            enter_trap_handler(code, true, {});
            pc_ = next_pc_;
            return true;
        }
    }
    return false;
}

/// Goes where the trap `code` is to be handled (3.1.8, 18.2.2, 18.6.2).
void Hart::enter_trap_handler(u64 code, bool is_interrupt, const Trap& trap) {
    const u64 flag = is_interrupt ? interrupt_bit : 0;
    const bool delegated = bit(is_interrupt ? csr_.mideleg : csr_.medeleg, code & 63);
    const bool to_guest = bit(is_interrupt ? csr_.hideleg : csr_.hedeleg, code & 63);
    const bool from_supervisor = mode_ == Mode::supervisor;
    if (mode_ == Mode::machine || !delegated) {
        put(csr_.mstatus, status::MPV, virtualized_);
        put(csr_.mstatus, status::GVA, trap.guest_virtual);
        csr_.mstatus = (csr_.mstatus & ~status::MPP) | static_cast<u64>(mode_) << status::MPP_low;
        push_enable(csr_.mstatus, status::MIE, status::MPIE);
        csr_.mcause = flag | code;
        csr_.mepc = pc_;
        csr_.mtval = trap.value;
        csr_.mtval2 = trap.guest_physical >> 2;
        csr_.mtinst = trap.instruction;
        next_pc_ = handler(csr_.mtvec, code, is_interrupt);
        note_exit(flag | code, trap);
        change_mode(Mode::machine, false);
    } else if (!virtualized_ || !to_guest) {
        put(csr_.hstatus, hstatus::SPV, virtualized_);
        put(csr_.hstatus, hstatus::GVA, trap.guest_virtual);
        if (virtualized_) {
            put(csr_.hstatus, hstatus::SPVP, from_supervisor);
        }
        put(csr_.mstatus, status::SPP, from_supervisor);
        push_enable(csr_.mstatus, status::SIE, status::SPIE);
        csr_.scause = flag | code;
        csr_.sepc = pc_;
        csr_.stval = trap.value;
        csr_.htval = trap.guest_physical >> 2;
        csr_.htinst = trap.instruction;
        next_pc_ = handler(csr_.stvec, code, is_interrupt);
        note_exit(flag | code, trap);
        change_mode(Mode::supervisor, false);
    } else {
        // A guest's interrupts have a supervisor's numbers for it (18.4.3).
        const u64 shown = is_interrupt ? code - 1 : code;
        put(csr_.vsstatus, status::SPP, from_supervisor);
        push_enable(csr_.vsstatus, status::SIE, status::SPIE);
        csr_.vscause = flag | shown;
        csr_.vsepc = pc_;
        csr_.vstval = trap.value;
        next_pc_ = handler(csr_.vstvec, shown, is_interrupt);
        change_mode(Mode::supervisor, true);
    }
}

/// Counts the trap if it is an exit.
void Hart::note_exit(u64 cause, const Trap& trap) {
    if (virtualized_) {
        ++exits_;
        stopped_at_exit_ = exits_ == stop_at_exit_;
        last_exit_ = {cause, pc_, trap.value, trap.guest_physical, trap.instruction};
    }
}

void Hart::illegal(const Instruction& i) {
    take({Cause::illegal_instruction, has(Freedom::stval_zero) ? 0 : i.bits});
}

void Hart::virtual_instruction(const Instruction& i) {
    take({Cause::virtual_instruction, has(Freedom::stval_zero) ? 0 : i.bits});
}

/// SRET (3.3.2, 18.6.4).
void Hart::sret() {
    if (virtualized_) {
        next_pc_ = csr_.vsepc;
        const bool to_supervisor = csr_.vsstatus & status::SPP;
        pop_enable(csr_.vsstatus, status::SIE, status::SPIE);
        put(csr_.vsstatus, status::SPP, false);
        change_mode(to_supervisor ? Mode::supervisor : Mode::user, true);
    } else {
        next_pc_ = csr_.sepc;
        const bool to_supervisor = csr_.mstatus & status::SPP;
        const bool to_guest = csr_.hstatus & hstatus::SPV;
        pop_enable(csr_.mstatus, status::SIE, status::SPIE);
        put(csr_.mstatus, status::SPP | status::MPRV, false);
        put(csr_.hstatus, hstatus::SPV, false);
        change_mode(to_supervisor ? Mode::supervisor : Mode::user, to_guest);
    }
}

/// MRET (3.3.2, 18.6.4).
void Hart::mret() {
    next_pc_ = csr_.mepc;
    const Mode previous{static_cast<u8>(bits(csr_.mstatus, status::MPP_low, 2))};
    const bool to_guest = (csr_.mstatus & status::MPV) && previous != Mode::machine;
    pop_enable(csr_.mstatus, status::MIE, status::MPIE);
    put(csr_.mstatus, status::MPP | status::MPV, false);
    if (previous != Mode::machine) {
        put(csr_.mstatus, status::MPRV, false);
    }
    change_mode(previous, to_guest);
}

/// WFI (3.3.3).
void Hart::wait_for_interrupt() {
    alternate_ = !alternate_;
    waiting_ = !(has(Freedom::wfi_returns) && alternate_);
    attention_ = true;
}

} // namespace machine
