// The disk, its registers and its queue, against a model written from the specification.
//
// The registers, the interrupt line, each byte of guest memory and each byte of the disk must be
// what the model says. The memory around the guest's and around the disk is poisoned.

#include "fuzz.hpp"
#include "virtio_blk.hpp"
#include "virtio_model.hpp"

#include <algorithm>

namespace {

/// What an input consists of, behind a byte that says which disk there is.
enum class Op : std::uint8_t {
    start,         ///< the whole initialisation: log2 of the queue's size, layout
    load,          ///< offset (16 bits), width
    store,         ///< offset (16 bits), width, value (32 bits)
    descriptor,    ///< index, address, length, flags, next
    offer,         ///< head, how often: puts it into the available ring
    set_index,     ///< the available ring's index (16 bits)
    set_flags,     ///< the available ring's flags
    notify,        ///< the device, which serves all that waits
    poke,          ///< address, 8 bytes
    request,       ///< type, sector (16 bits), number of buffers, their length: makes and offers it
    acknowledge,   ///< interrupts (bits of InterruptStatus)
    stop_queue,    ///< QueueReady = 0
    restart_queue, ///< QueueReady = 1
    reset,         ///< Status = 0
    count,
};

constexpr std::size_t disk_sectors[] = {8, 0, 1, 64};
constexpr std::size_t most_disk = 64 * sector_size;

Guarded ram_memory{ram_size}, disk_memory{most_disk};

/// The model's memory and disk, and what is on the disk at first.
alignas(16) std::byte model_ram[ram_size], model_disk[most_disk], original_disk[most_disk];

[[maybe_unused]] const bool disk_is_made = [] {
    for (std::size_t at = 0; at < most_disk; ++at) {
        original_disk[at] = static_cast<std::byte>(at * 31 + at / 512 * 7 + at / 65536 + 1);
    }
    return true;
}();

/// A driver that does the same to the device and to the model, and compares them.
class Driver {
public:
    Driver(std::size_t disk_size, bool read_only)
        : disk_(make_disk(disk_size)), read_only_(read_only) {
        std::memset(ram_.data(), 0, ram_size);
        std::memset(model_ram, 0, ram_size);
        require(memory_.range().size == ram_size && memory_.host() == address_of(ram_.data()),
                "the guest has the memory that it was given");
    }

    void run(Input& input) {
        while (!input.empty()) {
            step(input);
            check_registers();
        }
        check_memory();
        check_disk();
    }

private:
    /// The disk as it is at first.
    static std::span<std::byte> make_disk(std::size_t size) {
        disk_memory.resize(size);
        const std::span<std::byte> disk = disk_memory.bytes();
        if (!disk.empty()) {
            std::memcpy(disk.data(), original_disk, disk.size());
            std::memcpy(model_disk, original_disk, disk.size());
        }
        return disk;
    }

    void step(Input& input) {
        switch (input.op<Op>()) {
        case Op::start:
            return start(input);
        case Op::load:
            return load(input);
        case Op::store:
            return store(input);
        case Op::descriptor: {
            const unsigned index = input.next();
            const std::uint64_t address = next_address(input);
            const std::uint32_t length = next_length(input);
            const std::uint16_t flags = input.next();
            return describe(index, address - ram_base, length, flags, input.next());
        }
        case Op::offer: {
            const std::uint16_t head = input.next();
            return offer(head, input.next());
        }
        case Op::set_index:
            next_ = input.next<std::uint16_t>();
            return poke(available_ + 2, next_);
        case Op::set_flags:
            return poke(available_, std::uint16_t{input.next()});
        case Op::notify:
            return notify();
        case Op::poke: {
            const std::uint64_t address = next_address(input);
            return poke(address - ram_base, input.next<std::uint64_t>());
        }
        case Op::request:
            return request(input);
        case Op::acknowledge:
            return set(InterruptACK, input.next());
        case Op::stop_queue:
            return set(QueueReady, 0);
        case Op::restart_queue:
            return set(QueueReady, 1);
        case Op::reset:
            return set(Status, 0);
        case Op::count:
            break;
        }
    }

    /// Four ways to name an address: in memory, just before its end, just below it, and any.
    static std::uint64_t next_address(Input& input) {
        switch (input.below(4)) {
        case 0:
            return ram_base + input.next<std::uint16_t>();
        case 1:
            return ram_base + ram_size - input.next();
        case 2:
            return ram_base - input.next();
        default:
            return input.next<std::uint64_t>();
        }
    }

