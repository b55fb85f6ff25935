/// @file
/// What is typed into the machine's serial port, and where it goes that it prints.
#pragma once

#include "integers.hpp"

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace machine {

/// Gathers what is printed to standard output, and to a file if one is named.
class Output {
public:
    explicit Output(const std::string& log);
    void put(u8 byte);
    void flush();
    /// Prints a line about the run to standard error, beginning anew if the output is within one.
    void say(std::string_view line);

private:
    std::array<u8, 4096> bytes_ = {};
    std::size_t size_ = 0;
    bool within_line_ = false;
    int log_ = -1;
};

/// Where the typing comes from, and how time passes while the hart waits.
class Input {
public:
    static constexpr u64 ticks_per_second = 10'000'000;

    virtual ~Input() = default;
    /// The next byte that has been typed, if there is one.
    virtual std::optional<u8> next() = 0;
    /// Lets the hart wait for up to `ticks`.
    /// @return how many have passed
    virtual u64 wait(u64 ticks) = 0;
    /// Whether time can bring what nobody has typed yet.
    virtual bool may_come() const = 0;
    /// Whether the user has left.
    virtual bool left() const = 0;
};

/// Somebody at a terminal. Ctrl-A x leaves, Ctrl-A Ctrl-A sends one.
class Terminal final : public Input {
public:
    /// Takes the terminal, and gives it back when the program ends, however that is.
    Terminal();
    std::optional<u8> next() override;
    u64 wait(u64 ticks) override;
    bool may_come() const override {
        return true;
    }
    bool left() const override {
        return left_;
    }

private:
    void read(u64 timeout);
    void take(u8 byte);

    std::deque<u8> typed_;
    bool escaped_ = false, left_ = false;
};

/// Standard input without a terminal, typed whole. As nobody waits, no time is spent on waiting: of
/// the same input comes the same run.
///
/// The firmware loses the first byte that waits at its start, and Linux a few when it opens its
/// console: 64 times Ctrl-U go first, which does nothing on an empty line. Ctrl-D ends the input:
/// twice, as behind a part of a line the first only sends that off, and again after each second
/// that the hart has waited, for whoever reads later. Raw input has neither, but for a zero that
/// the firmware loses.
class Unattended final : public Input {
public:
    /// Standard input is read no later than `deadline`, in ns of the steady clock; 0 is never.
    Unattended(u64 deadline, bool raw) : deadline_(deadline), raw_(raw) {}
    std::optional<u8> next() override;
    u64 wait(u64 ticks) override;
    bool may_come() const override {
        return false;
    }
    bool left() const override {
        return false;
    }

private:
    void read();

    u64 deadline_;
    bool raw_;
    unsigned ahead_ = raw_ ? 1 : 64; ///< Ctrl-U that are still to come, or the zero
    std::array<u8, 4096> bytes_ = {};
    std::size_t at_ = 0, size_ = 0; ///< in bytes_
    bool ended_ = false;            ///< nothing is left of standard input
    unsigned endings_ = 0;          ///< Ctrl-D that are still to come
    u64 idle_ = 0;                  ///< ticks that the hart has waited since the last ones
};

/// Now, in ns of a clock that is never set back.
u64 steady_clock();

} // namespace machine
