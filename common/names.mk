# What make is told from outside. On the command line each of these names counts. In the environment
# other programs have such names too, so only WORKBOOK_NAME counts there: it is NAME's value.

# The README and the Makefile at the top explain them.
NAMES := STEP DIR KEEP ONLY V SEED JSON JUNIT TEST N FILE TIMEOUT_SCALE \
  SUBMISSIONS ROSTER CHECKS JOBS UNSAFE BOX_TOOLS \
  KERNEL GUEST DISK DISK_RO SAVE INITRD BOOTARGS MEMORY MACHINE STRICT FREEDOM QEMU QEMU_FLAGS \
  SANITIZE LIMIT INPUT DEBUG_PORT GUEST_BUNDLE LLVM_SUFFIX DTC SETUP BASE SITE_URL \
  REPO_URL EDITIONS RUN PORT TIME CASES BOOTS MINUTES PATCHES FROM ANEW

# These are told by 1, and not by 0.
FLAGS := KEEP V UNSAFE DISK_RO SANITIZE EDITIONS ANEW

# Our own Makefiles and tests tell each other these.
INNER_NAMES := OUT STEP_DIR DEFINES PROBE LIBFDT LINUX_SOURCE TARGETS WARNINGS TESTS TEST_QEMUS \
  TEST_RESULTS TEST_LIMIT ALL_CHECKS SAMPLE BOX_SECOND BOOK_SITE FIRST

# These change what make and the tools do.
FOREIGN_NAMES := VPATH GPATH CDPATH CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH \
  SOURCE_DATE_EPOCH TAR_OPTIONS GZIP XZ_OPT GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX

# A step's Makefile gives its defaults, as `KERNEL ?= …`, before it includes this. Where the
# environment had such a name, or with `make -e`, they did not count: they are read from it here.
default_of = $(shell sed -n 's/^$1 *[:?]*= *//p' $(firstword $(MAKEFILE_LIST)))
forget = $(if $(filter environment,$(origin $1)),$(eval override undefine $1)$(call \
  give_default,$1,$(call default_of,$1)))
give_default = $(if $2,$(eval $1 = $2))
$(foreach name,$(NAMES) $(INNER_NAMES) $(FOREIGN_NAMES),$(call forget,$(name)))

take = $(eval override $1 := $$(value WORKBOOK_$1))$(eval export $1)
$(foreach name,$(NAMES),$(if $(filter undefined,$(origin WORKBOOK_$(name)))$(filter \
  command,$(origin $(name))),,$(call take,$(name))))

$(foreach name,$(FLAGS),$(if $(filter 0,$($(name))),$(eval override $(name) :=)))
