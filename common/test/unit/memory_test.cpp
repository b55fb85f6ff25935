#include "memory.hpp"

#include "fake.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <span>
#include <vector>

extern std::byte __pool_start[], __pool_end[];

namespace {

constexpr std::size_t pages_in_pool = 128 * KiB / memory::page_size;

std::span<std::byte> contents(HostPhysical pages, std::size_t count) {
    return {to_pointer<std::byte>(pages), count * memory::page_size};
}

/// Takes runs of `count` pages until there are no more, and gives them back in the end.
struct Everything {
    explicit Everything(std::size_t count) : count(count) {
        try {
            while (taken.size() <= pages_in_pool) {
                taken.push_back(memory::allocate(count));
            }
        } catch (const fake::MachineEnded& end) {
            status = end.status;
        }
    }
    ~Everything() {
        for (const HostPhysical pages : taken) {
            memory::free(pages, count);
        }
    }

    std::size_t count;
    std::vector<HostPhysical> taken;
    int status = 0;
};

} // namespace

TEST(Memory, HandsOutPagesOfThePoolFilledWithZeros) {
    const HostPhysical first = memory::allocate(2);
    std::ranges::fill(contents(first, 2), std::byte{0xff});
    memory::free(first, 2);
    const HostPhysical again = memory::allocate(2);
    EXPECT_GE(again, address_of(__pool_start));
    EXPECT_LE(again + 2 * memory::page_size, address_of(__pool_end));
    for (const std::byte byte : contents(again, 2)) {
        ASSERT_EQ(byte, std::byte{0});
    }
    memory::free(again, 2);
}

TEST(Memory, AlignsEveryRunToItsSize) {
    const HostPhysical single = memory::allocate(1);
    for (const std::size_t count : {1u, 2u, 4u}) { // a root page table has 4
        const HostPhysical pages = memory::allocate(count);
        EXPECT_EQ(pages.value % (count * memory::page_size), 0u) << count;
        memory::free(pages, count);
    }
    memory::free(single, 1);
}

TEST(Memory, HandsOutNoPageTwiceAndAllOfThem) {
    for (const std::size_t count : {1u, 2u, 4u, 8u, 16u}) {
        Everything everything{count};
        EXPECT_EQ(everything.taken.size(), pages_in_pool / count);
        std::ranges::sort(everything.taken);
        for (std::size_t at = 1; at < everything.taken.size(); ++at) {
            EXPECT_GE(everything.taken[at] - everything.taken[at - 1], count * memory::page_size);
        }
    }
}

TEST(Memory, PanicsWhenThePoolIsUsedUp) {
    const Everything everything{1};
    EXPECT_EQ(everything.status, 1);
    EXPECT_NE(fake::output.find("panic: "), std::string::npos);
}

TEST(Memory, PanicsWhenNoRunIsLongEnough) {
    std::vector<HostPhysical> pages;
    for (std::size_t count = 0; count < pages_in_pool; ++count) {
        pages.push_back(memory::allocate(1));
    }
    for (std::size_t at = 0; at < pages.size(); at += 2) { // every other page is free
        memory::free(pages[at], 1);
    }
    EXPECT_THROW(memory::allocate(2), fake::MachineEnded);
    const HostPhysical one = memory::allocate(1);
    EXPECT_EQ(one, pages[0]);
    memory::free(one, 1);
    for (std::size_t at = 1; at < pages.size(); at += 2) {
        memory::free(pages[at], 1);
    }
}

TEST(Memory, GivesBackOnlyThePagesThatItIsTold) {
    const HostPhysical kept = memory::allocate(1);
    const HostPhysical freed = memory::allocate(1);
    memory::free(freed, 1);
    const HostPhysical other = memory::allocate(1);
    EXPECT_NE(other, kept);
    memory::free(other, 1);
    memory::free(kept, 1);
}
