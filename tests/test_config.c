/*
 * The daemon's options: every row of the table, every kind of mistake.
 */
#include "../daemon/config.h"
#include "../daemon/memory.h"
#include "document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int read_text(
    struct config *config, const char *text, struct failure *failure)
{
    memset(failure, 0, sizeof *failure);
    config_defaults(config);
    return config_read(config, bytes_text(text), "positod.conf", failure);
}

static void test_defaults(void **state)
{
    struct config config;
    struct failure failure = {{0}};
    (void)state;
    config_defaults(&config);
    assert_int_equal(config_check(&config, &failure), 0);
    assert_string_equal(config.listen, "127.0.0.1:7733");
    assert_string_equal(config.log_file, "");
    assert_int_equal(config.log_level, LOG_LEVEL_INFO);
    assert_int_equal(config.max_connections, 1000);
    assert_int_equal(config.line_ms, 10000);
    assert_int_equal(config.body_ms, 60000);
    assert_int_equal(config.idle_ms, 120000);
    assert_int_equal(config.unread_ms, 30000);
    assert_int_equal(config.queue_requests, 1024);
    assert_int_equal(config.queue_bytes, 4 << 20);
    assert_int_equal(config.segment_bytes, 64 << 20);
    assert_int_equal(config.group_delay_us, 0);
}

static void test_file(void **state)
{
    struct config config;
    struct failure failure;
    (void)state;
    assert_int_equal(read_text(&config,
        "# a comment\n"
        "\n"
        "listen = [::1]:0\n"
        "  group-count=17\t\n"
        "\tgroup-bytes\t=\t3MiB\n"
        "queue-bytes = 65536\n"
        "log-level = debug\n"
        "log-file =\n"
        "disk-min = 0\n"
        "segment-bytes = 4GiB",
        &failure), 0);
    assert_string_equal(config.listen, "[::1]:0");
    assert_int_equal(config.group_count, 17);
    assert_int_equal(config.group_bytes, 3 << 20);
    assert_int_equal(config.queue_bytes, 65536);
    assert_int_equal(config.log_level, LOG_LEVEL_DEBUG);
    assert_string_equal(config.log_file, "");
    assert_int_equal(config.disk_min, 0);
    assert_int_equal(config.segment_bytes, UINT64_C(4) << 30);
    /* What was not named is as it was. */
    assert_int_equal(config.max_connections, 1000);
}

static void test_mistakes(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } table[] = {
        {"colour = red\n",
            "positod.conf line 1: there is no option \"colour\""},
        {"\n# x\nworkers\n",
            "positod.conf line 3: expected \"name = value\""},
        {"= 3\n", "positod.conf line 1: there is no option \"\""},
        {"\x1b[2J = 3\n",
            "positod.conf line 1: there is no option \"?[2J\""},
        {"workers = 1\nworkers = 1\n",
            "positod.conf line 2: workers is given twice"},
        {"group-count = 0\n",
            "positod.conf line 1: group-count must be from 1 to 1000000, "
            "not \"0\""},
        {"group-count = 1000001\n",
            "positod.conf line 1: group-count must be from 1 to 1000000, "
            "not \"1000001\""},
        {"group-count = 010\n",
            "positod.conf line 1: group-count must be from 1 to 1000000, "
            "not \"010\""},
        {"group-count = -1\n",
            "positod.conf line 1: group-count must be from 1 to 1000000, "
            "not \"-1\""},
        {"group-count = 1KiB\n",
            "positod.conf line 1: group-count must be from 1 to 1000000, "
            "not \"1KiB\""},
        {"group-count =\n",
            "positod.conf line 1: group-count must be from 1 to 1000000, "
            "not \"\""},
        {"queue-bytes = 1GB\n",
            "positod.conf line 1: queue-bytes must be from 8KiB to 1GiB, not "
            "\"1GB\""},
        {"queue-bytes = KiB\n",
            "positod.conf line 1: queue-bytes must be from 8KiB to 1GiB, not "
            "\"KiB\""},
        {"queue-bytes = 18446744073709551615GiB\n",
            "positod.conf line 1: queue-bytes must be from 8KiB to 1GiB, not "
            "\"18446744073709551615GiB\""},
        {"listen =\n",
            "positod.conf line 1: listen must be not empty, at most 255 "
            "characters, not \"\""},
        {"log-level = loud\n",
            "positod.conf line 1: log-level must be error, warning, info or "
            "debug, not \"loud\""},
    };
    struct config config;
    struct failure failure;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(read_text(&config, table[i].text, &failure), -1);
        assert_string_equal(failure.text, table[i].message);
    }
}

