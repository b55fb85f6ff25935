#include "machine.hpp"

namespace machine {

Stop Machine::run(u64 until) {
    hart_.clear_report();
    hart_.run(until);
    if (hart_.reported()) {
        return Stop::reported;
    }
    if (bus_.ended) {
        return Stop::ended;
    }
    if (hart_.stopped_at_exit()) {
        return Stop::exited;
    }
    return hart_.waiting() ? Stop::waiting : Stop::limit;
}

/// The test device is SiFive's: the lower half says how the machine ends, the upper one is a status
/// of its own.
unsigned Machine::status() const {
    constexpr u32 fail = 0x3333;
    const u32 stored = bus_.ended.value_or(0);
    return (stored & 0xffff) == fail ? stored >> 16 : 0;
}

void Machine::receive(u8 byte) {
    bus_.uart.receive(byte);
    bus_.plic.set_line(Uart::interrupt, bus_.uart.line());
    hart_.notice();
}

} // namespace machine
