# How the hypervisor's own files are compiled for this machine, with sanitizers: for the unit tests,
# and for the fuzz targets. It is included behind tools.mk and a default for OUT.

STEP_DIR ?= $(ROOT)/steps/15-virtio-blk
UNIT := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))

# The files of a step that run anywhere. What they call that only a RISC-V machine has is replaced
# at link time by the fakes here.
RUNS_ANYWHERE := decode.cpp memory.cpp plic.cpp print.cpp sbi.cpp stage2.cpp uart.cpp \
  virtio_blk.cpp virtio_mmio.cpp virtqueue.cpp
FAKES := fake.cpp $(notdir $(wildcard $(UNIT)/fake_*.cpp))

WARNINGS ?= -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
FLAGS := -std=c++23 -O1 -g -MMD -MP -fno-omit-frame-pointer $(WARNINGS)
compile = @echo "  c++   $(notdir $<)" && $(CXX) $(FLAGS)

$(OUT)/step:
	@mkdir -p $@

$(OUT)/step/%.cpp.o: $(STEP_DIR)/%.cpp Makefile $(UNIT)/host.mk | $(OUT)/step
	$(compile) -c $< -o $@

$(OUT)/%.cpp.o: %.cpp Makefile $(UNIT)/host.mk | $(OUT)/step
	$(compile) -I$(STEP_DIR) -I$(UNIT) -c $< -o $@

# The memory that hypervisor.ld gives to the page pool.
POOL := -Wl,--defsym=__pool_end=__pool_start+128*1024
