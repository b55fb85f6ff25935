/// @file
/// The hart: registers, privilege, and how an instruction changes them.
#pragma once

#include "bus.hpp"
#include "csr.hpp"
#include "float.hpp"
#include "instruction.hpp"
#include "remembered.hpp"
#include "strict.hpp"

#include <array>
#include <expected>
#include <optional>
#include <string_view>

namespace machine {

/// Privilege modes (1.2); HS and VS, U and VU are told apart by V (18.1).
enum class Mode : u8 {
    user = 0,
    supervisor = 1,
    machine = 3,
};

/// Exceptions, as in mcause (3.1.15, 18.6.1).
enum class Cause : u8 {
    instruction_address_misaligned = 0,
    instruction_access_fault = 1,
    illegal_instruction = 2,
    breakpoint = 3,
    load_address_misaligned = 4,
    load_access_fault = 5,
    store_address_misaligned = 6,
    store_access_fault = 7,
    ecall_from_u = 8,
    ecall_from_s = 9,
    ecall_from_vs = 10,
    ecall_from_m = 11,
    instruction_page_fault = 12,
    load_page_fault = 13,
    store_page_fault = 15,
    instruction_guest_page_fault = 20,
    load_guest_page_fault = 21,
    virtual_instruction = 22,
    store_guest_page_fault = 23,
};

/// What an access to memory is for; a store is also what an atomic operation does.
enum class Access : u8 {
    fetch,
    load,
    store,
};

/// With whose eyes memory is seen: what translation and permissions depend on.
struct View {
    Mode mode;
    bool virtualized;     ///< V: two stages
    bool execute = false; ///< HLVX reads what may be executed
};

/// Why an access cannot be made.
struct Fault {
    Cause cause;
    u64 guest_physical = 0; ///< of a guest-page fault
    u32 instruction = 0;    ///< the pseudoinstruction of an implicit access (18.6.3), or 0
};

/// What an exception tells besides its cause.
struct Trap {
    Cause cause;
    u64 value = 0;              ///< for xtval
    u64 guest_physical = 0;     ///< for mtval2 or htval, before it is shifted
    u32 instruction = 0;        ///< for mtinst or htinst
    bool guest_virtual = false; ///< for GVA: `value` is an address of a guest
};

/// A trap that left VS-mode or VU-mode for HS-mode or M-mode, as the registers tell it.
struct Exit {
    u64 cause;          ///< of scause or mcause
    u64 pc;             ///< where the guest was
    u64 value;          ///< of stval or mtval
    u64 guest_physical; ///< of a guest-page fault; htval or mtval2 has it shifted
    u64 instruction;    ///< of htinst or mtinst
};

/// One RV64 hart with the extensions that instruction.hpp knows.
class Hart {
public:
    Hart(Bus& bus, u32 freedoms) : bus_(bus), freedoms_(freedoms) {}

    /// Executes until `instructions()` is `until` or something else wants attention: the machine
    /// has ended, a report was made, the hart waits, or the UART has to be emptied.
    void run(u64 until);

    /// @name What it is doing
    /// @{
    u64 pc() const {
        return pc_;
    }
    u64 x(unsigned number) const {
        return x_[number];
    }
    /// What software would read from CSR `number`, whoever may.
    u64 read_csr(Csr number) const;
    Mode mode() const {
        return mode_;
    }
    bool virtualized() const {
        return virtualized_;
    }
    /// "M-mode", "HS-mode", "VU-mode", …
    std::string_view mode_name() const;
    /// Instructions so far, those that trapped included.
    u64 instructions() const {
        return instructions_;
    }
    /// Whether it waits in WFI for an interrupt, and none is pending.
    bool waiting() const {
        return waiting_ && (pending() & csr_.mie) == 0;
    }
    /// @}

    /// @name Exits
    /// @{
    /// How many there were.
    u64 exits() const {
        return exits_;
    }
    /// The last one; all zero if there was none.
    const Exit& last_exit() const {
        return last_exit_;
    }
    /// Lets `run` come back right behind exit number `number`, counted from 1.
    void stop_at_exit(u64 number) {
        stop_at_exit_ = number;
    }
    bool stopped_at_exit() const {
        return stopped_at_exit_;
    }
    /// @}

