#include "vcpu.hpp"

#include "csr.hpp"
#include "print.hpp"

#include <cstddef>

// world_switch.S uses these offsets.
static_assert(offsetof(Vcpu, x) == 0);
static_assert(offsetof(Vcpu, pc) == 32 * 8);

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

    csr::write<Csr::vsstatus>(status::UXL_64);
    csr::write<Csr::vsie>(0);
    csr::write<Csr::vstvec>(0);
    csr::write<Csr::vsscratch>(0);
    csr::write<Csr::vsepc>(0);
    csr::write<Csr::vscause>(0);
    csr::write<Csr::vstval>(0);

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
