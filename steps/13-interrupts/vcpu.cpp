#include "vcpu.hpp"

#include "csr.hpp"
#include "print.hpp"

#include <cstddef>

// world_switch.S uses these offsets.
static_assert(offsetof(Vcpu, x) == 0);
static_assert(offsetof(Vcpu, pc) == 32 * 8);
static_assert(offsetof(Vcpu, host_ra) == 33 * 8);
static_assert(offsetof(Vcpu, host_sp) == 34 * 8);

extern "C" void exit_guest();            // world_switch.S
extern "C" void clear_float_registers(); // world_switch.S

namespace {

/// hedeleg and hideleg have a bit for each cause, at the place of its number.
constexpr std::uint64_t bit(Cause cause) {
    return 1ull << static_cast<std::uint64_t>(cause);
}

/// The exceptions that the guest handles itself: what a kernel without a hypervisor would get. But
/// of an instruction page fault we want to know: it may hit the guest's trap vector.
constexpr std::uint64_t delegated_exceptions =
    bit(Cause::instruction_address_misaligned) | bit(Cause::instruction_access_fault) |
    bit(Cause::illegal_instruction) | bit(Cause::breakpoint) | bit(Cause::load_address_misaligned) |
    bit(Cause::load_access_fault) | bit(Cause::store_address_misaligned) |
    bit(Cause::store_access_fault) | bit(Cause::ecall_from_u) | bit(Cause::load_page_fault) |
    bit(Cause::store_page_fault);

/// The interrupts that the guest takes itself: all that it can have pending.
constexpr std::uint64_t delegated_interrupts = hvip::VSSIP | hvip::VSTIP | hvip::VSEIP;

/// Gives registers that guest and hypervisor share the values of a fresh hart. The hypervisor does
/// without them, so nobody has to save them; but no guest shall find what another has left there.
void clear_shared_registers() {
    // As firmware leaves it, and as Linux expects it: its programs read the time themselves.
    csr::write<Csr::scounteren>(hcounteren::CY | hcounteren::TM | hcounteren::IR);
    csr::write<Csr::senvcfg>(0);
    // Floating point is on, or the next two would trap. Vectors are off: no guest gets them.
    csr::write<Csr::sstatus>(status::UXL_64 | status::FS_dirty);
    csr::write<Csr::fcsr>(0);
    clear_float_registers();
}

} // namespace

void Vcpu::start(GuestPhysical entry, std::uint64_t opaque) {
    pc = {entry.value};
    x[a0] = hart_id;
    x[a1] = opaque;
}

void Vcpu::load(const Stage2& stage2) const {
    // vsatp first: the hart translates ahead of what it executes, and no address may go through an
    // old vsatp and the new stage 2 (Privileged spec 18.5.3). The fences last: hfence.vvma acts on
    // the VMID that hgatp holds, and hfence.gvma lets the page walk see what Stage2 has stored.
    csr::write<Csr::vsatp>(0);
    csr::write<Csr::hgatp>(stage2.hgatp());
    if (csr::read<Csr::hgatp>() != stage2.hgatp()) { // it may be Bare now (18.2.10)
        panic("this hart has no Sv39x4");
    }
    csr::hfence_gvma();
    csr::hfence_vvma();

    csr::write<Csr::hedeleg>(delegated_exceptions);
    csr::write<Csr::hideleg>(delegated_interrupts);
    csr::write<Csr::hcounteren>(hcounteren::CY | hcounteren::TM | hcounteren::IR);
    csr::write<Csr::henvcfg>(0);
    csr::write<Csr::hvip>(0);
    timer.load();
    csr::set<Csr::sie>(sie::SEIE); // what is typed ends a run of the guest

    csr::write<Csr::vsstatus>(status::UXL_64 | status::FS_initial);
    csr::write<Csr::vsie>(0);
    csr::write<Csr::vstvec>(0);
    csr::write<Csr::vsscratch>(0);
    csr::write<Csr::vsepc>(0);
    csr::write<Csr::vscause>(0);
    csr::write<Csr::vstval>(0);
    clear_shared_registers();

    // sscratch before stvec: from then on traps land at exit_guest, which takes them for our own
    // while sscratch is 0.
    csr::write<Csr::sscratch>(0);
    csr::write<Csr::stvec>(reinterpret_cast<std::uint64_t>(exit_guest));
    // The next sret enters VS-mode. Later ones go where the trap came from: it sets both bits.
    csr::write<Csr::hstatus>(hstatus::VSXL_64 | hstatus::SPV);
    csr::set<Csr::sstatus>(status::SPP);
}

void Vcpu::run() {
    // The guest gets all of the hart's registers, so the compiler must keep nothing in them.
    register Vcpu* const vcpu asm("a0") = this;
    asm volatile("call enter_guest"
                 :
                 : "r"(vcpu)
                 : "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "s0", "s1", "s2", "s3", "s4",
                   "s5", "s6", "s7", "s8", "s9", "s10", "s11", "a1", "a2", "a3", "a4", "a5", "a6",
                   "a7", "memory");
}

void Vcpu::raise(Cause exception, std::uint64_t stval) {
    csr::write<Csr::vsepc>(pc.value);
    csr::write<Csr::vscause>(static_cast<std::uint64_t>(exception));
    csr::write<Csr::vstval>(stval);

    std::uint64_t vsstatus = csr::read<Csr::vsstatus>();
    const bool interrupts_enabled = vsstatus & status::SIE;
    vsstatus &= ~(status::SIE | status::SPIE | status::SPP);
    vsstatus |= interrupts_enabled ? status::SPIE : 0;
    vsstatus |= in_supervisor_mode() ? status::SPP : 0;
    csr::write<Csr::vsstatus>(vsstatus);

    pc = trap_vector();
    csr::set<Csr::sstatus>(status::SPP);
}

bool Vcpu::in_supervisor_mode() const {
    return csr::read<Csr::sstatus>() & status::SPP;
}

GuestVirtual Vcpu::trap_vector() const {
    return {csr::read<Csr::vstvec>() & ~3ull};
}

void Vcpu::set_pending(GuestInterrupt interrupt, bool pending) {
    const auto mask = static_cast<std::uint64_t>(interrupt);
    if (pending) {
        csr::set<Csr::hvip>(mask);
    } else {
        csr::clear<Csr::hvip>(mask);
    }
}

void Vcpu::fence_i() {
    csr::fence_i();
}

void Vcpu::sfence_vma() {
    csr::hfence_vvma();
}
