// Work without an end, asked for at once. An exit may do a part of it only, so that the guest's
// timer interrupts still come: here one comes after each exit, and looks at how much was done.
// The machine counts instructions instead of time (-icount), so every run is the same.

#include "driver.hpp"

namespace {

/// No read here gets that far after a case has written there.
constexpr std::uint64_t written_sectors = 24 * 1024;

constexpr std::uint64_t most_bytes = 1 * MiB, most_requests = 64;

/// What happened while one store to QueueNotify was executed.
struct Progress {
    std::uint64_t interrupts;      ///< before the last request was complete
    std::uint64_t bytes, requests; ///< the most between two of them
};

volatile Progress progress;
volatile std::uint64_t bytes_seen, requests_seen, requests_expected;
volatile bool done;
std::uint64_t buffer, length; // where the data arrives
/// What else the handler does, once.
void (*volatile meddle)();

/// So many ticks ahead that the guest gets to execute its store, and far less than one exit takes.
void arm_timer() {
    sbi(TIME, 0, now() + 20);
}

void note_progress() {
    std::uint64_t bytes = bytes_seen;
    while (bytes < length && device<std::uint64_t>(buffer + bytes) != untouched) {
        bytes += 4 * KiB;
    }
    const std::uint64_t requests = device_area->index;
    if (bytes - bytes_seen > progress.bytes) {
        progress.bytes = bytes - bytes_seen;
    }
    if (requests - requests_seen > progress.requests) {
        progress.requests = requests - requests_seen;
    }
    bytes_seen = bytes;
    requests_seen = requests;
}

__attribute__((interrupt("supervisor"), aligned(4))) void on_timer() {
    note_progress();
    if (device_area->index != requests_expected) {
        progress.interrupts = progress.interrupts + 1;
    }
    if (meddle != nullptr && bytes_seen >= 2 * MiB) {
        const auto act = meddle;
        meddle = nullptr;
        act();
    }
    sbi(TIME, 0, ~0ul);
    if (!done) {
        arm_timer();
    }
}

/// Notifies, with a timer interrupt after every exit.
void notify_with_timer(std::uint64_t requests) {
    progress.interrupts = 0;
    progress.bytes = 0;
    progress.requests = 0;
    bytes_seen = 0;
    requests_seen = 0;
    requests_expected = requests;
    done = false;
    std::uint64_t vector;
    asm volatile("csrrw %0, stvec, %1" : "=r"(vector) : "r"(on_timer));
    asm volatile("csrw sie, %0" ::"r"(1 << timer));
    arm_timer();
    asm volatile("csrsi sstatus, 2" ::: "memory");
    notify();
    asm volatile("csrci sstatus, 2" ::: "memory");
    done = true;
    sbi(TIME, 0, ~0ul);
    asm volatile("csrw sie, zero");
    asm volatile("csrw stvec, %0" ::"r"(vector));
    note_progress();
    println("interrupts ", progress.interrupts, ", at most ", progress.bytes, " bytes and ",
            progress.requests, " requests in between");
}

void expect_bounded(std::uint64_t least_interrupts) {
    expect("bytes in one exit", progress.bytes <= most_bytes);
    expect("requests in one exit", progress.requests <= most_requests);
    expect("interrupts came in the middle", progress.interrupts >= least_interrupts);
}

void await_bytes(std::uint64_t bytes) {
    buffer = data_address();
    length = bytes;
    fill(data(), bytes);
}

void one_large_read() {
    start();
    await_bytes(15 * MiB);
    offer_request(0, 0, IN, 8, data_address(), 15 * MiB);
    notify_with_timer(1);
    verify("status", statuses[0], OK);
    verify("used length", used.ring[0].length, 15 * MiB + 1);
    expect("data", is_disk(data(), 8, 15 * MiB));
    expect_bounded(14);
}

void one_large_write() {
    start();
    fill(data(), 3 * MiB, 0x5c5c'5c5c'5c5c'5c5c);
    length = 0;
    offer_request(0, 0, OUT, written_sectors, data_address(), 3 * MiB);
    notify_with_timer(1);
    verify("status", statuses[0], OK);
    wrote(written_sectors, 3 * MiB / 512, 0x5c);
    expect_bounded(2);
}

/// 126 descriptors that all name the same memory.
void chain_of_all_descriptors() {
    start(128);
    await_bytes(0);
    put_header(0, IN, 0);
    describe(0, address_of(&headers[0]), sizeof(Header), NEXT, 1);
    for (unsigned index = 1; index < 127; ++index) {
        describe(index, data_address(), 128 * KiB, NEXT | WRITE, index + 1);
    }
    describe(127, address_of(statuses), 1, WRITE);
    offer(0);
    notify_with_timer(1);
    verify("status", statuses[0], OK);
    verify("used length", used.ring[0].length, 126 * 128 * KiB + 1);
    expect("data", is_disk(data(), 125 * 128 * 2, 128 * KiB));
    expect_bounded(15);
}

/// Requests of all of RAM in each descriptor, 128 times over. No disk has that much; what else can
/// be asked for does not look at it.
void all_of_ram_in_every_descriptor() {
    for (const std::uint32_t type : {IN, OUT, FLUSH, GET_ID, 77u}) {
        start(128);
        await_bytes(0);
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
        notify_with_timer(128);
        verify("used index", used.index, 128);
        verify("status", statuses[0],
               type == FLUSH || type == GET_ID ? OK
               : type == 77                    ? UNSUPP
                                               : IOERR);
        expect_bounded(1);
    }
}

void many_small_requests() {
    start(128);
    await_bytes(0);
    put_header(0, IN, 3);
    describe(0, address_of(&headers[0]), sizeof(Header), NEXT, 1);
    describe(1, data_address(), 512, NEXT | WRITE, 2);
    describe(2, address_of(statuses), 1, WRITE);
    for (int count = 0; count < 128; ++count) {
        offer(0);
    }
    notify_with_timer(128);
    verify("used index", used.index, 128);
    expect_bounded(1);
}

/// The limit is one for all requests of an exit together.
void many_large_requests() {
    start(128);
    constexpr std::uint32_t each = 768 * KiB;
    await_bytes(16 * each);
    for (unsigned number = 0; number < 16; ++number) {
        offer_request(number, 3 * number, IN, number * 100, data_address() + number * each, each);
    }
    notify_with_timer(16);
    verify("used index", used.index, 16);
    expect_bounded(11);
    for (unsigned number = 0; number < 16; ++number) {
        verify("status", statuses[number], OK);
        expect("data", is_disk(data() + number * each, number * 100, each));
    }
}

/// Begins a read of 6 MiB, and has `action` done when 2 MiB of it are there.
void meddle_with_read(void (*action)()) {
    start();
    await_bytes(6 * MiB);
    offer_request(0, 0, IN, 8, data_address(), 6 * MiB);
    meddle = action;
    notify_with_timer(1);
    verify("there was time for that", meddle == nullptr, true);
}

/// 4.2.2.2: a request in flight ends when the driver resets the device. The next one is whole.
void reset_in_the_middle() {
    meddle_with_read([] {
        reg(Status) = 0;
    });
    expect("the rest was not read", is_filled(data() + 4 * MiB, 2 * MiB));
    start();
    await_bytes(3 * MiB);
    verify("status", request(IN, 8, data(), 3 * MiB), OK);
    expect("the next one is whole", is_disk(data(), 8, 3 * MiB));
}

void stop_in_the_middle() {
    meddle_with_read([] {
        reg(QueueReady) = 0;
    });
    expect("the rest was not read", is_filled(data() + 4 * MiB, 2 * MiB));
    clear_rings();
    set_up_queue(8, address_of(descriptors), address_of(&available), address_of(&used));
    await_bytes(3 * MiB);
    verify("status", request(IN, 8, data(), 3 * MiB), OK);
    expect("the next one is whole", is_disk(data(), 8, 3 * MiB));
}

void leave_the_disk_in_the_middle() {
    meddle_with_read([] {
        headers[0].sector = capacity() - 8;
    });
    verify("status", statuses[0], IOERR);
    expect("the rest was not read", is_filled(data() + 4 * MiB, 2 * MiB));
}

void leave_ram_in_the_middle() {
    meddle_with_read([] {
        descriptors[1].address = ram.end - 5 * MiB;
    });
    verify("status", statuses[0], not_written);
    verify("the device", reg(Status) & NEEDS_RESET, NEEDS_RESET);

    meddle_with_read([] {
        descriptors[1].address = 0x8000'0000 - 64 * MiB;
    });
    verify("the device", reg(Status) & NEEDS_RESET, NEEDS_RESET);
}

/// It has copied more already than the request has in the end: it copies no more then.
void shrink_in_the_middle() {
    constexpr void (*ways[])() = {
        [] {
            descriptors[1].length = 1 * MiB;
        },
        [] {
            descriptors[1].length = 512;
        },
        [] {
            descriptors[1].length = 0;
        },
        [] {
            descriptors[1].length = 512;
            headers[0].sector = capacity() - 1;
        },
    };
    for (const auto shrink : ways) {
        meddle_with_read(shrink);
        expect("nothing is read behind it", is_filled(data() + 2 * MiB, 4 * MiB));
    }
}

/// It has become a write, of which the first part counts as done.
void change_direction_in_the_middle() {
    meddle_with_read([] {
        fill(data() + 7 * MiB, 3 * MiB, 0x5c5c'5c5c'5c5c'5c5c);
        headers[0].type = OUT;
        headers[0].sector = written_sectors;
        descriptors[1].address = data_address() + 7 * MiB;
        descriptors[1].length = 3 * MiB;
        descriptors[1].flags = NEXT;
    });
    verify("status", statuses[0], OK);
    start(); // so that all of it is known
    fill(data(), 3 * MiB, 0x5c5c'5c5c'5c5c'5c5c);
    verify("status", request(OUT, written_sectors, data(), 3 * MiB), OK);
    wrote(written_sectors, 3 * MiB / 512, 0x5c);
}

/// One call for all of RAM: the firmware may write less than it was asked to (SBI 2.0, 12.1), and
/// has to, as each byte takes its time.
void console_of_all_ram() {
    fill(reinterpret_cast<void*>(ram.start), 64 * KiB, 0x2e2e'2e2e'2e2e'2e2e);
    const std::uint64_t before = now();
    const SbiReply reply = sbi(DBCN, 0, ram.end - ram.start, ram.start);
    print("\n");
    verify("error", static_cast<std::uint64_t>(reply.error), 0);
    println("written ", static_cast<std::uint64_t>(reply.value), " in ", now() - before, " ticks");
    expect("something was written", reply.value > 0);
    expect("not all was written", reply.value <= 64 * 1024);
}

constexpr Case cases[] = {
    {"one-large-read", one_large_read},
    {"chain-of-all-descriptors", chain_of_all_descriptors},
    {"all-of-ram-in-every-descriptor", all_of_ram_in_every_descriptor},
    {"many-small-requests", many_small_requests},
    {"many-large-requests", many_large_requests},
    {"reset-in-the-middle", reset_in_the_middle},
    {"stop-in-the-middle", stop_in_the_middle},
    {"leave-the-disk-in-the-middle", leave_the_disk_in_the_middle},
    {"leave-ram-in-the-middle", leave_ram_in_the_middle},
    {"shrink-in-the-middle", shrink_in_the_middle},
    {"one-large-write", one_large_write},
    {"change-direction-in-the-middle", change_direction_in_the_middle},
    {"console-of-all-ram", console_of_all_ram},
};

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    run_cases(cases, works);
}
