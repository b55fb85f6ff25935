// Makes requests that no driver makes. After each one the device may need a reset, and gets it; the
// guest goes on. Says which one comes, and tells at the end which made the device need that: a bit
// each. Then a good request is answered.

#include "disk.hpp"
#include "nodes.hpp"
#include "tell.hpp"

namespace {

alignas(16) unsigned char data[sector_size];

/// What would be a good request, from descriptor 0 on.
void describe_good() {
    put_header(0, IN, PLACE);
    describe(0, address_of(&headers[0]), sizeof(Header), NEXT, 1);
    describe(1, address_of(data), sector_size, NEXT | WRITE, 2);
    describe(2, address_of(&statuses[0]), 1, WRITE);
}

std::uint64_t tried = 0, needs_reset = 0;

/// Spoils a good request, and makes it.
template <class Spoil>
void attempt_with(Spoil spoil, unsigned head = 0) {
    println("case ", tried);
    start_disk();
    describe_good();
    spoil();
    offer(head);
    write(QueueNotify, 0);
    needs_reset |= std::uint64_t{(read(Status) & DEVICE_NEEDS_RESET) != 0} << tried++;
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    const std::uint64_t end = end_of_ram(tree);
    attempt_with([] { describe(1, address_of(data), sector_size, NEXT | WRITE, 1); });
    attempt_with([] {
        for (unsigned at = 1; at < queue_size; ++at) {
            describe(at, address_of(data), 1, NEXT | WRITE, at + 1 < queue_size ? at + 1 : 1);
        }
    });
    attempt_with([] {}, queue_size);
    attempt_with([] { descriptors[1].next = 200; });
    attempt_with([] { descriptors[1].address = 0x4000'0000; });
    attempt_with([=] { descriptors[1].address = end - 256; });
    attempt_with([] { descriptors[1].address = ~0ull - 255; });
    attempt_with([] { available.index = queue_size; });
    attempt_with([] { describe(1, address_of(data), sector_size, 0); });
    attempt_with([] { descriptors[0].length = 8; });
    attempt_with([] { descriptors[0].flags = NEXT | WRITE; });
    attempt_with([] { descriptors[1].flags = NEXT | WRITE | INDIRECT; });
    tell("hostile", needs_reset, offered(0) >> 28 & 1); // VIRTIO_F_INDIRECT_DESC

    start_disk();
    const Answer answer = request(0, IN, PLACE, data, sector_size);
    tell("good", answer.status);
    sbi(8); // legacy shutdown
}
