// Brings the virtio device up, as far as that goes without a request, and makes the mistakes that a
// driver can make on the way. Tells what it reads.

#include "nodes.hpp"
#include "plic.hpp"
#include "tell.hpp"
#include "virtio.hpp"

namespace {

alignas(4096) unsigned char area[4096];

Areas good() {
    const auto at = reinterpret_cast<std::uint64_t>(area);
    return {8, at, at + 1024, at + 2048};
}

void tell_capacity() {
    const auto show = [](const char* name, const Access& access) {
        tell(name, access.trap.cause, access.value, access.after);
    };
    constexpr std::uint64_t capacity = virtio + Config;
    tell("capacity", read(Config), read(Config + 4));
    show("ld", ACCESS(WHOLE("ld a0, (a1)"), capacity, 0));
    show("c-ld", ACCESS("c.ld a0, (a1)", capacity, 0));
    show("c-ldsp", ACCESS(BY_SP("c.ldsp a0, (sp)"), capacity, 0));
    show("lh", ACCESS(WHOLE("lh a0, (a1)"), capacity, 0));
    show("lhu", ACCESS(WHOLE("lhu a0, (a1)"), capacity, 0));
    show("lbu", ACCESS(WHOLE("lbu a0, 1(a1)"), capacity, 0));
}

void tell_features() {
    const std::uint32_t low = offered(0), high = offered(1);
    tell("offered", low, high, offered(2));
    const std::uint32_t other_low = ~low & -~low, other_high = ~high & -~high;
    tell("greedy", other_low, agree(other_low, 1));
    tell("greedier", other_high, agree(0, 1 | other_high));
    tell("agreed", agree(low, high));

    write(Status, 0);
    const std::uint32_t reset = read(Status);
    write(Status, ACKNOWLEDGE);
    const std::uint32_t first = read(Status);
    write(Status, ACKNOWLEDGE | DRIVER);
    tell("steps", reset, first, read(Status));
}

void tell_queue() {
    begin();
    write(QueueSel, 1);
    const std::uint32_t of_another = read(QueueNumMax);
    write(QueueSel, 0);
    tell("maximum", read(QueueNumMax), of_another);
    set_up(good());
    const std::uint32_t ready = read(QueueReady);
    write(QueueNotify, 0); // too early: there is no DRIVER_OK yet
    set_driver_ok();
    tell("ready", ready, read(Status));
    write(Status, 0);
    tell("reset", read(QueueReady), read(Status), read(InterruptStatus));
}

/// Sets up each queue that cannot be, and tells whether the device then needs a reset: a bit each.
void tell_bad_queues(std::uint64_t end) {
    const Areas base = good();
    Areas bad[10];
    for (Areas& each : bad) {
        each = base;
    }
    bad[0].descriptors = 0x10'0000;
    bad[1].driver = 0x10'0000;
    bad[2].device = 0x10'0000;
    bad[3].descriptors += 1ull << 32;
    bad[4].descriptors = end - 16;
    bad[5].device = end - 16;
    bad[6].descriptors += 8;
    bad[7].size = 0;
    bad[8].size = 3;
    bad[9].size = 2 * read(QueueNumMax);
    std::uint64_t needs_reset = 0;
    for (int at = 0; at < 10; ++at) {
        begin();
        set_up(bad[at]);
        needs_reset |= std::uint64_t{(read(Status) & DEVICE_NEEDS_RESET) != 0} << at;
    }
    tell("bad", needs_reset);
    begin();
    set_up(base);
    tell("good", read(QueueReady), read(Status));
}

/// The only interrupt that a device without requests has: it needs a reset once it has begun.
void tell_interrupt(std::uint64_t tree) {
    enable_all_sources();
    begin();
    set_driver_ok();
    const std::uint32_t before = load(pending_bits);
    Areas bad = good();
    bad.size = 3;
    set_up(bad);
    const std::uint32_t status = read(InterruptStatus), pending = load(pending_bits);
    const std::uint32_t source = load(claim_complete);
    write(InterruptACK, status);
    store(claim_complete, source);
    tell("interrupt", before, status, pending, source);
    tell("acknowledged", read(InterruptStatus), load(pending_bits));
    const Wiring wiring = wiring_of(tree, virtio);
    tell("tree", wiring.source, wiring.controller);
}

alignas(4096) std::uint64_t root[512];

/// Loads from where a page table of the guest's lies in the device: its entry is the capacity.
void tell_walk() {
    constexpr std::uint64_t gib = 1ull << 30, leaf = 0xcf, pointer = 1; // D A X W R V, and V
    constexpr std::uint64_t entry = Config / 8;
    root[2] = 2 * gib >> 2 | leaf; // RAM at its own addresses
    root[entry] = virtio >> 2 | pointer;
    asm volatile("csrw satp, %0\n sfence.vma"
                 : : "r"(8ull << 60 | reinterpret_cast<std::uint64_t>(root) >> 12) : "memory");
    const std::uint64_t address = entry * gib + entry * (gib >> 9);
    const Access access = ACCESS("c.lw a0, (a1)", address, 0x5555);
    asm volatile("csrw satp, zero\n sfence.vma" : : : "memory");
    tell("walk", address, access.trap.cause, access.trap.value, access.value);
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    tell("identity", read(0), read(4), read(8));
    tell("faults", trap.count, trap.cause, trap.value);
    tell_capacity();
    tell_features();
    tell_queue();
    tell_bad_queues(end_of_ram(tree));
    tell_interrupt(tree);
    tell_walk();
    sbi(8); // legacy shutdown
}
