// A machine without a disk: a block device of no sectors.

#include "driver.hpp"

namespace {

void everything_is_beyond() {
    verify("capacity", capacity(), 0);
    for (const std::uint32_t type : {IN, OUT}) {
        for (const std::uint64_t sector : {0ul, 1ul, 1ul << 32, ~0ul}) {
            start();
            fill(data(), 1024);
            verify("status", request(type, sector, data(), 512), IOERR);
            expect_nothing_claimed(type, 512);
            expect("nothing was read", is_filled(data(), 1024));
        }
    }
    start();
    verify("flush", request(FLUSH, 0, data(), 0), OK);
}

constexpr Case cases[] = {{"everything-is-beyond", everything_is_beyond}};

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    run_cases(cases);
}