    /// Three ways to name a length: in bytes, in sectors, and any.
    static std::uint32_t next_length(Input& input) {
        switch (input.below(3)) {
        case 0:
            return input.next();
        case 1:
            return input.next() * 512u;
        default:
            return input.next<std::uint32_t>();
        }
    }

    /// Does the initialisation of the virtio spec, 3.1.1 and 4.2.3.
    void start(Input& input) {
        entries_ = 1u << input.below(10); // more than the device can have among them
        const auto layout = static_cast<Layout>(input.below(9));
        place_queue(layout);
        next_ = 0;
        free_ = 0;
        poke(available_, std::uint32_t{0});
        for (const std::uint32_t status : {0u, 1u, 3u}) {
            set(Status, status);
        }
        set(DriverFeaturesSel, 1);
        set(DriverFeatures, 1);
        set(DriverFeaturesSel, 0);
        set(DriverFeatures, 1 << 9 | 1 << 2);
        set(Status, 1 | 2 | FEATURES_OK);
        set(QueueNum, layout == Layout::odd_size ? entries_ - 1 : entries_);
        set(QueueDescLow, ram_base + table_);
        set(QueueDriverLow, ram_base + available_);
        set(QueueDeviceLow, ram_base + used_);
        set(QueueReady, 1);
        set(Status, 1 | 2 | FEATURES_OK | DRIVER_OK);
    }

    /// Where a queue lies.
    enum class Layout {
        plain,
        table_at_end, ///< of memory
        available_at_end,
        used_at_end,
        overlapping, ///< this and all that follow are mistakes
        table_beyond_end,
        available_beyond_end,
        used_beyond_end,
        odd_size,
    };

    void place_queue(Layout layout) {
        table_ = 0x1000;
        available_ = 0x2000;
        used_ = 0x3000;
        const std::uint64_t table_size = 16 * entries_, available_size = 4 + 2 * entries_;
        const std::uint64_t used_size = 4 + 8 * entries_;
        switch (layout) {
        case Layout::table_at_end:
        case Layout::table_beyond_end:
            table_ = ram_size - table_size + (layout == Layout::table_at_end ? 0 : 16);
            break;
        case Layout::available_at_end:
        case Layout::available_beyond_end:
            available_ = ram_size - available_size + (layout == Layout::available_at_end ? 0 : 2);
            break;
        case Layout::used_at_end:
        case Layout::used_beyond_end:
            used_ = ram_size - used_size + (layout == Layout::used_at_end ? 0 : 4);
            break;
        case Layout::overlapping:
            used_ = available_;
            break;
        case Layout::plain:
        case Layout::odd_size:
            break;
        }
    }

    void load(Input& input) {
        const auto [offset, width] = next_access(input);
        const auto value = device_.load(offset, width);
        if (offset >= Config) {
            require(value == model_.load_configuration(offset, width), "configuration as expected");
        } else if (width == 4) {
            require(value == model_.load(offset), "a register has the value that is expected");
        } else {
            require(!value, "a register can be loaded in 4 bytes only");
        }
    }

    void store(Input& input) {
        const auto [offset, width] = next_access(input);
        const auto value = input.next<std::uint32_t>();
        if (offset == QueueNotify && width == 4) {
            return notify();
        }
        const bool taken = device_.store(offset, width, value);
        require(taken == (width == 4 || offset >= Config),
                "a register can be stored in 4 bytes only");
        if (width == 4 && offset < Config) {
            model_.store(offset, value);
        }
    }

    struct Place {
        std::uint64_t offset;
        unsigned width;
    };

    static Place next_access(Input& input) {
        constexpr unsigned widths[] = {4, 1, 2, 8};
        const std::uint64_t offset = input.next<std::uint16_t>() & 0xfff;
        const unsigned width = input.pick(widths);
        return {offset & ~(width - 1ull), width};
    }

    void set(std::uint64_t offset, std::uint64_t value) {
        const auto word = static_cast<std::uint32_t>(value);
        require(device_.store(offset, 4, word), "a register takes a store");
        model_.store(offset, word);
    }

    /// Writes at `offset` of guest memory, if it is there.
    template <class T>
    void poke(std::uint64_t offset, T value) {
        if (offset <= ram_size - sizeof value) {
            std::memcpy(&ram_[offset], &value, sizeof value);
            std::memcpy(&model_ram[offset], &value, sizeof value);
        }
    }

