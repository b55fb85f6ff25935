# Every entry point of the workbook. `make` alone lists them.

include common/tools.mk

.PHONY: help run build debug start check hint compare submit grade gradescope test classroom-test \
  hostile fuzz endurance bench bench-kvm lines book book-serve book-pdf book-epub book-dev \
  recordings carry stairs doctor setup guest guest-bundle clean

SUBMAKE := $(MAKE) --no-print-directory -C

help:
	@awk -F ':.*## ' '/^##@/ { print substr($$0, 5) ":" } /^[a-z-]+:.*## / { \
	   line = sprintf("  make %-16s %s", $$1, $$2); \
	   while (length(line) > 80) { \
	     for (end = 80; substr(line, end + 1, 1) != " "; --end); \
	     print substr(line, 1, end); \
	     line = sprintf("%24s%s", "", substr(line, end + 2)) } \
	   print line }' Makefile

# What a command acts on: DIR is somebody's own directory, without it STEP is one of the book's.
WORK := $(call named,$(or $(DIR),work))
$(if $(DIR),$(call refuse_name,DIR,$(DIR))$(call refuse_name,DIR,$(WORK)))
HERE = $(if $(DIR),$(WORK),$(call step_directory,$(or $(STEP),15)))
IN_HERE = $(if $(wildcard $(HERE)/Makefile),,$(error DIR=$(DIR): there is no Makefile: `make start \
  STEP=$(or $(STEP),09) DIR=$(DIR)` makes one))$(SUBMAKE) $(call quoted,$(HERE))
NODE = @sh common/install/setup.sh check && exec node
STUDENT = $(NODE) common/check/student/

##@ Run
run: ## boots the finished hypervisor and its guest, installs what is missing: STEP= DIR= another
	@$(INSTALL_TOOLS)
	@$(IN_HERE) run

build: ## builds the same: STEP= DIR=
	@$(INSTALL_TOOLS)
	@$(IN_HERE) build

debug: ## runs it, waiting for a debugger: STEP= DIR=
	@$(INSTALL_TOOLS)
	@$(IN_HERE) debug

##@ Write your own
start: ## makes a directory for a chapter: STEP=09 DIR=work; KEEP=1 goes on in your own
	$(STUDENT)start.mjs $(call quoted,$(STEP)) $(call quoted,$(WORK)) $(if $(KEEP),--keep)

check: ## grades it: STEP=09 DIR=work, ONLY=test, V=1 shows its console, SEED= JSON= JUNIT=
	@$(INSTALL_TOOLS) check
	@node common/check/check.mjs $(call quoted,$(HERE)) $(call quoted,$(STEP)) \
	   $(call option,only,$(ONLY)) $(if $(V),--verbose) $(REPORT_FLAGS)

hint: ## helps with the first test that fails: STEP=09 DIR=work, TEST=name N=1..3
	@$(INSTALL_TOOLS) check
	$(STUDENT)hint.mjs $(call quoted,$(STEP)) $(call quoted,$(WORK)) \
	   $(call option,test,$(TEST)) $(call option,level,$(N))

compare: ## shows where the book's code differs: STEP=09 DIR=work, FILE=name
	$(STUDENT)compare.mjs $(call quoted,$(STEP)) $(call quoted,$(WORK)) $(call option,file,$(FILE))

submit: ## packs what is handed in: STEP=09 DIR=work
	@$(INSTALL_TOOLS) check
	$(STUDENT)submit.mjs $(call quoted,$(STEP)) $(call quoted,$(WORK))

##@ Teach
grade: ## grades a class: SUBMISSIONS=dir STEP=09, JOBS= ROSTER= CHECKS= ONLY=name OUT= SEED=
	@$(INSTALL_TOOLS) check grade
	@node common/check/class/grade.mjs $(call quoted,$(SUBMISSIONS)) $(call quoted,$(STEP)) \
	   $(call option,jobs,$(JOBS)) $(call option,roster,$(ROSTER)) \
	   $(call option,checks,$(CHECKS)) $(call option,only,$(ONLY)) $(call option,out,$(OUT)) \
	   $(if $(UNSAFE),--unsafe)

gradescope: ## an autograder for Gradescope: STEP=09, CHECKS=hidden tests, GUEST_BUNDLE=file
	@$(INSTALL_TOOLS) check
	@$(if $(BUNDLE),,$(if $(STEP),$(SUBMAKE) common/guest bundle))
	@node common/check/setup/gradescope.mjs $(call quoted,$(STEP)) \
	   $(if $(BUNDLE),$(call quoted,$(BUNDLE)),"$$(ls -t build/guest-bundle-*.tar.gz 2>/dev/null | \
	     head -n 1)") \
	   $(call quoted,$(BUILD)/gradescope-$(or $(STEP),NN).zip) \
	   $(call option,checks,$(call named,$(CHECKS)))

