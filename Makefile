# octosim: protocol core (core/), simulator (sim/), viewer (viz/), tests (tests/). `make help` lists the targets.
#
# Sources are found by wildcard, everything built goes under $(BUILD). The default build (gcc, MODE=release) uses build/
# itself; another compiler or mode gets build/<compiler>-<O2|lto|O0|asan|fuzz|coverage>/, and BUILD=<directory> overrides either.
# The core is compiled twice: plain, as a robot would ship it, and checked (-DOCTO_CHECKED: audit events for the
# simulator's checks; same wire, same hash). core/checked is in the checked library alone: a robot's has nothing of it.

MODE ?= release
ifeq ($(origin CC),default)
CC := $(if $(shell command -v gcc),gcc,cc)
endif
AR ?= ar
NM ?= nm
PKG_CONFIG ?= pkg-config

OPT_release := -O2 -g
# Many small files, optimised as one: about a tenth faster, and many seconds for each link.
OPT_lto := -O2 -g -flto=auto -ffat-lto-objects
OPT_debug := -O0 -g3
OPT_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
OPT_coverage := -O0 -g --coverage
OPT_fuzz := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
TAG_coverage := coverage
TAG_release := O2
TAG_lto := lto
TAG_debug := O0
TAG_asan := asan
TAG_fuzz := fuzz
LINK_coverage := -Wl,--wrap=_exit
OPT := $(OPT_$(MODE))
$(if $(OPT),,$(error MODE=$(MODE): expected release, lto, debug, asan, fuzz or coverage))

CONFIG := $(notdir $(firstword $(CC)))-$(TAG_$(MODE))
BUILD ?= $(if $(filter gcc-O2 cc-O2,$(CONFIG)),build,build/$(CONFIG))

have = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo yes)
cflags = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
libs = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null)

HAVE_BASE := $(call have,libsodium libcjson)
HAVE_CUNIT := $(call have,cunit)
HAVE_VIZ := $(call have,sdl2 cairo)
# Headers of libraries are not ours to warn about; -isystem says so, and a plain -I/usr/include/... becomes one.
PKG_CFLAGS := $(patsubst -I%,-isystem %,$(call cflags,libsodium libcjson))
VIZ_CFLAGS := $(if $(HAVE_VIZ),$(patsubst -I%,-isystem %,$(call cflags,sdl2 cairo)))
BASE_LIBS := $(call libs,libsodium libcjson)
CUNIT_LIBS := $(if $(HAVE_CUNIT),$(call libs,cunit))
VIZ_LIBS := $(if $(HAVE_VIZ),$(call libs,sdl2 cairo)) -lm

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wvla -Werror
# The sanitizers hide from gcc that a value was masked, and it warns of conversions that are none.
WARNINGS_asan := -Wno-conversion
ALL_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 $(WARNINGS) $(WARNINGS_$(MODE)) -ffp-contract=off $(OPT) $(ARCH_FLAGS) $(CFLAGS)
ALL_CPPFLAGS = -I. $(PKG_CFLAGS) $(CPPFLAGS)
ALL_LDFLAGS = $(OPT) $(ARCH_FLAGS) -pthread $(LINK_$(MODE)) $(LDFLAGS)

