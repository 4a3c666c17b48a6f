/*
 * Every table in tests/scenarios; then what they have covered together:
 * each status that the protocol or the ledger can give, each operation,
 * each reversal.
 *
 *     test_scenarios [FILE]...   only these, and nothing about coverage
 */
#include "scenario.h"

#include "../ledger/operations.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Statuses no scenario can bring about, and why. */
static const struct {
    enum status status;
    const char *reason;
} not_here[] = {
    { STATUS_NOT_LOGGED_IN, "the connection gives it" },
    { STATUS_NO_CHALLENGE, "the connection gives it" },
};

#define FIRST_OF_SERVICE 900 /* from here on the daemon gives them */

struct one_test {
    const char *path;
    struct scenario_totals *totals;
};

static void run_one(void **state)
{
    const struct one_test *test = *state;
    struct failure failure = { "" };

    if (!scenario_run(test->path, test->totals, &failure))
        fail_msg("%s", failure.text);
}

static bool is_excused(enum status status)
{
    for (size_t i = 0; i < sizeof not_here / sizeof not_here[0]; i++)
        if (not_here[i].status == status)
            return true;
    return status >= (enum status)FIRST_OF_SERVICE;
}

static void every_status(void **state)
{
    static const enum status all[] = {
#define X(symbol, number, name, english, spanish) STATUS_##symbol,
        STATUSES(X)
#undef X
    };
    const struct one_test *test = *state;
    unsigned missing = 0;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        bool seen = test->totals->status_seen[all[i]];

        if (seen == is_excused(all[i])) {
            print_error("%s: %s\n", status_name(all[i]),
                seen ? "has an excuse but was seen" : "never seen");
            missing++;
        }
    }
    assert_int_equal(missing, 0);
}

static void every_operation(void **state)
{
    const struct one_test *test = *state;
    unsigned missing = 0;

    for (int verb = 0; verb < VERB_COUNT; verb++) {
        const struct operation_row *row = operation_row((enum verb)verb);

        if (row->class != CLASS_OF_SIGNED && row->class != CLASS_OF_FOUNDING)
            continue;
        if (test->totals->accepted[verb] == 0) {
            print_error("%s: never accepted\n", row->verb);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
}

static void every_reversal(void **state)
{
    const struct one_test *test = *state;
    unsigned missing = 0;

    for (int verb = 0; verb < VERB_COUNT; verb++) {
        /* Reversible is what an approval carried out, or not. */
        if (verb == VERB_APPROVE)
            continue;
        if (operations_functions((enum verb)verb)->reversible !=
            (test->totals->reversed[verb] > 0)) {
            print_error("%s: never reversed\n",
                operation_row((enum verb)verb)->verb);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
}

/* The runner itself: each of these tables is wrong, and it says where. */
static void it_bites(void **state)
{
    static const struct {
        const char *path;
        const char *complaint;
    } wrong[] = {
        { "tests/scenarios/wrong/status.txt",
            "wrong/status.txt:4: the answer is ok" },
        { "tests/scenarios/wrong/field.txt",
            "wrong/field.txt:4: the answer is unknown-party via" },
        { "tests/scenarios/wrong/balance.txt",
            "wrong/balance.txt:5: it is 25.00" },
        { "tests/scenarios/wrong/effect.txt",
            "wrong/effect.txt:8: the effect line is: "
            "+ us/m1/share/USD 25.00" },
        { "tests/scenarios/wrong/row.txt",
            "wrong/row.txt:4: there is no such row" },
        { "tests/scenarios/wrong/answer.txt",
            "wrong/answer.txt:3: the step has no answer" },
        { "tests/scenarios/wrong/label.txt",
            "wrong/label.txt:3: a $ that stands for nothing" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct scenario_totals totals = { .steps = 0 };
        struct failure failure = { "" };

        if (scenario_run(wrong[i].path, &totals, &failure))
            fail_msg("%s passes", wrong[i].path);
        if (strstr(failure.text, wrong[i].complaint) == NULL)
            fail_msg("\"%s\" instead of \"%s\"", failure.text,
                wrong[i].complaint);
    }
}

static const struct CMUnitTest closing[] = {
    { "every_status", every_status, NULL, NULL, NULL },
    { "every_operation", every_operation, NULL, NULL, NULL },
    { "every_reversal", every_reversal, NULL, NULL, NULL },
    { "it_bites", it_bites, NULL, NULL, NULL },
};

static int run_all(char *const *paths, size_t count, bool with_closing)
{
    size_t extra =
        with_closing ? sizeof closing / sizeof closing[0] : 0;
    struct CMUnitTest *tests = calloc(count + extra, sizeof *tests);
    struct one_test *each = calloc(count + extra, sizeof *each);
    struct scenario_totals *totals = calloc(1, sizeof *totals);
    int failed = -1;

    if (tests == NULL || each == NULL || totals == NULL)
        goto out;
    for (size_t i = 0; i < count + extra; i++) {
        each[i].totals = totals;
        if (i < count) {
            each[i].path = paths[i];
            tests[i].name = paths[i];
            tests[i].test_func = run_one;
        } else {
            tests[i] = closing[i - count];
        }
        tests[i].initial_state = &each[i];
    }
    failed =
        _cmocka_run_group_tests("scenarios", tests, count + extra, NULL, NULL);
    (void)printf("%zu scenarios, %llu steps, %llu entries\n", count,
        (unsigned long long)totals->steps,
        (unsigned long long)totals->entries);
out:
    free(tests);
    free(each);
    free(totals);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    glob_t found;
    int result;

    if (argc > 1)
        return run_all(argv + 1, (size_t)argc - 1, false);
    if (glob("tests/scenarios/*.txt", 0, NULL, &found) != 0) {
        (void)fprintf(stderr, "no scenarios: run in the top folder\n");
        return EXIT_FAILURE;
    }
    result = run_all(found.gl_pathv, found.gl_pathc, true);
    globfree(&found);
    return result;
}
