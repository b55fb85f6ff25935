// What a driver can do wrong with the requests of a block device.

#include "driver.hpp"

namespace {

/// Three descriptors of a request whose parts are anywhere. The data is written by the device, or
/// read by it.
void describe_parts(Place header, Place payload, bool write, Place status) {
    describe(0, header.address, header.length, NEXT, 1);
    describe(1, payload.address, payload.length,
             static_cast<std::uint16_t>(NEXT | (write ? WRITE : 0)), 2);
    describe(2, status.address, status.length, WRITE);
}

Place good_header() {
    return {address_of(&headers[0]), sizeof(Header)};
}
Place good_data() {
    return {data_address(), 512};
}
Place good_status() {
    return {address_of(statuses), 1};
}

void run_and_expect_broken(const char* what) {
    offer(0);
    notify();
    expect_broken(what);
    expect("nothing was read", is_filled(data(), 1024));
}

void data_to_read_outside_ram() {
    for_each_bad_place([](Place place) {
        start();
        fill(data(), 1024);
        put_header(0, IN, 3);
        describe_parts(good_header(), place, true, good_status());
        run_and_expect_broken("data outside RAM");
    });
}

void data_to_write_outside_ram() {
    for_each_bad_place([](Place place) {
        start();
        fill(data(), 1024);
        put_header(0, OUT, 3); // the harness sees whether the disk has changed
        describe_parts(good_header(), place, false, good_status());
        run_and_expect_broken("data outside RAM");
    });
}

void header_outside_ram() {
    for_each_bad_place([](Place place) {
        start();
        fill(data(), 1024);
        describe_parts(place, good_data(), true, good_status());
        run_and_expect_broken("header outside RAM");
    });
}

void status_outside_ram() {
    for_each_bad_place([](Place place) {
        start();
        fill(data(), 1024);
        put_header(0, IN, 3);
        describe_parts(good_header(), good_data(), true, place);
        run_and_expect_broken("status outside RAM");
    });
}

/// The last bytes of RAM are as good as any.
void data_at_the_end() {
    start();
    auto* const last = reinterpret_cast<void*>(ram.end - 512);
    verify("status", request(IN, 5, last, 512), OK);
    expect("data", is_disk(last, 5, 512));
    describe_parts(good_header(), good_data(), true, {ram.end - 1, 1});
    device<std::uint8_t>(ram.end - 1) = not_written;
    offer(0);
    notify();
    verify("status in the last byte", device<std::uint8_t>(ram.end - 1), OK);
    auto* const first = reinterpret_cast<void*>(ram.start);
    verify("status", request(IN, 5, first, 512), OK);
    expect("data", is_disk(first, 5, 512));
}

/// 5.2.6.1: data is a multiple of 512 bytes.
void odd_lengths() {
    for (const std::uint32_t type : {IN, OUT}) {
        for (const std::uint32_t length : {1u, 17u, 511u, 513u, 1023u, 1025u, 4095u}) {
            start();
            fill(data(), 8192);
            verify("status", request(type, 3, data(), length), IOERR);
            expect_nothing_claimed(type, length);
            expect("nothing was read", is_filled(data(), 8192));
        }
    }
    // The same in several pieces, of which each is odd or even by itself.
    start();
    fill(data(), 8192);
    put_header(0, IN, 3);
    describe(0, address_of(&headers[0]), sizeof(Header), NEXT, 1);
    describe(1, data_address(), 512, NEXT | WRITE, 2);
    describe(2, data_address() + 1024, 1, NEXT | WRITE, 3);
    describe(3, address_of(statuses), 1, WRITE);
    offer(0);
    notify();
    verify("status", statuses[0], IOERR);
    expect("nothing was read", is_filled(data(), 8192));
}

void no_data() {
    for (const std::uint32_t type : {IN, OUT}) {
        start();
        fill(data(), 1024);
        const std::uint8_t status = request(type, 3, data(), 0);
        expect("status", status == OK || status == IOERR);
        expect_nothing_claimed(type, 0);
        expect("nothing was read", is_filled(data(), 1024));
    }
}

/// 5.2.6.1: a request beyond the end fails, and neither reads nor writes what lies there.
void expect_beyond(std::uint64_t sector, std::uint32_t length) {
    for (const std::uint32_t type : {IN, OUT}) {
        start();
        fill(data(), length + 512);
        verify("status", request(type, sector, data(), length), IOERR);
        expect_nothing_claimed(type, length);
        expect("nothing was read", is_filled(data(), length + 512));
    }
}

void sectors_at_the_end() {
    expect_beyond(capacity(), 512);
    expect_beyond(capacity() - 1, 1024);
    expect_beyond(capacity() - 7, 4096);
}

void sectors_past_the_end() {
    for (const std::uint64_t past : {1u, 2u, 8u, 0x1000u, 0x1'0000u}) {
        expect_beyond(capacity() + past, 512);
    }
}

void sectors_far_past_the_end() {
    for (unsigned bit = 16; bit < 64; ++bit) {
        expect_beyond(1ul << bit, 512);
        expect_beyond((1ul << bit) + 3, 512);
    }
    expect_beyond(~0ul, 512);
    expect_beyond(~0ul, 1024); // ends at sector 1 again
    expect_beyond(~0ul / 512, 512);
    expect_beyond(0x0080'0000'0000'0000, 512); // 2^64 bytes
    expect_beyond(0x007f'ffff'ffff'ffff, 1024);
    expect_beyond(0 - capacity(), 512);
}

/// More than the disk has, in pieces that each could be.
void more_than_the_disk() {
    for (const std::uint32_t type : {IN, OUT}) {
        start(128);
        fill(data(), 1 * MiB);
        put_header(0, type, 0);
        const auto flags = static_cast<std::uint16_t>(NEXT | (type == IN ? WRITE : 0));
        describe(0, address_of(&headers[0]), sizeof(Header), NEXT, 1);
        for (unsigned index = 1; index < 127; ++index) { // each all of RAM
            describe(index, ram.start, static_cast<std::uint32_t>(ram.end - ram.start), flags,
                     index + 1);
        }
        describe(127, address_of(statuses), 1, WRITE);
        offer(0);
        notify();
        verify("status", statuses[0], IOERR);
        verify("used index", used.index, 1);
        expect_nothing_claimed(type, 512);
        expect("nothing was read", is_filled(data(), 1 * MiB));
    }
}

/// Requests of all of RAM in each descriptor, 128 times over. No disk has that much; what else can
/// be asked for does not look at it.
void all_of_ram_in_every_descriptor() {
    for (const std::uint32_t type : {IN, OUT, FLUSH, GET_ID, 77u}) {
        start(128);
        put_header(0, type, 0);
        // GET_ID writes there what it has to say.
        const std::uint64_t first = type == GET_ID ? data_address() : ram.start;
        const auto size = static_cast<std::uint32_t>(ram.end - first);
        const auto flags = static_cast<std::uint16_t>(NEXT | (type == OUT ? 0 : WRITE));
        describe(0, address_of(&headers[0]), sizeof(Header), NEXT, 1);
        for (unsigned index = 1; index < 127; ++index) {
            describe(index, first, size, flags, index + 1);
        }
        describe(127, address_of(statuses), 1, WRITE);
        for (int count = 0; count < 128; ++count) {
            offer(0);
        }
        notify();
        verify("used index", used.index, 128);
        verify("status", statuses[0],
               type == FLUSH || type == GET_ID ? OK
               : type == 77                    ? UNSUPP
                                               : IOERR);
    }
}

/// 2.7.4.1: where one buffer ends and the next begins means nothing.
void header_and_data_in_one_buffer() {
    start();
    fill(data(), 1024);
    device<std::uint32_t>(data_address()) = OUT;
    device<std::uint64_t>(data_address() + offsetof(Header, sector)) = 200;
    fill(data() + sizeof(Header), 512, 0x4848'4848'4848'4848);
    describe(0, data_address(), sizeof(Header) + 512, NEXT, 1);
    describe(1, address_of(statuses), 1, WRITE);
    offer(0);
    notify();
    verify("status", statuses[0], OK);
    wrote(200, 1, 0x48);
    fill(data(), 1024);
    verify("status", request(IN, 200, data(), 512), OK);
    expect("data", is_filled(data(), 512, 0x4848'4848'4848'4848));
    expect("no more than that", is_filled(data() + 512, 512));
}

void short_header() {
    for (const std::uint32_t length : {0u, 1u, 4u, 8u, 15u}) {
        start();
        fill(data(), 1024);
        put_header(0, IN, 3);
        describe_parts({address_of(&headers[0]), length}, good_data(), true, good_status());
        run_and_expect_broken("a short header");
    }
}

/// The device must not read it then (2.7.5).
void writable_header() {
    start();
    fill(data(), 1024);
    put_header(0, IN, 3);
    describe(0, address_of(&headers[0]), sizeof(Header), NEXT | WRITE, 1);
    describe(1, data_address(), 512, NEXT | WRITE, 2);
    describe(2, address_of(statuses), 1, WRITE);
    offer(0);
    notify();
    verify("header", headers[0].sector, 3);
    expect_broken("a writable header");
}

void no_header() {
    start();
    fill(data(), 1024);
    describe(0, address_of(statuses), 1, WRITE);
    run_and_expect_broken("no header");
}

/// There is nowhere to put the status: the device must not write what it is to read.
void read_only_status() {
    for (const std::uint32_t type : {OUT, FLUSH}) {
        start();
        fill(data(), 1024);
        put_header(0, type, 3);
        describe(0, address_of(&headers[0]), sizeof(Header), NEXT, 1);
        describe(1, data_address(), 512, NEXT, 2);
        describe(2, address_of(statuses), 1, 0);
        run_and_expect_broken("a status that cannot be written");
    }
    start();
    put_header(0, IN, 3);
    describe(0, address_of(&headers[0]), sizeof(Header), 0);
    run_and_expect_broken("no status");
}

void empty_status() {
    start();
    fill(data(), 1024);
    put_header(0, OUT, 3);
    describe_parts(good_header(), good_data(), false, {address_of(statuses), 0});
    run_and_expect_broken("an empty status");
}

void read_into_read_only_data() {
    start();
    fill(data(), 1024);
    put_header(0, IN, 3);
    describe_parts(good_header(), good_data(), false, good_status());
    offer(0);
    notify();
    expect("what the device may only read is as it was", is_filled(data(), 1024));
}

void write_from_writable_data() {
    start();
    fill(data(), 1024);
    put_header(0, OUT, 3);
    describe_parts(good_header(), good_data(), true, good_status());
    offer(0);
    notify();
    // Had anything been written to the disk, `works` and the harness would see it.
}

/// What a bad driver may do to itself.
void read_over(volatile void* place, std::uint32_t length) {
    for (const std::uint64_t sector : {0u, 3u, 1000u}) {
        start();
        offer_request(0, 0, IN, sector, address_of(place), length);
        offer_request(1, 3, IN, sector + 1, address_of(place), length);
        notify();
        notify();
    }
}

void data_over_descriptors() {
    read_over(descriptors, 512);
    read_over(descriptors, 4096);
}
void data_over_available_ring() {
    read_over(&available, 512);
}
void data_over_used_ring() {
    read_over(&used, 512);
}
void data_over_header() {
    read_over(headers, 512);
}
void data_over_everything() {
    start();
    const std::uint64_t from = address_of(descriptors), to = address_of(statuses) + 4096;
    offer_request(0, 0, IN, 3, from < to ? from : to, 512);
    notify();
}

void status_over_rings() {
    const std::uint64_t places[] = {address_of(&descriptors[0]),  address_of(&descriptors[0].next),
                                    address_of(&available.index), address_of(&available.ring[0]),
                                    address_of(&used.index),      address_of(&used.ring[0].id),
                                    address_of(&headers[0].type), data_address()};
    for (const std::uint64_t place : places) {
        start();
        put_header(0, IN, 3);
        describe_parts(good_header(), good_data(), true, {place, 1});
        offer(0);
        notify();
        notify();
    }
}

/// The rings' contents, written to the disk: right, if useless.
void write_the_rings() {
    start();
    verify("status", request(OUT, 200, reinterpret_cast<void*>(address_of(&used)), 512), OK);
    verify("status", request(OUT, 200, reinterpret_cast<void*>(address_of(descriptors)), 512), OK);
    fill(data(), 512, 0x3737'3737'3737'3737);
    verify("status", request(OUT, 200, data(), 512), OK);
    wrote(200, 1, 0x37);
}

/// A sector of a disk on which requests never end: read over a ring, it tells of more of them; read
/// over a header, where the next such sector is.
struct alignas(512) Link {
    Available ring;
    Header next;
};
static_assert(sizeof(Link) == 512);

/// Every 128th request reads the next sector over its own ring and its own header, and by that
/// makes 128 more available. As many sectors as there are make the ring's index come round: there
/// is always one request more. A notification serves as many as the queue has entries, and the
/// guest goes on.
void endless_requests() {
    constexpr std::uint64_t first = 1000;
    constexpr unsigned size = 128, count = 0x1'0000 / size, bytes = count * sizeof(Link);
    auto* const links = reinterpret_cast<Link*>(data());
    auto* const before = data() + 1 * MiB;
    for (unsigned at = 0; at < count; ++at) {
        links[at] = {.ring = {.flags = 0,
                              .index = static_cast<std::uint16_t>((at + 1) * size + 1),
                              .ring = {}},
                     .next = {IN, 0, first + (at + 1) % count}};
        for (unsigned entry = 1; entry < size; ++entry) {
            links[at].ring.ring[entry] = 3;
        }
    }
    start();
    verify("read what is there", request(IN, first, before, bytes), OK);
    verify("write the sectors", request(OUT, first, links, bytes), OK);

    clear_rings();
    begin();
    Link& own = links[count];
    own = {.ring = {.flags = 0, .index = 1, .ring = {}}, .next = {IN, 0, first}};
    set_up_queue(size, address_of(descriptors), address_of(&own.ring), address_of(&used));
    driver_ok();
    describe(0, address_of(&own.next), sizeof(Header), NEXT, 1);
    describe(1, address_of(&own), sizeof own, NEXT | WRITE, 2);
    describe(2, address_of(&statuses[0]), 1, WRITE);
    put_header(0, FLUSH, 0);
    describe(3, address_of(&headers[0]), sizeof(Header), NEXT, 4);
    describe(4, address_of(&statuses[1]), 1, WRITE);
    for (unsigned round = 1; round <= 5; ++round) {
        notify();
        verify("used index", used.index, round * size);
        verify("the device", reg(Status) & NEEDS_RESET, 0);
    }
    verify("status of a read", statuses[0], OK);
    verify("status of a flush", statuses[1], OK);

    start();
    verify("write back what was there", request(OUT, first, before, bytes), OK);
}

/// 5.2.6: what a device does not know it answers so.
void unknown_types() {
    for (const std::uint32_t type : {2u, 3u, 5u, 6u, 7u, 9u, 11u, 13u, 14u, 15u, 17u, 26u, 0x100u,
                                     0x8000'0000u, 0x8000'0001u, 0xffff'ffffu}) {
        start();
        fill(data(), 1024);
        verify("status", request(type, 3, data(), 512), UNSUPP);
        expect_nothing_claimed(type, 512);
        expect("nothing was read", is_filled(data(), 1024));
    }
}

void identity() {
    for (const std::uint32_t length : {0u, 1u, 19u, 20u, 21u, 512u}) {
        start();
        fill(data(), 1024);
        const std::uint8_t status = request(GET_ID, 3, data(), length);
        verify("status", status, length < 20 ? std::uint64_t{IOERR} : std::uint64_t{OK});
        expect("no more than 20 bytes", is_filled(data() + 24, 1000));
        if (length < 20) {
            verify("byte behind", data()[length], 0xcc);
        }
    }
    start(); // to where there is nothing
    put_header(0, GET_ID, 0);
    describe_parts(good_header(), {ram.end - 10, 20}, true, good_status());
    offer(0);
    notify();
    expect_broken();
}

/// The first and the last sector, whose neighbours are not the guest's.
void edges_of_the_disk() {
    start();
    for (const std::uint64_t sector : {0ul, capacity() - 1}) {
        fill(data(), 512, 0x4646'4646'4646'4646);
        verify("status", request(OUT, sector, data(), 512), OK);
        wrote(sector, 1, 0x46);
        fill(data(), 1024);
        verify("status", request(IN, sector, data(), 512), OK);
        expect("data", is_filled(data(), 512, 0x4646'4646'4646'4646));
        expect("no more", is_filled(data() + 512, 512));
    }
}

/// The configuration space: capacity, and nothing behind what is there.
void configuration() {
    start();
    const std::uint64_t before = capacity();
    for (std::uint64_t offset = 0; offset < 0xf00; ++offset) {
        device<std::uint8_t>(virtio + Config + offset) = 0xff;
    }
    verify("capacity", capacity(), before);
    for (std::uint64_t offset = 96; offset < 0xf00; offset += 8) {
        verify("behind the configuration", device<std::uint64_t>(virtio + Config + offset), 0);
    }
}

constexpr Case cases[] = {
    {"data-to-read-outside-ram", data_to_read_outside_ram},
    {"data-to-write-outside-ram", data_to_write_outside_ram},
    {"header-outside-ram", header_outside_ram},
    {"status-outside-ram", status_outside_ram},
    {"data-at-the-end", data_at_the_end},
    {"odd-lengths", odd_lengths},
    {"no-data", no_data},
    {"sectors-at-the-end", sectors_at_the_end},
    {"sectors-past-the-end", sectors_past_the_end},
    {"sectors-far-past-the-end", sectors_far_past_the_end},
    {"more-than-the-disk", more_than_the_disk},
    {"all-of-ram-in-every-descriptor", all_of_ram_in_every_descriptor},
    {"header-and-data-in-one-buffer", header_and_data_in_one_buffer},
    {"short-header", short_header},
    {"writable-header", writable_header},
    {"no-header", no_header},
    {"read-only-status", read_only_status},
    {"empty-status", empty_status},
    {"read-into-read-only-data", read_into_read_only_data},
    {"write-from-writable-data", write_from_writable_data},
    {"data-over-descriptors", data_over_descriptors},
    {"data-over-available-ring", data_over_available_ring},
    {"data-over-used-ring", data_over_used_ring},
    {"data-over-header", data_over_header},
    {"data-over-everything", data_over_everything},
    {"status-over-rings", status_over_rings},
    {"write-the-rings", write_the_rings},
    {"endless-requests", endless_requests},
    {"unknown-types", unknown_types},
    {"identity", identity},
    {"edges-of-the-disk", edges_of_the_disk},
    {"configuration", configuration},
};

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    run_cases(cases, works);
}
