#include "instruction.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace machine {

namespace {

/// The registers of an instruction that has no bits for them.
struct Implied {
    u8 rd = 0, rs1 = 0;
};

/// Where an instruction has its fields, read from a listing of its bits as the manuals have it,
/// from the highest bit to the lowest. Its words are:
///
/// - `0`, `1`: bits that are so; `-`: bits that may be anything
/// - `rd`, `rs1`, `rs2`: five bits, the number of a register; `rs1'`: three, of one of x8 to x15;
///   `rs1/rd`: of one that is both
/// - `imm[4|9:6]`: the immediate's bit 4, then its bits 9 to 6; the highest of all is the sign
/// - `uimm[5:0]`: the same without a sign
/// - `nzimm[5]`, `nzuimm[5]`, `rd!=0`: reserved if all these bits are 0. A listing has at most one
///   such field, whose words together must not be 0.
class Layout {
public:
    constexpr Layout(std::string_view listing, unsigned width, Implied implied = {})
        : left_(width), least_{implied.rd, implied.rs1} {
        while (!listing.empty()) {
            const std::size_t end = std::min(listing.find(' '), listing.size());
            add_word(listing.substr(0, end));
            listing.remove_prefix(std::min(end + 1, listing.size()));
        }
    }

    /// Whether the listing had as many bits as the instruction.
    constexpr bool complete() const {
        return left_ == 0;
    }
    constexpr u32 mask() const {
        return mask_;
    }
    constexpr u32 match() const {
        return match_;
    }
    constexpr bool matches(u32 word) const {
        return (word & mask_) == match_ && (not_zero_ == 0 || (word & not_zero_) != 0);
    }

    /// What `word` says, which is an `op`.
    constexpr Instruction read(Op op, u32 word, u8 length) const {
        std::array<u32, targets> fields = least_;
        for (const Piece& piece : std::span(pieces_).first(count_)) {
            fields[piece.target] |= static_cast<u32>(bits(word, piece.from, piece.width))
                                    << piece.to;
        }
        return {op,
                static_cast<u8>(fields[rd]),
                static_cast<u8>(fields[rs1]),
                static_cast<u8>(fields[rs2]),
                static_cast<i32>(sign_extend(fields[immediate], immediate_width_)),
                word,
                length};
    }

private:
    enum Target : u8 {
        rd,
        rs1,
        rs2,
        immediate,
        targets
    };

    /// Bits that lie together in the instruction and in what they are a part of.
    struct Piece {
        Target target;
        u8 from, width, to;
    };

    constexpr void add_word(std::string_view word) {
        const unsigned before = left_;
        if (word.find_first_not_of("01-") == word.npos) {
            add_bits(word);
        } else if (word.contains('[')) {
            add_immediate(word);
        } else {
            add_registers(word);
        }
        if (word.starts_with("nz") || word.ends_with("!=0")) {
            not_zero_ |= (1u << before) - (1u << left_);
        }
    }

    constexpr void add_bits(std::string_view word) {
        for (char digit : word) {
            --left_;
            mask_ |= (digit != '-' ? 1u : 0u) << left_;
            match_ |= (digit == '1' ? 1u : 0u) << left_;
        }
    }

    constexpr void add_registers(std::string_view word) {
        const bool prime = word.contains('\'');
        left_ -= prime ? 3 : 5;
        for (auto [target, name] : {std::pair(rd, "rd"), {rs1, "rs1"}, {rs2, "rs2"}}) {
            if (word.contains(name)) {
                least_[target] = prime ? 8 : 0;
                add_piece(target, prime ? 3 : 5, 0);
            }
        }
    }

    constexpr void add_immediate(std::string_view word) {
        const bool is_unsigned = word.contains('u');
        word.remove_prefix(word.find('['));
        while (word != "]") {
            const unsigned high = take_number(word);
            const unsigned low = word.starts_with(':') ? take_number(word) : high;
            left_ -= high - low + 1;
            add_piece(immediate, high - low + 1, low);
            immediate_width_ = is_unsigned ? 32 : std::max(immediate_width_, high + 1);
        }
    }

    /// Takes a character and the number behind it from the front of `text`.
    static constexpr unsigned take_number(std::string_view& text) {
        unsigned number = 0;
        text.remove_prefix(1);
        while (text.front() >= '0' && text.front() <= '9') {
            number = number * 10 + static_cast<unsigned>(text.front() - '0');
            text.remove_prefix(1);
        }
        return number;
    }

