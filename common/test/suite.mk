# What the Makefiles of tests and benchmark share: which step runs on which QEMUs, how node's tests
# are run, and how the guests' programs are built. It is included behind tools.mk.

TEST_DIR := $(dir $(lastword $(MAKEFILE_LIST)))
STEP ?= 15
override STEP := $(patsubst $(ROOT)/%,%,$(call step_directory,$(STEP)))
TEST_QEMUS ?= $(QEMU) $(wildcard $(BUILD)/qemu-second/qemu-system-riscv64)
export STEP TEST_QEMUS

# How many files run at once is said behind it.
NODE_TESTS = node --test --test-reporter=$(TEST_DIR)reporter.mjs --test-reporter-destination=stdout

# Guests' programs, for Linux and for the bare machine.
GUEST_FLAGS := --target=riscv64-linux-gnu -ffreestanding -fno-pic -fno-stack-protector -mno-relax \
  -MMD -MP $(FREESTANDING_INCLUDES)
GUEST_CXXFLAGS := -std=c++23 -fno-exceptions -fno-rtti -fno-builtin -Wall -Wextra -Wno-register
BARE_FLAGS := $(GUEST_FLAGS) -march=rv64imach_zicsr_zifencei -mabi=lp64 -mcmodel=medany -O1

# A program for Linux has no C library but guests/linux/system.hpp, so that none is needed.
define build_linux_program
@echo "  c++   $<"
@$(CXX) $(GUEST_FLAGS) -I$(TEST_DIR)guests/linux $(GUEST_CXXFLAGS) -O2 -static -nostdlib \
  -fuse-ld=lld -Wl,-s $< -o $@
endef

.PHONY: hypervisor
hypervisor:
	@$(MAKE) --no-print-directory -C $(ROOT)/common/guest
	@$(MAKE) --no-print-directory -C $(ROOT)/$(STEP) build
