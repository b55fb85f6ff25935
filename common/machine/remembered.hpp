/// @file
/// Translations as a large TLB would remember them: until a fence.
#pragma once

#include "integers.hpp"

#include <array>
#include <optional>

namespace machine {

/// Whose translations: the address space in which a page has its number.
struct AddressSpace {
    bool second = false;      ///< from guest-physical to physical addresses
    bool virtualized = false; ///< a guest's first stage
    u16 vmid = 0;             ///< where either is
    u16 asid = 0;             ///< of a first stage

    bool operator==(const AddressSpace&) const = default;
};

/// What was found in the tables, page by page. The machine itself walks the tables anew and never
/// uses this: where the tables say something else by now, hardware may still go by the old entry.
class RememberedTranslations {
public:
    /// A page as it was found.
    struct Page {
        u64 number;     ///< address / 4 KiB
        u64 target;     ///< the same of where it leads
        u64 span;       ///< how many such pages its entry covers, a power of two
        u8 permissions; ///< the bits R, W and X of the entry
        bool global;    ///< in all address spaces of its VMID (10.3.1)
    };

    /// Notes what the tables say of page `number` now, for an access that needs the bit `needed` of
    /// the permissions: `found`, or that there is nothing.
    /// @return whether that access would be allowed by what was remembered, and lead elsewhere or
    ///   nowhere now: a fence is missing. What makes no difference yet stays remembered.
    bool update(AddressSpace space, u64 number, std::optional<Page> found, u8 needed);

    /// SFENCE.VMA and HFENCE.VVMA (10.2.1, 18.3.2): forgets the first stage of one page or of all,
    /// in one address space or in all of the VMID.
    void fence_first(bool virtualized, u16 vmid, std::optional<u64> number,
                     std::optional<u16> asid);
    /// HFENCE.GVMA (18.3.2): forgets the second stage of one page or of all.
    void fence_second(std::optional<u64> number, std::optional<u16> vmid);

private:
    struct Slot {
        AddressSpace space;
        std::optional<Page> page;
    };
    std::array<Slot, 2048> slots_ = {};
};

} // namespace machine
