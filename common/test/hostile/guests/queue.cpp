// What a driver can do wrong with the registers and rings of a virtqueue.

#include "driver.hpp"

namespace {

/// A request that would be right, in the descriptors 0 to 2.
void describe_good_request() {
    put_header(0, IN, 3);
    fill(data(), 1024);
    describe(0, address_of(&headers[0]), sizeof(Header), NEXT, 1);
    describe(1, data_address(), 512, NEXT | WRITE, 2);
    describe(2, address_of(statuses), 1, WRITE);
}

void run_and_expect_broken(const char* what = "the device") {
    offer(0);
    notify();
    expect_broken(what);
    expect("nothing was read", is_filled(data(), 1024));
}

void self_loop() {
    for (const int flags : {int{NEXT}, NEXT | WRITE}) {
        start();
        describe_good_request();
        describe(0, data_address(), 512, static_cast<std::uint16_t>(flags), 0);
        run_and_expect_broken();
    }
}

/// A loop of all descriptors of a queue, and one that does not go through its head.
void loops() {
    for (const std::uint32_t size : {2u, 8u, 128u}) {
        for (const unsigned back : {0u, 1u}) {
            start(size);
            describe_good_request();
            for (unsigned index = 0; index < size; ++index) {
                const unsigned next = index + 1 == size ? back : index + 1;
                describe(index, data_address(), 1, NEXT | WRITE, next);
            }
            run_and_expect_broken();
        }
    }
}

/// The descriptors behind the table look good, but do not belong to it.
void head_out_of_range() {
    for (const unsigned head : {8u, 9u, 127u, 128u, 255u, 256u, 0x7fffu, 0x8000u, 0xffffu}) {
        start();
        describe_good_request();
        if (head + 2 < 256) {
            describe(head, address_of(&headers[0]), sizeof(Header), NEXT, 1);
        }
        offer(head);
        notify();
        expect_broken();
        expect("nothing was read", is_filled(data(), 1024));
    }
}

void next_out_of_range() {
    for (const unsigned next : {8u, 9u, 127u, 128u, 255u, 256u, 0x7fffu, 0x8000u, 0xffffu}) {
        start();
        describe_good_request();
        table[0].next = static_cast<std::uint16_t>(next);
        if (next + 2 < 256) {
            describe(next, data_address(), 512, NEXT | WRITE, 2);
        }
        run_and_expect_broken();
    }
}

void available_index_far_ahead() {
    for (const unsigned index : {9u, 10u, 128u, 0x7fffu, 0x8000u, 0xffffu}) {
        start();
        describe_good_request();
        available.index = static_cast<std::uint16_t>(index);
        notify();
        expect_broken();
        expect("nothing was read", is_filled(data(), 1024));
    }
}

void available_index_goes_back() {
    start();
    verify("a good request", request(IN, 3, data(), 512), OK);
    available.index = 0;
    notify();
    verify("the device", reg(Status) & NEEDS_RESET, NEEDS_RESET);
    verify("used index", used.index, 1);
}

void indirect() {
    for (const int also : {0, int{NEXT}, int{WRITE}}) {
        start();
        describe_good_request();
        auto* const indirect_table = reinterpret_cast<volatile Descriptor*>(&descriptors[128]);
        for (int at = 0; at < 3; ++at) {
            indirect_table[at].address = table[at].address;
            indirect_table[at].length = table[at].length;
            indirect_table[at].flags = table[at].flags;
            indirect_table[at].next = table[at].next;
        }
        describe(0, address_of(indirect_table), 3 * sizeof(Descriptor),
                 static_cast<std::uint16_t>(INDIRECT | also), 1);
        run_and_expect_broken();
    }
}

/// 2.7.4.2: what the device writes comes behind what it reads.
void out_of_order() {
    start();
    describe_good_request();
    describe(0, data_address(), 512, NEXT | WRITE, 1);
    describe(1, address_of(&headers[0]), sizeof(Header), NEXT, 2);
    run_and_expect_broken();

    start();
    describe_good_request();
    describe(2, address_of(statuses), 1, WRITE | NEXT, 3);
    describe(3, data_address(), 512, 0);
    run_and_expect_broken();
}

/// The queue was set up in a way in which it cannot be used: it is not, whatever comes then.
void expect_unusable(const char* what) {
    expect(what, reg(QueueReady) != 1 || needs_reset());
    driver_ok();
    describe_good_request();
    offer(0);
    notify();
    verify(what, used.index, 0);
    verify(what, statuses[0], not_written);
    expect(what, is_filled(data(), 1024));
}

void bad_sizes() {
    // No powers of two, and powers of two over QueueNumMax.
    for (const std::uint32_t size :
         {0u, 3u, 5u, 6u, 7u, 9u, 100u, 127u, 129u, 256u, 4096u, 0x8000u, 0x1'0000u, 0x1000'0000u,
          0x8000'0000u, 0xffff'ffffu, 0x1'0008u, 0x8000'0008u}) {
        clear_rings();
        begin();
        set_up_queue(size, address_of(descriptors), address_of(&available), address_of(&used));
        queue_size = 8;
        expect_unusable("a bad size");
    }
}

void try_areas(std::uint32_t size, std::uint64_t descriptor_area, std::uint64_t driver,
               std::uint64_t device) {
    clear_rings();
    begin();
    set_up_queue(size, descriptor_area, driver, device);
}

/// What each area of a queue of 8 takes in bytes (2.7), but for the 2 bytes behind each ring that
/// only VIRTIO_F_EVENT_IDX uses.
constexpr std::uint64_t area_sizes[] = {8 * 16, 4 + 8 * 2, 4 + 8 * 8};

void areas_outside_ram() {
    for (int area = 0; area < 3; ++area) {
        const auto attempt_at = [=](std::uint64_t address) {
            address &= ~15ul;
            try_areas(8, area == 0 ? address : address_of(descriptors),
                      area == 1 ? address : address_of(&available),
                      area == 2 ? address : address_of(&used));
            expect_unusable("an area outside RAM");
        };
        for_each_bad_place([=](Place place) {
            if (place.length <= 512 && (place.address < ram.start || place.address >= ram.end)) {
                attempt_at(place.address);
            }
        });
        attempt_at(ram.end - area_sizes[area] + 16); // the last bytes lie behind RAM
        attempt_at(ram.end - 16);
        attempt_at(ram.start - area_sizes[area]);
        attempt_at(ram.start - 16);       // the first ones before it
        attempt_at(0 - area_sizes[area]); // wraps
    }
}

/// What just fits is right.
void areas_at_the_end() {
    try_areas(8, ram.end - area_sizes[0], address_of(&available), address_of(&used));
    table = reinterpret_cast<volatile Descriptor*>(ram.end - area_sizes[0]);
    driver_ok();
    verify("descriptors at the end of RAM", request(IN, 3, data(), 512), OK);

    const std::uint64_t driver = ram.end - area_sizes[1] - 2;
    try_areas(8, address_of(descriptors), driver, address_of(&used));
    driver_area = reinterpret_cast<volatile Available*>(driver);
    clear_indices();
    driver_ok();
    verify("available ring at the end of RAM", request(IN, 3, data(), 512), OK);

    const std::uint64_t device = ram.end - area_sizes[2] - 4;
    try_areas(8, address_of(descriptors), address_of(&available), device);
    device_area = reinterpret_cast<volatile Used*>(device);
    clear_indices();
    driver_ok();
    verify("used ring at the end of RAM", request(IN, 3, data(), 512), OK);
    clear_rings();
}

/// 2.7: the alignments are 16, 2 and 4.
void misaligned_areas() {
    const auto attempt_with = [](std::uint64_t descriptor, std::uint64_t driver,
                                 std::uint64_t device) {
        try_areas(8, address_of(descriptors) + descriptor, address_of(&available) + driver,
                  address_of(&used) + device);
        expect_unusable("a misaligned area");
    };
    for (const std::uint64_t by : {1u, 2u, 4u, 8u}) {
        attempt_with(by, 0, 0);
    }
    attempt_with(0, 1, 0);
    attempt_with(0, 0, 1);
    attempt_with(0, 0, 2);
}

/// All areas in the same place, or one over another: only the guest itself is hurt.
void overlapping_areas() {
    const std::uint64_t places[] = {address_of(descriptors), address_of(&available),
                                    address_of(&used)};
    for (int area = 0; area < 27; ++area) {
        try_areas(8, places[area % 3], places[area / 3 % 3], places[area / 9]);
        driver_ok();
        describe_good_request();
        for (int round = 0; round < 10; ++round) {
            offer(0);
            notify();
        }
    }
}

void notify_before_ready() {
    clear_rings();
    notify(); // not even out of reset
    begin();
    describe_good_request();
    offer(0);
    notify();
    driver_ok();
    notify();
    verify("used index", used.index, 0);
    verify("status byte", statuses[0], not_written);
    expect("nothing was read", is_filled(data(), 1024));
}

/// 2.1.2: a device consumes no buffers before DRIVER_OK.
void notify_before_driver_ok() {
    clear_rings();
    begin();
    set_up_queue(8, address_of(descriptors), address_of(&available), address_of(&used));
    describe_good_request();
    offer(0);
    notify();
    verify("used index", used.index, 0);
    verify("status byte", statuses[0], not_written);
    expect("nothing was read", is_filled(data(), 1024));
    verify("interrupt status", reg(InterruptStatus), 0);
}

void notify_another_queue() {
    start();
    for (const std::uint32_t queue : {1u, 2u, 0xffffu, 0x1'0000u, 0xffff'ffffu}) {
        notify(queue);
    }
    verify("used index", used.index, 0);
    verify("a good request", request(IN, 3, data(), 512), OK);
}

/// Where a queue lies cannot be changed while it is in use: it stays where it is.
void reconfigure_while_ready() {
    start();
    auto* const elsewhere = data() + 64 * KiB;
    fill(elsewhere, 4 * KiB);
    reg(QueueNum) = 4096;
    for (const std::uint64_t place : {address_of(elsewhere), 0ul, 0x10'0000ul, ~0ul, ram.end}) {
        for (const std::uint64_t area : {QueueDesc, QueueDriver, QueueDevice}) {
            set_address(area, place);
        }
        reg(QueueReady) = 1;
        verify("ready all the time", reg(QueueReady), 1);
        verify("a good request", request(IN, 3, data(), 512), OK);
        expect("nothing elsewhere", is_filled(elsewhere, 4 * KiB));
    }
}

void stopped_queue() {
    start();
    describe_good_request();
    offer(0);
    reg(QueueReady) = 0;
    verify("QueueReady", reg(QueueReady), 0);
    notify();
    verify("used index", used.index, 0);
    verify("status byte", statuses[0], not_written);
}

/// 2.4: a device that was reset does not touch the queue.
void reset_queue() {
    start();
    describe_good_request();
    offer(0);
    reg(Status) = 0;
    notify();
    driver_ok(); // without a queue: that was forgotten
    notify();
    verify("used index", used.index, 0);
    verify("status byte", statuses[0], not_written);
}

void other_queues() {
    start();
    for (const std::uint32_t queue : {1u, 2u, 63u, 0x1'0000u, 0x8000'0000u, 0xffff'ffffu}) {
        reg(QueueSel) = queue;
        verify("QueueNumMax of a queue that is not there", reg(QueueNumMax), 0);
        reg(QueueNum) = 8;
        for (const std::uint64_t area : {QueueDesc, QueueDriver, QueueDevice}) {
            set_address(area, 0x10'0000);
        }
        reg(QueueReady) = 1;
        verify("QueueReady of a queue that is not there", reg(QueueReady), 0);
        reg(QueueReady) = 0;
    }
    reg(QueueSel) = 0;
    verify("QueueReady of the one that is", reg(QueueReady), 1);
    verify("a good request", request(IN, 3, data(), 512), OK);
}

/// 2.2: a driver must not accept what was not offered, and sees no FEATURES_OK if it does.
void features_never_offered() {
    const std::uint64_t offered = features();
    for (unsigned bit = 0; bit < 64; ++bit) {
        reg(Status) = 0;
        reg(Status) = ACKNOWLEDGE | DRIVER;
        accept(offered | 1ul << bit);
        reg(Status) = ACKNOWLEDGE | DRIVER | FEATURES_OK;
        verify("FEATURES_OK", (reg(Status) & FEATURES_OK) != 0, (offered >> bit & 1) != 0);
    }
    for (const std::uint32_t half : {2u, 3u, 32u, 64u, 0x8000'0000u, 0xffff'ffffu}) {
        reg(DeviceFeaturesSel) = half;
        verify("features that do not exist", reg(DeviceFeatures), 0);
        reg(DriverFeaturesSel) = half;
        reg(DriverFeatures) = 0xffff'ffff;
    }
}

/// And one who goes on without FEATURES_OK does not have them.
void indirect_never_offered() {
    clear_rings();
    reg(Status) = 0;
    reg(Status) = ACKNOWLEDGE | DRIVER;
    accept(~0ul);
    reg(Status) = ACKNOWLEDGE | DRIVER | FEATURES_OK;
    set_up_queue(8, address_of(descriptors), address_of(&available), address_of(&used));
    driver_ok();
    describe_good_request();
    table[0].flags = NEXT | INDIRECT; // all else would be right
    offer(0);
    notify();
    verify("used index", used.index, 0);
    verify("status byte", statuses[0], not_written);
}

void status_garbage() {
    for (std::uint32_t value = 0; value < 0x200; ++value) {
        reg(Status) = value;
        reg(QueueReady) = 1;
        notify();
    }
    reg(Status) = 0xffff'ff00;
    reg(Status) = 0;
    verify("reset", reg(Status), 0);
}

void acknowledge_garbage() {
    start();
    for (const std::uint32_t value : {0u, 1u, 2u, 3u, 4u, 0x8000'0000u, 0xffff'ffffu}) {
        reg(InterruptACK) = value;
        verify("interrupt status", reg(InterruptStatus), 0);
    }
}

constexpr Case cases[] = {
    {"self-loop", self_loop},
    {"loops", loops},
    {"head-out-of-range", head_out_of_range},
    {"next-out-of-range", next_out_of_range},
    {"available-index-far-ahead", available_index_far_ahead},
    {"available-index-goes-back", available_index_goes_back},
    {"indirect", indirect},
    {"out-of-order", out_of_order},
    {"bad-sizes", bad_sizes},
    {"areas-outside-ram", areas_outside_ram},
    {"areas-at-the-end", areas_at_the_end},
    {"misaligned-areas", misaligned_areas},
    {"overlapping-areas", overlapping_areas},
    {"notify-before-ready", notify_before_ready},
    {"notify-before-driver-ok", notify_before_driver_ok},
    {"notify-another-queue", notify_another_queue},
    {"reconfigure-while-ready", reconfigure_while_ready},
    {"stopped-queue", stopped_queue},
    {"reset-queue", reset_queue},
    {"other-queues", other_queues},
    {"features-never-offered", features_never_offered},
    {"indirect-never-offered", indirect_never_offered},
    {"status-garbage", status_garbage},
    {"acknowledge-garbage", acknowledge_garbage},
};

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    run_cases(cases, works);
}
