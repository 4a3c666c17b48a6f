/* Answers: golden bytes of what is written, and reading it back. */
#include "../protocol/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(struct buffer *out, const char *text)
{
    buffer_char(out, '\0');
    assert_false(out->failed);
    assert_string_equal((const char *)out->data, text);
    buffer_clear(out);
}

static void every_kind_of_field(void **state)
{
    (void)state;
    struct buffer out = buffer_empty();
    struct ident ident = ident_of("m1042");
    struct account_name account = {ident_of("us"), ident_of("m1042"),
        ROLE_SHARE, CURRENCY_USD};
    struct hash hash;
    memset(&hash, 0xff, sizeof hash);
    answer_row(&out);
    answer_word(&out, "class", "liability");
    answer_bytes(&out, "memo", bytes_text("a%20b"));
    answer_ident(&out, "party", &ident);
    answer_number(&out, "rows", 17);
    answer_amount(&out, "balance", (struct amount){-2500, CURRENCY_USD});
    answer_date(&out, "date", date_of(2026, 11, 23));
    answer_instant(&out, "time", (struct instant){123});
    answer_hash(&out, "root", &hash);
    answer_account(&out, "account", &account);
    answer_text(&out, bytes_text("Sí, señor."));
    answer_end(&out);
    expect(&out,
        "row class=liability memo=a%20b party=m1042 rows=17 "
        "balance=USD-25.00 date=2026-11-23 time=1970-01-01T00:00:00.123Z "
        "root=//////////////////////////////////////////8= "
        "account=us/m1042/share/USD text=Sí, señor.\n");
    answer_ok(&out);
    answer_end(&out);
    expect(&out, "ok\n");
    buffer_free(&out);
}

/* A line break in a sentence would end the answer. */
static void a_sentence_stays_on_its_line(void **state)
{
    (void)state;
    struct buffer out = buffer_empty();
    answer_ok(&out);
    answer_text(&out, bytes_text("one\nno status=ok\r\x7f"));
    answer_end(&out);
    expect(&out, "ok text=one no status=ok  \n");
    buffer_free(&out);
}

static void verbatim_lines_have_a_bar(void **state)
{
    (void)state;
    struct buffer out = buffer_empty();
    answer_verbatim(&out, bytes_text("one\n\n— two\nthree"));
    expect(&out, "| one\n| \n| — two\n| three\n");
    answer_verbatim(&out, bytes_of(NULL, 0));
    expect(&out, "");
    buffer_free(&out);
}

static void refusals(void **state)
{
    (void)state;
    struct buffer out = buffer_empty();
    struct fault fault = {STATUS_INSUFFICIENT, bytes_of(NULL, 0)};
    answer_no(&out, &fault, 0, LANGUAGE_EN);
    expect(&out, "no status=insufficient-funds number=500 "
                 "text=The available balance is too small.\n");
    fault.field = bytes_text("amount");
    answer_no(&out, &fault, 17, LANGUAGE_ES);
    expect(&out, "no status=insufficient-funds number=500 field=amount "
                 "line=17 text=El saldo disponible no alcanza.\n");
    /* A key of the client's own making may be of any length. */
    fault.status = STATUS_UNKNOWN_KEY_WORD;
    fault.field = bytes_text("abcdefghijklmnopqrstuvwxyz01234");
    answer_no(&out, &fault, 0, LANGUAGE_EN);
    expect(&out, "no status=unknown-field number=104 "
                 "field=abcdefghijklmnopqrstuvwxyz01234 "
                 "text=The operation has no field of that name.\n");
    fault.field = bytes_text("abcdefghijklmnopqrstuvwxyz012345");
    answer_no(&out, &fault, 0, LANGUAGE_EN);
    expect(&out, "no status=unknown-field number=104 "
                 "text=The operation has no field of that name.\n");
    buffer_free(&out);
}

/* ---- reading ---- */

static void lines_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum answer_kind kind;
        const char *rest; /* NULL: none of the four */
    } rows[] = {
        {"ok", ANSWER_OK, ""},
        {"ok index=17", ANSWER_OK, "index=17"},
        {"no status=busy number=900 text=x", ANSWER_NO,
            "status=busy number=900 text=x"},
        {"row a=1", ANSWER_ROW, "a=1"},
        {"| ok", ANSWER_VERBATIM, "ok"},
        {"| ", ANSWER_VERBATIM, ""},
        {"|", ANSWER_OK, NULL},
        {"okay", ANSWER_OK, NULL},
        {"rows=1", ANSWER_OK, NULL},
        {"", ANSWER_OK, NULL},
        {" ok", ANSWER_OK, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum answer_kind kind;
        struct bytes rest;
        bool open = answer_open(bytes_text(rows[i].line), &kind, &rest);
        assert_int_equal(open, rows[i].rest != NULL);
        if (!open)
            continue;
        assert_int_equal(kind, rows[i].kind);
        assert_true(bytes_equal_text(rest, rows[i].rest));
    }
}

static void expect_next(
    struct bytes *rest, const char *key, const char *value)
{
    struct bytes found_key;
    struct bytes found_value;
    assert_true(answer_next(rest, &found_key, &found_value));
    assert_true(bytes_equal_text(found_key, key));
    assert_true(bytes_equal_text(found_value, value));
}

static void fields_are_read_in_order(void **state)
{
    (void)state;
    struct bytes key;
    struct bytes value;
    struct bytes rest =
        bytes_text("a=1 b== c= text=A sentence, with a=b.");
    expect_next(&rest, "a", "1");
    expect_next(&rest, "b", "=");
    expect_next(&rest, "c", "");
    expect_next(&rest, "text", "A sentence, with a=b.");
    assert_false(answer_next(&rest, &key, &value));
}

static void misspelled_fields_end_the_reading(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "a", "=1", " a=1", "a b=1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct bytes rest = bytes_text(bad[i]);
        struct bytes key;
        struct bytes value;
        assert_false(answer_next(&rest, &key, &value));
    }
}

static void a_field_is_found_by_its_key(void **state)
{
    (void)state;
    struct bytes rest = bytes_text("a=1 bc=2 text=x d=4");
    assert_true(bytes_equal_text(answer_find(rest, "bc"), "2"));
    assert_true(bytes_equal_text(answer_find(rest, "text"), "x d=4"));
    assert_int_equal(answer_find(rest, "b").length, 0);
    assert_int_equal(answer_find(rest, "d").length, 0);
    assert_int_equal(answer_find(bytes_of(NULL, 0), "a").length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_field),
        cmocka_unit_test(a_sentence_stays_on_its_line),
        cmocka_unit_test(verbatim_lines_have_a_bar),
        cmocka_unit_test(refusals),
        cmocka_unit_test(lines_are_told_apart),
        cmocka_unit_test(fields_are_read_in_order),
        cmocka_unit_test(misspelled_fields_end_the_reading),
        cmocka_unit_test(a_field_is_found_by_its_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
