// catsay: the guest's only program, and so its init. A cat says "Hello World!" and then every line
// that is typed. It talks to the kernel through plain system calls: no stdio, no allocation.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include <fcntl.h>
#include <sys/reboot.h>
#include <unistd.h>

namespace {

constexpr std::size_t widest_bubble = 60;

void print(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
        if (written <= 0) {
            return; // nobody listens
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void print(char character, std::size_t times) {
    std::array<char, widest_bubble + 2> run;
    run.fill(character);
    print({run.data(), times});
}

/// One character of a text: its bytes, and the columns it takes; none if it must not be printed.
struct Glyph {
    std::size_t bytes;
    std::size_t columns;
};

/// The first character of `text`, which is UTF-8 as far as its author was careful. What could steer
/// the terminal (ASCII's control characters and Unicode's, hidden in too long a form or not) and
/// what is not UTF-8 takes no column.
Glyph first_glyph(std::string_view text) {
    const auto byte = [text](std::size_t index) {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0u;
    };
    const unsigned lead = byte(0);
    if (lead < 0x80) {
        return {1, lead >= ' ' && lead != 0x7f ? 1u : 0u};
    }
    if (lead < 0xc2 || lead > 0xf4) {
        return {1, 0};
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    unsigned code = lead & (0x7fu >> length);
    for (std::size_t index = 1; index < length; index++) {
        if ((byte(index) & 0xc0) != 0x80) {
            return {1, 0};
        }
        code = code << 6 | (byte(index) & 0x3f);
    }
    constexpr std::array smallest{0xa0u, 0x800u, 0x10000u};
    if (code < smallest[length - 2]) {
        return {length, 0};
    }
    const bool wide = (code >= 0x2e80 && code < 0xfb00) || code >= 0x1f300; // CJK, emoji
    return {length, wide ? 2u : 1u};
}

/// A line as it is typed: what may be printed of it, up to a length that no bubble needs.
class Line {
public:
    std::string_view text() const {
        return {bytes_.data(), size_};
    }

    void clear() {
        size_ = 0;
    }

    void append(char byte) {
        if (size_ < bytes_.size()) {
            bytes_[size_] = byte;
            size_++;
        }
    }

    /// Drops everything that must not be printed.
    void clean() {
        std::string_view rest = text();
        size_ = 0;
        while (!rest.empty()) {
            const Glyph glyph = first_glyph(rest);
            if (glyph.columns > 0) {
                std::ranges::copy(rest.substr(0, glyph.bytes), bytes_.data() + size_);
                size_ += glyph.bytes;
            } else if (rest.front() == '\t') {
                append(' ');
            }
            rest.remove_prefix(glyph.bytes);
        }
    }

private:
    std::array<char, 1000> bytes_;
    std::size_t size_ = 0;
};

struct Row {
    std::string_view text;
    std::size_t columns;
};

/// Takes off `text` as much as one row of a bubble holds, whole words where that is possible.
Row take_row(std::string_view& text) {
    Row all{.text = text.substr(0, 0), .columns = 0};
    Row words = all;
    for (std::string_view rest = text; !rest.empty();) {
        const Glyph glyph = first_glyph(rest);
        if (rest.front() == ' ') {
            words = all;
        }
        if (all.columns + glyph.columns > widest_bubble) {
            const Row row = words.columns > 0 ? words : all;
            text.remove_prefix(row.text.size());
            text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
            return row;
        }
        rest.remove_prefix(glyph.bytes);
        all.text = text.substr(0, text.size() - rest.size());
        all.columns += glyph.columns;
    }
    text = {};
    return all;
}

void cat_says(std::string_view text) {
    std::size_t width = 0;
    for (std::string_view rest = text; !rest.empty();) {
        width = std::max(width, take_row(rest).columns);
    }
    print("  .");
    print('-', width + 2);
    print(".\n");
    while (!text.empty()) {
        const Row row = take_row(text);
        print("  | \x1b[1;36m");
        print(row.text);
        print("\x1b[0m");
        print(' ', width - row.columns);
        print(" |\n");
    }
    print("  '");
    print('-', width + 2);
    print("'\n"
          "      \\\n"
          "       \\  \x1b[33m/\\_/\\\n"
          "         ( \x1b[32mo\x1b[33m.\x1b[32mo\x1b[33m )\n"
          "          > ^ <\x1b[0m\n");
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

/// Ends the machine, or only the program where it is not the init.
[[noreturn]] void leave(int how) {
    if (getpid() != 1) {
        _exit(0);
    }
    sync();
    reboot(how);
    while (true) { // the kernel panics when its init exits
        pause();
    }
}

void answer(Line& line) {
    line.clean();
    const std::string_view text = trimmed(line.text());
    if (text == "exit") {
        leave(RB_POWER_OFF);
    }
    if (text == "reboot") {
        leave(RB_AUTOBOOT);
    }
    cat_says(text.empty() ? "..." : text);
    line.clear();
}

/// The kernel gives its init a console as descriptors 0 to 2, unless it found none at that time.
void open_console() {
    if (fcntl(STDIN_FILENO, F_GETFD) >= 0) {
        return;
    }
    for (int descriptor = open("/dev/console", O_RDWR); descriptor >= 0 && descriptor < 2;) {
        descriptor = dup(descriptor);
    }
}

} // namespace

int main() {
    open_console();
    print("\n");
    cat_says("Hello World!");
    print("\nType something and the cat will say it; exit powers off.\n\n");

    Line line;
    std::array<char, 256> input;
    while (true) {
        const ssize_t length = read(STDIN_FILENO, input.data(), input.size());
        if (length <= 0) { // end of input
            if (!line.text().empty()) {
                answer(line);
            }
            leave(RB_POWER_OFF);
        }
        for (const char byte : std::string_view{input.data(), static_cast<std::size_t>(length)}) {
            if (byte == '\n') {
                answer(line);
            } else {
                line.append(byte);
            }
        }
    }
}
