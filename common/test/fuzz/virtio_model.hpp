/// @file
/// A virtio block device as the virtio spec describes it, with no regard for speed, which the
/// fuzzer compares with the real one.
#pragma once

#include "virtio_spec.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

inline constexpr std::uint64_t ram_base = 0x8000'0000;
inline constexpr std::uint64_t ram_size = 64 * 1024;
inline constexpr std::size_t sector_size = 512;

/// A part of guest memory; its start is an offset into it.
struct Piece {
    std::uint64_t start = 0;
    std::uint64_t size = 0;

    bool overlaps(const Piece& other) const {
        return start < other.start + other.size && other.start < start + size;
    }
};

using Pieces = std::vector<Piece>;

/// What waits in the queue, taken apart.
struct Request {
    bool valid = false; ///< false if it breaks the rules; then nothing else counts
    std::uint16_t head = 0;
    Pieces readable, writable;
    /// It writes where it or the device also reads. What comes of that depends on the order in
    /// which the device works, on which no driver can rely.
    bool tangled = false;
    std::uint32_t type = 0;
    std::uint8_t status = S_OK;
    std::uint64_t start = 0; ///< of its first sector, in bytes
    std::uint64_t size = 0;  ///< bytes to copy to or from the disk
    std::uint32_t used = 0;  ///< what the used element says: written without a gap (2.7.8.2)
};

class Model {
public:
    /// `ram` and `disk` are the model's own.
    Model(std::span<std::byte> ram, std::span<std::byte> disk, bool read_only)
        : ram_(ram), disk_(disk), read_only_(read_only) {}

    std::uint32_t load(std::uint64_t offset) const;
    std::uint64_t load_configuration(std::uint64_t offset, unsigned width) const;
    void store(std::uint64_t offset, std::uint32_t value);

    /// Whether a notification has any effect.
    bool serves() const {
        return r_.ready && (r_.status & DRIVER_OK) && !(r_.status & NEEDS_RESET);
    }

    /// Serves all that waits, if the device is running.
    void notify();

    /// Whether one of the waiting requests or the queue itself is tangled.
    bool tangled() const;

    std::uint32_t status() const {
        return r_.status;
    }
    std::uint32_t interrupt_status() const {
        return r_.interrupt_status;
    }

    /// From now on the device is in a state that cannot be known, until its queue is stopped. Its
    /// registers say what they say.
    void lose(std::uint32_t status, std::uint32_t interrupt_status) {
        r_.lost = true;
        r_.status = status;
        r_.interrupt_status = interrupt_status;
    }
    bool lost() const {
        return r_.lost;
    }

private:
    struct Registers {
        std::uint32_t features_sel = 0, driver_sel = 0, queue_sel = 0, queue_num = 0;
        std::uint32_t status = 0, interrupt_status = 0;
        std::array<std::uint32_t, 2> accepted = {};
        std::array<std::uint32_t, 10> addresses = {}; ///< of the queue's areas, low and high halves
        std::uint32_t queue_ready = 0;                ///< as it was written
        bool ready = false;                           ///< and the queue can be used
        bool lost = false;
        std::uint32_t size = 0; ///< of the queue that is ready, as are the following
        Piece table, available, used;
        std::uint16_t served = 0;
    };

    std::uint64_t features() const;
    void set_ready(bool ready);
    void set_status(std::uint32_t value);
    bool find_queue();
    void need_reset();
    /// How many requests wait. More than the queue has entries breaks the rules.
    unsigned waiting() const;
    /// The request behind the next `ahead` ones.
    Request peek(unsigned ahead = 0) const;
    bool follow(Request& request) const;
    bool understand(Request& request) const;
    bool is_tangled(const Request& request) const;
    void complete(const Request& request);
    void copy(const Request& request);
    void put_identity(const Pieces& pieces);

    template <class T>
    T get(std::uint64_t offset) const;
    template <class T>
    void put(std::uint64_t offset, T value);

    std::span<std::byte> ram_, disk_;
    bool read_only_;
    Registers r_;
};
