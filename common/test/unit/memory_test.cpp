#include "memory.hpp"

#include "fake.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <span>
#include <vector>

extern std::byte __pool_start[], __pool_end[];

namespace {

std::span<std::byte> contents(HostPhysical pages, std::size_t count) {
    return {to_pointer<std::byte>(pages), count * memory::page_size};
}

/// Takes runs of `count` pages until there are no more, and gives them back in the end.
struct Everything {
    explicit Everything(std::size_t count) : count(count) {
        try {
            while (taken.size() <= memory::pool_pages()) {
                taken.push_back(memory::allocate(count));
            }
        } catch (const fake::MachineEnded&) {
        }
    }
    ~Everything() {
        for (const HostPhysical pages : taken) {
            memory::free(pages, count);
        }
    }

    std::size_t count;
    std::vector<HostPhysical> taken;
};

} // namespace

TEST(Memory, CountsThePagesBetweenTheBoundsThatTheLinkerGives) {
    EXPECT_EQ(memory::pool_pages() * memory::page_size,
              static_cast<std::size_t>(__pool_end - __pool_start));
    EXPECT_EQ(memory::pool_pages(), 32u); // 128 KiB; one bit each has room for no more
}

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
    for (const std::size_t count : {1u, 2u, 4u}) {
        Everything everything{count};
        EXPECT_EQ(everything.taken.size(), memory::pool_pages() / count);
        std::ranges::sort(everything.taken);
        for (std::size_t at = 1; at < everything.taken.size(); ++at) {
            EXPECT_GE(everything.taken[at] - everything.taken[at - 1], count * memory::page_size);
        }
    }
}

TEST(Memory, PanicsWhenThePoolIsUsedUp) {
    const auto takes_everything = [] {
        for (;;) {
            memory::allocate(1);
        }
    };
    EXPECT_EXIT(fake::end_as_the_machine(takes_everything), testing::ExitedWithCode(1),
                "^hypervisor: panic: the page pool is used up\n$");
}

TEST(Memory, PanicsWhenNoRunIsLongEnough) {
    std::vector<HostPhysical> pages;
    for (std::size_t count = 0; count < memory::pool_pages(); ++count) {
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