    void describe(std::uint64_t index, std::uint64_t offset, std::uint32_t length,
                  std::uint16_t flags, std::uint16_t next) {
        poke(table_ + 16 * index, ram_base + offset);
        poke(table_ + 16 * index + 8, length);
        poke(table_ + 16 * index + 12, flags);
        poke(table_ + 16 * index + 14, next);
    }

    void offer(std::uint16_t head, unsigned times) {
        for (unsigned count = 0; count < times; ++count) {
            poke(available_ + 4 + 2 * (next_++ % entries_), head);
        }
        poke(available_ + 2, next_);
    }

    /// Makes a request of the next free descriptors, and offers it.
    void request(Input& input) {
        constexpr std::uint32_t types[] = {IN, OUT, FLUSH, GET_ID, 11};
        constexpr std::uint64_t headers = 0x4000, statuses = 0x5000, buffers = 0x6000;
        const std::uint32_t type = input.pick(types);
        const std::uint64_t sector = input.next<std::uint16_t>();
        const unsigned count = input.below(127);
        const std::uint32_t length = next_length(input);

        const std::uint64_t number = free_ % 64;
        const std::uint16_t head = next_free();
        std::uint16_t here = head;
        const auto add = [&](std::uint64_t offset, std::uint32_t bytes, std::uint16_t flags) {
            const std::uint16_t next = flags & NEXT ? next_free() : 0;
            describe(here, offset, bytes, flags, next);
            here = next;
        };
        poke(headers + 16 * number, type);
        poke(headers + 16 * number + 8, sector);
        add(headers + 16 * number, 16, NEXT);
        for (unsigned buffer = 0; buffer < count; ++buffer) {
            add(buffers + 512 * (buffer % 8), length, type == OUT ? NEXT : NEXT | WRITE);
        }
        add(statuses + number, 1, WRITE);
        offer(head, 1);
    }

    std::uint16_t next_free() {
        return static_cast<std::uint16_t>(free_++ % entries_);
    }

    void notify() {
        const bool known = !model_.serves() || (!model_.lost() && !model_.tangled());
        require(device_.store(QueueNotify, 4, 0), "a notification is taken");
        if (known) {
            model_.notify();
        } else {
            give_up();
        }
        check_memory();
        check_disk();
    }

    /// Takes memory, disk and registers as they are, within what is allowed.
    void give_up() {
        const auto status = static_cast<std::uint32_t>(*device_.load(Status, 4));
        const auto interrupts = static_cast<std::uint32_t>(*device_.load(InterruptStatus, 4));
        require((status & ~NEEDS_RESET) == model_.status(), "no other status changes");
        require((interrupts | 3) == (model_.interrupt_status() | 3), "there are two interrupts");
        require((interrupts & model_.interrupt_status()) == model_.interrupt_status(),
                "none is lost");
        model_.lose(status, interrupts);
        std::memcpy(model_ram, ram_.data(), ram_size);
        if (!read_only_ && !disk_.empty()) {
            std::memcpy(model_disk, disk_.data(), disk_.size());
        }
    }

    void check_registers() {
        require(device_.load(Status, 4) == model_.status(), "the status is as expected");
        require(device_.load(InterruptStatus, 4) == model_.interrupt_status(),
                "the interrupts are as expected");
        const bool line = *plic_.load(0x1000, 4) & 1 << 1; // pending, as nobody claims it
        require(line == (model_.interrupt_status() != 0), "the line follows the interrupt status");
    }

    void check_memory() {
        require(same(ram_, model_ram), "guest memory is as expected");
    }

    void check_disk() {
        require(same(disk_, std::span{model_disk}.first(disk_.size())), "the disk is as expected");
    }

    std::span<std::byte> ram_ = ram_memory.bytes(), disk_;
    bool read_only_;
    Model model_{model_ram, std::span{model_disk}.first(disk_.size()), read_only_};
    const GuestMemory memory_{{{ram_base}, ram_size}, address_of(ram_.data())};
    Plic plic_;
    VirtioBlk device_{disk_, read_only_, memory_, {plic_, 1}};

    // Where the driver has its queue, as offsets into guest memory.
    std::uint64_t table_ = 0x1000, available_ = 0x2000, used_ = 0x3000;
    unsigned entries_ = 8;
    std::uint16_t next_ = 0; ///< the available ring's index
    unsigned free_ = 0;      ///< the next descriptor
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input{data, size};
    const unsigned kind = input.next();
    const std::size_t sectors = disk_sectors[(kind & 0x7f) % std::size(disk_sectors)];
    Driver{sectors * sector_size, (kind & 0x80) != 0}.run(input);
    return 0;
}
