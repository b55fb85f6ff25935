/// @file
/// Guest memory for a test. It ends where the allocation ends, so that the address sanitizer
/// notices one byte too far.
#pragma once

#include "guest_memory.hpp"

#include <cstring>
#include <memory>

class Ram {
public:
    static constexpr GuestPhysical base = {0x8000'0000};

    explicit Ram(std::size_t size)
        : bytes_(std::make_unique<std::byte[]>(size)), size_(size),
          memory{{base, size}, address_of(bytes_.get())} {}

    std::span<std::byte> all() {
        return {bytes_.get(), size_};
    }

    /// `length` bytes from `address` on, which must exist.
    std::span<std::byte> bytes(GuestPhysical address, std::size_t length) {
        return all().subspan(address - base, length);
    }

    template <class T>
    T get(GuestPhysical address) {
        T value;
        std::memcpy(&value, bytes(address, sizeof value).data(), sizeof value);
        return value;
    }

    template <class T>
    void put(GuestPhysical address, const T& value) {
        std::memcpy(bytes(address, sizeof value).data(), &value, sizeof value);
    }

private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_;

public:
    const GuestMemory memory;
};
