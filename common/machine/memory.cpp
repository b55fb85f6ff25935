// Loads and stores that the small cache of pages cannot answer, and what becomes of those that
// cannot be made.

#include "hart.hpp"

namespace machine {

/// Whose eyes loads and stores have: MPRV lends those of the mode that M-mode came from (3.1.6.3).
View Hart::data_view() const {
    if (mode_ == Mode::machine && (csr_.mstatus & status::MPRV)) {
        const Mode previous{static_cast<u8>(bits(csr_.mstatus, status::MPP_low, 2))};
        return {previous, (csr_.mstatus & status::MPV) != 0 && previous != Mode::machine};
    }
    return {mode_, virtualized_};
}

/// Loads `width` bytes. False: a trap was taken.
bool Hart::load_slowly(u64 address, unsigned width, View view, u64& value) {
    if (address % width != 0 && has(Freedom::misaligned_traps)) {
        take_at(address, view, {Cause::load_address_misaligned}, 0);
        return false;
    }
    value = 0;
    for (unsigned done = 0; done < width;) { // at most two parts: up to a page's end, and behind it
        const unsigned part = part_of_page(address + done, width - done);
        const auto physical = translate(address + done, part, Access::load, view);
        std::optional<u64> found;
        if (physical && bus_.ram.contains(*physical, part)) {
            found = 0;
            std::memcpy(&*found, bus_.ram.at(*physical), part);
        } else if (physical && part == width) {
            found = load_device(*physical, width);
        }
        if (!found) {
            take_at(address, view, physical ? Fault{Cause::load_access_fault} : physical.error(),
                    done);
            return false;
        }
        value |= *found << 8 * done;
        done += part;
    }
    return true;
}

/// Stores `width` bytes. False: a trap was taken, and nothing was stored.
bool Hart::store_slowly(u64 address, unsigned width, View view, u64 value) {
    if (address % width != 0 && has(Freedom::misaligned_traps)) {
        take_at(address, view, {Cause::store_address_misaligned}, 0);
        return false;
    }
    std::array<u64, 2> parts = {};
    unsigned count = 0;
    for (unsigned done = 0; done < width;) { // both may be stored to, or none is
        const unsigned part = part_of_page(address + done, width - done);
        const auto physical = translate(address + done, part, Access::store, view);
        const bool is_ram = physical && bus_.ram.contains(*physical, part);
        if (!physical || (!is_ram && part != width)) {
            take_at(address, view, physical ? Fault{Cause::store_access_fault} : physical.error(),
                    done);
            return false;
        }
        parts[count++] = *physical;
        done += part;
    }
    if (!bus_.ram.contains(parts[0], 1)) {
        if (!store_device(parts[0], width, value)) {
            take_at(address, view, {Cause::store_access_fault}, 0);
            return false;
        }
        return true;
    }
    const unsigned first = part_of_page(address, width);
    for (unsigned done = 0; done < width; ++done) {
        const u64 at = done < first ? parts[0] + done : parts[1] + (done - first);
        bus_.ram.write<u8>(at, static_cast<u8>(value >> 8 * done));
    }
    if (bus_.ram.take_used_store()) {
        flush_translations();
    }
    return true;
}

/// How many of `width` bytes from `address` on are in its page.
unsigned Hart::part_of_page(u64 address, unsigned width) {
    const u64 left = 4096 - (address & 4095);
    return left < width ? static_cast<unsigned>(left) : width;
}

/// A device's registers are aligned. Nothing where nothing is, which is reported but for the
/// firmware and guests, who look for devices in this way.
std::optional<u64> Hart::load_device(u64 address, unsigned width) {
    attention_ = true; // it may lower a line
    report_nothing(address, width);
    return address % width == 0 ? bus_.load(address, width, ticks()) : std::nullopt;
}

bool Hart::store_device(u64 address, unsigned width, u64 value) {
    attention_ = true;
    report_nothing(address, width);
    return address % width == 0 && bus_.store(address, width, value);
}

void Hart::report_nothing(u64 address, unsigned width) {
    if (mode_ != Mode::machine && !bus_.has(address, width)) {
        report("access to ", Hex{address}, " (physical), where nothing is");
    }
}

/// Where an atomic operation finds its operand: it is aligned and in RAM (Unprivileged spec 8.2 and
/// 8.4).
std::optional<u64> Hart::address_for_atomic(u64 address, unsigned width, Access access) {
    const bool load = access == Access::load; // LR
    const View view = data_view();
    if (address % width != 0) {
        const Cause cause = load ? Cause::load_address_misaligned : Cause::store_address_misaligned;
        take_at(address, view, {cause}, 0);
        return std::nullopt;
    }
    const auto physical = translate(address, width, access, view);
    if (physical && bus_.ram.contains(*physical, width)) {
        return *physical;
    }
    const Cause cause = load ? Cause::load_access_fault : Cause::store_access_fault;
    take_at(address, view, physical ? Fault{cause} : physical.error(), 0);
    return std::nullopt;
}

/// Takes the trap of an access to `address` that cannot be made from its byte `done` on.
void Hart::take_at(u64 address, View view, Fault fault, unsigned done) {
    u32 instruction = fault.instruction;
    if (instruction == 0 && !has(Freedom::htinst_zero)) {
        instruction = transformed(done);
    }
    take({fault.cause, address + done, fault.guest_physical, instruction, view.virtualized});
}

/// The same for the instruction itself. htinst tells nothing of a fetch but that a walk failed.
void Hart::take_fetch_fault(unsigned done, View view, Fault fault) {
    take({fault.cause, pc_ + done, fault.guest_physical, fault.instruction, view.virtualized});
}

/// The current load, store or atomic operation as htinst shows it (18.6.3): without its immediate,
/// with the offset of the byte that faulted for rs1, and bit 1 clear if it was compressed.
u32 Hart::transformed(unsigned offset) const {
    constexpr u32 rd = 31 << 7, funct3 = 7 << 12, rs1 = 31 << 15, rs2 = 31 << 20, opcode = 127;
    constexpr u32 load = 0x03, load_fp = 0x07, store = 0x23, store_fp = 0x27;
    const Instruction& i = *current_;
    const u32 bits = i.length == 4 ? i.bits : expand(i);
    u32 kept = ~rs1;
    if ((bits & opcode) == load || (bits & opcode) == load_fp) {
        kept = rd | funct3 | opcode;
    } else if ((bits & opcode) == store || (bits & opcode) == store_fp) {
        kept = rs2 | funct3 | opcode;
    }
    return ((bits & kept) | offset << 15) & (i.length == 4 ? ~0u : ~2u);
}

/// The instruction of 32 bits that a compressed load or store stands for, without immediate.
u32 Hart::expand(const Instruction& i) {
    constexpr u32 word = 2 << 12, doubleword = 3 << 12;
    const u32 rd = u32{i.rd} << 7, rs2 = u32{i.rs2} << 20;
    switch (i.op) {
    case Op::lw:
        return 0x03 | word | rd;
    case Op::ld:
        return 0x03 | doubleword | rd;
    case Op::fld:
        return 0x07 | doubleword | rd;
    case Op::sw:
        return 0x23 | word | rs2;
    case Op::sd:
        return 0x23 | doubleword | rs2;
    default: // Op::fsd
        return 0x27 | doubleword | rs2;
    }
}

} // namespace machine
