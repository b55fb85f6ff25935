// The PLIC and the UART behind the bus, against models written from the PLIC specification and the
// 16550 data sheet, while lines go up and down and bytes are typed.

#include "bus.hpp"
#include "fake.hpp"
#include "fuzz.hpp"
#include "guest_map.hpp"
#include "uart.hpp"

#include <array>
#include <deque>
#include <utility>

namespace {

/// What an input consists of.
enum class Op : std::uint8_t {
    load_plic,  ///< register of `plic_registers`
    store_plic, ///< register of `plic_registers`, value (32 bits)
    priority,   ///< source, priority
    load_uart,  ///< register
    store_uart, ///< register, value
    load,       ///< any address (32 bits), width
    store,      ///< any address (32 bits), width, value (64 bits)
    raise,      ///< source
    lower,      ///< source
    type,       ///< byte, which the UART is told of at once
    type_late,  ///< byte, which the UART is not told of yet
    update,     ///< the UART is told
    attach,     ///< the PLIC answers at a second address, too
    count,
};

constexpr std::uint64_t pending = 0x1000, enable = 0x2080, threshold = 0x20'1000;
constexpr std::uint64_t claim = 0x20'1004;
/// The one context's registers, and beside them some of other contexts and sources.
constexpr std::uint64_t plic_registers[] = {claim,  pending, enable,    threshold, 0x1004,
                                            0x2084, 0x2000,  0x20'0000, 0x20'0004, 0x20'2004};

/// A PLIC with one context and 31 sources (PLIC spec), whose sources are levels. As in QEMU
/// a line that falls before the claim takes its request back.
class PlicModel {
public:
    std::uint32_t load(std::uint64_t offset) {
        if (offset < 4 * 32) {
            return sources_[offset / 4].priority;
        }
        std::uint32_t value = 0;
        switch (offset) {
        case pending:
            for (unsigned source = 1; source < 32; ++source) {
                value |= is_pending(source) ? 1u << source : 0;
            }
            return value;
        case enable:
            for (unsigned source = 1; source < 32; ++source) {
                value |= sources_[source].enabled ? 1u << source : 0;
            }
            return value;
        case threshold:
            return threshold_;
        case claim:
            value = best();
            sources_[value].claimed = value != 0;
            return value;
        default:
            return 0;
        }
    }

    void store(std::uint64_t offset, std::uint32_t value) {
        if (offset < 4 * 32) {
            sources_[offset / 4].priority = value % 8;
        } else if (offset == enable) {
            for (unsigned source = 1; source < 32; ++source) {
                sources_[source].enabled = value >> source & 1;
            }
        } else if (offset == threshold) {
            threshold_ = value % 8;
        } else if (offset == claim && value < 32 && sources_[value].enabled) {
            sources_[value].claimed = false; // completion
        }
    }

    void set_line(unsigned source, bool high) {
        sources_[source].high = high;
    }

    bool line(unsigned source) const {
        return sources_[source].high;
    }

    /// Whether a source is pending, enabled, and above the threshold (chapter "Interrupt
    /// Notifications").
    bool interrupting() const {
        for (unsigned source = 1; source < 32; ++source) {
            if (is_pending(source) && sources_[source].enabled &&
                sources_[source].priority > threshold_) {
                return true;
            }
        }
        return false;
    }

private:
    struct Source {
        bool high = false;
        bool claimed = false;
        bool enabled = false;
        std::uint32_t priority = 0;
    };

    bool is_pending(unsigned source) const {
        return sources_[source].high && !sources_[source].claimed;
    }

    /// The highest priority, among equals the lowest number; never one of priority 0.
    unsigned best() const {
        for (std::uint32_t priority = 7; priority > 0; --priority) {
            for (unsigned source = 1; source < 32; ++source) {
                if (is_pending(source) && sources_[source].enabled &&
                    sources_[source].priority == priority) {
                    return source;
                }
            }
        }
        return 0;
    }

    std::array<Source, 32> sources_;
    std::uint32_t threshold_ = 0;
};

/// A 16550 whose transmitter is always empty and whose receiver is the console's input, or in a
/// loop its own transmitter.
class UartModel {
public:
    void type(char byte) {
        typed_.push_back(byte);
    }

    std::uint8_t load(std::uint64_t offset) {
        const bool divisor = is_divisor(offset);
        switch (offset) {
        case 0:
            return divisor ? dll_ : read();
        case 1:
            return divisor ? dlm_ : ier_;
        case 2:
            return fifo_ | identify();
        case 3:
            return lcr_;
        case 4:
            return mcr_;
        case 5:
            return ready() ? 0x61 : 0x60;
        case 6:
            return loop() ? looped_lines() : 0xb0;
        default:
            return scr_;
        }
    }

    void store(std::uint64_t offset, std::uint8_t value) {
        const bool divisor = is_divisor(offset);
        switch (offset) {
        case 0:
            if (divisor) {
                dll_ = value;
            } else {
                empty_ = true; // again, at once
                if (loop()) {
                    looped_ = value;
                } else {
                    printed += static_cast<char>(value);
                }
            }
            break;
        case 1:
            if (divisor) {
                dlm_ = value;
            } else {
                empty_ = empty_ || (!(ier_ & 2) && (value & 2));
                ier_ = value & 0x0f;
            }
            break;
        case 2:
            fifo_ = value & 1 ? 0xc0 : 0;
            break;
        case 3:
            lcr_ = value;
            break;
        case 4:
            mcr_ = value & 0x1f;
            break;
        case 7:
            scr_ = value;
            break;
        }
    }

    bool is_divisor(std::uint64_t offset) const {
        return (lcr_ & 0x80) && offset < 2;
    }

    bool interrupting() const {
        return ((ier_ & 1) && ready()) || ((ier_ & 2) && empty_);
    }

    /// Bytes that were typed and not read.
    std::size_t waiting() const {
        return typed_.size();
    }

    std::string printed;

private:
    bool loop() const {
        return mcr_ & 0x10;
    }

    /// Whether there is a byte to read.
    bool ready() const {
        return loop() ? looped_.has_value() : !typed_.empty();
    }

    std::uint8_t read() {
        const auto looped = std::exchange(looped_, std::nullopt); // not kept, whatever is read
        if (loop()) {
            return looped.value_or(0);
        }
        if (typed_.empty()) {
            return 0;
        }
        const char byte = typed_.front();
        typed_.pop_front();
        return static_cast<std::uint8_t>(byte);
    }

    std::uint8_t identify() {
        if ((ier_ & 1) && ready()) {
            return 4;
        }
        if ((ier_ & 2) && empty_) {
            empty_ = false;
            return 2;
        }
        return 1;
    }

    /// MSR in loopback: CTS is RTS, DSR is DTR, RI is OUT1, DCD is OUT2.
    std::uint8_t looped_lines() const {
        const bool dtr = mcr_ & 1, rts = mcr_ & 2, out1 = mcr_ & 4, out2 = mcr_ & 8;
        return static_cast<std::uint8_t>(rts << 4 | dtr << 5 | out1 << 6 | out2 << 7);
    }

    std::deque<char> typed_;
    std::optional<std::uint8_t> looped_; ///< what was transmitted in a loop and not received
    bool empty_ = false;
    std::uint8_t ier_ = 0, fifo_ = 0, lcr_ = 0, mcr_ = 0, scr_ = 0, dll_ = 0, dlm_ = 0;
};

class Guest {
public:
    Guest() {
        fake::reset();
    }

    void run(Input& input) {
        while (!input.empty()) {
            step(input);
            check();
        }
    }

private:
    static constexpr std::uint64_t plic_base = 0x0c00'0000, uart_base = 0x1000'0000;
    static constexpr std::uint64_t second_base = 0x3000'0000;
    static constexpr unsigned uart_source = 10;

    void step(Input& input) {
        constexpr unsigned widths[] = {4, 1, 2, 8};
        switch (input.op<Op>()) {
        case Op::load_plic:
            return load(plic_base + input.pick(plic_registers), 4);
        case Op::store_plic: {
            const std::uint64_t address = plic_base + input.pick(plic_registers);
            return store(address, 4, input.next<std::uint32_t>());
        }
        case Op::priority: {
            const std::uint64_t address = plic_base + 4 * input.below(33); // one too many
            store(address, 4, input.next());
            return load(address, 4);
        }
        case Op::load_uart:
            return load(uart_base + input.below(9), 1); // one too many
        case Op::store_uart: {
            const std::uint64_t address = uart_base + input.below(9);
            return store(address, 1, input.next());
        }
        case Op::load: {
            const auto address = input.next<std::uint32_t>();
            const unsigned width = input.pick(widths);
            return load(address & ~(width - 1ull), width);
        }
        case Op::store: {
            const auto address = input.next<std::uint32_t>();
            const unsigned width = input.pick(widths);
            return store(address & ~(width - 1ull), width, input.next<std::uint64_t>());
        }
        case Op::raise:
            return set_line(1 + input.below(31), true);
        case Op::lower:
            return set_line(1 + input.below(31), false);
        case Op::type:
            type(static_cast<char>(input.next()));
            return update();
        case Op::type_late:
            return type(static_cast<char>(input.next()));
        case Op::update:
            return update();
        case Op::attach:
            second_ = true;
            return;
        case Op::count:
            break;
        }
    }

    /// What is on the bus now.
    std::span<const Mapping> bus() const {
        return std::span{mappings_}.first(second_ ? 3 : 2);
    }

    std::optional<std::uint64_t> bus_load(GuestPhysical address, unsigned width) const {
        const Mapping* found = find_device(bus(), address, width);
        return found ? found->device.load(address - found->range.start, width) : std::nullopt;
    }

    bool bus_store(GuestPhysical address, unsigned width, std::uint64_t value) const {
        const Mapping* found = find_device(bus(), address, width);
        return found && found->device.store(address - found->range.start, width, value);
    }

    void load(std::uint64_t address, unsigned width) {
        const auto value = bus_load({address}, width);
        if (const auto offset = plic_offset(address, width)) {
            require(value == plic_model_.load(*offset), "the PLIC answers by its spec");
        } else if (is_uart_register(address, width)) {
            const auto expected = uart_model_.load(address - uart_base);
            require(value == expected, "the UART answers by its data sheet");
            updated();
        } else {
            require(!value, "nothing answers where there is no register");
        }
    }

    void store(std::uint64_t address, unsigned width, std::uint64_t value) {
        const bool taken = bus_store({address}, width, value);
        const auto plic = plic_offset(address, width);
        const bool uart = is_uart_register(address, width);
        require(taken == (plic.has_value() || uart), "a store is taken where there is a register");
        if (plic) {
            plic_model_.store(*plic, static_cast<std::uint32_t>(value));
        } else if (uart) {
            uart_model_.store(address - uart_base, static_cast<std::uint8_t>(value));
            updated();
        }
    }

    /// Where in the PLIC's registers that is, if it is there at all.
    std::optional<std::uint64_t> plic_offset(std::uint64_t address, unsigned width) const {
        for (const std::uint64_t base : {plic_base, second_base}) {
            const bool attached = base == plic_base || second_;
            if (width == 4 && attached && address >= base && address < base + 0x60'0000) {
                return address - base;
            }
        }
        return std::nullopt;
    }

    static bool is_uart_register(std::uint64_t address, unsigned width) {
        return width == 1 && address >= uart_base && address < uart_base + 8;
    }

    void set_line(unsigned source, bool high) {
        if (source != uart_source) {
            InterruptLine{plic_, source}.set(high);
            plic_model_.set_line(source, high);
        }
    }

    void type(char byte) {
        fake::input.push_back(byte);
        uart_model_.type(byte);
        late_ = true;
    }

    void update() {
        uart_.update();
        updated();
    }

    /// The UART has had the chance to look at its input: its line has to be right now.
    void updated() {
        late_ = false;
        plic_model_.set_line(uart_source, uart_model_.interrupting());
    }

    void check() {
        require(plic_.interrupting() == plic_model_.interrupting(), "the hart is interrupted");
        const auto bits = bus_load({plic_base + pending}, 4);
        require(bits == plic_model_.load(pending), "the pending bits are those of the lines");
        require(late_ || plic_model_.line(uart_source) == uart_model_.interrupting(),
                "the UART's line is what IER, IIR and LSR say");
        require(fake::output == uart_model_.printed, "what is printed is what was written");
        require(fake::input.size() == uart_model_.waiting(), "no typed byte is lost");
    }

    Plic plic_;
    Uart uart_{{plic_, uart_source}};
    Mapping mappings_[3] = {
        {guest_map::uart, uart_},
        {guest_map::plic, plic_},
        {{{second_base}, 0x60'0000}, plic_},
    };
    PlicModel plic_model_;
    UartModel uart_model_;
    bool second_ = false; ///< the PLIC is attached twice
    /// Something was typed of which the UART does not know yet.
    bool late_ = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input{data, size};
    Guest{}.run(input);
    return 0;
}
