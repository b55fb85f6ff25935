// The second-stage table and the page pool, against a list of what was mapped: a walk written from
// the Privileged spec has to find that in the tables, and nothing else.

#include "stage2.hpp"

#include "fake.hpp"
#include "fuzz.hpp"
#include "memory.hpp"
#include "walk.hpp"

#include <bitset>
#include <vector>

namespace {

/// What an input consists of.
enum class Op : std::uint8_t {
    map,       ///< guest address (24 bits), size (16) and host address (32), all in 2 MiB
    translate, ///< address (64 bits)
    probe,     ///< mapping, distance (16 bits): an address around the begin or end of a mapping
    fresh,     ///< a new table in the place of this one
    another,   ///< a second one beside it, for a moment
    count,
};

constexpr std::uint64_t page = 2 * MiB;
/// Sv39x4 (Privileged spec 18.5.1): a guest-physical address has 41 bits.
constexpr std::uint64_t guest_space = 1ull << 41;
constexpr std::size_t most_leaf_tables = 32 - 4; // the pool's pages but for the root's

struct Mapping {
    std::uint64_t guest, size, host;
};

class Tables {
public:
    Tables() {
        fake::reset();
        require(Stage2::most_mapped() == most_leaf_tables * GiB, "a leaf table maps 1 GiB");
        table_.emplace();
    }

    void run(Input& input) {
        while (!input.empty()) {
            step(input);
        }
        table_.reset();
        check_pool();
    }

private:
    void step(Input& input) {
        switch (input.op<Op>()) {
        case Op::map: {
            const std::uint64_t guest = next_guest(input) * page;
            const std::uint64_t size = (input.next<std::uint16_t>() & 0x3ff) * page;
            const std::uint64_t host = (input.next<std::uint32_t>() & 0x7ff'ffff) * page;
            return map({guest, std::min(size, guest_space - guest), host});
        }
        case Op::translate:
            return translate(input.next<std::uint64_t>());
        case Op::probe: {
            const unsigned which = input.next();
            const auto distance = static_cast<std::int16_t>(input.next<std::uint16_t>());
            return probe(which, distance);
        }
        case Op::fresh:
            table_.reset();
            check_pool();
            table_.emplace();
            mappings_.clear();
            gibibytes_.reset();
            return;
        case Op::another:
            return make_another();
        case Op::count:
            break;
        }
    }

    static std::uint64_t next_guest(Input& input) {
        const std::uint64_t low = input.next<std::uint16_t>();
        return (low | std::uint64_t{input.next()} << 16) % (guest_space / page);
    }

    void map(const Mapping& mapping) {
        std::bitset<guest_space / GiB> after = gibibytes_;
        for (std::uint64_t at = 0; at < mapping.size; at += page) {
            after.set((mapping.guest + at) / GiB);
        }
        const GuestRange guest = {{mapping.guest}, mapping.size};
        if (after.count() > most_leaf_tables) {
            check_exhaustion(guest, {mapping.host});
            return;
        }
        table_->map(guest, {mapping.host});
        gibibytes_ = after;
        if (mapping.size != 0) {
            mappings_.push_back(mapping);
        }
        check_around(mapping);
    }

    /// More than there are tables for: that is a panic, and the end of this table.
    void check_exhaustion(GuestRange guest, HostPhysical host) {
        bool ended = false;
        try {
            table_->map(guest, host);
        } catch (const fake::MachineEnded&) { // the second panic of a process waits for ever
            ended = true;
        }
        require(ended, "a pool without pages is a panic");
        table_.reset();
        check_pool();
        table_.emplace();
        mappings_.clear();
        gibibytes_.reset();
    }

    /// As long as the pool has four pages in a row for its root.
    void make_another() {
        if (gibibytes_.count() <= most_leaf_tables - 4) {
            const Stage2 other;
            require(other.hgatp() != table_->hgatp(), "it is a table of its own");
            require(!walked(other, guest_space / 2), "in which nothing is mapped");
        }
    }

    void check_around(const Mapping& mapping) {
        const std::uint64_t end = mapping.guest + mapping.size;
        for (const std::uint64_t address :
             {mapping.guest - 1, mapping.guest, mapping.guest + page - 1, mapping.guest + page,
              mapping.guest + mapping.size / 2 + 12345, end - 1, end}) {
            translate(address);
            translate(address + guest_space); // no address beyond the space is one within
        }
    }

    void probe(unsigned which, std::int16_t distance) {
        if (!mappings_.empty()) {
            const Mapping& mapping = mappings_[which / 2 % mappings_.size()];
            const std::uint64_t edge = which % 2 ? mapping.guest + mapping.size : mapping.guest;
            translate(edge + static_cast<std::uint64_t>(std::int64_t{distance} * 4099));
        }
    }

    void translate(std::uint64_t address) {
        const auto actual = walked(*table_, address);
        const auto expected = find(address);
        require(actual.has_value() == expected.has_value(), "it is mapped if it was mapped");
        require(actual == expected, "it leads where it was mapped to");
    }

    /// Where the hardware's walk leads, in a table without mistakes.
    static std::optional<std::uint64_t> walked(const Stage2& table, std::uint64_t address) {
        const Walk found = walk(table.hgatp(), {address});
        require(found.mistake == nullptr, found.mistake);
        return found.target ? std::optional{found.target->value} : std::nullopt;
    }

    /// Where `address` was mapped to: what came last counts.
    std::optional<std::uint64_t> find(std::uint64_t address) const {
        for (auto mapping = mappings_.rbegin(); mapping != mappings_.rend(); ++mapping) {
            if (address >= mapping->guest && address - mapping->guest < mapping->size) {
                return mapping->host + (address - mapping->guest);
            }
        }
        return std::nullopt;
    }

    /// All pages of the pool can be had again.
    static void check_pool() {
        const HostPhysical root = memory::allocate(4);
        HostPhysical pages[most_leaf_tables];
        for (HostPhysical& taken : pages) {
            taken = memory::allocate(1); // panics if there is none
        }
        for (const HostPhysical taken : pages) {
            const std::span bytes{to_pointer<std::byte>(taken), memory::page_size};
            require(bytes.front() == std::byte{0} && bytes.back() == std::byte{0}, "of zeros");
            memory::free(taken, 1);
        }
        memory::free(root, 4);
    }

    std::optional<Stage2> table_;
    std::vector<Mapping> mappings_;
    std::bitset<guest_space / GiB> gibibytes_; ///< those that need a leaf table
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input{data, size};
    Tables{}.run(input);
    return 0;
}
