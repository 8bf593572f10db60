# make run · make test · make check · make sim SEEDS=n FROM=m · make bench · make bench-pages · make web-test · make tidy · make format · make clean
# SAN=address|undefined|thread|address,undefined   COV=1   CC=clang   B=build   V=1 shows commands
# Files are found by wildcard: a new .c in a folder is built, a new tests/unit/test_*.c is run.

B ?= build$(if $(SAN),-$(subst $(comma),-,$(SAN)))$(if $(filter clang,$(CC)),-clang)
comma := ,
Q := $(if $(V),,@)
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
PKGS := libzmq libprotobuf-c libuv jansson libfyaml libsodium gnutls libedit libcurl zlib
CPPFLAGS += -I. -I$B/gen -D_GNU_SOURCE -DWOT_VERSION='"$(VERSION)"'
CPPFLAGS += $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(MUTANT:%=-DMUTANT_%)
VERSION := $(shell cat VERSION 2>/dev/null || echo 0.1.0)
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
# A sanitizer names lines and no variables.
CFLAGS ?= $(if $(SAN),-O1 -g1,-O2 -g)
CFLAGS += -std=c17 $(WARN) -fno-omit-frame-pointer -fstack-protector-strong -pthread
CFLAGS += $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all) $(if $(COV),--coverage)
# Some hundred programs are linked for the tests: where there is a fast linker, with that.
LDFLAGS ?= $(if $(shell command -v mold),-fuse-ld=mold)
# libcurl is loaded by what speaks HTTP (client/curl.h).
LDLIBS := $(shell pkg-config --libs $(filter-out libcurl,$(PKGS)) 2>/dev/null) -llmdb -pthread -lm

