# pósito - see README.md.  `make help` lists what can be made.
#
# Objects go to $(BUILD); give another folder to build with other flags
# side by side: make BUILD=build/asan SANITIZE=address,undefined

BUILD   ?= build/release
CC      ?= gcc
PREFIX  ?= /usr/local
DESTDIR ?=
SANITIZE ?=

ifeq ($(origin CC),default)
CC = gcc
endif

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wcast-align -Wcast-qual -Wwrite-strings -Wvla \
	-Wformat=2 -Wundef -Wswitch-enum -Wnull-dereference -Wdouble-promotion \
	-Werror
OPTIMIZE ?= -O2 -g
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE \
	-fstack-clash-protection -fcf-protection=full
HARDEN_LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack
ifneq ($(SANITIZE),)
HARDEN := -fPIE -fsanitize=$(SANITIZE) -fno-omit-frame-pointer \
	-fno-sanitize-recover=all
HARDEN_LINK := -pie -fsanitize=$(SANITIZE)
OPTIMIZE = -O1 -g
endif

# GCC optimises the programs once more when they are linked, across files:
# deciding is some 10 % faster.  Objects have ordinary code, too, so that the
# many tests are linked without it, and at once.
LTO ?=
ifeq ($(SANITIZE)$(findstring clang,$(CC)),)
LTO = -flto=auto -ffat-lto-objects
endif

CPPFLAGS += -D_GNU_SOURCE -Iinclude
CFLAGS   += -std=c17 $(OPTIMIZE) $(WARN) $(HARDEN) $(LTO) -pthread
LDFLAGS  += $(HARDEN_LINK) -pthread

LIBS_CORE   := -lsodium -lcrypto
LIBS_LEDGER := -llmdb
LIBS_DAEMON := -levent_core -levent_pthreads
LIBS_TOOLS  := -ledit -ljson-c -lncursesw -ltinfo -lm