    constexpr void add_piece(Target target, unsigned width, unsigned to) {
        pieces_[count_++] = {target, static_cast<u8>(left_), static_cast<u8>(width),
                             static_cast<u8>(to)};
    }

    u32 mask_ = 0, match_ = 0;
    u32 not_zero_ = 0; ///< of these bits one must be set, if there are any
    unsigned left_;    ///< how many bits of the instruction are below what was read of the listing
    std::array<u32, targets> least_; ///< the fields where all their bits are 0
    unsigned immediate_width_ = 1;
    unsigned count_ = 0;
    std::array<Piece, 8> pieces_ = {};
};

/// A table of which the first row is for what no other row matches. `key` makes of the bits that
/// distinguish an instruction a number below 32, so that only few rows have to be compared.
template <typename Row, std::size_t size, typename Key>
class Table {
public:
    constexpr Table(const Row (&rows)[size], Key key) : rows_(rows), key_(key) {
        for (std::size_t row = size; --row > 0;) {
            u8& first = first_[key(rows[row].match())];
            next_[row] = first;
            first = static_cast<u8>(row);
        }
    }

    const Row& find(u32 word) const {
        std::size_t row = first_[key_(word)];
        while (row != 0 && !rows_[row].matches(word)) {
            row = next_[row];
        }
        return rows_[row];
    }

private:
    const Row (&rows_)[size];
    Key key_;
    std::array<u8, 32> first_ = {};  ///< by key, the first row of those that have it
    std::array<u8, size> next_ = {}; ///< of each row, the next one with its key; 0 behind the last
};

/// The formats of instructions of 32 bits (Unprivileged spec 2.2 and 2.3), and what they leave to
/// the instruction.
enum class Format : u8 {
    none,
    R,
    R4,
    I,
    shift,
    csr,
    S,
    B,
    U,
    J
};
constexpr Layout formats[] = {
    {"--------------------------------", 32},             // none
    {"------- rs2 rs1 --- rd -------", 32},               // R
    {"------- rs2 rs1 --- rd -------", 32},               // R4: see Instruction::rs3
    {"imm[11:0] rs1 --- rd -------", 32},                 // I
    {"------ uimm[5:0] rs1 --- rd -------", 32},          // shift
    {"uimm[11:0] rs1 --- rd -------", 32},                // csr
    {"imm[11:5] rs2 rs1 --- imm[4:0] -------", 32},       // S
    {"imm[12|10:5] rs2 rs1 --- imm[4:1|11] -------", 32}, // B
    {"imm[31:12] rd -------", 32},                        // U
    {"imm[20|10:1|11|19:12] rd -------", 32},             // J
};
static_assert(std::size(formats) == static_cast<u8>(Format::J) + 1);
static_assert(std::ranges::all_of(formats, &Layout::complete));

class LongRow {
public:
    constexpr LongRow(Op op, std::string_view pattern, Format format)
        : op_(op), format_(format), mask_(Layout(pattern, 32).mask()),
          match_(Layout(pattern, 32).match()) {}

    constexpr u32 match() const {
        return match_;
    }
    constexpr bool matches(u32 word) const {
        return (word & mask_) == match_;
    }
    constexpr Instruction read(u32 word) const {
        return formats[static_cast<u8>(format_)].read(op_, word, 4);
    }

private:
    Op op_;
    Format format_;
    u32 mask_, match_;
};

constexpr LongRow long_rows[] = {
#define INSTRUCTION(op, name, pattern, format) {Op::op, pattern, Format::format},
#include "instructions.inc"
#undef INSTRUCTION
};
static_assert(std::size(long_rows) < 256);
#define INSTRUCTION(op, name, pattern, format) static_assert(Layout(pattern, 32).complete(), name);
#include "instructions.inc"
#undef INSTRUCTION

/// By opcode.
constexpr Table long_table(long_rows, [](u32 word) {
    return word >> 2 & 31;
});

class CompressedRow {
public:
    constexpr CompressedRow(Op op, std::string_view listing, Implied implied = {})
        : op_(op), layout_(listing, 16, implied) {}

