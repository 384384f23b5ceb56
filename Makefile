# SPDX-License-Identifier: GPL-2.0
#
# "make help" says what there is. Everything that is built goes to build/.

KERNELS := 6.12 6.1
CACHE := $(or $(PORCH_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/porch)

all: modules tool

help:
	@echo '  all          the module and the tool (default)'
	@echo '  modules      the module, for Debian 12'"'"'s kernels $(KERNELS)'
	@echo '  module-6.12  for one of them [COVERAGE=1: it tells how much of it was run]'
	@echo '  modules KDIR=/lib/modules/$$(uname -r)/build'
	@echo '               the module, for any kernel'"'"'s headers'
	@echo '  tool         porchctl, its man page and completion for bash'
	@echo '  install      these three [PREFIX=/usr/local] [DESTDIR=]'
	@echo '  tests        the C programs among the tests'
	@echo '  demo         see packets cross Porch in a VM'
	@echo '  lab          a shell in a VM with Porch and a small network'
	@echo '  check        every test, on $(KERNELS)'
	@echo '  check-debug  the network tests, on a kernel that watches memory, locks'
	@echo '               and contexts (building it takes 20 minutes, once)'
	@echo '  check-kcsan  the same, on a kernel that watches for data races'
	@echo '  check-uml    what check-debug does and KUnit, quickly, on one CPU: on a'
	@echo '               kernel that is a program'
	@echo '  check-lines  does a packet write what another CPU uses, too?'
	@echo '  bench        measure, print tables, write them to Documentation/bench/'
	@echo '               [BENCH='"'"'fwd.* drop.*'"'"'] [JSON=FILE] for some rows, and a file'
	@echo '  bench-native  of it the algorithms against DPDK'"'"'s, without a VM'
	@echo '               [PEER='"'"'rte_fib*'"'"'] for some peers'
	@echo '  bench-uml    forwarding at native speed, in a kernel that is a program'
	@echo '  bench-quick  has Porch become slower than its baseline?'
	@echo '  bench-baseline  as it is now, it shall remain'
	@echo '  soak         the tests that have a size, for hours, on 6.12'
	@echo '  lint         style, sparse, warnings'
	@echo '  core-check   the algorithms, in user space'
	@echo '  fuzz         random input for the algorithms, the parser, the tool [SECONDS=60]'
	@echo '  setup        install packages, fetch kernels (all others but'
	@echo '               KDIR=, tool, tests do so by themselves)'
	@echo '  clean        remove build/'

setup:
	@selftests/vm/setup.sh

ifdef KDIR
modules:
	scripts/module.sh $(KDIR) build/$(shell cat $(KDIR)/include/config/kernel.release)
else
modules: $(KERNELS:%=module-%)
endif

coverage = $(if $(filter debug,$*)$(COVERAGE),PORCH_COVERAGE=1)

# Those that have to be built: see checker.sh
module-debug module-kcsan module-uml module-uml-fast: module-%: setup
	selftests/vm/checker.sh $*
	scripts/module.sh $(CACHE)/$*/headers build/$* $(coverage)

module-%: setup
	scripts/module.sh $(CACHE)/$*/headers build/$* $(coverage)

# One that tells which memory it reads and writes
module-6.12-lines: setup
	selftests/lines/build.sh $(CACHE)/6.12/headers

tool:
	$(MAKE) -C userctl BUILD=$(CURDIR)/build

install: tool
	$(MAKE) -C userctl BUILD=$(CURDIR)/build install

tests:
	$(MAKE) -C selftests/net
	$(MAKE) -C selftests/uapi

fuzz:
	@selftests/fuzz/fuzz.sh $(SECONDS)

core-check:
	$(MAKE) -C selftests/core check
	$(MAKE) -C selftests/core check-threads

demo: module-6.12 tool tests
	selftests/vm/run.sh -- selftests/net/demo.sh

lab: module-6.12 tool tests
	selftests/vm/run.sh -i -- selftests/vm/lab.sh

lint: setup
	scripts/lint.sh

check: setup
	scripts/check.sh

check-debug check-kcsan check-uml: check-%: setup
	selftests/vm/checker.sh $*
	scripts/check.sh $*

check-lines: module-6.12-lines tool
	selftests/vm/suite.sh -k 6.12 -t 300 -r build/results/lines selftests/lines/lines.py

bench: module-6.12 tool
	@BENCH='$(BENCH)' JSON='$(JSON)' selftests/bench/bench.sh instructions native

bench-uml: setup tool
	@BENCH='$(BENCH)' JSON='$(JSON)' selftests/bench/bench.sh uml

bench-native:
	@PEER='$(PEER)' selftests/bench/native/run.sh '$(JSON)' $(foreach id,$(BENCH),'$(id)')

bench-quick: module-6.12 tool
	@selftests/bench/quick.py

bench-baseline: module-6.12 tool
	@selftests/bench/quick.py -w

soak: setup
	scripts/soak.sh

clean:
	rm -rf build

.PHONY: all help setup modules tool install tests core-check fuzz demo lab lint check \
	check-debug check-kcsan check-uml check-lines soak bench bench-native bench-uml \
	bench-quick bench-baseline clean
