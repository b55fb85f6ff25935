#include "remembered.hpp"

namespace machine {

namespace {

/// Whether page `number` is what a fence for `fenced` is about.
bool concerns(std::optional<u64> fenced, const RememberedTranslations::Page& page) {
    return !fenced || ((*fenced ^ page.number) & ~(page.span - 1)) == 0;
}

} // namespace

bool RememberedTranslations::update(AddressSpace space, u64 number, std::optional<Page> found,
                                    u8 needed) {
    const u64 spread = number ^ number >> 11 ^ space.asid * 7ull ^ space.vmid * 13ull;
    Slot& slot = slots_[(spread << 1 | (space.second ? 1 : 0)) % slots_.size()];
    const bool same = slot.page && slot.page->number == number && slot.space == space;
    if (same && (slot.page->permissions & needed) != 0) {
        const bool leads_there = found && found->target == slot.page->target;
        if (!leads_there || (found->permissions & needed) == 0) {
            slot = {space, found};
            return true;
        }
    }
    if (found && same && found->target == slot.page->target) {
        found->permissions |= slot.page->permissions;
    }
    if (found) {
        slot = {space, found};
    }
    return false;
}

void RememberedTranslations::fence_first(bool virtualized, u16 vmid, std::optional<u64> number,
                                         std::optional<u16> asid) {
    for (Slot& slot : slots_) {
        if (slot.page && !slot.space.second && slot.space.virtualized == virtualized &&
            slot.space.vmid == vmid && concerns(number, *slot.page) &&
            (!asid || (slot.space.asid == *asid && !slot.page->global))) {
            slot.page.reset();
        }
    }
}

void RememberedTranslations::fence_second(std::optional<u64> number, std::optional<u16> vmid) {
    for (Slot& slot : slots_) {
        if (slot.page && slot.space.second && vmid.value_or(slot.space.vmid) == slot.space.vmid &&
            concerns(number, *slot.page)) {
            slot.page.reset();
        }
    }
}

} // namespace machine
