#include "vcpu.hpp"

#include "fake.hpp"

Vcpu::Vcpu(GuestPhysical entry, std::uint64_t hart, GuestPhysical tree, Timer its_timer)
    : pc{entry.value}, timer(its_timer) {
    x[a0] = hart;
    x[a1] = tree.value;
}

void Vcpu::set_pending(GuestInterrupt interrupt, bool is_pending) {
    const auto bit = static_cast<std::uint64_t>(interrupt);
    fake::pending = is_pending ? fake::pending | bit : fake::pending & ~bit;
}

void Vcpu::fence_i() {
    ++fake::instruction_fences;
}

void Vcpu::sfence_vma() {
    ++fake::address_fences;
}
