// SBI calls with any registers, against what the SBI spec says of each: what they answer, what they
// may touch, and that nothing else changes.

#include "sbi.hpp"

#include "fake.hpp"
#include "fuzz.hpp"
#include "sbi_ids.hpp"

#include <string>

namespace {

/// What an input consists of.
enum class Op : std::uint8_t {
    call,     ///< extension (of `extensions`), function, and three arguments
    call_any, ///< extension and function (64 bits each), and three arguments
    type,     ///< a byte
    fill,     ///< a byte: memory is filled with bytes from that on
    count,
};

/// Those that there are, and, from HSM on, some that there are not.
constexpr std::uint64_t extensions[] = {SET_TIMER, PUTCHAR, GETCHAR, SHUTDOWN, BASE, TIME,
                                        IPI,       RFENCE,  SRST,    DBCN,     HSM,  PMU,
                                        3,         7,       0xf,     0x11,     SUSP, ~0ull};
constexpr std::size_t present = 10;

constexpr std::uint64_t ram_base = 0x8000'0000, ram_size = 8 * 1024;
constexpr std::size_t most_bytes = 4096; // that one call prints or reads

Guarded ram_memory{ram_size};
alignas(16) std::byte expected_memory[ram_size];

/// What a call may do, and what it answers.
struct Expected {
    std::int64_t error = NOT_SUPPORTED;
    std::uint64_t value = 0;
    std::optional<Stop> stop = std::nullopt;
    std::string printed = {};
    std::size_t typed = 0; ///< bytes that it reads
    std::uint64_t to = 0;  ///< where to, as an offset into memory
    std::optional<std::uint64_t> deadline = std::nullopt;
    bool software_interrupt = false;
    unsigned instruction_fences = 0, address_fences = 0;
};

bool exists(std::uint64_t extension) {
    return std::ranges::count(std::span{extensions}.first(present), extension) != 0;
}

class Guest {
public:
    Guest() {
        fake::reset();
        fill(0);
        require(memory_.range().size == ram_size && memory_.host() == address_of(ram_.data()),
                "the guest has the memory that it was given");
        vcpu_.pc = {0x1234};
        for (std::size_t at = 0; at < vcpu_.x.size(); ++at) {
            vcpu_.x[at] = 0x1111'1111'1111'1111 * at; // x0 is 0
        }
    }

    void run(Input& input) {
        while (!input.empty()) {
            switch (input.op<Op>()) {
            case Op::call: {
                const std::uint64_t extension = input.pick(extensions);
                const std::uint64_t function = input.below(8);
                call(extension, function, input);
                break;
            }
            case Op::call_any: {
                const auto extension = input.next<std::uint64_t>();
                const auto function = input.next<std::uint64_t>();
                call(extension, function, input);
                break;
            }
            case Op::type:
                fake::input.push_back(static_cast<char>(input.next()));
                break;
            case Op::fill:
                fill(input.next());
                break;
            case Op::count:
                break;
            }
        }
    }

private:
    void fill(std::uint8_t first) {
        for (std::size_t at = 0; at < ram_size; at += 8) {
            const std::uint64_t word = at * 0x0101'0101'0101 + first;
            std::memcpy(&ram_[at], &word, sizeof word);
            std::memcpy(&expected_memory[at], &word, sizeof word);
        }
    }

    /// Small numbers and masks, addresses in memory, addresses around its end, and any.
    static std::uint64_t argument(Input& input) {
        switch (input.below(6)) {
        case 0:
            return input.next();
        case 1:
            return ram_base + input.next<std::uint16_t>();
        case 2:
            return ram_base + ram_size - input.next();
        case 3:
            return input.next<std::uint16_t>();
        case 4:
            return ~std::uint64_t{input.next()};
        default:
            return input.next<std::uint64_t>();
        }
    }

    void call(std::uint64_t extension, std::uint64_t function, Input& input) {
        vcpu_.x[a7] = extension;
        vcpu_.x[a6] = function;
        for (const std::size_t reg : {a0, a1, a0 + 2}) {
            vcpu_.x[reg] = argument(input);
        }
        forget_effects();
        const Expected expected = expect(extension, function);
        auto registers = vcpu_.x;
        for (std::size_t at = 0; at < expected.typed; ++at) {
            expected_memory[expected.to + at] = static_cast<std::byte>(fake::input[at]);
        }
        const std::size_t left = fake::input.size() - expected_input(extension, expected);

        const auto stop = sbi::answer(vcpu_, memory_);

        require(stop.has_value() == expected.stop.has_value(), "only those stop that may");
        require(!stop || *stop == *expected.stop, "it stops as it was asked to");
        registers[a0] = static_cast<std::uint64_t>(expected.error);
        if (extension > 0xf) { // legacy calls leave a1 alone (SBI spec, chapter 5)
            registers[a1] = expected.value;
        }
        require(vcpu_.x == registers, "a0 and a1 are as specified, the others as before");
        require(same(ram_, expected_memory), "memory is as specified");
        require(fake::output.size() <= most_bytes, "a call prints 4 KiB at most");
        require(fake::output == expected.printed, "what is printed is what was asked for");
        require(fake::input.size() == left, "it reads what it says");
        require(fake::deadlines.size() == expected.deadline.has_value(), "it sets the timer once");
        require(!expected.deadline || fake::deadlines[0] == *expected.deadline, "as asked for");
        require(fake::pending == (expected.software_interrupt ? 1u << 2 : 0), "interrupts");
        require(fake::instruction_fences == expected.instruction_fences, "FENCE.I");
        require(fake::address_fences == expected.address_fences, "SFENCE.VMA");
        require(vcpu_.pc == GuestVirtual{0x1234} && vcpu_.host_ra == 0 && vcpu_.host_sp == 0 &&
                    vcpu_.hart_id == 0,
                "nothing else changes");
    }

