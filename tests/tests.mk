# How the tests are built and run; included by the Makefile.

LIBS_TESTS := -lcmocka
TEST_PROGRAMS := $(TESTS:%=$(BUILD)/tests/%)
TEST_SCRIPTS := $(sort $(wildcard tests/*_test.sh)) tests/layers.sh

$(TEST_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/tests/%.o \
		$(BUILD)/libtests.a $(ARCHIVES)
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) $(if $(LTO),-fno-lto) -o $@ $^ $(LIBS_TESTS) $(LIBS_DAEMON) $(LIBS_TOOLS) \
		$(LIBS_LEDGER) $(LIBS_CORE)

# One test: make run-test_amount
run-%: $(BUILD)/tests/% programs
	@POSITO_BUILD=$(BUILD) $<

tests: $(TEST_PROGRAMS) programs

# The README's test command: both compilers, then everything that is quick.
test:
	@tools/packages.sh test
	@$(MAKE) --no-print-directory -j2 tests
	@$(MAKE) --no-print-directory -j2 CC=clang-14 BUILD=build/clang tests
	@POSITO_BUILD=$(BUILD) tests/run.sh build/test-summary \
		$(TEST_PROGRAMS) $(TEST_SCRIPTS)

# Everything again, long, then under the sanitizers.
check-long:
	@tools/packages.sh test
	@$(MAKE) --no-print-directory -j2 tests
	@POSITO_LONG=1 TEST_TIMEOUT=3600 POSITO_BUILD=$(BUILD) \
		tests/run.sh build/test-summary-long \
		$(TEST_PROGRAMS) $(TEST_SCRIPTS)
	@$(MAKE) --no-print-directory check-sanitizers

check-sanitizers:
	@$(MAKE) --no-print-directory -j2 SANITIZE=address,undefined \
		BUILD=build/asan tests
	@POSITO_BUILD=build/asan TEST_TIMEOUT=1200 \
		tests/run.sh build/test-summary-asan \
		$(TESTS:%=build/asan/tests/%)
	@$(MAKE) --no-print-directory -j2 SANITIZE=thread BUILD=build/tsan tests
	@POSITO_BUILD=build/tsan TEST_TIMEOUT=1200 \
		tests/run.sh build/test-summary-tsan \
		$(TESTS:%=build/tsan/tests/%)

# Fuzzing, as long as FUZZ_SECONDS says for each target.
FUZZ_SECONDS ?= 60
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz: $(FUZZERS:%=fuzz-run-%)
build/fuzz/%: tests/fuzz/%.c $(VOCABULARY) $(PROTOCOL) $(LEDGER)
	@mkdir -p $(@D)
	clang-14 $(CPPFLAGS) -std=c17 -O1 -g \
		-fsanitize=fuzzer,address,undefined -o $@ $^ \
		$(LIBS_LEDGER) $(LIBS_CORE)
fuzz-run-%: build/fuzz/%
	@mkdir -p build/fuzz/corpus-$*
	$< -max_total_time=$(FUZZ_SECONDS) -timeout=5 build/fuzz/corpus-$*

.PHONY: tests test check-long check-sanitizers fuzz
