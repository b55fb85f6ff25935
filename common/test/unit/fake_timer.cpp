#include "timer.hpp"

#include "fake.hpp"

void Timer::set(std::uint64_t deadline) const {
    fake::deadlines.push_back(deadline);
}
