#include "vcpu.hpp"

#include "fake.hpp"

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
