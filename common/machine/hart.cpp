#include "hart.hpp"

#include <algorithm>

namespace machine {

void Hart::run(u64 until) {
    stopped_at_exit_ = false;
    do {
        attention_ = false;
        if (waiting()) {
            return;
        }
        waiting_ = false;
        if (take_interrupt()) {
            continue;
        }
        const u64 timer = next_timer();
        const u64 timer_at =
            timer <= (~0ull >> 8) ? timer * instructions_per_tick - skipped_ : until;
        const u64 stop = std::min(until, timer_at);
        while (instructions_ < stop && !attention_) {
            if (const Instruction* instruction = fetch()) {
                execute(*instruction);
            }
            pc_ = next_pc_;
            ++instructions_;
        }
    } while (instructions_ < until && !reported_ && !bus_.ended && !bus_.uart.output_full() &&
             !stopped_at_exit_);
}

u64 Hart::next_timer() const {
    u64 next = ~0ull;
    const u64 now = ticks();
    const auto consider = [&](u64 interrupt, u64 deadline) {
        if ((csr_.mie & interrupt) != 0 && deadline > now) {
            next = std::min(next, deadline);
        }
    };
    consider(interrupt::MTI, bus_.aclint.deadline());
    if (timer_enabled(~0ull)) {
        consider(interrupt::STI, csr_.stimecmp);
    }
    if (timer_enabled(csr_.henvcfg)) {
        consider(interrupt::VSTI, csr_.vstimecmp - csr_.htimedelta);
    }
    return next;
}

void Hart::skip_to(u64 tick) {
    if (tick > ticks()) {
        skipped_ = tick * instructions_per_tick - instructions_;
    }
}

/// Forgets which page is seen where: something has changed that this depends on.
void Hart::flush_translations() {
    ++generation_;
    flush_views();
    attention_ = true;
}

/// The same when only the mode, and so the view, is another.
void Hart::flush_views() {
    line_ = nullptr;
    data_context_ = context(data_view());
}

/// The instruction at pc. None if a trap was taken instead.
const Instruction* Hart::fetch() {
    if (line_ == nullptr || pc_ - line_start_ >= Ram::line_size) {
        if (!enter_line()) {
            return fetch_alone();
        }
    }
    const u64 offset = pc_ - line_start_;
    Instruction& instruction = line_->instructions[offset / 2];
    if (instruction.length == 0) {
        const u64 physical = line_->physical + offset;
        const unsigned length = length_of(bus_.ram.read<u16>(physical));
        if (offset + length > Ram::line_size) {
            return fetch_alone();
        }
        check_fetched(physical, length);
        instruction =
            decode(length == 2 ? bus_.ram.read<u16>(physical) : bus_.ram.read<u32>(physical));
    }
    next_pc_ = pc_ + instruction.length;
    return &instruction;
}

/// Makes `line_` the decoded line in which pc is. False if that is not in RAM, or is not to be
/// fetched: fetch_alone has the last word.
bool Hart::enter_line() {
    line_ = nullptr;
    const auto physical = translate(pc_, 2, Access::fetch, {mode_, virtualized_});
    if (!physical || !bus_.ram.contains(*physical, 2)) {
        return false;
    }
    const u64 start = *physical & ~(Ram::line_size - 1);
    DecodedLine& line = decoded_[start / Ram::line_size % decoded_lines];
    if (line.physical != start || !bus_.ram.decoded(start)) {
        for (Instruction& instruction : line.instructions) {
            instruction.length = 0;
        }
        line.physical = start;
        bus_.ram.mark_decoded(start);
    }
    line_ = &line;
    line_start_ = pc_ & ~(Ram::line_size - 1);
    return true;
}

/// Without FENCE.I a hart may fetch what was there before a store (Unprivileged spec 5). What is
/// decoded stays so until a store, so each instruction is asked once. The firmware is not judged:
/// it has data in the lines of its code.
void Hart::check_fetched(u64 physical, unsigned size) {
    if (mode_ != Mode::machine && bus_.ram.stored_since_fence_i(physical, size)) {
        report("fence.i is missing: the instruction at ", Hex{physical},
               " (physical) was stored after the last one (Unprivileged spec 5)");
    }
}

/// An instruction that is in two lines or not in RAM, half by half.
const Instruction* Hart::fetch_alone() {
    u32 found = 0;
    unsigned length = 2;
    for (unsigned done = 0; done < length; done += 2) {
        const View view = {mode_, virtualized_};
        const auto physical = translate(pc_ + done, 2, Access::fetch, view);
        if (!physical) {
            take_fetch_fault(done, view, physical.error());
            return nullptr;
        }
        std::optional<u64> half;
        if (bus_.ram.contains(*physical, 2)) {
            check_fetched(*physical, 2);
            half = bus_.ram.read<u16>(*physical);
        } else {
            half = bus_.load(*physical, 2, ticks());
        }
        if (!half) {
            take_fetch_fault(done, view, {Cause::instruction_access_fault});
            return nullptr;
        }
        found |= static_cast<u32>(*half) << 8 * done;
        length = length_of(static_cast<u16>(found));
    }
    lone_ = decode(found);
    next_pc_ = pc_ + lone_.length;
    return &lone_;
}

} // namespace machine
