/// @file
/// What all fuzz targets share: how they read their input, complain, and guard memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sanitizer/asan_interface.h>
#include <source_location>
#include <span>

/// Ends the run as a crash when something that must always hold does not.
inline void require(bool holds, const char* what,
                    std::source_location where = std::source_location::current()) {
    if (!holds) {
        std::fprintf(stderr, "%s:%u: does not hold: %s\n", where.file_name(),
                     static_cast<unsigned>(where.line()), what);
        std::abort();
    }
}

/// Whether the two hold the same bytes.
inline bool same(std::span<const std::byte> left, std::span<const std::byte> right) {
    return left.size() == right.size() &&
           (left.empty() || std::memcmp(left.data(), right.data(), left.size()) == 0);
}

/// The fuzzer's bytes, read from the front. When they are used up, zeros follow.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

    bool empty() const {
        return left_.empty();
    }

    /// The next number, in little-endian order.
    template <class T = std::uint8_t>
    T next() {
        T value = 0;
        const std::size_t count = std::min(sizeof value, left_.size());
        if (count != 0) {
            std::memcpy(&value, left_.data(), count);
            left_ = left_.subspan(count);
        }
        return value;
    }

    /// The next byte, as a number below `limit`.
    unsigned below(unsigned limit) {
        return next() % limit;
    }

    /// One of `choices`.
    template <class T, std::size_t Count>
    T pick(const T (&choices)[Count]) {
        return choices[below(Count)];
    }

    /// The next byte, as an operation of an enumeration that ends with `count`.
    template <class Op>
    Op op() {
        return static_cast<Op>(below(static_cast<unsigned>(Op::count)));
    }

private:
    std::span<const std::uint8_t> left_;
};

/// Memory with a zone on either side that nobody may touch: the address sanitizer reports each
/// read and write there.
class Guarded {
public:
    explicit Guarded(std::size_t most)
        : most_(most), all_(new(std::align_val_t{zone}) std::byte[most + 2 * zone]) {
        resize(most);
    }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;
    ~Guarded() {
        ASAN_UNPOISON_MEMORY_REGION(all_, most_ + 2 * zone);
        operator delete[](all_, std::align_val_t{zone});
    }

    /// From now on it has `size` bytes, at most as many as at first.
    void resize(std::size_t size) {
        if (size != size_) {
            size_ = size;
            ASAN_POISON_MEMORY_REGION(all_, most_ + 2 * zone);
            ASAN_UNPOISON_MEMORY_REGION(bytes().data(), size);
        }
    }

    /// They end where the zone behind them begins.
    std::span<std::byte> bytes() {
        return {all_ + zone + most_ - size_, size_};
    }

private:
    static constexpr std::size_t zone = 64 * 1024;

    std::size_t most_;
    std::size_t size_ = ~std::size_t{0};
    std::byte* all_;
};
