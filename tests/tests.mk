# How the tests are built and run; included by the Makefile.

LIBS_TESTS := -lcmocka

$(TESTS:%=$(BUILD)/tests/%): $(BUILD)/tests/%: $(BUILD)/tests/%.o \
		$(BUILD)/libtests.a $(ARCHIVES)
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_TESTS) $(LIBS_DAEMON) $(LIBS_TOOLS) \
		$(LIBS_LEDGER) $(LIBS_CORE)

# One test: make run-test_amount
run-%: $(BUILD)/tests/%
	@$<