# One archive a layer; the order is the order of linking.
VOCABULARY := $(wildcard include/posito/*.c)
PROTOCOL   := $(wildcard protocol/*.c)
LEDGER     := $(wildcard ledger/*.c)
DAEMON     := $(filter-out daemon/main.c,$(wildcard daemon/*.c))
PROGRAMS   := posito posito-audit posito-demo posito-bench
TOOLS      := $(filter-out $(PROGRAMS:%=tools/%.c),$(wildcard tools/*.c))
TESTLIB    := $(filter-out $(wildcard tests/test_*.c),$(wildcard tests/*.c))
TESTS      := $(patsubst tests/%.c,%,$(wildcard tests/test_*.c))

objects = $(1:%.c=$(BUILD)/%.o)
CORE := $(BUILD)/libledger.a $(BUILD)/libprotocol.a $(BUILD)/libvocabulary.a
ARCHIVES := $(BUILD)/libdaemon.a $(BUILD)/libtools.a $(CORE)

# Where the demonstrations live: `make run` keeps its federation here.
RUN_DIR ?= build/federation
DIR     ?=

all: programs

help:
	@echo "make run            install what is missing, build, found a demonstration"
	@echo "                    federation and serve it here (RUN_DIR=$(RUN_DIR))"
	@echo "make demo           play a season and a working day, audit it, exit"
	@echo "                    (DIR=folder keeps the journal and the keys)"
	@echo "make programme      play the three-for-one programme of 1993-2000, every"
	@echo "                    day of it, audit it, exit (DIR=folder; UNTIL=1995)"
	@echo "make test           install what is missing, build, run the tests (8 minutes)"
	@echo "make bench          measure it beside raw signatures, PostgreSQL, Redis,"
	@echo "                    SQLite, ledger, hledger (20 minutes; BENCH_LONG=1)"
	@echo "make check-long     the long tests"
	@echo "make check-sanitizers   the tests under ASan+UBSan, then TSan"
	@echo "make programs       build positod, posito, posito-audit, posito-demo"
	@echo "make install        PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)"
	@echo "make compile_commands.json   for clangd and clang-tidy"
	@echo "make clean"

include tests/tests.mk

programs: $(BUILD)/positod $(PROGRAMS:%=$(BUILD)/%) $(BUILD)/libposito.a

$(BUILD)/libvocabulary.a: $(call objects,$(VOCABULARY))
$(BUILD)/libprotocol.a: $(call objects,$(PROTOCOL))
$(BUILD)/libledger.a: $(call objects,$(LEDGER))
$(BUILD)/libdaemon.a: $(call objects,$(DAEMON))
$(BUILD)/libtools.a: $(call objects,$(TOOLS))
$(BUILD)/libtests.a: $(call objects,$(TESTLIB))

$(BUILD)/%.a:
	@rm -f $@
	@ar rcsD $@ $^

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC  $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/positod: $(BUILD)/daemon/main.o $(BUILD)/libdaemon.a $(CORE)
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) $(OPTIMIZE) $(LTO) -o $@ $^ \
		$(LIBS_DAEMON) $(LIBS_LEDGER) $(LIBS_CORE)

$(PROGRAMS:%=$(BUILD)/%): $(BUILD)/%: $(BUILD)/tools/%.o \
		$(BUILD)/libtools.a $(CORE)
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) $(OPTIMIZE) $(LTO) -o $@ $^ \
		$(LIBS_TOOLS) $(LIBS_LEDGER) $(LIBS_CORE)

run:
	@tools/packages.sh build
	@$(MAKE) --no-print-directory -j2 programs
	@exec $(BUILD)/posito-demo --data tests/data --stay $(RUN_DIR)

demo:
	@tools/packages.sh build
	@$(MAKE) --no-print-directory -j2 programs
	@$(BUILD)/posito-demo --data tests/data $(DIR)

programme:
	@tools/packages.sh build
	@$(MAKE) --no-print-directory -j2 programs
	@$(BUILD)/posito-demo --data tests/data --programme \
		$(if $(UNTIL),--until $(UNTIL)) $(DIR)

# A peer that cannot be installed is named as skipped.
bench:
	@tools/packages.sh build
	@tools/packages.sh bench || true
	@$(MAKE) --no-print-directory -j2 programs
	@POSITO_BUILD=$(BUILD) tools/bench/run.sh

install: programs
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin \
		$(DESTDIR)$(PREFIX)/include/posito $(DESTDIR)$(PREFIX)/lib \
		$(DESTDIR)$(PREFIX)/share/doc/posito
	install -m 755 $(BUILD)/positod $(DESTDIR)$(PREFIX)/sbin
	install -m 755 $(BUILD)/posito $(BUILD)/posito-audit \
		$(DESTDIR)$(PREFIX)/bin
	install -m 644 include/posito/*.h include/posito/*.def \
		$(DESTDIR)$(PREFIX)/include/posito
	install -m 644 $(BUILD)/libposito.a $(DESTDIR)$(PREFIX)/lib
	install -m 644 README.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/posito
	install -m 644 protocol/FORMAT.md \
		$(DESTDIR)$(PREFIX)/share/doc/posito/PROTOCOL.md
	install -m 644 ledger/FORMAT.md \
		$(DESTDIR)$(PREFIX)/share/doc/posito/JOURNAL.md

# What a client in C links: the vocabulary, the protocol and the client.
$(BUILD)/libposito.a: $(call objects,$(VOCABULARY) $(PROTOCOL) tools/client.c)

# One entry a source file, as clang's tools want it.
SOURCES := $(VOCABULARY) $(PROTOCOL) $(LEDGER) $(DAEMON) daemon/main.c \
	$(TOOLS) $(PROGRAMS:%=tools/%.c) $(TESTLIB) $(TESTS:%=tests/%.c)
compile_commands.json: Makefile $(SOURCES)
	@{ separator='['; for source in $(SOURCES); do \
		printf '%s{"directory":"%s","file":"%s","command":"%s"}\n' \
			"$$separator" "$(CURDIR)" "$$source" \
			"$(CC) $(CPPFLAGS) $(CFLAGS) -c $$source"; \
		separator=,; done; echo ']'; } >$@

clean:
	rm -rf build compile_commands.json

.PHONY: all help programs run demo programme bench install clean
.DELETE_ON_ERROR:
.SECONDARY:

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
