#include "fake.hpp"

#include <gtest/gtest.h>

namespace {

/// Every test begins with a fresh machine.
class ResetFakes : public testing::EmptyTestEventListener {
    void OnTestStart(const testing::TestInfo&) override {
        fake::reset();
    }
};

} // namespace

int main(int count, char** arguments) {
    testing::InitGoogleTest(&count, arguments);
    testing::UnitTest::GetInstance()->listeners().Append(new ResetFakes);
    GTEST_FLAG_SET(death_test_style, "threadsafe"); // a process that nothing was done in yet
    return RUN_ALL_TESTS();
}
