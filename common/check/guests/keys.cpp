// Reads what is typed, by both calls that there are for it: before anything is typed, and then six
// letters.

#include "tell.hpp"

namespace {

constexpr std::uint64_t DBCN = 0x4442434e, read = 1, getchar = 2;
constexpr std::int64_t nothing = -1;

/// Some milliseconds: to ask all the time would fill the log.
void wait() {
    for (int i = 0; i < 1'000'000; ++i) {
        asm volatile("");
    }
}

std::uint64_t next_key() {
    for (;;) {
        if (const SbiReply reply = sbi(getchar); reply.error != nothing) {
            return static_cast<std::uint64_t>(reply.error);
        }
        wait();
    }
}

unsigned char buffer[8];

/// Reads by DBCN: what is there, up to the room that there is.
SbiReply read_text() {
    return sbi(DBCN, read, sizeof buffer, reinterpret_cast<std::uint64_t>(buffer));
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    const SbiReply none = sbi(getchar, 0, KEY, KEY);
    tell("none", none.error, none.value);
    const SbiReply no_text = read_text();
    tell("no-text", no_text.error, no_text.value);
    if (none.error == nothing) {
        println("type");
        const std::uint64_t first = next_key(), second = next_key(), third = next_key();
        tell("keys", first, second, third);
        std::uint64_t count = 0;
        unsigned char letters[3] = {};
        while (count < sizeof letters) {
            const SbiReply reply = read_text();
            if (reply.error != 0) {
                break;
            }
            for (std::int64_t i = 0; i < reply.value && count < sizeof letters; ++i) {
                letters[count++] = buffer[i];
            }
            wait();
        }
        tell("text", letters[0], letters[1], letters[2]);
    }
    sbi(8); // legacy shutdown
}
