#include "copies.hpp"

namespace {

std::span<const std::byte> watched;
copies::Count counted;

bool is_watched(const void* pointer) {
    const auto start = reinterpret_cast<std::uintptr_t>(watched.data());
    return reinterpret_cast<std::uintptr_t>(pointer) - start < watched.size();
}

void count(const void* to, const void* from, std::size_t size) {
    counted.read += is_watched(from) ? size : 0;
    counted.written += is_watched(to) ? size : 0;
}

} // namespace

void copies::watch(std::span<const std::byte> memory) {
    watched = memory;
    counted = {};
}

copies::Count copies::stop() {
    watched = {};
    return counted;
}

// The compiler calls these two for memcpy and memmove in what it instruments.
extern "C" {
void* __real___asan_memcpy(void* to, const void* from, std::size_t size);
void* __real___asan_memmove(void* to, const void* from, std::size_t size);

void* __wrap___asan_memcpy(void* to, const void* from, std::size_t size) {
    count(to, from, size);
    return __real___asan_memcpy(to, from, size);
}

void* __wrap___asan_memmove(void* to, const void* from, std::size_t size) {
    count(to, from, size);
    return __real___asan_memmove(to, from, size);
}
}
