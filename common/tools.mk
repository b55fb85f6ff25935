# Tools and places that every Makefile here shares. Including it costs one short shell command, and
# another one where make was started with -C.

# What make and the shell would not take as a part of a name: $(call unfit,PATH) is the first such
# sign in it.
SPACE := $() $()
UNFIT := \# $$ % & ( ) ; : = | < > * ? [ ] { } \ ` ' "
unfit = $(if $(findstring $(SPACE),$1)$(filter-out 1,$(words $1)),space,$(firstword \
  $(foreach sign,$(UNFIT),$(findstring $(sign),$1))))

COMMON := $(patsubst %/tools.mk,%,$(abspath $(lastword $(MAKEFILE_LIST))))
refuse_place = $(if $(call unfit,$1),$(error \
  the path of this $2 has a $(call unfit,$1) in it, which make cannot handle: move it))
refuse_name = $(if $2,,$(error $1=: name a path))$(if $(call unfit,$2),$(error \
  $1=$2: a path with a $(call unfit,$2) in it, which make cannot handle: choose another))
$(call refuse_place,$(COMMON),checkout)
$(call refuse_place,$(CURDIR),directory)
ROOT := $(patsubst %/common,%,$(COMMON))
include $(ROOT)/common/names.mk

BUILD := $(ROOT)/build
GUEST_DIR := $(BUILD)/guest

# Before a command of the book: its own Node and npm. Where there is no such Node, the system's
# runs. (Not .bin/node: of two packages with a program of one name, old npms lose it.)
NODE_PACKAGES := $(ROOT)/common/node/node_modules
WITH_NODE = PATH=$$(echo $(NODE_PACKAGES)/node-linux-*/bin):$(NODE_PACKAGES)/.bin:$$PATH

# As a word for the shell, whatever is in it: $(call quoted,$(FILE)); and as an option of a program,
# if it is not empty: $(call option,json,$(FILE))
quoted = '$(subst ','\'',$1)'
option = $(if $2,--$1 $(call quoted,$2))

# What takes minutes to make is kept here, for all checkouts of one user.
CACHE_HOME := $(or $(XDG_CACHE_HOME),$(if $(HOME),$(HOME)/.cache,$(BUILD)))
CACHE = $(or $(WORKBOOK_CACHE),$(CACHE_HOME)/hypervisor-workbook)

# Files that the reader names are meant from where make was started, also with `make -C`:
# $(call named,$(KERNEL))
ifndef WORKBOOK_STARTED
export WORKBOOK_STARTED := $(if $(filter $(CURDIR),$(value PWD)),$(CURDIR),$(shell \
  exec sh $(ROOT)/common/started.sh $(call quoted,$(value PWD))))
endif
named = $(if $(filter /%,$(firstword $1)),$1,$(if $1,$(WORKBOOK_STARTED)/$1))
ifdef WORKBOOK_CACHE
override export WORKBOOK_CACHE := $(call named,$(WORKBOOK_CACHE))
endif

# As wildcard and make's rules take a name, whatever is in it: $(wildcard $(call escaped,$(FILE)))
escaped = $(subst $(SPACE),\$(SPACE),$(subst [,\[,$(subst *,\*,$(subst ?,\?,$1))))

# What `make check` writes besides: JSON=file has all of a grading as data, JUNIT=file is for tools
# that read JUnit's XML.
REPORT_FLAGS = $(call option,json,$(call named,$(JSON))) $(call option,junit,$(call named,$(JUNIT)))

# A step is named as 09, as 09-linux or as a directory: $(call step_directory,$(STEP))
step_directory = $(or $(patsubst %/Makefile,%,$(firstword $(wildcard $(addsuffix /Makefile,$(if \
  $(findstring /,$1),$(call named,$1) $(ROOT)/$1,$(ROOT)/steps/$1 $(ROOT)/steps/$1-*))))),$(error \
  STEP=$1: there is no such step: say 09, 09-linux or a directory of one))

# Clang 17 and later know the hypervisor extension; 19 is the one that Debian 12 and 13 share.
# All of LLVM's tools have the same suffix: none where `clang++` itself is new enough.
ifeq ($(origin LLVM_SUFFIX),undefined)
LLVM_SUFFIX := $(shell for s in -19 -20 -21 -22; do \
    command -v clang++$$s >/dev/null && echo $$s && exit; done; \
  case $$(clang++ -dumpversion 2>/dev/null) in (19.*|2?.*) ;; (*) echo -19;; esac)
endif
export LLVM_SUFFIX
export WORKBOOK_LLVM_SUFFIX := $(LLVM_SUFFIX)

CC      := clang$(LLVM_SUFFIX)
CXX     := clang++$(LLVM_SUFFIX)
LD      := ld.lld$(LLVM_SUFFIX)
NM      := llvm-nm$(LLVM_SUFFIX)
OBJCOPY := llvm-objcopy$(LLVM_SUFFIX)
OBJDUMP := llvm-objdump$(LLVM_SUFFIX)
READELF := llvm-readelf$(LLVM_SUFFIX)
SIZE    := llvm-size$(LLVM_SUFFIX)
DTC     ?= dtc
QEMU    ?= qemu-system-riscv64
override QEMU := $(if $(findstring /,$(QEMU)),$(call named,$(QEMU)),$(QEMU))

# The C++ library's headers: Debian's clang finds those of the riscv64 cross packages by itself and
# lacks one empty file. A guest bundle (see common/guest) brings its own, for any other system.
FREESTANDING_INCLUDES := -isystem $(ROOT)/common/include
BUNDLE := $(call named,$(GUEST_BUNDLE))
BUNDLED :=
ifneq ($(BUNDLE)$(wildcard $(GUEST_DIR)/include),)
BUNDLED := yes
FREESTANDING_INCLUDES += -nostdlibinc -isystem $(GUEST_DIR)/include/c++ \
  -isystem $(GUEST_DIR)/include/c++/riscv64-linux-gnu -idirafter $(GUEST_DIR)/include/c
endif

# `$(CHECK_TOOLS)` in a recipe is silent when all tools are there, else names them and fails;
# `$(INSTALL_TOOLS)` installs them. Both may be followed by further groups of install/tools.txt.
export QEMU
export WORKBOOK_QEMU := $(QEMU)
MACHINE ?= qemu
NEEDED := run $(if $(BUNDLED),,guest) $(filter strict,$(MACHINE))
CHECK_TOOLS = sh $(ROOT)/common/install/doctor.sh check $(NEEDED)
INSTALL_TOOLS = sh $(ROOT)/common/install/setup.sh $(NEEDED)
ifdef BUNDLE
ifeq ($(wildcard $(call escaped,$(BUNDLE))),)
$(error GUEST_BUNDLE=$(GUEST_BUNDLE): there is no such file)
endif
CHECK_TOOLS := $(MAKE) --no-print-directory -C $(ROOT)/common/guest unpack && $(CHECK_TOOLS)
endif

# The book's pages run the chapters; RUN= on the command line leaves out what they need for that.
WITH_RUNS := $(if $(RUN)$(filter undefined,$(origin RUN)),yes)
INSTALL_BOOK_TOOLS = sh $(ROOT)/common/install/setup.sh book $(if $(EDITIONS),pdf) \
  $(if $(WITH_RUNS),$(NEEDED) strict)