static void test_command_line(void **state)
{
    struct config config;
    struct failure failure = {{0}};
    (void)state;
    config_defaults(&config);
    /* It may be said twice here: the last one wins. */
    assert_int_equal(config_set(&config, "workers=1", &failure), 0);
    assert_int_equal(config_set(&config, "workers=2", &failure), 0);
    assert_int_equal(config.workers, 2);
    assert_int_equal(config_set(&config, "workers=x", &failure), -1);
    assert_string_equal(failure.text,
        "option -o: workers must be from 0 to 256, not \"x\"");
    assert_int_equal(config.workers, 2);
}

static void test_contradictions(void **state)
{
    static const char *const table[] = {
        "disk-low = 1MiB\ndisk-min = 2MiB\n",
        "queue-bytes = 2MiB\nwaiting-bytes = 1MiB\n",
        "line-ms = 2000\nbody-ms = 1000\n",
    };
    struct config config;
    struct failure failure;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(read_text(&config, table[i], &failure), 0);
        assert_int_equal(config_check(&config, &failure), -1);
        assert_non_null(strstr(failure.text, "must not be above"));
    }
}

/* What is said holds; what is not is a share of the memory there is. */
static void test_shares_of_memory(void **state)
{
    struct config config;
    struct failure failure;
    uint64_t bytes = memory_bytes();
    (void)state;
    assert_in_range(bytes, 64 << 20, UINT64_C(1) << 50);
    config_defaults(&config);
    assert_in_range(config_cache_bytes(&config), 8 << 20, bytes / 4);
    assert_in_range(config_save_bytes(&config), 4 << 20, bytes / 32);
    assert_int_equal(
        read_text(&config, "cache-bytes = 1MiB\nsave-bytes = 64KiB\n",
            &failure), 0);
    assert_int_equal(config_check(&config, &failure), 0);
    assert_int_equal(config_cache_bytes(&config), 1 << 20);
    assert_int_equal(config_save_bytes(&config), 64 << 10);
    assert_int_equal(read_text(&config, "save-bytes = 65535\n", &failure), 0);
    assert_int_equal(config_check(&config, &failure), -1);
    assert_string_equal(
        failure.text, "save-bytes must be 0 or not below 64KiB");
}

/*
 * The described table is the table: each row's default, written to a file,
 * is taken and changes nothing.
 */
static void test_described_is_accepted(void **state)
{
    struct buffer text = buffer_empty();
    struct bytes line;
    struct config defaults;
    unsigned rows = 0;
    (void)state;
    config_defaults(&defaults);
    config_describe(&text);
    struct bytes rest = buffer_bytes(&text);
    while (bytes_next_line(&rest, &line)) {
        struct config config;
        struct failure failure;
        struct bytes second;
        char name[32];
        char value[64];
        char assignment[128];
        char copy[256];
        assert_true(bytes_next_line(&rest, &second));
        (void)snprintf(copy, sizeof copy, "%.*s", (int)line.length,
            (const char *)line.data);
        assert_int_equal(sscanf(copy, " %31s", name), 1);
        (void)snprintf(copy, sizeof copy, "%.*s", (int)second.length,
            (const char *)second.data);
        assert_int_equal(sscanf(copy, " default %63[^,]", value), 1);
        (void)snprintf(assignment, sizeof assignment, "%s = %s\n", name,
            strcmp(value, "empty") == 0 ? "" : value);
        assert_int_equal(read_text(&config, assignment, &failure), 0);
        assert_memory_equal(&config, &defaults, sizeof config);
        rows++;
    }
    assert_true(rows >= 20);
    buffer_free(&text);
}

/* The operator's page has the table as it is. */
static void test_documented(void **state)
{
    struct buffer text = buffer_empty();
    (void)state;
    buffer_text(&text, "\n```\n");
    config_describe(&text);
    buffer_text(&text, "```\n\n");
    document_check_section(
        "daemon/OPERATING.md", "options", buffer_bytes(&text));
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_command_line),
        cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_shares_of_memory),
        cmocka_unit_test(test_described_is_accepted),
        cmocka_unit_test(test_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
