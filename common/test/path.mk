# The PATH of all tests, as path.sh says; made once, by the first make that includes this.
ifndef WORKBOOK_TEST_PATH
export WORKBOOK_TEST_PATH := $(shell LLVM_SUFFIX=$(LLVM_SUFFIX) QEMU=$(call quoted,$(QEMU)) \
  sh $(ROOT)/common/test/path.sh $(BUILD)/test/bin $(NEEDED) strict test book pdf)
export PATH := $(or $(WORKBOOK_TEST_PATH),$(error there is no PATH for the tests))
endif