    /// @name Time, in ticks of 10 MHz
    /// @{
    static constexpr u64 instructions_per_tick = 10;
    u64 ticks() const {
        return (instructions_ + skipped_) / instructions_per_tick;
    }
    /// Lets time pass until `tick` without an instruction.
    void skip_to(u64 tick);
    /// The tick at which the next timer interrupt can wake the hart; ~0 if there is none.
    u64 next_timer() const;
    /// @}

    /// A device's line has changed: looks at the interrupts before the next instruction.
    void notice() {
        attention_ = true;
    }

    /// @name Reports
    /// @{
    bool reported() const {
        return reported_;
    }
    std::string_view report() const {
        return report_.text();
    }
    void clear_report() {
        reported_ = false;
    }
    /// @}

private:
    // hart.cpp: the loop.
    const Instruction* fetch();
    bool enter_line();
    const Instruction* fetch_alone();
    void check_fetched(u64 physical, unsigned size);
    void flush_translations();
    void flush_views();

    // execute.cpp and its kin: each says whether it knows the instruction.
    void execute(const Instruction& i);
    bool execute_bits(const Instruction& i);
    bool execute_atomic(const Instruction& i);
    bool execute_float(const Instruction& i);
    bool execute_system(const Instruction& i);
    template <typename T, typename Function>
    void amo(const Instruction& i, Function function);
    template <typename T>
    void load_reserved(const Instruction& i);
    template <typename T>
    void store_conditional(const Instruction& i);
    bool move_float(const Instruction& i);
    template <typename Format>
    bool float_arithmetic(const Instruction& i);
    template <typename Format>
    bool rounded_arithmetic(const Instruction& i, Format::Bits a, Format::Bits b);
    bool convert_float(const Instruction& i);
    bool convert_to_float(const Instruction& i, Rounding mode, u32 s, u64 d, u64 x, u32 word);
    std::optional<Rounding> rounding(const Instruction& i) const;
    bool float_enabled() const;
    void dirty_float();
    u32 single(unsigned number) const;
    void set_float(unsigned number, u64 value, u8 flags);
    void set_from_float(unsigned number, u64 value, u8 flags);
    void execute_csr(const Instruction& i);
    bool fence_translations(const Instruction& i);
    bool hypervisor_load_store(const Instruction& i);
    void sret();
    void mret();
    void wait_for_interrupt();

    void set(unsigned number, u64 value) {
        x_[number] = value;
        x_[0] = 0;
    }

    // memory.cpp: loads and stores. False: a trap was taken.
    template <typename T>
    bool load(u64 address, T& value);
    template <typename T>
    bool store(u64 address, T value);
    bool load_slowly(u64 address, unsigned width, View view, u64& value);
    bool store_slowly(u64 address, unsigned width, View view, u64 value);
    /// The physical address for an atomic operation, which is aligned.
    std::optional<u64> address_for_atomic(u64 address, unsigned width, Access access);
    View data_view() const;
    static unsigned part_of_page(u64 address, unsigned width);
    std::optional<u64> load_device(u64 address, unsigned width);
    bool store_device(u64 address, unsigned width, u64 value);
    void report_nothing(u64 address, unsigned width);
    void take_at(u64 address, View view, Fault fault, unsigned done);
    void take_fetch_fault(unsigned done, View view, Fault fault);
    u32 transformed(unsigned offset) const;
    static u32 expand(const Instruction& i);

