// A guest on a machine with vectors: its device tree does not name them, so it has none, although
// the firmware has switched them on. Vector registers would outlive a guest.

#include "hostile.hpp"

namespace {

/// An illegal instruction, with the guest's own VS field at each of its values.
template <class Action>
void is_illegal(const char* what, Action action) {
    for (const std::uint64_t field : {0ul, 1ul, 2ul, 3ul}) {
        asm volatile("csrc sstatus, %0\n csrs sstatus, %1" : : "r"(3ul << 9), "r"(field << 9));
        verify(what, attempt(action).cause, illegal_instruction);
    }
}

void registers() {
    is_illegal("vsetivli", [] {
        asm volatile(".option push\n .option arch, +v\n"
                     "vsetivli zero, 1, e64, m1, ta, ma\n .option pop");
    });
    is_illegal("vmv.v.i", [] {
        asm volatile(".option push\n .option arch, +v\n vmv.v.i v1, 1\n .option pop");
    });
    is_illegal("vl1re8.v", [] {
        asm volatile(".option push\n .option arch, +v\n vl1re8.v v1, (%0)\n .option pop"
                     :
                     : "r"(ram.start));
    });
}

void control_registers() {
    is_illegal("vstart", [] { asm volatile("csrwi 0x008, 0"); });
    is_illegal("vcsr", [] { asm volatile("csrwi 0x00f, 0"); });
    is_illegal("vl", [] { asm volatile("csrr t0, 0xc20" : : : "t0"); });
    is_illegal("vlenb", [] { asm volatile("csrr t0, 0xc22" : : : "t0"); });
}

constexpr Case cases[] = {
    {"registers", registers},
    {"control-registers", control_registers},
};

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    run_cases(cases);
}