find = $(if $(wildcard $(1)),$(shell find $(1) -name '*.c' | LC_ALL=C sort))
CARRIER_SRC := $(call find,core/carriers)
LIE_SRC := $(call find,core/checked)
CORE_SRC := $(filter-out core/carriers/% core/checked/%,$(call find,core))
CLI_SRC := $(call find,sim/cli)
SIM_SRC := $(filter-out sim/cli/%,$(call find,sim))
VIZ_SRC := $(call find,viz)
SUITE_SRC := $(sort $(wildcard tests/unit/*_test.c tests/pair/*_test.c tests/scenario/*_test.c))
VIZ_SUITE_SRC := $(sort $(wildcard tests/viz/*_test.c))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
VECTOR_SRC := $(sort $(wildcard tests/vectors/*.c))
VECTOR_SUPPORT_SRC := $(sort $(wildcard tests/vectors/support/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
VIZ_TOOL_SRC := $(filter-out %_test.c,$(sort $(wildcard tests/viz/*.c)))
# Whatever else tests share: linked into the runners.
SUPPORT_SRC := $(filter-out %_test.c,$(sort $(wildcard tests/*.c tests/unit/*.c tests/pair/*.c tests/scenario/*.c)))

COVERAGE_SRC := $(wildcard tests/coverage/*.c)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
PLAIN_OBJ := $(patsubst %.c,$(BUILD)/obj/plain/%.o,$(CORE_SRC))
LIE_OBJ := $(patsubst %.c,$(BUILD)/obj/checked/%.o,$(LIE_SRC))
CHECKED_OBJ := $(patsubst %.c,$(BUILD)/obj/checked/%.o,$(CORE_SRC)) $(LIE_OBJ)
SIM_OBJ := $(call obj,$(SIM_SRC))
CLI_OBJ := $(call obj,$(CLI_SRC))
CARRIER_OBJ := $(call obj,$(CARRIER_SRC))
VIZ_OBJ := $(call obj,$(VIZ_SRC))
TEST_OBJ := $(call obj,$(SUITE_SRC) $(VIZ_SUITE_SRC) $(SUPPORT_SRC) $(BENCH_SRC) $(VECTOR_SRC) $(VECTOR_SUPPORT_SRC) $(VIZ_TOOL_SRC) $(FUZZ_SRC))

PLAIN := $(BUILD)/libocto.a
CHECKED := $(BUILD)/checked/libocto.a
SIM := $(BUILD)/libsim.a
CARRIERS := $(BUILD)/libcarriers.a
VIZ := $(BUILD)/libviz.a
WORLD := $(SIM) $(CHECKED) $(if $(filter coverage,$(MODE)),$(call obj,$(COVERAGE_SRC)))
FLAGS := $(BUILD)/list/flags

PRODUCTS := $(if $(CORE_SRC),$(PLAIN) $(CHECKED)) $(if $(SIM_SRC),$(SIM)) $(if $(CLI_SRC),$(BUILD)/octosim) \
	$(if $(VIZ_SRC),$(if $(HAVE_VIZ),$(BUILD)/octoviz,no-viz))
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(BENCH_SRC))
VECTORS := $(patsubst tests/vectors/%.c,$(BUILD)/vectors/%,$(VECTOR_SRC))
FUZZERS := $(patsubst tests/fuzz/%_fuzz.c,$(BUILD)/fuzz/%,$(filter %_fuzz.c,$(FUZZ_SRC)))
VIZ_TOOLS := $(patsubst tests/viz/%.c,$(BUILD)/viz/%,$(VIZ_TOOL_SRC))

.PHONY: all help demo test asan coverage bench install uninstall mutants cross check unit vectors benches fuzz-targets fuzzers list-fuzzers testprograms list-sources list-headers format-check \
	clean no-viz have-base have-cunit FORCE
JOBS := $(shell nproc 2>/dev/null || echo 2)
DEMO := scenarios/duel/simultaneous-open.json
CROSS := $(wildcard scenarios/duel/*.json scenarios/handshake/*.json scenarios/regress/*.json)

.DELETE_ON_ERROR:
.SECONDARY:

all: $(PRODUCTS) ## build libocto.a, libsim.a, octosim and octoviz (default)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile
	@echo
	@echo '  MODE=release|lto|debug|asan|coverage, CC=gcc|clang, BUILD=<directory>: the same in another way or at another place'

no-viz:
	@echo 'octoviz is skipped: pkg-config does not find sdl2 and cairo (tools/install-packages demo installs them)'

have-base:
	$(if $(HAVE_BASE),,@echo 'libsodium and libcjson are needed (pkg-config does not find them); tools/install-packages demo installs them' >&2; exit 1)

have-cunit:
	$(if $(HAVE_CUNIT),,@echo 'the tests need CUnit (pkg-config does not find it); tools/install-packages test installs it' >&2; exit 1)

# ---- Libraries and programs ------------------------------------------------------------------------------------

# make -s says nothing but errors.
say := $(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,echo)

# A list of members, rewritten only when it changes: a deleted source leaves its library.
$(BUILD)/list/%: FORCE
	@mkdir -p $(@D)
	@echo '$(MEMBERS)' | cmp -s - $@ || echo '$(MEMBERS)' > $@
$(BUILD)/list/plain: MEMBERS = $(PLAIN_OBJ)
$(BUILD)/list/checked: MEMBERS = $(CHECKED_OBJ)
$(BUILD)/list/sim: MEMBERS = $(SIM_OBJ)
$(BUILD)/list/cli: MEMBERS = $(CLI_OBJ)
$(BUILD)/list/carriers: MEMBERS = $(CARRIER_OBJ)
$(BUILD)/list/viz: MEMBERS = $(VIZ_OBJ)
# The same for the flags: another setting builds all anew.
$(BUILD)/list/flags: MEMBERS = $(CC) $(ALL_CFLAGS) $(ALL_CPPFLAGS) $(VIZ_CFLAGS)
FORCE:

# Made beside and moved into place, so that two makes at once never see half a library.
archive = @mkdir -p $(@D) && rm -f $@.$$$$ && $(say) '  AR  $@' && $(AR) rcs $@.$$$$ $(filter %.o,$^) && mv -f $@.$$$$ $@
link = @mkdir -p $(@D) && $(say) '  LD  $@' && $(CC) $(ALL_LDFLAGS) -o $@.$$$$ $(filter %.o %.a,$^) $(1) && mv -f $@.$$$$ $@

$(PLAIN): $(PLAIN_OBJ) $(BUILD)/list/plain
	$(archive)
$(CHECKED): $(CHECKED_OBJ) $(BUILD)/list/checked
	$(archive)
$(SIM): $(SIM_OBJ) $(BUILD)/list/sim
	$(archive)
$(CARRIERS): $(CARRIER_OBJ) $(BUILD)/list/carriers
	$(archive)
$(VIZ): $(VIZ_OBJ) $(BUILD)/list/viz
	$(archive)

$(BUILD)/octosim: $(CLI_OBJ) $(CARRIERS) $(WORLD) $(BUILD)/list/cli
	$(call link,$(BASE_LIBS))
# The simulator on the core as it ships: same hashes, fewer checks. Its nodes can lie, too.
$(BUILD)/plain/octosim: $(CLI_OBJ) $(LIE_OBJ) $(CARRIERS) $(SIM) $(PLAIN) $(BUILD)/list/cli
	$(call link,$(BASE_LIBS))
# The library holds main() too: the linker takes it from there, and the viewer's tests bring their own instead.
$(BUILD)/octoviz: $(VIZ) $(WORLD)
	$(call link,$(BASE_LIBS) $(VIZ_LIBS))

# ---- Objects ---------------------------------------------------------------------------------------------------

compile = @mkdir -p $(@D) && $(say) '  CC  $@' && $(CC) $(ALL_CFLAGS) $(ALL_CPPFLAGS) $(1) -MMD -MP -MF $(@:.o=.d) -MT $@ \
	-c -o $@.$$$$ $< && mv -f $@.$$$$ $@ || { rm -f $@.$$$$; exit 1; }

$(BUILD)/obj/plain/%.o: %.c $(FLAGS) | have-base
	$(call compile)
$(BUILD)/obj/checked/%.o: %.c $(FLAGS) | have-base
	$(call compile,-DOCTO_CHECKED)
$(BUILD)/obj/viz/%.o: viz/%.c $(FLAGS) | have-base
	$(call compile,-DOCTO_CHECKED $(VIZ_CFLAGS))
$(BUILD)/obj/tests/viz/%.o: tests/viz/%.c $(FLAGS) | have-base
	$(call compile,-DOCTO_CHECKED $(VIZ_CFLAGS))
$(BUILD)/obj/tests/bench/%.o: tests/bench/%.c $(FLAGS) | have-base
	$(call compile)
$(BUILD)/obj/tests/suites-%.o: $(BUILD)/tests/suites-%.c $(FLAGS)
	$(call compile)
$(BUILD)/obj/%.o: %.c $(FLAGS) | have-base
	$(call compile,-DOCTO_CHECKED)

-include $(patsubst %.o,%.d,$(PLAIN_OBJ) $(CHECKED_OBJ) $(SIM_OBJ) $(CLI_OBJ) $(CARRIER_OBJ) $(VIZ_OBJ) $(TEST_OBJ))

# ---- Tests -----------------------------------------------------------------------------------------------------

# suites-<list>.c holds the table of suites that tests/main.c runs; one suite a file, named after the file.
suite_name = $(patsubst %_test,%,$(basename $(notdir $(1))))
ONE := $(foreach name,$(SUITE),$(filter %/$(name)_test.c,$(SUITE_SRC)))

$(BUILD)/tests/suites-%.c: FORCE
	@mkdir -p $(@D)
	@tools/suites $(call suite_name,$(SUITES)) > $@.$$$$; cmp -s $@.$$$$ $@ && rm -f $@.$$$$ || mv -f $@.$$$$ $@
$(BUILD)/tests/suites-all.c: SUITES = $(SUITE_SRC)
$(BUILD)/tests/suites-viz.c: SUITES = $(VIZ_SUITE_SRC)
$(BUILD)/tests/suites-one.c: SUITES = $(ONE)

$(BUILD)/tests/octotest: $(call obj,$(SUPPORT_SRC) $(SUITE_SRC)) $(BUILD)/obj/tests/suites-all.o $(CARRIERS) $(WORLD) | have-cunit
	$(call link,$(CUNIT_LIBS) $(BASE_LIBS) -lm)
$(BUILD)/tests/viztest: $(call obj,$(SUPPORT_SRC) $(VIZ_SUITE_SRC)) $(BUILD)/obj/tests/suites-viz.o $(VIZ) $(WORLD) | have-cunit
	$(call link,$(CUNIT_LIBS) $(BASE_LIBS) $(VIZ_LIBS))
$(BUILD)/tests/onetest: $(call obj,$(SUPPORT_SRC) $(ONE)) $(BUILD)/obj/tests/suites-one.o $(CARRIERS) $(WORLD) | have-cunit
	$(call link,$(CUNIT_LIBS) $(BASE_LIBS) -lm)

# A benchmark of whole runs has all checks on, hence the checked core; one of the core measures what ships.
RUN_BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(if $(BENCH_SRC),$(shell grep -lE '"sim/[a-z]+\.h"' $(BENCH_SRC))))
$(RUN_BENCHES): $(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(WORLD)
	$(call link,$(BASE_LIBS) -lm)
$(filter-out $(RUN_BENCHES),$(BENCHES)): $(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(CARRIERS) $(SIM) $(PLAIN)
	$(call link,$(BASE_LIBS) -lm)
# With MODE=fuzz (clang) libFuzzer drives them, otherwise tests/fuzz/driver.c.
FUZZ_OBJ := $(call obj,tests/fuzz/claims.c tests/fuzz/channel_scene.c tests/pair/pair.c tests/pair/forge.c $(if $(filter fuzz,$(MODE)),,tests/fuzz/driver.c))
$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(FUZZ_OBJ) $(CARRIERS) $(WORLD) | have-cunit
	$(call link,$(if $(filter fuzz,$(MODE)),-fsanitize=fuzzer) $(BASE_LIBS) -lm)
$(BUILD)/vectors/%: $(BUILD)/obj/tests/vectors/%.o $(call obj,$(VECTOR_SUPPORT_SRC)) $(CHECKED)
	$(call link,$(BASE_LIBS))
$(BUILD)/viz/%: $(BUILD)/obj/tests/viz/%.o $(WORLD)
	$(call link,$(BASE_LIBS) -lm)

$(call obj,$(SUITE_SRC) $(VIZ_SUITE_SRC) $(SUPPORT_SRC) $(FUZZ_SRC)): | have-cunit

unit: $(BUILD)/tests/octotest $(BUILD)/octosim ## build and run the unit, pair and scenario suites only
	$(BUILD)/tests/octotest $(SUITE)

check: $(BUILD)/tests/onetest $(BUILD)/octosim ## SUITE="a b": build and run these suites and no other
	$(if $(ONE),,$(error make check SUITE=<name>: name suites among $(call suite_name,$(SUITE_SRC))))
	$(BUILD)/tests/onetest

# Everything `make test` runs that is not octosim or octoviz.
testprograms: $(BUILD)/tests/octotest $(BUILD)/octosim $(VECTORS) $(VIZ_TOOLS) \
	$(if $(VIZ_SUITE_SRC),$(if $(HAVE_VIZ),$(BUILD)/tests/viztest))
vectors: $(VECTORS)
fuzzers: $(FUZZERS)
list-fuzzers:
	@printf '%s\n' $(notdir $(FUZZERS))
benches: $(BENCHES)

list-headers:
	@printf '%s\n' $(PUBLIC_HEADERS)

list-sources:
	@printf '%s\n' $(CORE_SRC) $(LIE_SRC) $(CARRIER_SRC) $(SIM_SRC) $(CLI_SRC) $(VIZ_SRC) $(SUITE_SRC) $(VIZ_SUITE_SRC) \
		$(SUPPORT_SRC) $(BENCH_SRC) $(VECTOR_SRC) $(VECTOR_SUPPORT_SRC) $(VIZ_TOOL_SRC) $(COVERAGE_SRC) $(FUZZ_SRC)

# ---- What people type ------------------------------------------------------------------------------------------
# Packages first, then a new make: this one has already looked for the libraries.

demo: ## install what is missing, build, run the first scenario
	@tools/install-packages demo
	@echo 'Building'
	@$(MAKE) -s -j$(JOBS) all
	build/octosim run $(DEMO)
	@echo
	@echo 'What you can type next:'
	@echo '  build/octosim list                        the scenarios, and what each is about'
	@echo '  build/octosim run scenarios/duel/*.json   every duel'
	@echo '  build/octosim run --help                  what else run can do'
	@echo '  build/octoviz $(DEMO)'
	@echo '                                            watch it in a window'
	@echo '  make test                                 everything that is checked'

test: ## install what is missing, run every check there is; the last line counts them
	@tools/install-packages test
	@tools/run-tests

asan: ## unit tests and duel scenarios under the address and undefined-behaviour sanitizers
	@tools/install-packages test
	@$(MAKE) -s -j$(JOBS) CC=gcc MODE=asan build/gcc-asan/tests/octotest build/gcc-asan/octosim
	build/gcc-asan/tests/octotest
	build/gcc-asan/octosim run scenarios/duel/*.json

coverage: ## how many lines of each source file the tests run
	@tools/install-packages test
	@tools/coverage --all

bench: ## measure: prints a table, writes build/bench.json, never fails
	@tools/install-packages test
	@$(MAKE) -s -k -j$(JOBS) all benches || true
	@tools/bench build/bench.json $(patsubst tests/bench/%.c,build/bench/%,$(BENCH_SRC)) || true

fuzz-targets: ## feed the readers of packets, frames, files and texts any bytes at all: RUNS=2000000 a target
	@tools/install-packages test
	@tools/fuzz-targets $(or $(RUNS),2000000)

mutants: ## plant each bug of tests/mutants and count the seeds the fuzzer needs to find it
	@tools/install-packages test
	@$(MAKE) -s -j$(JOBS) all
	@tools/mutants

cross: ## compare trace hashes with those of 32-bit x86 and of ARM (installs more packages)
	@tools/install-packages cross
	@tools/cross $(CROSS)

# Where things go; DESTDIR goes before all of it, for packages.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
INSTALL ?= install
VERSION := $(shell sed -n 's/^.define CLI_VERSION "\(.*\)"/\1/p' sim/cli/cli.h)
# What a program may include: octo.h is all of the channel; the others make an agent or a remote of it.
PUBLIC_HEADERS = core/octo.h core/nodes/agent.h core/nodes/remote.h $(patsubst %,core/couriers/%.h,agent_state \
	command courier_set discovery parameters remote_state sensors state)
INSTALLED = $(BINDIR)/octosim $(BINDIR)/octoviz $(LIBDIR)/libocto.a $(LIBDIR)/pkgconfig/octo.pc $(INCLUDEDIR)/octo.h \
	$(DATADIR)/man/man1/octosim.1 $(DATADIR)/bash-completion/completions/octosim $(DATADIR)/zsh/site-functions/_octosim

install: all ## install programs, library, headers, manual, completion, scenarios: PREFIX=/usr/local, DESTDIR
	@$(INSTALL) -d $(addprefix $(DESTDIR),$(sort $(dir $(INSTALLED))))
	@$(INSTALL) -m 755 $(BUILD)/octosim $(DESTDIR)$(BINDIR)/octosim
	@if [ -x $(BUILD)/octoviz ]; then $(INSTALL) -m 755 $(BUILD)/octoviz $(DESTDIR)$(BINDIR)/octoviz; fi
	@$(INSTALL) -m 644 $(PLAIN) $(DESTDIR)$(LIBDIR)/libocto.a
	@$(INSTALL) -m 644 core/octo.h $(DESTDIR)$(INCLUDEDIR)/octo.h
	@for header in $(PUBLIC_HEADERS); do \
		$(INSTALL) -D -m 644 $$header $(DESTDIR)$(INCLUDEDIR)/octo/$$header || exit 1; done
	@printf '%s\n' 'Name: octo' 'Description: communications core of OctoMY' 'Version: $(VERSION)' 'Requires.private: libsodium' \
		'Cflags: -I$(INCLUDEDIR) -I$(INCLUDEDIR)/octo' 'Libs: -L$(LIBDIR) -locto' > $(DESTDIR)$(LIBDIR)/pkgconfig/octo.pc
	@$(INSTALL) -m 644 docs/octosim.1 $(DESTDIR)$(DATADIR)/man/man1/octosim.1
	@$(INSTALL) -m 644 share/completion/octosim.bash $(DESTDIR)$(DATADIR)/bash-completion/completions/octosim
	@$(INSTALL) -m 644 share/completion/_octosim $(DESTDIR)$(DATADIR)/zsh/site-functions/_octosim
	@rm -rf $(DESTDIR)$(DATADIR)/octosim && $(INSTALL) -d $(DESTDIR)$(DATADIR)/octosim
	@cp -R scenarios $(DESTDIR)$(DATADIR)/octosim/scenarios
	@$(say) 'octosim is in $(DESTDIR)$(BINDIR), its scenarios are in $(DESTDIR)$(DATADIR)/octosim'

uninstall: ## remove what install installed
	rm -rf $(addprefix $(DESTDIR),$(INSTALLED)) $(DESTDIR)$(DATADIR)/octosim $(DESTDIR)$(INCLUDEDIR)/octo

format-check: ## where clang-format would lay lines out otherwise, by file (a help, not a rule)
	@command -v clang-format >/dev/null || { echo 'clang-format is not installed' >&2; exit 1; }
	@clang-format --style=file --dry-run $(shell find core sim viz tests -name '*.[ch]' | LC_ALL=C sort) 2>&1 | \
		grep warning: | cut -d: -f1 | uniq -c | sort -rn

clean: ## remove everything built
	rm -rf build
