# Builds and runs one step. The Makefile of each step includes it.
#
#   make build     the hypervisor, as build/STEP/hypervisor.elf at the top of the checkout
#   make run       in QEMU; see the README for KERNEL, DISK and the other variables
#   make check     grades what it does when it runs; STEP=NN where the directory has another name;
#                  ONLY=test grades one test, V=1 shows its console, JSON= JUNIT= name reports
#   make hint, compare, submit, as at the top of the checkout, of this directory
#   make debug     the same as run, waiting for a debugger
#   make arguments with what arguments `run` would start a machine, as the pages of the book do
#   make clean     removes what was built of this step, below build

include $(dir $(lastword $(MAKEFILE_LIST)))tools.mk

.DELETE_ON_ERROR:
.DEFAULT_GOAL := build
.PHONY: build run arguments check hint compare submit debug clean tools guest machine

# Two directories elsewhere may have one name, so their place is named by the whole of it.
OUT ?= $(BUILD)/$(if $(filter $(ROOT)/steps/%,$(CURDIR)),$(notdir $(CURDIR)),elsewhere$(CURDIR))
$(call refuse_name,OUT,$(OUT))
HYPERVISOR := $(OUT)/hypervisor.elf

# Integer registers only (lp64, no f or d): the floating-point ones are the guest's.
TARGET := --target=riscv64-linux-gnu -march=rv64imach_zicsr_zifencei -mabi=lp64 -mcmodel=medany \
  -mno-relax
COMMON_FLAGS := $(TARGET) -ffreestanding -fno-pic -fno-stack-protector -ffunction-sections \
  -O2 -g -MMD -MP $(FREESTANDING_INCLUDES)
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
  -Wframe-larger-than=8192 -Wno-c23-extensions -Wno-unused-const-variable
# No tables for `switch`: to compare with its few cases takes fewer instructions.
CXXFLAGS := -std=c++23 -flto -fno-jump-tables -fno-exceptions -fno-rtti -fno-threadsafe-statics \
  $(WARNINGS)
LDFLAGS := -static -nostdlib --gc-sections -z noexecstack --no-dynamic-linker

# What is the same in all steps is built once for all of them.
SHARED := $(BUILD)/shared
LIBRARY := $(SHARED)/string.c.o $(SHARED)/chacha20.c.o
OBJECTS := $(patsubst %,$(OUT)/%.o,$(wildcard *.cpp *.S)) $(LIBRARY)

# A step that reads device trees says LIBFDT := yes.
ifdef LIBFDT
LIBFDT_OBJECTS := $(SHARED)/fdt.c.o $(SHARED)/fdt_ro.c.o $(SHARED)/fdt_rw.c.o
OBJECTS += $(LIBFDT_OBJECTS)
COMMON_FLAGS += -isystem $(GUEST_DIR)/libfdt
$(OBJECTS): | $(GUEST_DIR)/libfdt/libfdt.h
endif

build: $(HYPERVISOR)

$(HYPERVISOR): $(OBJECTS) hypervisor.ld
	@echo "  link  $(notdir $@)"
	@$(LD) $(LDFLAGS) -T hypervisor.ld $(OBJECTS) -o $@

$(OBJECTS): $(ROOT)/common/step.mk | tools
$(filter $(OUT)/%,$(OBJECTS)): Makefile

# The standard headers, read once: nearly all of the time would go into them.
HEADERS := $(SHARED)/headers.pch
$(HEADERS): $(ROOT)/common/headers.hpp $(ROOT)/common/step.mk | tools
	@$(CXX) $(COMMON_FLAGS) $(CXXFLAGS) -x c++-header $< -o $@

$(OUT)/%.cpp.o: %.cpp $(HEADERS)
	@echo "  c++   $<"
	@$(CXX) $(COMMON_FLAGS) $(CXXFLAGS) $(DEFINES) -include-pch $(HEADERS) -I$(OUT) \
	  --embed-dir=$(OUT) -c $< -o $@

$(OUT)/%.S.o: %.S
	@echo "  as    $<"
	@$(CC) $(COMMON_FLAGS) -c $< -o $@

$(LIBRARY): $(SHARED)/%.o: $(ROOT)/common/%
	@$(CC) $(COMMON_FLAGS) -std=c17 -fno-builtin -c $< -o $@

# libfdt may take both trees for valid and of the newest version, and our arguments for right: that
# saves most of its time.
$(LIBFDT_OBJECTS): $(SHARED)/%.c.o: $(GUEST_DIR)/libfdt/libfdt.h
	@$(CC) $(COMMON_FLAGS) -DFDT_ASSUME_MASK=0x7 -std=gnu17 -c $(<D)/$*.c -o $@

