// The A extension (Unprivileged spec 8).

#include "hart.hpp"

#include <algorithm>
#include <type_traits>

namespace machine {

/// LR, SC or an operation that reads, computes and writes in one.
template <typename T, typename Function>
void Hart::amo(const Instruction& i, Function function) {
    const u64 b = x_[i.rs2];
    if (const auto at = address_for_atomic(x_[i.rs1], sizeof(T), Access::store)) {
        const T old = bus_.ram.read<T>(*at);
        bus_.ram.write<T>(*at, function(old, static_cast<T>(b)));
        if (bus_.ram.take_used_store()) {
            flush_translations();
        }
        set(i.rd, static_cast<u64>(static_cast<i64>(static_cast<std::make_signed_t<T>>(old))));
    }
}

template <typename T>
void Hart::load_reserved(const Instruction& i) {
    if (const auto at = address_for_atomic(x_[i.rs1], sizeof(T), Access::load)) {
        reservation_ = at;
        set(i.rd, static_cast<u64>(i64{bus_.ram.read<T>(*at)}));
    }
}

template <typename T>
void Hart::store_conditional(const Instruction& i) {
    const auto at = address_for_atomic(x_[i.rs1], sizeof(T), Access::store);
    if (!at) {
        return;
    }
    alternate_ = !alternate_;
    const bool fails = reservation_ != at || (has(Freedom::sc_fails) && alternate_);
    reservation_.reset();
    if (!fails) {
        bus_.ram.write<T>(*at, static_cast<T>(x_[i.rs2]));
        if (bus_.ram.take_used_store()) {
            flush_translations();
        }
    }
    set(i.rd, fails);
}

bool Hart::execute_atomic(const Instruction& i) {
    const auto both = [&]<typename T>(T, auto function) {
        amo<T>(i, function);
        return true;
    };
    const auto swap = [](auto, auto operand) {
        return operand;
    };
    const auto add = [](auto old, auto operand) {
        return static_cast<decltype(old)>(old + operand);
    };
    const auto exclusive = [](auto old, auto operand) {
        return old ^ operand;
    };
    const auto conjunction = [](auto old, auto operand) {
        return old & operand;
    };
    const auto disjunction = [](auto old, auto operand) {
        return old | operand;
    };
    const auto least = [](auto old, auto operand) {
        return std::min(old, operand);
    };
    const auto most = [](auto old, auto operand) {
        return std::max(old, operand);
    };
    switch (i.op) {
    case Op::lr_w:
        load_reserved<i32>(i);
        return true;
    case Op::lr_d:
        load_reserved<i64>(i);
        return true;
    case Op::sc_w:
        store_conditional<u32>(i);
        return true;
    case Op::sc_d:
        store_conditional<u64>(i);
        return true;
    case Op::amoswap_w:
        return both(u32{}, swap);
    case Op::amoswap_d:
        return both(u64{}, swap);
    case Op::amoadd_w:
        return both(u32{}, add);
    case Op::amoadd_d:
        return both(u64{}, add);
    case Op::amoxor_w:
        return both(u32{}, exclusive);
    case Op::amoxor_d:
        return both(u64{}, exclusive);
    case Op::amoand_w:
        return both(u32{}, conjunction);
    case Op::amoand_d:
        return both(u64{}, conjunction);
    case Op::amoor_w:
        return both(u32{}, disjunction);
    case Op::amoor_d:
        return both(u64{}, disjunction);
    case Op::amomin_w:
        return both(i32{}, least);
    case Op::amomin_d:
        return both(i64{}, least);
    case Op::amomax_w:
        return both(i32{}, most);
    case Op::amomax_d:
        return both(i64{}, most);
    case Op::amominu_w:
        return both(u32{}, least);
    case Op::amominu_d:
        return both(u64{}, least);
    case Op::amomaxu_w:
        return both(u32{}, most);
    case Op::amomaxu_d:
        return both(u64{}, most);
    default:
        return false;
    }
}

} // namespace machine