PROTO := $(basename $(notdir $(wildcard proto/*.proto)))
GEN := $(PROTO:%=$B/gen/proto/%.pb-c.c) $B/gen/web/pages.html.c
LIBDIRS := lib bus http proto proto/openapi store store/lmdb config core vault stage/parts stage kpi kpi/yaml figures figures/suppress web web/figures web/cases report city client send phone
src = $(wildcard $1/*.c)
obj = $(patsubst %.c,$B/%.o,$(call src,$1))
LIBOBJ := $(GEN:.c=.o) $(foreach d,$(LIBDIRS),$(call obj,$d))
DAEMONS := $(shell sed -n 's/^DAEMON.\([a-z]*\),.*/\1/p' lib/daemon.def)
BIN := $(foreach d,$(DAEMONS),$(if $(wildcard daemons/$d/main.c),$B/wot-$d)) $(if $(wildcard cli/main.c),$B/wotctl)
UNIT := $(patsubst tests/unit/%.c,$B/tests/%,$(wildcard tests/unit/test_*.c))
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
CORPUS := $(FUZZ:%=$B/tests/corpus_%)

all: $(BIN)

# ---- build ----
$B/gen/proto/%.pb-c.c $B/gen/proto/%.pb-c.h: proto/%.proto
	@mkdir -p $(@D)
	@echo "  PROTOC  $<"
	$Qprotoc-c --proto_path=proto --c_out=$B/gen/proto $<
	@sed -i 's|#include "\([a-z]*\)\.pb-c\.h"|#include "proto/\1.pb-c.h"|' $B/gen/proto/$*.pb-c.c $B/gen/proto/$*.pb-c.h
$B/gen/%.o: $B/gen/%.c | $(GEN)
	$Q$(CC) $(CPPFLAGS) $(filter-out $(WARN),$(CFLAGS)) -MMD -MP -c -o $@ $<
$B/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$Q$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$B/libwot.a: $(LIBOBJ)
	@rm -f $@ && ar rcs $@ $^
# Loops over columns, written so that the compiler makes them look at many rows at once.
$B/kpi/formula.o $B/kpi/row.o $B/kpi/table.o $B/figures/gather.o: CFLAGS += -O3
.SECONDEXPANSION:
# The templates of a folder become C: web/pages, and those that a test is about.
$B/gen/%.html.c $B/gen/%.html.h: $$* $$(wildcard $$*/*) tools/pages tools/pages_parse.py
	@echo "  PAGES   $*"
	$Qtools/pages $* $B/gen/$*
# aggregate answers what triage does, by triage's core over the copy of its log.
LENT_aggregate := $(call obj,daemons/aggregate/mirror) $(filter-out %/main.o,$(call obj,daemons/triage))
$B/wot-%: $$(call obj,daemons/$$*) $$(LENT_$$*) $B/libwot.a
	@echo "  LINK    $@"
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$B/wotctl: $(call obj,cli) $(call obj,cli/keys) $B/libwot.a
	@echo "  LINK    $@"
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
# A unit test may use the core of any daemon and the code of the cli, but no main.
COREOBJ := $(filter-out %/main.o,$(foreach d,$(DAEMONS) aggregate/mirror,$(call obj,daemons/$d)) $(call obj,cli) $(call obj,cli/keys))
$B/libcores.a: $(COREOBJ)
	@rm -f $@ && ar rcs $@ $^
$B/tests/%: $B/tests/unit/%.o $B/libcores.a $B/libwot.a
	@echo "  LINK    $@"
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $B/libcores.a $B/libwot.a $(LDLIBS) -lcmocka
# A third of all that is compiled, and run once.
$B/tests/unit/%.o: CFLAGS += -O0
# Its templates are its own.
$B/tests/unit/test_html.o: $B/gen/tests/unit/pages.html.c
$B/tests/test_html: $B/gen/tests/unit/pages.html.o

# The corpus of a fuzz target, as a test like the others.
$B/tests/corpus_%: $B/tests/fuzz/fuzz_%.o $B/tests/fuzz/corpus.o $B/libcores.a $B/libwot.a
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $B/tests/fuzz/corpus.o $B/libcores.a $B/libwot.a $(LDLIBS)

# ---- run ----
run: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all
	WOT_BIN=$B deploy/run-local build/run
deps:
	@deploy/install-deps.sh

# ---- bench ----
$B/bench/load: $(call obj,tests/bench) $B/libcores.a $B/libwot.a
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lhiredis
$B/bench/town $B/bench/ask: $B/bench/%: $B/tests/bench/questions/%.o $B/libwot.a
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
bench:
	deploy/install-deps.sh --bench
	$(MAKE) $(BIN) $B/bench/load $B/bench/town $B/bench/ask
	WOT_BIN=$(abspath $B) tests/bench/bench
	WOT_BIN=$(abspath $B) tests/bench/questions/questions
bench-pages: all $B/bench/town
	WOT_BIN=$(abspath $B) tests/bench/pages/speed
	WOT_BIN=$(abspath $B) tests/bench/pages/live

# ---- sim: the cores and their shell under a seed; tests/sim/fake_*.c stands in for what does I/O ----
SEEDS ?= 300
FROM ?= 1
FAKED := lib/loop lib/clock bus/bus bus/bus_address bus/bus_dial bus/bus_serve bus/zmtp bus/curve \
	stage/door_http stage/door_push stage/live stage/stats store/writer store/lmdb/%
$B/libunfaked.a: $(filter-out $(FAKED:%=$B/%.o),$(LIBOBJ))
	@rm -f $@ && ar rcs $@ $^
$B/sim: $(call obj,tests/sim) $B/libcores.a $B/libunfaked.a
	@echo "  LINK    $@"
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
sim: $B/sim
	@$B/sim --seeds $(SEEDS) --from $(FROM)

# ---- test ----
# What a newcomer runs: everything that ends within a few minutes.
test: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all check-build $B/sim $(EXAMPLES)
	@WOT_BIN=$B tests/run-all $(UNIT) $(CORPUS)
check-build: $(UNIT) $(CORPUS)
check: check-build
	@tests/run-unit $(UNIT) $(CORPUS)
# Long ones, with a size to choose: make crash KILLS=50, make hostile SIZE=10, make door-rounds ROUNDS=200.
KILLS ?= 50
ROUNDS ?= 200
SEED ?= 1
crash: all
	WOT_BIN=$B /usr/bin/python3 tests/crash/crash.py --kills $(KILLS) --seed $(SEED)
# Bugs on purpose, each built in by itself: make mutants, or make mutants MUTANTS="facts_by_arrival".
mutants: $B/sim
	@B=$B tests/mutants $(MUTANTS)
# What a viewer sees of random small towns, attacked by linear programming: make suppress-attack TOWNS=200.
TOWNS ?= 200
suppress-attack: all
	WOT_BIN=$B /usr/bin/python3 tests/suppress/attack.py --towns $(TOWNS)
SIZE ?= 10
hostile: all
	WOT_BIN=$B /usr/bin/python3 tests/hostile/hostile.py --size $(SIZE)
door-rounds: all
	WOT_BIN=$B /usr/bin/python3 tests/rounds/rounds.py --rounds $(ROUNDS) --seed $(SEED)
	WOT_BIN=$B /usr/bin/python3 tests/rounds/rounds.py --rounds $(ROUNDS) --seed $(SEED) --crowd 100 --descriptors 64
# Every page in a browser (tests/web/run.js): make web-test WIDTHS=360 SCHEMES=dark PAGES=nu HOUSE=build/run, the last where
# make run runs. What it saw lies in build/web/shots; make pictures writes those of README.
WEB = WOT_BIN=$(abspath $B) node tests/web/run.js $(WIDTHS:%=--widths %) $(SCHEMES:%=--schemes %) $(PAGES:%=--pages %) $(HOUSE:%=--house %) $(PORT:%=--port %)
web-test: web-deps
	@$(WEB) --shots build/web/shots
web-test-short: web-deps
	@$(WEB) --widths 360,1440 --short
pictures: web-deps
	@$(WEB) --pictures docs/pictures
web-deps:
	@deploy/install-deps.sh --web
	@$(MAKE) --no-print-directory -j$$(nproc) all tests/web/node_modules/.package-lock.json
tests/web/node_modules/.package-lock.json: tests/web/package-lock.json
	cd tests/web && npm ci --no-audit --no-fund --loglevel=error
# A telephone centre's log at its full size, which make test reads a small one of.
queue-log: all
	WOT_BIN=$B WOT_QUEUE_LOG_WHOLE=1 tests/run-system tests/system/test_queue_log.py
tidy:
	@tools/tidy
format:
	clang-format -i $$(git ls-files '*.c' '*.h')

# ---- fuzz: every parser of outside bytes, SECONDS in all; its corpus also runs under check ----
# The same objects serve unit tests with clang's sanitizers: make $(FUZZING) check, as .ci/run does.
SECONDS ?= 60
FUZZING := CC=clang SAN=fuzzer-no-link,address,undefined
fuzz:
	@$(MAKE) --no-print-directory -j$$(nproc) $(FUZZING) fuzz-run
fuzz-run: $(FUZZ:%=$B/fuzz/%)
	@tests/run-fuzz $B $(SECONDS) $(FUZZ)
$B/fuzz/%: $B/tests/fuzz/fuzz_%.o $B/libcores.a $B/libwot.a
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	$Q$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)

# ---- examples: they use proto/ and libraries, nothing of ours ----
EXAMPLES := $(patsubst docs/examples/%.c,$B/examples/%,$(wildcard docs/examples/*.c))
examples: $(EXAMPLES)
$B/examples/%: $B/docs/examples/%.o $B/gen/proto/event.pb-c.o $B/gen/proto/door.pb-c.o
	@mkdir -p $(@D)
	@echo "  LINK    $@"
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lzmq -lprotobuf-c

# ---- docs: those that are made from the tables, the messages and kpi.yaml; committed ----
DOCS ?= docs
tools: $B/tools/generate
docs: $B/tools/generate
	@$B/tools/generate $(DOCS)
$B/tools/generate: $B/tools/generate.o $B/libwot.a
	@echo "  LINK    $@"
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# ---- install ----
PREFIX ?= /usr/local
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/wot/proto
	install $(BIN) $(DESTDIR)$(PREFIX)/bin
	install -m 644 config/*.yaml config/*.csv $(DESTDIR)$(PREFIX)/share/wot
	install -m 644 proto/*.proto $(DESTDIR)$(PREFIX)/share/wot/proto
clean:
	rm -rf build build-*

.PHONY: all run deps test check check-build crash mutants suppress-attack hostile door-rounds queue-log sim bench bench-pages web-test web-test-short pictures web-deps examples tools docs tidy format fuzz fuzz-run install clean
.SECONDARY:
-include $(shell find $B -name '*.d' 2>/dev/null)
