#include "vm.hpp"

Vm::Vm() : vcpu_({0x8020'0000}) {}

void Vm::run() {
    vcpu_.load(stage2_);
    vcpu_.run();
}