$(OUT)/guest_tree.cpp.o: $(OUT)/guest.dtb
$(OUT)/guest.dtb: guest.dts | tools
	@echo "  dtc   $<"
	@$(DTC) -I dts -O dtb -o $@ $<

$(GUEST_DIR)/libfdt/libfdt.h: | tools
	@$(MAKE) --no-print-directory -C $(ROOT)/common/guest libfdt

# Names what is missing before anything is built.
tools:
	@$(CHECK_TOOLS) run
	@mkdir -p $(OUT) $(SHARED) 2>/dev/null || { echo "build: $(OUT) cannot be written" >&2; exit 1; }

# A small program as the guest: GUEST names its source, which runs where a kernel would. It takes
# the place of the kernel that a step runs by itself, but not of one that the user names.
ifdef GUEST
GUEST_FILE := $(call named,$(GUEST))
GUEST_SOURCE := $(if $(wildcard $(call escaped,$(GUEST_FILE))),$(GUEST_FILE),$(GUEST))
ifeq ($(wildcard $(call escaped,$(GUEST_SOURCE))),)
$(error GUEST=$(GUEST): there is no such file)
endif
$(call refuse_name,GUEST,$(subst $(SPACE),_,$(GUEST_SOURCE)))
GUEST_BINARY := $(OUT)/$(notdir $(subst $(SPACE),_,$(GUEST))).bin
ifneq ($(filter undefined file,$(origin KERNEL)),)
KERNEL := $(GUEST_BINARY)
endif
GUEST_FLAGS := $(TARGET) -ffreestanding -fno-pic -fno-stack-protector -nostdlib -static -O2 \
  -fuse-ld=lld -Wl,-Ttext=0x80200000,--build-id=none $(FREESTANDING_INCLUDES)
$(GUEST_BINARY): $(call escaped,$(GUEST_SOURCE)) $(ROOT)/common/step.mk | tools
	@echo "  guest $(GUEST)"
	@$(CXX) $(GUEST_FLAGS) -x $(if $(filter %.S,$(GUEST)),assembler-with-cpp,c++ -std=c++23 \
	  -fno-rtti -fno-exceptions -Wall -Wextra) '$(GUEST_SOURCE)' -o $(@:.bin=.elf)
	@$(OBJCOPY) -O binary $(@:.bin=.elf) $@
endif

# What runs, and how: the README explains each. What is exported reaches run/run.sh.
MEMORY ?= 128M
STRICT_MACHINE := $(BUILD)/machine/strict
export HYPERVISOR KERNEL DISK DISK_RO SAVE INITRD BOOTARGS MEMORY MACHINE QEMU QEMU_FLAGS FREEDOM \
  STRICT STRICT_MACHINE LIMIT SANITIZE OBJCOPY

# Where it runs: QEMU is there, our own machine is built.
machine:
	@$(if $(filter strict,$(MACHINE)),$(MAKE) --no-print-directory -C $(ROOT)/common/machine \
	   OUT=$(BUILD)/machine)

# The guest's own files are built when they are what runs.
GUEST_FILES := $(filter $(GUEST_DIR)/%,$(KERNEL) $(DISK))
guest: $(if $(GUEST),$(filter $(OUT)/%,$(KERNEL)))
	@$(if $(GUEST_FILES),$(MAKE) --no-print-directory -C $(ROOT)/common/guest)

run: build guest machine
	@sh $(ROOT)/common/run/run.sh

# What would run is printed by what stands in the place of our own machine.
arguments: build guest
	@MACHINE=strict STRICT_MACHINE=$(ROOT)/common/run/arguments.sh sh $(ROOT)/common/run/run.sh

check:
	@$(CHECK_TOOLS) check
	@node $(ROOT)/common/check/check.mjs . $(call quoted,$(STEP)) \
	   $(if $(ONLY),--only $(call quoted,$(ONLY))) $(if $(V),--verbose) $(REPORT_FLAGS)

hint compare submit:
	@$(MAKE) --no-print-directory -C $(ROOT) $@ STEP=$(call quoted,$(STEP)) DIR=$(CURDIR)

debug: QEMU_FLAGS += -S -gdb tcp:127.0.0.1:1234
debug: build guest
	@$(if $(filter strict,$(MACHINE)),echo "debug: the strict machine takes no debugger: leave out \
	   MACHINE=strict" >&2; exit 1)
	@echo "In another terminal: gdb-multiarch $(HYPERVISOR) -ex 'target remote 127.0.0.1:1234'"
	@sh $(ROOT)/common/run/run.sh

clean:
	@$(if $(filter $(BUILD)/%,$(OUT)),rm -rf $(OUT),\
	   echo "clean: OUT=$(OUT): only what is below $(BUILD) is removed" >&2; exit 1)

-include $(OBJECTS:.o=.d)
