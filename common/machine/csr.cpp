// What software reads from CSRs and what its writes do (Privileged spec 2 to 3, 10, 16, 18).

#include "hart.hpp"

#include <algorithm>
#include <span>

namespace machine {

namespace {

constexpr u64 all = ~0ull;
constexpr u64 addresses = ~1ull; // of instructions: bit 0 is always 0 (3.1.14)

/// misa: RV64 with A, C, D, F, H, I, M, S and U (3.1.1).
constexpr u64 misa_value = 2ull << 62 | 0b1'0100'0001'0001'1010'1101;

// The bits of the status registers that can be written (3.1.6, 10.1.1, 18.2.11).
constexpr u64 sstatus_bits =
    status::SIE | status::SPIE | status::SPP | status::FS | status::SUM | status::MXR;
constexpr u64 mstatus_bits = sstatus_bits | status::MIE | status::MPIE | status::MPP |
                             status::MPRV | status::TVM | status::TW | status::TSR | status::GVA |
                             status::MPV;
constexpr u64 hstatus_bits = hstatus::GVA | hstatus::SPV | hstatus::SPVP | hstatus::HU |
                             hstatus::VTVM | hstatus::VTW | hstatus::VTSR;

// The exceptions that can be delegated (3.1.8, 18.2.2).
constexpr u64 medeleg_bits = 0xf0'b7ff, hedeleg_bits = 0xb1ff;

/// A register with a content of its own, and the bits of it that can be written.
struct Plain {
    Csr number;
    u64 Registers::* content;
    u64 writable;
};

constexpr std::array plain_registers = {
    Plain{Csr::scounteren, &Registers::scounteren, counteren::all},
    Plain{Csr::senvcfg, &Registers::senvcfg, envcfg::FIOM},
    Plain{Csr::stvec, &Registers::stvec, all},
    Plain{Csr::sscratch, &Registers::sscratch, all},
    Plain{Csr::sepc, &Registers::sepc, addresses},
    Plain{Csr::scause, &Registers::scause, all},
    Plain{Csr::stval, &Registers::stval, all},
    Plain{Csr::stimecmp, &Registers::stimecmp, all},
    Plain{Csr::satp, &Registers::satp, all},
    Plain{Csr::vsstatus, &Registers::vsstatus, sstatus_bits},
    Plain{Csr::vstvec, &Registers::vstvec, all},
    Plain{Csr::vsscratch, &Registers::vsscratch, all},
    Plain{Csr::vsepc, &Registers::vsepc, addresses},
    Plain{Csr::vscause, &Registers::vscause, all},
    Plain{Csr::vstval, &Registers::vstval, all},
    Plain{Csr::vstimecmp, &Registers::vstimecmp, all},
    Plain{Csr::vsatp, &Registers::vsatp, all},
    Plain{Csr::mstatus, &Registers::mstatus, mstatus_bits},
    Plain{Csr::medeleg, &Registers::medeleg, medeleg_bits},
    Plain{Csr::mideleg, &Registers::mideleg, interrupt::of_s},
    Plain{Csr::mie, &Registers::mie, interrupt::of_m | interrupt::of_s | interrupt::of_vs},
    Plain{Csr::mtvec, &Registers::mtvec, all},
    Plain{Csr::mcounteren, &Registers::mcounteren, counteren::all},
    Plain{Csr::menvcfg, &Registers::menvcfg, envcfg::FIOM | envcfg::STCE},
    Plain{Csr::mscratch, &Registers::mscratch, all},
    Plain{Csr::mepc, &Registers::mepc, addresses},
    Plain{Csr::mcause, &Registers::mcause, all},
    Plain{Csr::mtval, &Registers::mtval, all},
    Plain{Csr::mtinst, &Registers::mtinst, all},
    Plain{Csr::mtval2, &Registers::mtval2, all},
    Plain{Csr::hstatus, &Registers::hstatus, hstatus_bits},
    Plain{Csr::hedeleg, &Registers::hedeleg, hedeleg_bits},
    Plain{Csr::hideleg, &Registers::hideleg, interrupt::of_vs},
    Plain{Csr::htimedelta, &Registers::htimedelta, all},
    Plain{Csr::hcounteren, &Registers::hcounteren, counteren::all},
    Plain{Csr::henvcfg, &Registers::henvcfg, envcfg::FIOM | envcfg::STCE},
    Plain{Csr::htval, &Registers::htval, all},
    Plain{Csr::hvip, &Registers::hvip, interrupt::of_vs},
    Plain{Csr::htinst, &Registers::htinst, all},
    Plain{Csr::hgatp, &Registers::hgatp, all},
};

/// A register of which HS-mode should not expect that it holds what it cannot.
struct Judged {
    Csr number;
    std::string_view name, section;
};

constexpr std::array judged_registers = {
    Judged{Csr::sie, "sie", "10.1.3"},         Judged{Csr::stvec, "stvec", "10.1.2"},
    Judged{Csr::vstvec, "vstvec", "18.2.13"},  Judged{Csr::hstatus, "hstatus", "18.2.1"},
    Judged{Csr::hedeleg, "hedeleg", "18.2.2"}, Judged{Csr::hideleg, "hideleg", "18.2.2"},
    Judged{Csr::hie, "hie", "18.2.3"},         Judged{Csr::hvip, "hvip", "18.2.3"},
    Judged{Csr::henvcfg, "henvcfg", "18.2.5"}, Judged{Csr::hcounteren, "hcounteren", "18.2.6"},
};

const Plain* find_plain(Csr number) {
    const auto* found = std::ranges::find(plain_registers, number, &Plain::number);
    return found == plain_registers.end() ? nullptr : found;
}

/// Whether `number` is one of `count` registers from `first` on.
constexpr bool among(Csr number, Csr first, unsigned count) {
    return static_cast<unsigned>(number) - static_cast<unsigned>(first) < count;
}

/// Which of the registers from `first` on it is.
constexpr unsigned index(Csr number, Csr first) {
    return static_cast<unsigned>(number) - static_cast<unsigned>(first);
}

/// The counters that never count and all that belongs to them, which read as 0 (3.1.10).
constexpr bool is_idle_counter(Csr number) {
    return among(number, Csr::mhpmcounter3, 29) || among(number, Csr::mhpmevent3, 29) ||
           among(number, Csr::hpmcounter3, 29) || number == Csr::mcountinhibit;
}

/// Whether it is a register that shows something of others or is constant.
constexpr bool is_derived(Csr number) {
    switch (number) {
    case Csr::fflags:
    case Csr::frm:
    case Csr::fcsr:
    case Csr::sstatus:
    case Csr::sie:
    case Csr::sip:
    case Csr::vsie:
    case Csr::vsip:
    case Csr::misa:
    case Csr::mip:
    case Csr::pmpcfg0:
    case Csr::pmpcfg2:
    case Csr::hie:
    case Csr::hip:
    case Csr::hgeie:
    case Csr::hgeip:
    case Csr::mcycle:
    case Csr::minstret:
    case Csr::cycle:
    case Csr::time:
    case Csr::instret:
    case Csr::mvendorid:
    case Csr::marchid:
    case Csr::mimpid:
    case Csr::mhartid:
    case Csr::mconfigptr:
        return true;
    default:
        return among(number, Csr::pmpaddr0, 16) || is_idle_counter(number);
    }
}

/// Whether it is a counter that counteren registers open to lower modes, by its bit there.
constexpr bool is_counter(Csr number) {
    return among(number, Csr::cycle, 32);
}

/// Whether other addresses may lead elsewhere after a write to it.
constexpr bool moves_translation(Csr number) {
    return number == Csr::satp || number == Csr::vsatp || number == Csr::hgatp ||
           among(number, Csr::pmpcfg0, 32);
}

constexpr u64 with_sd(u64 status) { // SD sums up that FS is dirty (3.1.6.6)
    return (status & status::FS) == status::FS ? status | status::SD : status;
}

} // namespace

/// Whether stimecmp or vstimecmp exists below M-mode (16.1.1, 16.2.1).
bool Hart::timer_enabled(u64 envcfg) const {
    return csr_.menvcfg & envcfg & envcfg::STCE;
}

/// The exception that an access to CSR `number` raises now; none if it is allowed (2.1, 18.6.1).
std::optional<Cause> Hart::csr_fault(u16 number, bool write) const {
    const Csr csr{number};
    const unsigned level = number >> 8 & 3;
    const bool known = find_plain(csr) != nullptr || is_derived(csr);
    if (!known || (write && number >> 10 == 3) || (level == 3 && mode_ != Mode::machine) ||
        ((csr == Csr::fcsr || csr == Csr::frm || csr == Csr::fflags) && !float_enabled())) {
        return Cause::illegal_instruction;
    }
    if (mode_ == Mode::machine) {
        return std::nullopt;
    }
    if ((csr == Csr::stimecmp || csr == Csr::vstimecmp) && // not even for HS-mode (16.1.1, 16.2.1)
        !(timer_enabled(all) && (csr_.mcounteren & counteren::TM))) {
        return Cause::illegal_instruction;
    }
    if (virtualized_ && (level == 2 || (level == 1 && mode_ == Mode::user))) {
        return Cause::virtual_instruction;
    }
    if (level != 0 && mode_ == Mode::user) {
        return Cause::illegal_instruction;
    }
    if (csr == Csr::satp && virtualized_ && (csr_.hstatus & hstatus::VTVM)) {
        return Cause::virtual_instruction;
    }
    if ((csr == Csr::satp || csr == Csr::hgatp) && !virtualized_ && (csr_.mstatus & status::TVM)) {
        return Cause::illegal_instruction;
    }
    if (csr == Csr::stimecmp && virtualized_ &&
        (!timer_enabled(csr_.henvcfg) || !(csr_.hcounteren & counteren::TM))) {
        return Cause::virtual_instruction;
    }
    return is_counter(csr) ? counter_fault(index(csr, Csr::cycle)) : std::nullopt;
}

/// The same for the counter with bit `number` in the counteren registers (3.1.11, 18.2.6).
std::optional<Cause> Hart::counter_fault(unsigned number) const {
    const bool for_user = mode_ != Mode::user || bit(csr_.scounteren, number);
    if (!bit(csr_.mcounteren, number)) {
        return Cause::illegal_instruction;
    }
    if (virtualized_ && !(bit(csr_.hcounteren, number) && for_user)) {
        return Cause::virtual_instruction;
    }
    return for_user ? std::nullopt : std::optional{Cause::illegal_instruction};
}

/// The interrupts that are pending: mip (3.1.9).
u64 Hart::pending() const {
    const u64 now = ticks();
    const bool own_timer = timer_enabled(all); // then stimecmp has STIP to itself (16.1.1)
    u64 mip = csr_.mip | csr_.hvip;
    if (own_timer) {
        mip = (mip & ~interrupt::STI) | (now >= csr_.stimecmp ? interrupt::STI : 0);
    }
    if (timer_enabled(csr_.henvcfg) && now + csr_.htimedelta >= csr_.vstimecmp) {
        mip |= interrupt::VSTI;
    }
    mip |= bus_.aclint.software() ? interrupt::MSI : 0;
    mip |= now >= bus_.aclint.deadline() ? interrupt::MTI : 0;
    mip |= bus_.plic.interrupting(0) ? interrupt::MEI : 0;
    mip |= bus_.plic.interrupting(1) ? interrupt::SEI : 0;
    return mip;
}

u64 Hart::read_csr(Csr number) const {
    const u64 of_s = csr_.mideleg & interrupt::of_s;
    const u64 of_guest = csr_.hideleg & interrupt::of_vs;
    switch (number) {
    case Csr::fflags:
        return csr_.fcsr & 0x1f;
    case Csr::frm:
        return csr_.fcsr >> 5;
    case Csr::fcsr:
        return csr_.fcsr;
    case Csr::mstatus:
    case Csr::sstatus:
        return with_sd(csr_.mstatus) &
               (number == Csr::mstatus ? all : sstatus_bits | status::UXL | status::SD);
    case Csr::vsstatus:
        return with_sd(csr_.vsstatus);
    case Csr::sie:
        return csr_.mie & of_s;
    case Csr::sip:
        return pending() & of_s;
    case Csr::vsie: // at the places of a supervisor's bits (18.2.12)
        return (csr_.mie & of_guest) >> 1;
    case Csr::vsip:
        return (pending() & of_guest) >> 1;
    case Csr::hie:
        return csr_.mie & interrupt::of_vs;
    case Csr::hip:
        return pending() & interrupt::of_vs;
    case Csr::mip:
        return pending();
    case Csr::misa:
        return misa_value;
    case Csr::henvcfg:
        return csr_.henvcfg & (csr_.menvcfg | ~envcfg::STCE);
    case Csr::mcycle:
    case Csr::cycle:
        return instructions_ + skipped_ + csr_.cycle_offset;
    case Csr::minstret:
    case Csr::instret:
        return instructions_ + csr_.instret_offset;
    case Csr::time:
        return ticks() + (virtualized_ ? csr_.htimedelta : 0);
    case Csr::pmpcfg0:
    case Csr::pmpcfg2: {
        u64 value = 0;
        std::memcpy(&value, csr_.pmpcfg + (number == Csr::pmpcfg0 ? 0 : 8), sizeof value);
        return value;
    }
    default:
        break;
    }
    if (among(number, Csr::pmpaddr0, 16)) {
        return csr_.pmpaddr[index(number, Csr::pmpaddr0)];
    }
    const Plain* plain = find_plain(number);
    return plain != nullptr ? csr_.*plain->content : 0;
}

void Hart::write_csr(Csr number, u64 value) {
    const u64 of_s = csr_.mideleg & interrupt::of_s;
    const u64 of_guest = csr_.hideleg & interrupt::of_vs;
    const auto write_bits = [](u64& target, u64 mask, u64 from) {
        target = (target & ~mask) | (from & mask);
    };
    switch (number) {
    case Csr::fflags:
    case Csr::frm:
    case Csr::fcsr:
        write_float_csr(number, value);
        break;
    case Csr::sstatus:
        write_bits(csr_.mstatus, sstatus_bits, value);
        break;
    case Csr::sie:
        write_bits(csr_.mie, of_s, value);
        break;
    case Csr::sip:
        write_bits(csr_.mip, of_s & interrupt::SSI, value);
        break;
    case Csr::vsie:
        write_bits(csr_.mie, of_guest, value << 1);
        break;
    case Csr::vsip:
        write_bits(csr_.hvip, of_guest & interrupt::VSSI, value << 1);
        break;
    case Csr::hie:
        write_bits(csr_.mie, interrupt::of_vs, value);
        break;
    case Csr::hip:
        write_bits(csr_.hvip, interrupt::VSSI, value);
        break;
    case Csr::mip:
        write_bits(csr_.mip, interrupt::of_s, value);
        write_bits(csr_.hvip, interrupt::VSSI, value);
        break;
    case Csr::mcycle:
        csr_.cycle_offset = value - instructions_ - skipped_;
        break;
    case Csr::minstret:
        csr_.instret_offset = value - instructions_ - 1; // this instruction does not count (3.1.10)
        break;
    case Csr::pmpcfg0:
    case Csr::pmpcfg2:
        write_pmpcfg(number == Csr::pmpcfg0 ? 0 : 8, value);
        break;
    default:
        if (among(number, Csr::pmpaddr0, 16)) {
            write_pmpaddr(index(number, Csr::pmpaddr0), value);
        } else if (const Plain* plain = find_plain(number)) {
            u64& content = csr_.*plain->content;
            write_bits(content, plain->writable, legalize(number, content, value));
        }
    }
    if (mode_ == Mode::supervisor && !virtualized_) {
        judge_write(number, value);
    }
    if (moves_translation(number)) {
        flush_translations();
    }
    data_context_ = context(data_view());
    attention_ = true; // other interrupts may be pending or enabled now
}

/// frm and fflags are the two parts of fcsr (Unprivileged spec 20.2).
void Hart::write_float_csr(Csr number, u64 value) {
    constexpr u64 flags = 0x1f, mode = 0xe0;
    if (number == Csr::fflags) {
        csr_.fcsr = (csr_.fcsr & mode) | (value & flags);
    } else if (number == Csr::frm) {
        csr_.fcsr = (csr_.fcsr & flags) | (value << 5 & mode);
    } else {
        csr_.fcsr = value & (mode | flags);
    }
    dirty_float();
}

/// What a register holds after `value` was written to it instead of `old`: its fields are WARL, so
/// what they cannot hold they do not (2.3).
u64 Hart::legalize(Csr number, u64 old, u64 value) const {
    switch (number) {
    case Csr::mstatus:
        if (bits(value, status::MPP_low, 2) == 2) { // no mode has this number (3.1.6.1)
            value = (value & ~status::MPP) | (old & status::MPP);
        }
        return value;
    case Csr::henvcfg: // STCE is 0 while menvcfg's is (16.3)
        return value & (csr_.menvcfg | ~envcfg::STCE);
    case Csr::mtvec:
    case Csr::stvec:
    case Csr::vstvec: // MODE is direct or vectored (3.1.7)
        return (value & 2) == 0 ? value : old;
    case Csr::satp:
    case Csr::vsatp:
    case Csr::hgatp:
        return legalize_atp(number, old, value);
    default:
        return value;
    }
}

/// The same for the registers that say where translation begins (10.1.11, 18.2.10, 18.2.17).
u64 Hart::legalize_atp(Csr number, u64 old, u64 value) const {
    const u64 mode = value >> atp::mode_low;
    const u64 last = has(Freedom::sv39_only) ? atp::sv39 : atp::sv57;
    const u64 id_bits = has(Freedom::no_asid) ? 0 : number == Csr::hgatp ? 0x3fff : 0xffff;
    const bool known = mode == atp::bare || (mode >= atp::sv39 && mode <= last);
    if (!known && number != Csr::hgatp) {
        return old; // the whole write has no effect
    }
    const u64 kept_mode = known ? mode : old >> atp::mode_low;
    u64 ppn = value & atp::PPN;
    if (number == Csr::hgatp && kept_mode != atp::bare) {
        ppn &= ~3ull; // the root is aligned to 16 KiB
    }
    return kept_mode << atp::mode_low | (value & id_bits << atp::id_low) | ppn;
}

/// An entry that is locked stays as it is, and so does the address below a locked range (3.7.1).
void Hart::write_pmpcfg(unsigned first, u64 value) {
    for (unsigned number = first; number < first + 8; ++number, value >>= 8) {
        const bool locked = bit(csr_.pmpcfg[number], 7);
        const bool reserved = (value & 3) == 2; // W without R
        if (!locked && !reserved) {
            csr_.pmpcfg[number] = static_cast<u8>(value & 0x9f);
        }
    }
}

void Hart::write_pmpaddr(unsigned number, u64 value) {
    const u8 next = number < 15 ? csr_.pmpcfg[number + 1] : u8{0};
    const bool next_is_locked_range = bit(next, 7) && bits(next, 3, 2) == 1;
    if (!bit(csr_.pmpcfg[number], 7) && !next_is_locked_range) {
        csr_.pmpaddr[number] = value & ((1ull << 54) - 1);
    }
}

/// Reports what a hypervisor has written to a register of its own and the register does not hold.
void Hart::judge_write(Csr number, u64 value) {
    if (const auto* judged = std::ranges::find(judged_registers, number, &Judged::number);
        judged != judged_registers.end()) {
        const u64 held = read_csr(number);
        if (value != held) {
            report(judged->name, " does not hold ", Hex{value}, " but ", Hex{held}, ": bits ",
                   Hex{value ^ held}, " cannot be written (Privileged spec ", judged->section, ")");
        }
    }
    const bool is_status = number == Csr::sstatus || number == Csr::vsstatus;
    if (is_status && (value & status::UXL) != status::UXL_64) {
        report(number == Csr::sstatus ? "sstatus" : "vsstatus", ".UXL is written as ",
               Hex{value >> 32 & 3}, ": registers of U-mode have 64 bits only if it is 2 ",
               "(Privileged spec 10.1.1.2)");
    }
    if (number == Csr::hgatp && value >> atp::mode_low != atp::bare && (value & 3) != 0) {
        report("hgatp: the root table at ", Hex{(value & atp::PPN) << 12},
               " is not aligned to 16 KiB (Privileged spec 18.5.1)");
    }
}

} // namespace machine
