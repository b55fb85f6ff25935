// Asks the disk for all that a disk does, and tells what comes back: of data, the sum. At the end
// it says so, and sleeps.

#include "disk.hpp"
#include "nodes.hpp"
#include "plic.hpp"
#include "tell.hpp"

namespace {

constexpr std::uint64_t many = 8; // sectors
alignas(16) unsigned char data[many * sector_size], own[many * sector_size];

void fill() {
    for (unsigned char& each : data) {
        each = 0xcc;
    }
}

/// Reads sectors, and tells the status and the sum.
void tell_read(const char* name, unsigned head, std::uint64_t sector, std::uint64_t count) {
    fill();
    const Answer answer = request(head, IN, sector, data, count * sector_size);
    tell(name, answer.status, sum_of(data, count * sector_size));
}

void tell_answers() {
    start_disk();
    const Answer first = request(0, UNKNOWN, 0, data, sector_size);
    tell("answer", first.status, first.index);
    const Answer second = request(5, IN, 0, data, sector_size);
    tell("used", second.id, second.length, second.index);
    const Answer third = request(2, UNKNOWN, 0, data, sector_size);
    tell("unused", third.id, third.length, third.index);
}

/// Sees an interrupt of the device, and one that it has not asked for.
void tell_interrupts(std::uint64_t tree) {
    enable_all_sources();
    write(InterruptACK, read(InterruptStatus));
    const std::uint32_t before = load(pending_bits);
    request(1, IN, 0, data, sector_size);
    const std::uint32_t status = read(InterruptStatus);
    trap.cause = no_trap;
    asm volatile("csrw sie, %0\n csrsi sstatus, 2" : : "r"(1 << external) : "memory");
    for (int i = 0; i < 100; ++i) {
        asm volatile("nop");
    }
    asm volatile("csrci sstatus, 2\n csrw sie, zero" : : : "memory");
    const std::uint64_t cause = const_cast<volatile Trap&>(trap).cause;
    const std::uint32_t source = load(claim_complete);
    write(InterruptACK, status);
    store(claim_complete, source);
    tell("interrupt", before, status, cause, source, wiring_of(tree, virtio).source);

    available.flags = 1; // VIRTQ_AVAIL_F_NO_INTERRUPT
    request(1, IN, 0, data, sector_size);
    available.flags = 0;
    tell("silent", read(InterruptStatus), load(pending_bits));
}

void tell_reads() {
    tell_read("first", 4, 0, 1);
    tell_read("some", 7, PLACE, 1);
    tell_read("many", 2, PLACE, many);
    tell_read("last", 9, SECTORS - 1, 1);
}

void tell_writes() {
    auto* const words = reinterpret_cast<std::uint64_t*>(own);
    for (std::uint64_t i = 0; i < sizeof own / 8; ++i) {
        words[i] = (KEY + i) * 0x9e37'79b9'7f4a'7c15;
    }
    const Answer answer = request(3, OUT, WRITTEN, own, 2 * sector_size);
    tell("write", answer.status, answer.id, answer.length);
    tell_read("back", 1, WRITTEN, 2);
    tell_read("below", 6, WRITTEN - 1, 1);
    tell_read("above", 8, WRITTEN + 2, 1);
}

/// One request in pieces: the header in two, the data in three, the last one with the status.
void tell_pieces() {
    fill();
    put_header(11, IN, PLACE);
    const std::uint64_t header = address_of(&headers[11]), to = address_of(data);
    describe(11, header, 5, NEXT, 13);
    describe(13, header + 5, sizeof(Header) - 5, NEXT, 10);
    describe(10, to, 100, NEXT | WRITE, 14);
    describe(14, to + 100, 1, NEXT | WRITE, 12);
    describe(12, to + 101, sector_size - 101 + 1, WRITE);
    data[sector_size] = not_written;
    offer(11);
    notify();
    tell("pieces", data[sector_size], sum_of(data, sector_size), answer_of(11).id,
         answer_of(11).length);
}

/// Eight requests with one notification, each of two descriptors: data and status are one buffer.
void tell_eight() {
    static unsigned char buffers[8][sector_size + 1];
    const std::uint16_t before = used.index;
    for (unsigned at = 0; at < 8; ++at) {
        const unsigned head = 2 * (7 - at);
        put_header(head, IN, PLACE + at);
        describe(head, address_of(&headers[head]), sizeof(Header), NEXT, head + 1);
        describe(head + 1, address_of(buffers[at]), sector_size + 1, WRITE);
        buffers[at][sector_size] = not_written;
        offer(head);
    }
    notify();
    std::uint64_t ids = 0, statuses_found = 0, sum = KEY;
    for (unsigned at = 0; at < 8; ++at) {
        ids |= 1ull << (used.ring[(before + at) % queue_size].id & 63);
        statuses_found |= buffers[at][sector_size];
        sum = sum_of(buffers[at], sector_size, sum);
    }
    tell("eight", static_cast<std::uint16_t>(used.index - before), ids, statuses_found, sum);
}

/// So many requests that the rings begin again and again.
void tell_rounds() {
    start_disk();
    std::uint64_t sum = KEY, right = 0;
    for (unsigned at = 0; at < 40; ++at) {
        const unsigned head = at * 5 % queue_size;
        const Answer answer = request(head, IN, at % SECTORS, data, sector_size);
        right += answer.status == 0 && answer.id == head;
        sum = sum_of(data, sector_size, sum);
    }
    tell("rounds", right, sum);
}

void tell_refused() {
    start_disk();
    const auto status = [](std::uint32_t type, std::uint64_t sector, std::uint64_t count) {
        return request(0, type, sector, data, count * sector_size).status;
    };
    tell("beyond", status(IN, SECTORS, 1), status(IN, SECTORS - 1, 2), status(IN, 1ull << 40, 1),
         status(IN, ~0ull, 2), status(OUT, SECTORS, 1), status(OUT, SECTORS - 1, 2));
    tell("flush", offered(0) >> 9 & 1, status(FLUSH, 0, 0));
    tell_read("still", 4, SECTORS - 1, 1);
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    tell_answers();
    tell_interrupts(tree);
    tell_reads();
    tell_writes();
    tell_pieces();
    tell_eight();
    tell_rounds();
    tell_refused();
    println("end");
    for (;;) {
        asm volatile("csrw sie, zero\n wfi");
    }
}
