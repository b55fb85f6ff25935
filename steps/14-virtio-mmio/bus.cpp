#include "bus.hpp"

const Bus::Mapping* Bus::find(GuestPhysical address, unsigned width) const {
    for (const Mapping& mapping : mappings) {
        if (mapping.range.contains(address, width)) {
            return &mapping;
        }
    }
    return nullptr;
}
