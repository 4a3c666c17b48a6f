/*
 * The status table: its numbers are in the protocol and its order is that
 * of precedence.
 */
#include <posito/encoding.h>
#include <posito/status.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const enum status statuses[] = {
#define X(symbol, number, name, english, spanish) STATUS_##symbol,
    STATUSES(X)
#undef X
};

#define COUNT (sizeof statuses / sizeof statuses[0])

static void numbers_ascend(void **state)
{
    (void)state;
    assert_int_equal(STATUS_ACCEPTED, 0);
    for (size_t i = 1; i < COUNT; i++)
        assert_true(statuses[i] > statuses[i - 1]);
}

/* A few, so that none is renumbered unseen. */
static void numbers_are_those_of_the_protocol(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int number;
    } rows[] = { { "ok", 0 }, { "line-too-long", 100 }, { "bad-value", 108 },
        { "not-in-a-body", 114 }, { "unknown-key", 200 },
        { "id-reused", 204 }, { "wrong-kind", 300 },
        { "over-daily-limit", 304 }, { "unknown-party", 401 },
        { "other-currency", 410 }, { "insufficient-funds", 500 },
        { "not-balanced", 501 }, { "unknown-hold", 600 },
        { "line-refused", 702 }, { "beyond-end", 800 }, { "busy", 900 },
        { "too-many-connections", 904 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum status status;
        assert_true(status_parse(bytes_text(rows[i].name), &status));
        assert_int_equal(status, rows[i].number);
    }
}

static void names_are_found_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        enum status status;
        const char *name = status_name(statuses[i]);
        assert_true(status_parse(bytes_text(name), &status));
        assert_int_equal(status, statuses[i]);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"),
            strlen(name));
    }
    enum status status = STATUS_BUSY;
    assert_false(status_parse(bytes_text(""), &status));
    assert_false(status_parse(bytes_text("o"), &status));
    assert_false(status_parse(bytes_text("okay"), &status));
    assert_false(status_parse(bytes_text("OK"), &status));
    assert_int_equal(status, STATUS_BUSY);
}

static void sentences_are_sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        const char *english = status_sentence(statuses[i], LANGUAGE_EN);
        const char *spanish = status_sentence(statuses[i], LANGUAGE_ES);
        const char *both[] = { english, spanish };
        for (size_t k = 0; k < 2; k++) {
            struct bytes text = bytes_text(both[k]);
            assert_true(text.length > 1);
            assert_true(utf8_valid(text));
            assert_int_equal(text.data[text.length - 1], '.');
            assert_int_equal(strcspn(both[k], "\n\"\t"), text.length);
        }
        assert_string_not_equal(english, spanish);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(
                english, status_sentence(statuses[k], LANGUAGE_EN));
    }
    assert_string_equal(
        status_sentence(STATUS_INSUFFICIENT, LANGUAGE_EN),
        "The available balance is too small.");
    assert_string_equal(
        status_sentence(STATUS_INSUFFICIENT, LANGUAGE_ES),
        "El saldo disponible no alcanza.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_ascend),
        cmocka_unit_test(numbers_are_those_of_the_protocol),
        cmocka_unit_test(names_are_found_again),
        cmocka_unit_test(sentences_are_sentences),
    };
    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
