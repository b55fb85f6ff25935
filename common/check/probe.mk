# Links a source file of the check to the program: make -f Makefile -f probe.mk PROBE=FILE build

OBJECTS += $(OUT)/probe.o
$(HYPERVISOR): $(OUT)/probe.o
$(OUT)/probe.o: $(PROBE) | tools
	@$(CXX) $(COMMON_FLAGS) $(CXXFLAGS) -c $< -o $@
