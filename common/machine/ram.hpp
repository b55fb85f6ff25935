/// @file
/// The machine's memory, and when each line of it was stored to.
#pragma once

#include "integers.hpp"

#include <cstddef>
#include <cstring>

namespace machine {

/// RAM from 0x8000'0000 on. It knows of each line of 64 bytes when it was last stored to, as told
/// by a clock that fences advance: whoever reads a line through a cache that such a fence brings up
/// to date can see whether the fence came.
class Ram {
public:
    static constexpr u64 start = 0x8000'0000;
    static constexpr u64 line_size = 64;

    /// What is known of a line.
    struct Stamp {
        u32 time;      ///< of the last store, from bit 2 on; below are its uses
        u32 halfwords; ///< a bit for each that was stored to after the last FENCE.I
    };

    /// Makes it of `size` bytes at `bytes`, with as many `stamps` as there are lines. Both are zero
    /// or hold what was loaded before the machine starts.
    Ram(std::byte* bytes, Stamp* stamps, u64 size) : bytes_(bytes), stamps_(stamps), size_(size) {}

    u64 size() const {
        return size_;
    }

    /// Whether the `size` bytes from the physical address `address` on are RAM.
    bool contains(u64 address, u64 size) const {
        return address >= start && size <= size_ && address - start <= size_ - size;
    }

    /// The bytes at `address`, which is in RAM.
    std::byte* at(u64 address) const {
        return bytes_ + (address - start);
    }

    /// What is at `address`, little-endian as every host that this is built for.
    template <typename T>
    T read(u64 address) const {
        T value;
        std::memcpy(&value, at(address), sizeof value);
        return value;
    }

    /// Stores `value` at `address`; it does not cross a line.
    template <typename T>
    void write(u64 address, T value) {
        std::memcpy(at(address), &value, sizeof value);
        mark_stored(address, sizeof value);
    }

    /// @name Fences
    /// @{
    /// FENCE.I: what was stored so far is fetched from now on.
    void fence_i() {
        fence_i_ = ++clock_;
    }
    /// Whether one of the `size` bytes from `address` on, all in one line, was stored to since.
    bool stored_since_fence_i(u64 address, unsigned size) const {
        const Stamp& of_line = stamp(address);
        return of_line.time >> 2 >= fence_i_ && (of_line.halfwords & halfwords(address, size)) != 0;
    }

    /// HFENCE.GVMA: what was stored so far is seen by walks of second-stage tables.
    void fence_tables() {
        fence_tables_ = ++clock_;
    }
    /// Whether the line of `address` was stored to since.
    bool stored_since_fence_tables(u64 address) const {
        return stamp(address).time >> 2 >= fence_tables_;
    }
    /// @}

    /// @name What was made of a line's content
    /// Instructions were decoded from it, or a walk of the page tables has read it: a store to such
    /// a line is told, and forgets that.
    /// @{
    bool decoded(u64 address) const {
        return stamp(address).time & decoded_bit;
    }
    void mark_decoded(u64 address) {
        stamp(address).time |= decoded_bit;
    }
    void mark_walked(u64 address) {
        stamp(address).time |= walked_bit;
    }
    /// Whether a line was stored to that was decoded or walked, since this was last asked.
    bool take_used_store() {
        const bool was = used_store_;
        used_store_ = false;
        return was;
    }
    /// @}

private:
    static constexpr u32 decoded_bit = 1, walked_bit = 2;

    void mark_stored(u64 address, unsigned size) {
        Stamp& of_line = stamp(address);
        used_store_ |= (of_line.time & (decoded_bit | walked_bit)) != 0;
        const u32 before = of_line.time >> 2 >= fence_i_ ? of_line.halfwords : 0;
        of_line = {clock_ << 2, before | halfwords(address, size)};
    }

    /// The bits of Stamp::halfwords for `size` bytes from `address` on.
    static u32 halfwords(u64 address, unsigned size) {
        const u32 touched = (1u << (size + 1) / 2) - 1;
        return touched << address % line_size / 2;
    }

    Stamp& stamp(u64 address) const {
        return stamps_[(address - start) / line_size];
    }

    std::byte* bytes_;
    Stamp* stamps_;
    u64 size_;
    u32 clock_ = 1; ///< of 30 bits: behind a thousand million fences none is missed any more
    u32 fence_i_ = 1, fence_tables_ = 1; ///< when they came last
    bool used_store_ = false;
};

} // namespace machine
