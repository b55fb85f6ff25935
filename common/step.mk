# Builds and runs one step. The Makefile of each step includes it.
#
#   make build     the hypervisor, as build/STEP/hypervisor.elf at the top of the checkout
#   make run       in QEMU; see the README for KERNEL, DISK and the other variables
#   make check     grades what it does when it runs; STEP=NN where the directory has another name;
#                  ONLY=test grades one test, V=1 shows its console, JSON= JUNIT= name reports
#   make hint, compare, submit, as at the top of the checkout, of this directory
#   make debug     the same as run, waiting for a debugger at DEBUG_PORT; says what to type there
#   make arguments with what arguments `run` would start a machine, as the pages of the book do
#   make clean     removes what was built of this step, below build

include $(dir $(lastword $(MAKEFILE_LIST)))tools.mk

.DELETE_ON_ERROR:
.DEFAULT_GOAL := build
.PHONY: build run arguments check hint compare submit debug clean tools guest machine \
  always

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
LIBFDT_OBJECTS :=
LIBFDT_INCLUDES :=
ifdef LIBFDT
LIBFDT_OBJECTS := $(SHARED)/fdt.c.o $(SHARED)/fdt_ro.c.o $(SHARED)/fdt_rw.c.o
OBJECTS += $(LIBFDT_OBJECTS)
LIBFDT_INCLUDES := -isystem $(GUEST_DIR)/libfdt
CXXFLAGS += $(LIBFDT_INCLUDES)
$(OBJECTS): | $(GUEST_DIR)/libfdt/libfdt.h
endif

build: $(HYPERVISOR)

$(HYPERVISOR): $(OBJECTS) hypervisor.ld
	@echo "  link  $(notdir $@)"
	@$(LD) $(LDFLAGS) -T hypervisor.ld $(OBJECTS) -o $@

$(OBJECTS): $(ROOT)/common/step.mk | tools
$(filter $(OUT)/%,$(OBJECTS)): Makefile

# The standard headers, read once: nearly all of the time would go into them. The compiler says by
# itself whether what it has read still holds: packages give headers any date, also an older one.
HEADERS := $(SHARED)/headers.pch
HEADERS_FROM := $(CXX) $(FREESTANDING_INCLUDES)
$(HEADERS): $(ROOT)/common/headers.hpp $(ROOT)/common/step.mk $(SHARED)/headers.from | tools
	@$(CXX) $(COMMON_FLAGS) $(CXXFLAGS) -x c++-header $< -o $@

$(SHARED)/headers.from: always | tools
	@echo '$(HEADERS_FROM)' | cmp -s - $@ && $(CXX) $(COMMON_FLAGS) $(CXXFLAGS) -MF /dev/null \
	  -Xclang -fmodules-validate-system-headers -include-pch $(HEADERS) -fsyntax-only -x c++ \
	  /dev/null 2> /dev/null || echo '$(HEADERS_FROM)' > $@

COMPILE_CPP = $(CXX) $(COMMON_FLAGS) $(CXXFLAGS) $(DEFINES) -I$(OUT)
$(OUT)/%.cpp.o: %.cpp $(HEADERS)
	@echo "  c++   $<"
	@$(COMPILE_CPP) --embed-dir=$(OUT) -include-pch $(HEADERS) -c $< -o $@

COMPILE_S = $(CC) $(COMMON_FLAGS)
$(OUT)/%.S.o: %.S
	@echo "  as    $<"
	@$(COMPILE_S) -c $< -o $@

COMPILE_LIBRARY = $(CC) $(COMMON_FLAGS) -std=c17 -fno-builtin
$(LIBRARY): $(SHARED)/%.o: $(ROOT)/common/%
	@$(COMPILE_LIBRARY) -c $< -o $@

# libfdt may take both trees for valid and of the newest version, and our arguments for right: that
# saves most of its time.
COMPILE_LIBFDT = $(CC) $(COMMON_FLAGS) $(LIBFDT_INCLUDES) -DFDT_ASSUME_MASK=0x7 -std=gnu17
$(LIBFDT_OBJECTS): $(SHARED)/%.c.o: $(GUEST_DIR)/libfdt/libfdt.h
	@$(COMPILE_LIBFDT) -c $(<D)/$*.c -o $@

EMBEDS := $(wildcard guest_tree.cpp)
$(OUT)/guest_tree.cpp.o: $(OUT)/guest.dtb
$(OUT)/guest.dtb: guest.dts | tools
	@echo "  dtc   $<"
	@$(DTC) -I dts -O dtb -o $@ $<

$(GUEST_DIR)/libfdt/libfdt.h: | tools
	@$(MAKE) --no-print-directory -C $(ROOT)/common/guest libfdt

# Names what is missing before anything is built.
tools:
	@$(CHECK_TOOLS) run
	@for place in $(OUT) $(SHARED); do mkdir -p $$place 2>/dev/null || \
	   { echo "build: $$place cannot be written" >&2; exit 1; }; done
	@$(if $(filter file,$(origin OUT)),$(TELL_EDITORS))

# What editors are told of each source, but of none with a space in its name. Where OUT is named,
# what is built is not what is edited.
commands = $(foreach file,$(abspath $1),$(call quoted,$(file) $(strip $2)))
TELL_EDITORS = printf '%s\n' \
  $(call commands,$(filter-out $(EMBEDS),$(wildcard *.cpp)),$(COMPILE_CPP)) \
  $(call commands,$(EMBEDS),$(COMPILE_CPP) --embed-dir=$(OUT)) \
  $(call commands,$(wildcard *.S),$(COMPILE_S)) \
  $(call commands,$(LIBRARY:$(SHARED)/%.o=$(ROOT)/common/%),$(COMPILE_LIBRARY)) \
  $(call commands,$(LIBFDT_OBJECTS:$(SHARED)/%.o=$(GUEST_DIR)/libfdt/%),$(COMPILE_LIBFDT)) \
  $(call commands,$(if $(word 2,$(GUEST_SOURCE)),,$(GUEST_SOURCE)),$(COMPILE_GUEST)) | \
  sh $(ROOT)/common/compile-commands.sh $(CURDIR) $(ROOT) $(BUILD)/commands

