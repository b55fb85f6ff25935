#include "vcpu.hpp"

#include "csr.hpp"

#include <cstddef>

// world_switch.S counts on these.
static_assert(offsetof(Vcpu, x) == 0);
static_assert(offsetof(Vcpu, pc) == 32 * 8);
static_assert(offsetof(Vcpu, host_ra) == 33 * 8);
static_assert(offsetof(Vcpu, host_sp) == 34 * 8);

namespace {

/// The traps that the guest handles itself: all but its environment calls to us and the
/// instruction page fault. Of that one we want to know: it may hit the guest's trap vector.
constexpr std::uint64_t delegated_exceptions = 0xa1ff;
/// The guest's software, timer and external interrupts.
constexpr std::uint64_t delegated_interrupts = 1 << 2 | 1 << 6 | 1 << 10;
/// The guest may read cycle, time and instret.
constexpr std::uint64_t counters = 7;
/// sie: supervisor external interrupt.
constexpr std::uint64_t SEIE = 1 << 9;

} // namespace

Vcpu::Vcpu(GuestPhysical entry, std::uint64_t hart, GuestPhysical tree, Timer timer)
    : pc{entry.value}, timer(timer) {
    x[a0] = hart;
    x[a1] = tree.value;
}

void Vcpu::load(const Stage2& stage2) const {
    csr::write<Csr::hgatp>(stage2.hgatp());
    csr::hfence_gvma();

    csr::write<Csr::hedeleg>(delegated_exceptions);
    csr::write<Csr::hideleg>(delegated_interrupts);
    csr::write<Csr::hcounteren>(counters);
    csr::write<Csr::henvcfg>(0);
    csr::write<Csr::hvip>(0);
    timer.load();

    csr::write<Csr::vsstatus>(status::UXL_64 | status::FS_initial);
    csr::write<Csr::vsie>(0);
    csr::write<Csr::vstvec>(0);
    csr::write<Csr::vsscratch>(0);
    csr::write<Csr::vsepc>(0);
    csr::write<Csr::vscause>(0);
    csr::write<Csr::vstval>(0);
    csr::write<Csr::vsatp>(0);
    csr::hfence_vvma();

    // The next sret enters VS-mode. The guest's floating-point registers stay in the CPU.
    csr::write<Csr::hstatus>(hstatus::VSXL_64 | hstatus::SPV | hstatus::SPVP);
    csr::set<Csr::sstatus>(status::SPP | status::FS_mask);
    csr::set<Csr::sie>(SEIE);
}

void Vcpu::run() {
    // The guest has all of the CPU's registers, so the compiler must keep nothing in them.
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
    const auto bit = static_cast<std::uint64_t>(interrupt);
    if (pending) {
        csr::set<Csr::hvip>(bit);
    } else {
        csr::clear<Csr::hvip>(bit);
    }
}

void Vcpu::fence_i() {
    csr::fence_i();
}

void Vcpu::sfence_vma() {
    csr::hfence_vvma();
}
