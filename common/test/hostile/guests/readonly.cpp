// A disk for reading only (5.2.6.2: requests to write to it fail), as the machine was started with
// DISK_RO=1.

#include "driver.hpp"

namespace {

void writes() {
    expect("VIRTIO_BLK_F_RO", features() >> 5 & 1);
    for (const std::uint32_t length : {512u, 4096u, 2u * 1024 * 1024}) {
        for (const std::uint64_t sector : {0ul, std::uint64_t{3}, std::uint64_t{100}}) {
            start();
            fill(data(), length);
            verify("status", request(OUT, sector, data(), length), IOERR);
            expect_nothing_claimed(OUT, length);
            verify("status", request(IN, sector, data(), length), OK);
            expect("the disk", is_disk(data(), sector, length));
        }
    }
}

/// Whoever does not accept the feature cannot write either.
void writes_without_the_feature() {
    clear_rings();
    reg(Status) = 0;
    reg(Status) = ACKNOWLEDGE | DRIVER;
    accept(features() & ~(1ul << 5));
    reg(Status) = ACKNOWLEDGE | DRIVER | FEATURES_OK;
    set_up_queue(8, address_of(descriptors), address_of(&available), address_of(&used));
    driver_ok();
    fill(data(), 512);
    verify("status", request(OUT, 3, data(), 512), IOERR);
}

constexpr Case cases[] = {
    {"writes", writes},
    {"writes-without-the-feature", writes_without_the_feature},
};

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    run_cases(cases, works);
}
