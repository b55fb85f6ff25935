// From virtual to physical addresses (Privileged spec 10.3 to 10.5 and 18.5), and what may be
// accessed there (3.7).

#include "hart.hpp"

#include <bit>

namespace machine {

namespace {

/// Bits of a page-table entry (10.3.1 and 10.4.1).
namespace pte {
constexpr u64 V = 1 << 0, R = 1 << 1, W = 1 << 2, X = 1 << 3, U = 1 << 4, G = 1 << 5;
constexpr u64 A = 1 << 6, D = 1 << 7;
constexpr u64 reserved = ~0ull << 54; // Svnapot and Svpbmt are not here
constexpr unsigned ppn_low = 10;
} // namespace pte

/// htinst for an access that was not the instruction's own but the walk's, a load (18.6.3).
constexpr u32 implicit_load = 0x3000;

/// The exceptions of a kind by what the access was for.
constexpr Cause cause_for(Access access, Cause fetch, Cause load, Cause store) {
    return access == Access::fetch ? fetch : access == Access::load ? load : store;
}
constexpr Cause page_fault(Access access) {
    return cause_for(access, Cause::instruction_page_fault, Cause::load_page_fault,
                     Cause::store_page_fault);
}
constexpr Cause guest_page_fault(Access access) {
    return cause_for(access, Cause::instruction_guest_page_fault, Cause::load_guest_page_fault,
                     Cause::store_guest_page_fault);
}
constexpr Cause access_fault(Access access) {
    return cause_for(access, Cause::instruction_access_fault, Cause::load_access_fault,
                     Cause::store_access_fault);
}

/// Bits of an address that `levels` levels of tables translate.
constexpr unsigned address_bits(unsigned levels) {
    return 12 + 9 * levels;
}

constexpr unsigned levels_of(u64 atp) { // Sv39 is mode 8 and has three
    return static_cast<unsigned>(atp >> atp::mode_low) - 5;
}

constexpr u64 root_of(u64 atp) {
    return (atp & atp::PPN) << 12;
}

constexpr u64 target_of(u64 entry) {
    return bits(entry, pte::ppn_low, 44) << 12;
}

/// What a translation cache keeps of `entry`, which maps the page of `address` to that of `target`.
RememberedTranslations::Page to_remember(u64 address, u64 target, u64 entry, unsigned level) {
    return {.number = address >> 12,
            .target = target >> 12,
            .span = 1ull << 9 * level,
            .permissions = static_cast<u8>(entry & (pte::R | pte::W | pte::X)),
            .global = (entry & pte::G) != 0};
}

} // namespace

/// Where an entry leads for `address`, one of those that it translates.
u64 Hart::Leaf::target(u64 address) const {
    const u64 offset = (1ull << address_bits(level)) - 1;
    return (target_of(entry) & ~offset) | (address & offset);
}

/// Everything that a translation depends on, as one number: whoever sees the same has the same.
u64 Hart::context(View view) const {
    const u64 both = (csr_.mstatus >> 18 & 3) | (csr_.vsstatus >> 18 & 3) << 2; // SUM and MXR
    return generation_ << 8 | static_cast<u64>(view.mode) << 6 | u64{view.virtualized} << 5 |
           u64{view.execute} << 4 | both;
}

std::expected<u64, Fault> Hart::translate(u64 address, unsigned width, Access access, View view) {
    Page& cached = pages_[static_cast<u8>(access)][(address >> 12) % cached_pages];
    const u64 seen_by = context(view);
    if (cached.number == address >> 12 && cached.context == seen_by) {
        return cached.physical | (address & 4095);
    }
    auto physical = translate_first(address, access, view);
    if (physical && view.virtualized) {
        physical = translate_second(*physical, access, view, 0);
    }
    if (!physical) {
        return physical;
    }
    if (!physical_protection(*physical, width, access, view.mode)) {
        return std::unexpected{Fault{access_fault(access)}};
    }
    const u64 page = *physical & ~4095ull;
    if (bus_.ram.contains(page, 4096) && physical_protection(page, 4096, access, view.mode) &&
        !has(Freedom::tlb_forgets)) {
        cached = {address >> 12, seen_by, page};
    }
    return physical;
}

/// The first stage: the supervisor's own tables, or the guest's (10.3.2, 18.5).
std::expected<u64, Fault> Hart::translate_first(u64 address, Access access, View view) {
    const u64 atp = view.virtualized ? csr_.vsatp : csr_.satp;
    if (view.mode == Mode::machine || atp >> atp::mode_low == atp::bare) {
        return address;
    }
    const Fault fault = {page_fault(access)};
    const unsigned levels = levels_of(atp);
    if (static_cast<u64>(sign_extend(address, address_bits(levels))) != address) {
        return std::unexpected{fault};
    }
    const auto read_entry = [&](u64 at) -> std::expected<u64, Fault> {
        std::expected<u64, Fault> physical = at;
        if (view.virtualized) {
            physical = translate_second(at, access, view, implicit_load);
        }
        return physical ? read_table_entry(*physical, access) : physical;
    };
    const Table table = {root_of(atp), levels, 0, !view.virtualized};
    const auto leaf = walk(table, address, fault, read_entry);

    const auto asid = static_cast<u16>(bits(atp, atp::id_low, 16));
    if (leaf || leaf.error().cause == fault.cause) {
        remember({false, view.virtualized, vmid(view), asid}, address, leaf, access);
    }
    if (!leaf) {
        return std::unexpected{leaf.error()};
    }
    // A and D are never set by this machine (10.3.1): software does it, asked by a page fault.
    const u64 needed = pte::A | (access == Access::store ? pte::D : 0);
    if (!may_access_first(leaf->entry, access, view) || (leaf->entry & needed) != needed) {
        return std::unexpected{fault};
    }
    return leaf->target(address);
}

/// The second stage, from guest-physical addresses. `implicit` is the pseudoinstruction of an
/// access that a walk of the first stage makes, which is a load whatever `access` is (18.5.1).
std::expected<u64, Fault> Hart::translate_second(u64 address, Access access, View view,
                                                 u32 implicit) {
    const u64 atp = csr_.hgatp;
    if (atp >> atp::mode_low == atp::bare) {
        return address;
    }
    const Fault fault = {guest_page_fault(access), address, implicit};
    const unsigned levels = levels_of(atp);
    if (address >> (address_bits(levels) + 2) != 0) {
        return std::unexpected{fault};
    }
    const auto read_entry = [&](u64 at) {
        if (bus_.ram.contains(at, 8) && bus_.ram.stored_since_fence_tables(at)) {
            report("hfence.gvma is missing: the second-stage entry at ", Hex{at},
                   ", for guest-physical ", Hex{address},
                   ", was stored after the last one (Privileged spec 18.3.2)");
            bus_.ram.fence_tables(); // once is enough
        }
        return read_table_entry(at, access);
    };
    const auto leaf = walk({root_of(atp), levels, 2, true}, address, fault, read_entry);
    if (leaf || leaf.error().cause == fault.cause) {
        remember({true, false, vmid(view), 0}, address, leaf,
                 implicit != 0 ? Access::load : access);
    }
    if (!leaf) {
        return std::unexpected{leaf.error()};
    }
    const Access kind = implicit != 0 ? Access::load : access;
    const bool readable = (leaf->entry & pte::R) ||
                          (implicit == 0 && (csr_.mstatus & status::MXR) && (leaf->entry & pte::X));
    const bool executable = leaf->entry & pte::X;
    const bool allowed = kind == Access::fetch           ? executable
                         : kind == Access::store         ? (leaf->entry & pte::W) != 0
                         : view.execute && implicit == 0 ? executable
                                                         : readable;
    check_second_leaf(*leaf, address, kind);
    const u64 needed = pte::U | pte::A | (kind == Access::store ? pte::D : 0);
    if (!allowed || (leaf->entry & needed) != needed) {
        return std::unexpected{fault};
    }
    return leaf->target(address);
}

/// Goes down the tables to the leaf for `address` (10.3.2). `read` gives the entry at an address;
/// what is wrong with an entry is `fault`.
template <typename Read>
std::expected<Hart::Leaf, Fault> Hart::walk(Table table, u64 address, Fault fault, Read read) {
    u64 tables = table.root;
    for (unsigned level = table.levels; level-- > 0;) {
        const unsigned index_bits = 9 + (level + 1 == table.levels ? table.root_extra_bits : 0);
        const u64 at = tables + 8 * bits(address, address_bits(level), index_bits);
        const std::expected<u64, Fault> entry = read(at);
        if (!entry) {
            return std::unexpected{entry.error()};
        }
        if ((*entry & pte::V) == 0) {
            return std::unexpected{fault};
        }
        const bool is_leaf = *entry & (pte::R | pte::X);
        const u64 below = is_leaf ? bits(*entry, pte::ppn_low, 9 * level) : 0;
        const u64 reserved = pte::reserved | (is_leaf ? 0 : pte::W | pte::D | pte::A | pte::U);
        const bool writable_only = (*entry & (pte::R | pte::W)) == pte::W;
        if ((*entry & reserved) != 0 || writable_only || below != 0) {
            if (table.hypervisors) {
                report(
                    "the page-table entry at ", Hex{at}, " for ", Hex{address}, ", ", Hex{*entry},
                    below != 0 ? ", is a misaligned superpage" : ", has reserved bits or encodings",
                    " (Privileged spec 10.3.2)");
            }
            return std::unexpected{fault};
        }
        if (is_leaf) {
            return Leaf{*entry, at, level};
        }
        tables = target_of(*entry);
    }
    return std::unexpected{fault};
}

/// Reads an entry as the walk does: as a supervisor that loads (3.7, 10.3.2).
std::expected<u64, Fault> Hart::read_table_entry(u64 at, Access access) {
    if (!bus_.ram.contains(at, 8) || !physical_protection(at, 8, Access::load, Mode::supervisor)) {
        return std::unexpected{Fault{access_fault(access)}};
    }
    bus_.ram.mark_walked(at);
    return bus_.ram.read<u64>(at);
}

/// Whether a first stage's leaf lets `view` make the access (10.3.1, 10.1.1.3).
bool Hart::may_access_first(u64 entry, Access access, View view) const {
    // MXR of the machine counts for guests, too (18.2.1); SUM does not.
    const u64 own = view.virtualized ? csr_.vsstatus : csr_.mstatus;
    const bool executable_is_readable = (own | csr_.mstatus) & status::MXR;
    if (view.mode == Mode::user && !(entry & pte::U)) {
        return false;
    }
    if (view.mode == Mode::supervisor && (entry & pte::U) &&
        (access == Access::fetch || !(own & status::SUM))) {
        return false;
    }
    if (access == Access::fetch || (access == Access::load && view.execute)) {
        return entry & pte::X;
    }
    if (access == Access::store) {
        return entry & pte::W;
    }
    return (entry & pte::R) || (executable_is_readable && (entry & pte::X));
}

/// Reports the bits that a second stage's leaf lacks and that every guest access needs.
void Hart::check_second_leaf(const Leaf& leaf, u64 address, Access access) {
    const auto missing = [&](std::string_view name, std::string_view why) {
        report("the second-stage leaf at ", Hex{leaf.at}, " for guest-physical ", Hex{address},
               " has no ", name, ": ", why);
    };
    if (!(leaf.entry & pte::U)) {
        missing("U", "a guest's accesses count as those of U-mode (Privileged spec 18.5.1)");
    } else if (!(leaf.entry & pte::A)) {
        missing("A", "hardware may fault instead of setting it (Privileged spec 10.3.1)");
    } else if (access == Access::store && (leaf.entry & pte::W) && !(leaf.entry & pte::D)) {
        missing("D", "hardware may fault instead of setting it (Privileged spec 10.3.1)");
    }
}

/// Notes what the tables say of `address` now: a leaf or nothing. If it is not what they said when
/// it was last translated, hardware may still go by that: there should have been a fence.
void Hart::remember(AddressSpace space, u64 address, const std::expected<Leaf, Fault>& leaf,
                    Access access) {
    const u64 needed = access == Access::fetch ? pte::X : access == Access::store ? pte::W : pte::R;
    using Page = RememberedTranslations::Page;
    const auto found = leaf ? std::optional<Page>{to_remember(address, leaf->target(address),
                                                              leaf->entry, leaf->level)}
                            : std::nullopt;
    if (remembered_.update(space, address >> 12, found, static_cast<u8>(needed))) {
        const std::string_view fence = space.second ? "hfence.gvma"
                                       : space.virtualized
                                           ? "hfence.vvma, or the guest's sfence.vma,"
                                           : "sfence.vma";
        report(fence, " is missing: the tables have another entry for ", Hex{address},
               " than when it was last translated (Privileged spec ",
               space.virtualized || space.second ? "18.3.2" : "10.2.1", ")");
    }
}

u16 Hart::current_vmid() const {
    return static_cast<u16>(bits(csr_.hgatp, atp::id_low, 14));
}

u16 Hart::vmid(View view) const {
    return view.virtualized ? current_vmid() : u16{0};
}

/// Physical memory protection (3.7.1): whether `mode` may access the `width` bytes at `address`.
/// The first entry that has one of the bytes decides, and must have all of them.
bool Hart::physical_protection(u64 address, u64 width, Access access, Mode mode) const {
    constexpr u8 off = 0, range = 1, four_bytes = 2;
    for (unsigned number = 0; number < 16; ++number) {
        const u8 config = csr_.pmpcfg[number];
        const u64 encoded = csr_.pmpaddr[number];
        const u64 matching = bits(config, 3, 2);
        if (matching == off) {
            continue;
        }
        u64 start = number == 0 ? 0 : csr_.pmpaddr[number - 1] << 2, end = encoded << 2;
        if (matching != range) {
            // The lowest 0 of the address says how large the region is, a power of two.
            const u64 size = matching == four_bytes ? 4 : 8ull << std::countr_one(encoded);
            start = (encoded << 2) & ~(size - 1);
            end = start + size;
        }
        if (address >= end || address + width <= start) {
            continue;
        }
        if (address < start || address + width > end) {
            return false;
        }
        const bool locked = bit(config, 7);
        const unsigned permission = access == Access::fetch ? 2 : access == Access::store ? 1 : 0;
        return bit(config, permission) || (mode == Mode::machine && !locked);
    }
    return mode == Mode::machine;
}

} // namespace machine
