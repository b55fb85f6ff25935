// The standard headers that the steps use and that take long to read (step.mk). Each file includes
// what it needs all the same: the unit tests compile it without this.

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <span>
#include <string_view>
