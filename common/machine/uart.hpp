/// @file
/// The serial port: an ns16550 (16550 data sheet) with a FIFO of 16 bytes.
#pragma once

#include "integers.hpp"

#include <array>
#include <optional>

namespace machine {

/// Bytes in the order in which they came, up to `capacity`.
template <unsigned limit>
class ByteQueue {
public:
    static constexpr unsigned capacity = limit;

    unsigned size() const {
        return size_;
    }
    void clear() {
        size_ = 0;
    }
    /// Whether there was room for the byte.
    bool push(u8 byte) {
        if (size_ == capacity) {
            return false;
        }
        bytes_[(first_ + size_++) % capacity] = byte;
        return true;
    }
    std::optional<u8> pop() {
        if (size_ == 0) {
            return std::nullopt;
        }
        const u8 byte = bytes_[first_];
        first_ = (first_ + 1) % capacity;
        --size_;
        return byte;
    }

private:
    std::array<u8, capacity> bytes_ = {};
    unsigned first_ = 0, size_ = 0;
};

/// The UART. It transmits at once, and receives what it is given: no line is so fast. Its modem
/// lines are connected for ever, so they never interrupt.
class Uart {
public:
    static constexpr u64 start = 0x1000'0000, size = 0x100;
    static constexpr unsigned interrupt = 10; ///< its source at the PLIC

    /// @param offset of a register from `start`
    /// @param width 1 byte, or there is no such register
    std::optional<u64> load(u64 offset, unsigned width);
    bool store(u64 offset, unsigned width, u64 value);

    /// The level of its interrupt line.
    bool line() const;

    /// What it has transmitted since this was last asked, a byte at a time.
    std::optional<u8> take_transmitted();
    /// Whether what it has transmitted has to be taken before it transmits more.
    bool output_full() const;
    /// Whether it can receive a byte now.
    bool can_receive() const;
    void receive(u8 byte);

private:
    u64 select(u64 offset) const;
    bool in_loop() const;
    bool fifo_enabled() const;
    bool has_room() const;
    u8 identify_interrupt() const;
    void control_fifo(u8 value);
    void transmit(u8 byte);

    /// What was written to each register; what is read there may be something else.
    std::array<u8, 10> registers_ = {};
    ByteQueue<16> received_;
    ByteQueue<4096> transmitted_;
    bool transmitter_emptied_ = false; ///< and nobody has noticed yet
    bool overrun_ = false;             ///< a byte came when the FIFO was full
};

} // namespace machine
