// Asks for resets that there are not, and then has its machine shut down.

#include "tell.hpp"

void guest_main(std::uint64_t, std::uint64_t) {
    constexpr std::uint64_t BASE = 0x10, SRST = 0x53525354;
    const auto tell_answer = [](const char* name, SbiReply reply) {
        tell(name, reply.error, reply.value);
    };
    tell_answer("probe", sbi(BASE, 3, SRST));
    tell_answer("type", sbi(SRST, 0, RESERVED, 0));
    tell_answer("reason", sbi(SRST, 0, 0, RESERVED));
    tell_answer("function", sbi(SRST, RESERVED, 0, 0));
    tell_answer("returned", sbi(SRST, 0, 0, 0)); // this call does not come back
    sbi(8);
}
