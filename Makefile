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

CPPFLAGS += -D_GNU_SOURCE -Iinclude
CFLAGS   += -std=c17 $(OPTIMIZE) $(WARN) $(HARDEN) -pthread
LDFLAGS  += $(HARDEN_LINK) -pthread

LIBS_CORE   := -lsodium -lcrypto
LIBS_LEDGER := -llmdb
LIBS_DAEMON := -levent_core -levent_pthreads
LIBS_TOOLS  := -ledit

# One archive a layer; the order is the order of linking.
VOCABULARY := $(wildcard include/posito/*.c)
PROTOCOL   := $(wildcard protocol/*.c)
LEDGER     := $(wildcard ledger/*.c)
DAEMON     := $(filter-out daemon/main.c,$(wildcard daemon/*.c))
PROGRAMS   := posito posito-audit posito-demo
TOOLS      := $(filter-out $(PROGRAMS:%=tools/%.c),$(wildcard tools/*.c))
TESTLIB    := $(filter-out $(wildcard tests/test_*.c),$(wildcard tests/*.c))
TESTS      := $(patsubst tests/%.c,%,$(wildcard tests/test_*.c))

objects = $(1:%.c=$(BUILD)/%.o)
ARCHIVES := $(BUILD)/libdaemon.a $(BUILD)/libtools.a $(BUILD)/libledger.a \
	$(BUILD)/libprotocol.a $(BUILD)/libvocabulary.a

all: programs

include tests/tests.mk

programs: $(BUILD)/positod $(PROGRAMS:%=$(BUILD)/%)

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

$(BUILD)/positod: $(BUILD)/daemon/main.o $(ARCHIVES)
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_DAEMON) $(LIBS_LEDGER) $(LIBS_CORE)

$(PROGRAMS:%=$(BUILD)/%): $(BUILD)/%: $(BUILD)/tools/%.o $(ARCHIVES)
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_TOOLS) $(LIBS_LEDGER) $(LIBS_CORE)

clean:
	rm -rf build compile_commands.json

.PHONY: all programs clean
.DELETE_ON_ERROR:
.SECONDARY:

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