# A small program as the guest: GUEST names its source, which runs where a kernel would. It takes
# the place of the kernel that a step runs by itself, but not of one that the user names.
GUEST_SOURCE :=
COMPILE_GUEST :=
ifdef GUEST
ifeq ($(filter .S .c .cc .cpp,$(suffix $(lastword $(GUEST)))),)
$(error GUEST=$(GUEST): it is built from a source, as guest/hello.S: KERNEL= runs what is built)
endif
GUEST_FILE := $(call named,$(GUEST))
GUEST_SOURCE := $(if $(wildcard $(call escaped,$(GUEST_FILE))),$(GUEST_FILE),$(GUEST))
# That of the Makefile may not be written yet, or not be there: only a run needs it.
ifeq ($(wildcard $(call escaped,$(GUEST_SOURCE))),)
no_guest = $(error GUEST=$(GUEST): there is no such file)
$(if $(filter file,$(origin GUEST)),,$(no_guest))
$(call escaped,$(GUEST_SOURCE)): ; $(no_guest)
endif
$(call refuse_name,GUEST,$(subst $(SPACE),_,$(GUEST_SOURCE)))
GUEST_BINARY := $(OUT)/$(notdir $(subst $(SPACE),_,$(GUEST))).bin
ifneq ($(filter undefined file,$(origin KERNEL)),)
KERNEL := $(GUEST_BINARY)
endif
FLATTEN := $(ROOT)/common/run/flatten.sh
GUEST_FLAGS := $(TARGET) -ffreestanding -fno-pic -fno-stack-protector -nostdlib -static -O2 -g \
  -fuse-ld=lld -Wl,-Ttext=0x80200000,--build-id=none $(FREESTANDING_INCLUDES)
COMPILE_GUEST := $(CXX) $(GUEST_FLAGS) -x $(if $(filter %.S,$(lastword $(GUEST))), \
  assembler-with-cpp,c++ -std=c++23 -fno-rtti -fno-exceptions -Wall -Wextra)
$(GUEST_BINARY): $(call escaped,$(GUEST_SOURCE)) $(ROOT)/common/step.mk $(FLATTEN) | tools
	@echo "  guest $(GUEST)"
	@$(COMPILE_GUEST) '$(GUEST_SOURCE)' -o $(@:.bin=.elf)
	@sh $(FLATTEN) $(@:.bin=.elf) $@
endif

# What runs, and how: the README explains each. What is exported reaches run/run.sh.
MEMORY ?= 128M
DEBUG_PORT ?= 1234
STRICT_MACHINE := $(BUILD)/machine/strict
export HYPERVISOR KERNEL DISK DISK_RO SAVE INITRD BOOTARGS MEMORY MACHINE QEMU QEMU_FLAGS FREEDOM \
  STRICT STRICT_MACHINE LIMIT INPUT SANITIZE DEBUG_PORT CC OBJCOPY READELF READS_SIZE READS_IMAGE

# What this hypervisor reads by itself: how large its kernel is, the header of a Linux Image.
READS_SIZE := $(filter-out 06-% 07-%,$(notdir $(CURDIR)))
READS_IMAGE := $(wildcard kernel.cpp)

# Where it runs: QEMU is there, our own machine is built.
machine:
	@$(if $(filter strict,$(MACHINE)),$(MAKE) --no-print-directory -C $(ROOT)/common/machine \
	   OUT=$(BUILD)/machine)

# The guest's own files are built when they are what runs.
GUEST_FILES := $(filter $(GUEST_DIR)/%,$(KERNEL) $(DISK))
guest: $(if $(GUEST),$(filter $(OUT)/%,$(KERNEL)))
	@$(if $(GUEST_FILES),$(MAKE) --no-print-directory -C $(ROOT)/common/guest)

# STEP, or else the first line of the Makefile, says which chapter it is.
STEP_NUMBER = $(firstword $(subst -, ,$(notdir $(STEP))) \
  $(shell sed -n '1s/^\# Step \([0-9]*\):.*/\1/p' Makefile))
run: build guest machine
	@STEP_NUMBER=$(call quoted,$(STEP_NUMBER)) exec sh $(ROOT)/common/run/run.sh

# What would run is printed by what stands in the place of our own machine.
arguments: build guest
	@MACHINE=strict STRICT_MACHINE=$(ROOT)/common/run/arguments.sh sh $(ROOT)/common/run/run.sh

check:
	@$(CHECK_TOOLS) check
	@node $(ROOT)/common/check/check.mjs . $(call quoted,$(STEP)) \
	   $(call option,only,$(ONLY)) $(if $(V),--verbose) $(REPORT_FLAGS)

hint compare submit:
	@$(MAKE) --no-print-directory -C $(ROOT) $@ STEP=$(call quoted,$(STEP)) DIR=$(CURDIR)

debug: build guest
	@sh $(ROOT)/common/run/debug.sh $(call quoted,$(call named,$(KERNEL)))

clean:
	@$(if $(filter $(BUILD)/%,$(OUT)),rm -rf $(OUT),\
	   echo "clean: OUT=$(OUT): only what is below $(BUILD) is removed" >&2; exit 1)

-include $(OBJECTS:.o=.d)
