// Calls what the SBI spec asks for, and prints the answers; WORD goes through the debug console.

#include "guest.hpp"

namespace {

constexpr std::uint64_t BASE = 0x10, IPI = 0x735049, RFENCE = 0x52464e43,
                        SRST = 0x53525354, DBCN = 0x4442434e;
constexpr char word[] = WORD "\n";

void show(const char* name, SbiReply reply) {
    println(name, " ", static_cast<std::uint64_t>(reply.error), " ",
            static_cast<std::uint64_t>(reply.value));
}

} // namespace

void guest_main(std::uint64_t hart, std::uint64_t) {
    show("version", sbi(BASE, 0));
    for (const std::uint64_t extension : {BASE, IPI, RFENCE, SRST, DBCN}) {
        show("probe", sbi(BASE, 3, extension));
    }
    show("absent", sbi(BASE, 3, UNKNOWN));
    show("unknown", sbi(UNKNOWN, 0));
    show("fence", sbi(RFENCE, 0, 1, hart));
    show("other", sbi(RFENCE, 0, 1, hart + 1));
    show("outside", sbi(DBCN, 0, 16, 0x1000));
    sbi(DBCN, 0, sizeof word - 1, reinterpret_cast<std::uint64_t>(word));
    sbi(SRST, 0, 0, 0);
}