    // translation.cpp
    struct Leaf {
        u64 entry;      ///< the page-table entry
        u64 at;         ///< where it is
        unsigned level; ///< 0 for a page of 4 KiB
        u64 target(u64 address) const;
    };
    struct Table {
        u64 root;
        unsigned levels;
        unsigned root_extra_bits; ///< of the root's index: 2 in a second stage (18.5.1)
        bool hypervisors;         ///< whether the hypervisor has written it, and not a guest
    };
    std::expected<u64, Fault> translate(u64 address, unsigned width, Access access, View view);
    std::expected<u64, Fault> translate_first(u64 address, Access access, View view);
    std::expected<u64, Fault> translate_second(u64 address, Access access, View view, u32 implicit);
    template <typename Read>
    std::expected<Leaf, Fault> walk(Table table, u64 address, Fault fault, Read read);
    std::expected<u64, Fault> read_table_entry(u64 at, Access access);
    bool may_access_first(u64 entry, Access access, View view) const;
    void check_second_leaf(const Leaf& leaf, u64 address, Access access);
    bool physical_protection(u64 address, u64 width, Access access, Mode mode) const;
    u64 context(View view) const;
    void remember(AddressSpace space, u64 address, const std::expected<Leaf, Fault>& leaf,
                  Access access);
    u16 vmid(View view) const;
    u16 current_vmid() const;

    // csr.cpp
    std::optional<Cause> csr_fault(u16 number, bool write) const;
    void write_csr(Csr number, u64 value);
    u64 legalize(Csr number, u64 old, u64 value) const;
    u64 legalize_atp(Csr number, u64 old, u64 value) const;
    void write_float_csr(Csr number, u64 value);
    void write_pmpcfg(unsigned first, u64 value);
    void write_pmpaddr(unsigned number, u64 value);
    void judge_write(Csr number, u64 value);
    std::optional<Cause> counter_fault(unsigned number) const;
    u64 pending() const;
    bool timer_enabled(u64 envcfg) const;

    // trap.cpp
    void take(Trap trap);
    void enter_trap_handler(u64 code, bool is_interrupt, const Trap& trap);
    void note_exit(u64 cause, const Trap& trap);
    bool take_interrupt();
    void illegal(const Instruction& i);
    void virtual_instruction(const Instruction& i);
    void change_mode(Mode mode, bool virtualized);

    bool has(Freedom freedom) const {
        return freedoms_ & static_cast<u32>(freedom);
    }
    template <typename... Parts>
    void report(Parts... parts) {
        if (!reported_) {
            report_.set("strict: ", parts..., "; pc ", Hex{pc_}, ", ", mode_name());
            reported_ = true;
            attention_ = true;
        }
    }

    Bus& bus_;
    u32 freedoms_;

    std::array<u64, 32> x_ = {};
    std::array<u64, 32> f_ = {};
    u64 pc_ = Bus::rom_start;
    u64 next_pc_ = 0; ///< where the hart goes on after the current instruction
    Mode mode_ = Mode::machine;
    bool virtualized_ = false;
    Registers csr_ = {};
    std::optional<u64> reservation_ = {}; ///< of LR, a physical address
    const Instruction* current_ = nullptr;

    u64 instructions_ = 0;
    u64 skipped_ = 0;
    u64 exits_ = 0;
    u64 stop_at_exit_ = ~0ull;
    bool stopped_at_exit_ = false;
    Exit last_exit_ = {};
    bool attention_ = false;
    bool waiting_ = false;
    bool alternate_ = false; ///< for what happens every second time

    RememberedTranslations remembered_ = {};

    Line report_ = {};
    bool reported_ = false;

    /// A small cache of translations that is always right: it is flushed whenever anything changes
    /// that it depends on. Only pages of RAM are in it.
    struct Page {
        u64 number = ~0ull; ///< of the virtual page
        u64 context = 0;    ///< who sees it
        u64 physical = 0;
    };
    static constexpr std::size_t cached_pages = 256;
    std::array<std::array<Page, cached_pages>, 3> pages_ = {}; ///< by Access
    u64 generation_ = 1;
    u64 data_context_ = 0;

    /// Decoded instructions, by the line of RAM in which they begin.
    struct DecodedLine {
        u64 physical = ~0ull;
        std::array<Instruction, Ram::line_size / 2> instructions;
    };
    static constexpr std::size_t decoded_lines = 4096;
    std::array<DecodedLine, decoded_lines> decoded_ = {};
    DecodedLine* line_ = nullptr; ///< where pc is, if that is known
    u64 line_start_ = 0;          ///< its virtual address
    Instruction lone_ = {};       ///< one that is in no line, or in two
};

} // namespace machine
