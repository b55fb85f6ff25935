#include "bus.hpp"

#include "print.hpp"

void Bus::attach(GuestRange range, MmioDevice& device) {
    if (count_ == mappings_.size()) {
        panic("the bus has no room for another device");
    }
    mappings_[count_++] = {range, &device};
}

const Bus::Mapping* Bus::find(GuestPhysical address, unsigned width) const {
    for (const Mapping& mapping : mappings_) {
        if (mapping.range.contains(address, width)) {
            return &mapping;
        }
    }
    return nullptr;
}

std::optional<std::uint64_t> Bus::load(GuestPhysical address, unsigned width) const {
    const Mapping* mapping = find(address, width);
    if (mapping == nullptr) {
        return std::nullopt;
    }
    return mapping->device->load(address - mapping->range.start, width);
}

StoreResult Bus::store(GuestPhysical address, unsigned width, std::uint64_t value) const {
    const Mapping* mapping = find(address, width);
    if (mapping == nullptr) {
        return StoreResult::refused;
    }
    return mapping->device->store(address - mapping->range.start, width, value);
}

/// What the compiler puts in the place of a device's function before its constructor has run.
extern "C" void __cxa_pure_virtual() {
    panic("a function of a device that is still being made was called");
}
