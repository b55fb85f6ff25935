#include "native_console.hpp"

#include "native_options.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <initializer_list>
#include <poll.h>
#include <string>
#include <termios.h>
#include <unistd.h>

namespace machine {

namespace {

constexpr u64 second = 1'000'000'000;                  // in ns
constexpr u64 tick = second / Input::ticks_per_second; // in ns
constexpr u8 control_a = 0x01, control_d = 0x04, control_u = 0x15;

void write_all(int file, const u8* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t written = write(file, bytes, size);
        if (written >= 0) {
            bytes += written;
            size -= static_cast<std::size_t>(written);
        } else if (errno == EAGAIN) { // somebody has made it so that it does not wait
            pollfd ready = {file, POLLOUT, 0};
            poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return;
        }
    }
}

/// Waits for up to `timeout` ns, or for ever if that is ~0, until there is something to read of
/// standard input, its end included.
bool wait_readable(u64 timeout) {
    constexpr u64 millisecond = second / 1000, longest = 1 << 30; // poll counts in int
    const u64 rounded = std::min(timeout / millisecond + (timeout % millisecond != 0), longest);
    pollfd ready = {STDIN_FILENO, POLLIN, 0};
    return poll(&ready, 1, timeout == ~0ull ? -1 : static_cast<int>(rounded)) > 0;
}

termios terminal_before;

void restore_terminal() {
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
}

void end_by_signal(int signal) {
    restore_terminal();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

} // namespace

u64 steady_clock() {
    timespec now = {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<u64>(now.tv_sec) * second + static_cast<u64>(now.tv_nsec);
}

Output::Output(const std::string& log) {
    if (!log.empty()) {
        log_ = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (log_ < 0) {
            fail(log + ": " + std::strerror(errno));
        }
    }
}

void Output::put(u8 byte) {
    bytes_[size_++] = byte;
    within_line_ = byte != '\n';
    if (size_ == bytes_.size()) {
        flush();
    }
}

void Output::flush() {
    write_all(STDOUT_FILENO, bytes_.data(), size_);
    if (log_ >= 0) {
        write_all(log_, bytes_.data(), size_);
    }
    size_ = 0;
}

void Output::say(std::string_view line) {
    flush();
    // By one write, so that nothing of others comes between: fprintf makes several of a long line.
    const std::string text = (within_line_ ? "\n" : "") + std::string{line} + '\n';
    std::fputs(text.c_str(), stderr);
    within_line_ = false;
}

Terminal::Terminal() {
    tcgetattr(STDIN_FILENO, &terminal_before);
    std::atexit(restore_terminal);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGABRT, SIGSEGV, SIGBUS}) {
        std::signal(signal, end_by_signal);
    }
    // Each key goes to the machine as it is; what the machine prints is treated as ever.
    termios raw = terminal_before;
    raw.c_iflag &= ~static_cast<tcflag_t>(BRKINT | IGNBRK | ICRNL | IGNCR | INLCR | ISTRIP | IXON);
    raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

std::optional<u8> Terminal::next() {
    read(0);
    if (typed_.empty()) {
        return std::nullopt;
    }
    const u8 byte = typed_.front();
    typed_.pop_front();
    return byte;
}

u64 Terminal::wait(u64 ticks) {
    const u64 before = steady_clock();
    read(ticks < ~0ull / tick ? ticks * tick : ~0ull);
    return std::min(ticks, (steady_clock() - before) / tick);
}

void Terminal::read(u64 timeout) {
    if (!wait_readable(timeout)) {
        return;
    }
    u8 bytes[64];
    const ssize_t size = ::read(STDIN_FILENO, bytes, sizeof bytes);
    left_ |= size == 0 || (size < 0 && errno != EINTR && errno != EAGAIN); // it hung up
    for (ssize_t at = 0; at < size; ++at) {
        take(bytes[at]);
    }
}

void Terminal::take(u8 byte) {
    if (escaped_) {
        escaped_ = false;
        left_ |= byte == 'x';
        if (byte == control_a) {
            typed_.push_back(byte);
        }
    } else if (byte == control_a) {
        escaped_ = true;
    } else {
        typed_.push_back(byte);
    }
}

std::optional<u8> Unattended::next() {
    if (ahead_ > 0) {
        --ahead_;
        return raw_ ? 0 : control_u;
    }
    if (at_ == size_ && !ended_) {
        read();
    }
    if (at_ < size_) {
        return bytes_[at_++];
    }
    if (endings_ > 0) {
        --endings_;
        return control_d;
    }
    return std::nullopt;
}

u64 Unattended::wait(u64 ticks) {
    if (!ended_) {
        return std::min(ticks, ticks_per_second);
    }
    const u64 passed = std::min(ticks, ticks_per_second - idle_);
    idle_ += passed;
    if (idle_ == ticks_per_second) {
        idle_ = 0;
        endings_ = raw_ ? 0 : 2;
    }
    return passed;
}

/// Reads more of standard input, and waits for it: the machine's time stands still meanwhile.
void Unattended::read() {
    const u64 now = steady_clock();
    const u64 left = deadline_ > now ? deadline_ - now : 0;
    ssize_t size = -1;
    do {
        if (!wait_readable(deadline_ == 0 ? ~0ull : left)) {
            break;
        }
        size = ::read(STDIN_FILENO, bytes_.data(), bytes_.size());
    } while (size < 0 && (errno == EINTR || errno == EAGAIN));
    at_ = 0;
    size_ = size > 0 ? static_cast<std::size_t>(size) : 0;
    ended_ = size_ == 0;
    endings_ = ended_ && !raw_ ? 2 : 0;
}

} // namespace machine
