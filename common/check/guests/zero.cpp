// Linked to the program itself: an object without a value, in .bss, which is zero when main begins.

#include <cstdint>

extern "C" {
[[gnu::used, gnu::retain]] constinit volatile std::uint64_t zero_of_the_check[16] = {};
}