##@ Test
test: ## everything that can be tested, on every QEMU that is to be had
	@$(INSTALL_TOOLS) strict test book pdf
	@$(SUBMAKE) common/guest
	@$(SUBMAKE) common/qemu second
	@$(SUBMAKE) common/test

classroom-test: ## the checkpoints: all steps and starts on every QEMU, all mistakes
	@$(INSTALL_TOOLS) check test
	@$(SUBMAKE) common/guest
	@$(SUBMAKE) common/qemu second
	@$(SUBMAKE) common/test classroom

hostile: ## guests that do what they should not, and all patches that remove a guard: STEP= PATCHES=
	@$(INSTALL_TOOLS) strict test
	@$(SUBMAKE) common/guest
	@$(SUBMAKE) common/qemu second
	@$(SUBMAKE) common/test/hostile

fuzz: ## libFuzzer on what a guest reaches: TIME= seconds each; the strict machine beside QEMU: CASES= SEED=
	@$(INSTALL_TOOLS) strict test
	@$(SUBMAKE) common/qemu second
	@$(SUBMAKE) common/test/fuzz run
	@$(SUBMAKE) common/test compare

endurance: ## a hundred boots, and ten minutes of work on a disk: SEED= BOOTS= MINUTES=
	@$(INSTALL_TOOLS) test
	@$(SUBMAKE) common/guest
	@$(SUBMAKE) common/qemu second
	@$(SUBMAKE) common/test/endurance

bench: ## what the hypervisor costs in instructions and CPU time, beside the bare machine: JSON=file
	@$(INSTALL_TOOLS) test
	@$(SUBMAKE) common/guest
	@$(SUBMAKE) common/bench

bench-kvm: ## the same with Debian's kernel, a shell and Linux's KVM: fetches 160 MB once
	@$(INSTALL_TOOLS) test
	@$(SUBMAKE) common/guest
	@$(SUBMAKE) common/bench kvm

lines: ## counts the lines of the steps: STEP=09 lists the files of one
	$(NODE) common/stairs/lines.mjs $(if $(STEP),$(call quoted,$(call step_directory,$(STEP))))

##@ Read
book: ## builds the book's site into build/book: BASE= SITE_URL= REPO_URL= EDITIONS= RUN=
	@$(INSTALL_BOOK_TOOLS)
	@$(SUBMAKE) book

book-serve: ## the same, and serves it on this machine: PORT=
	@$(INSTALL_BOOK_TOOLS)
	@$(SUBMAKE) book serve

book-pdf: ## the same, and the book for paper: build/hypervisor-workbook.pdf
	@$(INSTALL_BOOK_TOOLS) pdf
	@$(SUBMAKE) book pdf

book-epub: ## the same, and the book as one file for e-readers: build/hypervisor-workbook.epub
	@$(INSTALL_BOOK_TOOLS)
	@$(SUBMAKE) book epub

##@ Write
book-dev: ## serves the book's sources: a page follows what is written, in steps/ as well
	@$(INSTALL_BOOK_TOOLS)
	@$(SUBMAKE) book dev

recordings: ## runs again what the book quotes, and stores it: STEP=NN only one chapter's
	@$(INSTALL_TOOLS) strict test book
	@$(SUBMAKE) common/guest
	@$(SUBMAKE) common/qemu second
	@$(SUBMAKE) book --silent packages
	@$(WITH_NODE) TEST_QEMUS=$(call quoted,$(QEMU))" $$(ls \
	   $(BUILD)/qemu-second/qemu-system-riscv64 2>/dev/null)" \
	   node book/record/record.mjs $(if $(STEP),$(call quoted,$(STEP)))

carry: ## takes a change made in step FROM=NN through the later steps; ANEW=1 forgets a stopped one
	$(NODE) common/stairs/carry.mjs $(if $(ANEW),--anew) $(if $(FROM),$(call quoted,$(FROM)))

stairs: ## the change from each step to the next; fails on what is too much, unused, or for nothing
	$(NODE) common/stairs/stairs.mjs

##@ Prepare
doctor: ## tells which tools are there and which are missing; changes nothing
	@sh common/install/doctor.sh report $(NEEDED) strict test book pdf

setup: ## installs the tools for `make run`; SETUP='strict test book pdf' all
	@$(INSTALL_TOOLS) $(foreach group,$(SETUP),$(call quoted,$(group)))

guest: ## builds the guest's Linux, its root filesystem and libfdt, once for all checkouts
	@$(INSTALL_TOOLS)
	@$(SUBMAKE) common/guest

guest-bundle: ## packs what `guest` builds into one file, for GUEST_BUNDLE=file on other systems
	@$(INSTALL_TOOLS)
	@$(SUBMAKE) common/guest bundle

clean: ## removes everything that was built here (not the guest's Linux, npm's and editors' files)
	@rm -rf build