    constexpr bool complete() const {
        return layout_.complete();
    }
    constexpr u32 match() const {
        return layout_.match();
    }
    constexpr bool matches(u32 word) const {
        return layout_.matches(word);
    }
    constexpr Instruction read(u32 word) const {
        return layout_.read(op_, word, 2);
    }

private:
    Op op_;
    Layout layout_;
};

constexpr u8 ra = 1, sp = 2;

/// The compressed instructions, by those that they stand for (Unprivileged spec 26.8). Where the
/// manual marks a zero as a HINT (26.7) it need not be told apart: what it stands for does nothing.
constexpr CompressedRow compressed_rows[] = {
    {Op::illegal, "----------------"},

    // Quadrant 0. C.ADDI4SPN of 0 is reserved, and with it what is all 0.
    {Op::addi, "000 nzuimm[5:4|9:6|2|3] rd' 00", {.rs1 = sp}},
    {Op::fld, "001 uimm[5:3] rs1' uimm[7:6] rd' 00"},
    {Op::lw, "010 uimm[5:3] rs1' uimm[2|6] rd' 00"},
    {Op::ld, "011 uimm[5:3] rs1' uimm[7:6] rd' 00"},
    {Op::fsd, "101 uimm[5:3] rs1' uimm[7:6] rs2' 00"},
    {Op::sw, "110 uimm[5:3] rs1' uimm[2|6] rs2' 00"},
    {Op::sd, "111 uimm[5:3] rs1' uimm[7:6] rs2' 00"},

    // Quadrant 1. C.ADDI16SP is in the place of a C.LUI of sp.
    {Op::addi, "000 imm[5] rs1/rd imm[4:0] 01"},
    {Op::addiw, "001 imm[5] rs1/rd!=0 imm[4:0] 01"},
    {Op::addi, "010 imm[5] rd imm[4:0] 01"},
    {Op::addi, "011 nzimm[9] 00010 nzimm[4|6|8:7|5] 01", {.rd = sp, .rs1 = sp}},
    {Op::lui, "011 nzimm[17] rd nzimm[16:12] 01"},
    {Op::srli, "100 uimm[5] 00 rs1'/rd' uimm[4:0] 01"},
    {Op::srai, "100 uimm[5] 01 rs1'/rd' uimm[4:0] 01"},
    {Op::andi, "100 imm[5] 10 rs1'/rd' imm[4:0] 01"},
    {Op::sub, "100 0 11 rs1'/rd' 00 rs2' 01"},
    {Op::xor_, "100 0 11 rs1'/rd' 01 rs2' 01"},
    {Op::or_, "100 0 11 rs1'/rd' 10 rs2' 01"},
    {Op::and_, "100 0 11 rs1'/rd' 11 rs2' 01"},
    {Op::subw, "100 1 11 rs1'/rd' 00 rs2' 01"},
    {Op::addw, "100 1 11 rs1'/rd' 01 rs2' 01"},
    {Op::jal, "101 imm[11|4|9:8|10|6|7|3:1|5] 01"},
    {Op::beq, "110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01"},
    {Op::bne, "111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01"},

    // Quadrant 2. C.JR, C.EBREAK and C.JALR are where rs2 of C.MV and C.ADD would be x0.
    {Op::slli, "000 uimm[5] rs1/rd uimm[4:0] 10"},
    {Op::fld, "001 uimm[5] rd uimm[4:3|8:6] 10", {.rs1 = sp}},
    {Op::lw, "010 uimm[5] rd!=0 uimm[4:2|7:6] 10", {.rs1 = sp}},
    {Op::ld, "011 uimm[5] rd!=0 uimm[4:3|8:6] 10", {.rs1 = sp}},
    {Op::jalr, "100 0 rs1!=0 00000 10"},
    {Op::add, "100 0 rd rs2!=0 10"},
    {Op::ebreak, "100 1 00000 00000 10"},
    {Op::jalr, "100 1 rs1!=0 00000 10", {.rd = ra}},
    {Op::add, "100 1 rs1/rd rs2!=0 10"},
    {Op::fsd, "101 uimm[5:3|8:6] rs2 10", {.rs1 = sp}},
    {Op::sw, "110 uimm[5:2|7:6] rs2 10", {.rs1 = sp}},
    {Op::sd, "111 uimm[5:3|8:6] rs2 10", {.rs1 = sp}},
};
static_assert(std::ranges::all_of(compressed_rows, &CompressedRow::complete));

/// By funct3 and quadrant.
constexpr Table compressed_table(compressed_rows, [](u32 word) {
    return (word >> 13 & 7) << 2 | (word & 3);
});

constexpr std::string_view names[] = {
#define INSTRUCTION(op, name, pattern, format) name,
#include "instructions.inc"
#undef INSTRUCTION
};

} // namespace

Instruction decode(u32 bits) {
    const u16 low = static_cast<u16>(bits);
    if (length_of(low) == 2) {
        return compressed_table.find(low).read(low);
    }
    return long_table.find(bits).read(bits);
}

std::string_view name_of(Op op) {
    return names[static_cast<u8>(op)];
}

} // namespace machine