    static std::size_t expected_input(std::uint64_t extension, const Expected& expected) {
        const bool one = extension == GETCHAR && !fake::input.empty();
        return one ? 1 : expected.typed;
    }

    static void forget_effects() {
        fake::output.clear();
        fake::deadlines.clear();
        fake::pending = 0;
        fake::instruction_fences = fake::address_fences = 0;
    }

    Expected expect(std::uint64_t extension, std::uint64_t function) const {
        const std::uint64_t first = vcpu_.x[a0];
        switch (extension) {
        case SET_TIMER:
            return {.error = SUCCESS, .deadline = first};
        case PUTCHAR:
            return {.error = SUCCESS, .printed = {static_cast<char>(first)}};
        case GETCHAR:
            return {.error = fake::input.empty() ? -1
                                                 : static_cast<std::uint8_t>(fake::input.front())};
        case SHUTDOWN:
            return {.error = SUCCESS, .stop = Stop::power_off};
        case BASE:
            return expect_base(function);
        case TIME:
            return function == 0 ? Expected{.error = SUCCESS, .deadline = first} : Expected{};
        case IPI:
        case RFENCE:
            return expect_remote(extension, function);
        case SRST:
            return expect_reset(function);
        case DBCN:
            return expect_console(function);
        default:
            return {};
        }
    }

    Expected expect_base(std::uint64_t function) const {
        constexpr std::uint64_t version_2_0 = 2 << 24, our_id = 0x485742, our_version = 1;
        const std::uint64_t values[] = {version_2_0, our_id, our_version, exists(vcpu_.x[a0]), 0,
                                        0,           0};
        return function < 7 ? Expected{.error = SUCCESS, .value = values[function]} : Expected{};
    }

    /// 3.1: the harts in a mask. Hart 0 is the only one.
    Expected expect_remote(std::uint64_t extension, std::uint64_t function) const {
        const std::uint64_t mask = vcpu_.x[a0], base = vcpu_.x[a1];
        if (function > (extension == IPI ? 0 : 2)) {
            return {};
        }
        const bool all = base == ~0ull;
        const bool absent = !all && mask != 0 && (base != 0 || mask != 1);
        Expected expected{.error = absent ? INVALID_PARAM : SUCCESS};
        if (extension == IPI) {
            expected.software_interrupt = all || (base == 0 && mask == 1);
        } else { // a fence too many does no harm, and so each is executed
            expected.instruction_fences = function == 0;
            expected.address_fences = function != 0;
        }
        return expected;
    }

    Expected expect_reset(std::uint64_t function) const {
        const auto type = static_cast<std::uint32_t>(vcpu_.x[a0]);
        const auto reason = static_cast<std::uint32_t>(vcpu_.x[a1]);
        if (function != 0) {
            return {};
        }
        if (type > 2 || reason > 1) {
            return {.error = INVALID_PARAM};
        }
        const auto stop = type == 0 ? Stop::power_off : Stop::reboot;
        return {.error = SUCCESS, .stop = stop};
    }

    Expected expect_console(std::uint64_t function) const {
        const std::uint64_t length = vcpu_.x[a0], address = vcpu_.x[a1];
        if (function == 2) {
            return {.error = SUCCESS, .printed = {static_cast<char>(length)}};
        }
        if (function > 2) {
            return {};
        }
        const auto end = static_cast<unsigned __int128>(address) + length; // does not overflow
        if (address < ram_base || end > ram_base + ram_size || vcpu_.x[a0 + 2] != 0) {
            return {.error = INVALID_PARAM};
        }
        const std::uint64_t offset = address - ram_base;
        const std::uint64_t most = std::min<std::uint64_t>(length, most_bytes);
        Expected expected{.error = SUCCESS, .to = offset};
        if (function == 0) {
            const auto* text = reinterpret_cast<const char*>(ram_.data() + offset);
            expected.printed.assign(text, most);
            expected.value = most;
        } else {
            expected.typed = std::min<std::uint64_t>(most, fake::input.size());
            expected.value = expected.typed;
        }
        return expected;
    }

    std::span<std::byte> ram_ = ram_memory.bytes();
    const GuestMemory memory_{{{ram_base}, ram_size}, address_of(ram_.data())};
    Vcpu vcpu_{0, Timer{true}};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input{data, size};
    Guest{}.run(input);
    return 0;
}
