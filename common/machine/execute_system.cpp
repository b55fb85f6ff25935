// Instructions of the Privileged spec: CSRs, traps and their returns, fences, and the loads and
// stores with a guest's eyes.

#include "hart.hpp"

namespace machine {

bool Hart::execute_system(const Instruction& i) {
    const bool user = mode_ == Mode::user, supervisor = mode_ == Mode::supervisor;
    switch (i.op) {
    case Op::csrrw:
    case Op::csrrs:
    case Op::csrrc:
    case Op::csrrwi:
    case Op::csrrsi:
    case Op::csrrci:
        execute_csr(i);
        return true;
    case Op::ecall: {
        const Cause from = mode_ == Mode::machine ? Cause::ecall_from_m
                           : user                 ? Cause::ecall_from_u
                           : virtualized_         ? Cause::ecall_from_vs
                                                  : Cause::ecall_from_s;
        take({from});
        return true;
    }
    case Op::ebreak:
        take({Cause::breakpoint}); // xtval may be pc or 0 (3.1.16)
        return true;
    case Op::mret:
        if (mode_ != Mode::machine) {
            return false;
        }
        mret();
        return true;
    case Op::sret: // TSR and VTSR: 3.1.6.5, 18.2.1
        if (virtualized_ && (user || (csr_.hstatus & hstatus::VTSR))) {
            virtual_instruction(i);
            return true;
        }
        if (user || (supervisor && !virtualized_ && (csr_.mstatus & status::TSR))) {
            return false;
        }
        sret();
        return true;
    case Op::wfi: // TW and VTW: 3.1.6.5, 18.2.1
        if (mode_ != Mode::machine && (csr_.mstatus & status::TW)) {
            return false;
        }
        if (virtualized_ && (user || (csr_.hstatus & hstatus::VTW))) {
            virtual_instruction(i);
            return true;
        }
        if (user) {
            return false;
        }
        wait_for_interrupt();
        return true;
    case Op::sfence_vma:
    case Op::hfence_vvma:
    case Op::hfence_gvma:
        return fence_translations(i);
    default:
        return hypervisor_load_store(i);
    }
}

/// CSRRW and its kin (Unprivileged spec 6.1).
void Hart::execute_csr(const Instruction& i) {
    const bool immediate = i.op == Op::csrrwi || i.op == Op::csrrsi || i.op == Op::csrrci;
    const bool swaps = i.op == Op::csrrw || i.op == Op::csrrwi;
    const bool sets = i.op == Op::csrrs || i.op == Op::csrrsi;
    const bool writes = swaps || i.rs1 != 0;
    const auto number = static_cast<u16>(i.immediate);
    if (const auto cause = csr_fault(number, writes)) {
        *cause == Cause::virtual_instruction ? virtual_instruction(i) : illegal(i);
        return;
    }
    const Csr csr = virtualized_ ? substitute(Csr{number}) : Csr{number};
    if (csr == Csr::time) {
        skipped_ += instructions_per_tick; // so that two readings differ, as on a machine that has
        attention_ = true;                 // to ask its clock
    }
    const u64 old = read_csr(csr);
    const u64 operand = immediate ? i.rs1 : x_[i.rs1];
    if (writes) {
        // What the PLIC says of SEIP is read, but not written back (3.1.9).
        const u64 kept =
            csr == Csr::mip ? (old & ~interrupt::SEI) | (csr_.mip & interrupt::SEI) : old;
        write_csr(csr, swaps ? operand : sets ? kept | operand : kept & ~operand);
    }
    set(i.rd, old);
}

/// SFENCE.VMA, HFENCE.VVMA and HFENCE.GVMA (10.2.1, 18.3.2). False if it is illegal here.
bool Hart::fence_translations(const Instruction& i) {
    const bool traps = virtualized_ ? (csr_.hstatus & hstatus::VTVM) != 0
                                    : (csr_.mstatus & status::TVM) != 0 && mode_ != Mode::machine;
    if (virtualized_ && (i.op != Op::sfence_vma || mode_ == Mode::user || traps)) {
        virtual_instruction(i);
        return true;
    }
    if (mode_ == Mode::user || (i.op != Op::hfence_vvma && traps)) {
        return false;
    }
    const bool guests = virtualized_ || i.op != Op::sfence_vma;
    using Number = std::optional<u64>;
    using Id = std::optional<u16>;
    const Number address = i.rs1 == 0 ? Number{} : Number{x_[i.rs1]};
    const Id id = i.rs2 == 0 || has(Freedom::no_asid) ? Id{} : Id{static_cast<u16>(x_[i.rs2])};
    if (i.op == Op::hfence_gvma) { // its address is shifted like that in htval
        bus_.ram.fence_tables();
        remembered_.fence_second(address ? Number{*address >> 10} : address, id);
    } else {
        const u16 vmid = guests ? current_vmid() : u16{0};
        remembered_.fence_first(guests, vmid, address ? Number{*address >> 12} : address, id);
    }
    flush_translations();
    return true;
}

/// HLV, HLVX and HSV (18.3.1). False if it is none of these, or illegal here.
bool Hart::hypervisor_load_store(const Instruction& i) {
    if (i.op < Op::hlv_b || i.op > Op::hsv_d) { // all are together in instructions.inc
        return false;
    }
    if (virtualized_) {
        virtual_instruction(i);
        return true;
    }
    if (mode_ == Mode::user && !(csr_.hstatus & hstatus::HU)) {
        return false;
    }
    const Mode guests = (csr_.hstatus & hstatus::SPVP) ? Mode::supervisor : Mode::user;
    const bool executable = i.op == Op::hlvx_hu || i.op == Op::hlvx_wu;
    const View view = {guests, true, executable};
    const u64 at = x_[i.rs1];
    u64 value = 0;
    const auto load_signed = [&](unsigned width) {
        if (load_slowly(at, width, view, value)) {
            set(i.rd, static_cast<u64>(sign_extend(value, 8 * width)));
        }
        return true;
    };
    const auto load_unsigned = [&](unsigned width) {
        if (load_slowly(at, width, view, value)) {
            set(i.rd, value);
        }
        return true;
    };
    const auto store_as = [&](unsigned width) {
        store_slowly(at, width, view, x_[i.rs2]);
        return true;
    };
    switch (i.op) {
    case Op::hlv_b:
        return load_signed(1);
    case Op::hlv_bu:
        return load_unsigned(1);
    case Op::hlv_h:
        return load_signed(2);
    case Op::hlv_hu:
    case Op::hlvx_hu:
        return load_unsigned(2);
    case Op::hlv_w:
        return load_signed(4);
    case Op::hlv_wu:
    case Op::hlvx_wu:
        return load_unsigned(4);
    case Op::hlv_d:
        return load_unsigned(8);
    case Op::hsv_b:
        return store_as(1);
    case Op::hsv_h:
        return store_as(2);
    case Op::hsv_w:
        return store_as(4);
    default:
        return store_as(8);
    }
}

} // namespace machine
