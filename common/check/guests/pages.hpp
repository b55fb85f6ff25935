// Uses RAM, page by page.
#pragma once

#include "tell.hpp"

extern "C" char _start[], bss_end[]; // guest.ld

constexpr std::uint64_t page_size = 4096;

/// Stores a number in each page from `start` to `end` but those of this program, and tells how many
/// there were, the sum of what is in them when all are stored, and how often that trapped.
inline void use_pages(std::uint64_t start, std::uint64_t end) {
    const auto own_start = reinterpret_cast<std::uint64_t>(_start);
    const auto own_end = reinterpret_cast<std::uint64_t>(bss_end);
    const auto each = [&](auto use) {
        for (std::uint64_t at = start; at < end; at += page_size) {
            if (at + page_size <= own_start || at >= own_end) {
                use(*reinterpret_cast<volatile std::uint64_t*>(at), at / page_size * KEY);
            }
        }
    };
    const std::uint64_t traps = trap.count;
    std::uint64_t pages = 0, sum = 0;
    each([](volatile std::uint64_t& word, std::uint64_t number) { word = number; });
    each([&](volatile std::uint64_t& word, std::uint64_t) {
        ++pages;
        sum += word;
    });
    tell("used", pages, sum, trap.count - traps);
    tell("program", own_start / page_size, (own_end + page_size - 1) / page_size);
}
