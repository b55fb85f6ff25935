#include "vcpu.hpp"

#include "csr.hpp"

#include <cstddef>

// world_switch.S counts on these.
static_assert(offsetof(Vcpu, x) == 0);
static_assert(offsetof(Vcpu, pc) == 32 * 8);

Vcpu::Vcpu(GuestPhysical entry) : pc{entry.value} {}

void Vcpu::load(const Stage2& stage2) const {
    csr::write<Csr::hgatp>(stage2.hgatp());
    csr::hfence_gvma();

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
