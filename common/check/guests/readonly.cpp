// Reads a sector of a disk, writes it, which the disk should refuse, and reads it again.

#include "disk.hpp"
#include "tell.hpp"

namespace {

alignas(16) unsigned char data[sector_size], own[sector_size];

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    start_disk();
    tell("offered", offered(0));
    const Answer before = request(0, IN, PLACE, data, sector_size);
    tell("before", before.status, sum_of(data, sector_size));
    tell("write", request(3, OUT, PLACE, own, sector_size).status);
    const Answer after = request(6, IN, PLACE, data, sector_size);
    tell("after", after.status, sum_of(data, sector_size));
    sbi(8); // legacy shutdown
}
