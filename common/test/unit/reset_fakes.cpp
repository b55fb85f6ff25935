#include "fake.hpp"

#include <gtest/gtest.h>

namespace {

/// Every test begins with a fresh machine.
class ResetFakes : public testing::EmptyTestEventListener {
    void OnTestStart(const testing::TestInfo&) override {
        fake::reset();
    }
};

[[maybe_unused]] const bool installed = [] {
    testing::UnitTest::GetInstance()->listeners().Append(new ResetFakes);
    return true;
}();

} // namespace
