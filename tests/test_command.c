/*
 * From typed words to lines: order, encoding, suggestions, faults named
 * before anything is sent; batch files; completion.
 */
#include "../tools/batch.h"
#include "../tools/command.h"
#include "../tools/complete.h"
#include "../tools/show.h"
#include "../tools/suggest.h"
#include "../tools/words.h"

#include <posito/encoding.h>
#include <posito/merkle.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- words ---- */

static void test_words(void **state)
{
    /* typed, then the words joined by | */
    static const char *const rows[][2] = {
        {"", ""},
        {"   ", ""},
        {"a b  c\n", "a|b|c"},
        {"memo=\"dos palabras\" x", "memo=dos palabras|x"},
        {"memo='a \"b\" \\c'", "memo=a \"b\" \\c"},
        {"memo=a\\ b", "memo=a b"},
        {"memo=\"a\\\"b\"", "memo=a\"b"},
        {"''", ""},
        {"a '' b", "a||b"},
        {"año=ñ\tz", "año=ñ|z"},
    };
    static struct words words;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer joined = buffer_empty();
        assert_int_equal(
            words_split(&words, bytes_text(rows[i][0])), WORDS_SPLIT);
        for (size_t j = 0; j < words.count; j++)
            buffer_format(&joined, "%s%s", j > 0 ? "|" : "", words.word[j]);
        assert_true(
            bytes_equal_text(buffer_bytes(&joined), rows[i][1]));
        assert_null(words.word[words.count]);
        buffer_free(&joined);
    }
    assert_int_equal(
        words_split(&words, bytes_text("a \"b")), WORDS_OPEN_QUOTE);
    assert_int_equal(
        words_split(&words, bytes_of("a\0b", 3)), WORDS_TOO_MANY);
}

static void test_words_bounds(void **state)
{
    static struct words words;
    struct buffer text = buffer_empty();
    (void)state;
    for (size_t i = 0; i < WORDS_MAX; i++)
        buffer_text(&text, "x ");
    assert_int_equal(
        words_split(&words, buffer_bytes(&text)), WORDS_SPLIT);
    assert_int_equal(words.count, WORDS_MAX);
    buffer_text(&text, "x");
    assert_int_equal(
        words_split(&words, buffer_bytes(&text)), WORDS_TOO_MANY);
    buffer_clear(&text);
    for (size_t i = 0; i < WORDS_BYTES_MAX - 1; i++)
        buffer_char(&text, 'x');
    assert_int_equal(
        words_split(&words, buffer_bytes(&text)), WORDS_SPLIT);
    buffer_char(&text, 'x');
    assert_int_equal(
        words_split(&words, buffer_bytes(&text)), WORDS_TOO_MANY);
    buffer_free(&text);
}

/* ---- lines ---- */

static bool build_with(const char *typed, struct command_options options,
    struct buffer *line, struct command_fault *fault)
{
    static struct words words;
    assert_int_equal(words_split(&words, bytes_text(typed)), WORDS_SPLIT);
    buffer_clear(line);
    return command_build(words.word, words.count, &options, line, fault);
}

static void test_lines(void **state)
{
    /* typed, then the line */
    static const char *const rows[][2] = {
        {"deposit member=m1042 via=la amount=USD25.00 purpose=F",
            "deposit member=m1042 via=la amount=USD25.00 purpose=F"},
        {"deposit purpose=F amount=USD25.00 via=la memo=\"año 100 %\" "
         "member=m1042",
            "deposit member=m1042 via=la amount=USD25.00 purpose=F "
            "memo=a%C3%B1o%20100%20%25"},
        {"status", "status"},
        {"history limit=3 account=us/m1/share/USD",
            "history account=us/m1/share/USD limit=3"},
        {"try deposit amount=USD1.00 purpose=I via=la member=m1",
            "try deposit member=m1 via=la amount=USD1.00 purpose=I"},
        {"key-revoke reason='se perdió' key=la.ana",
            "key-revoke key=la.ana reason=se%20perdi%C3%B3"},
    };
    struct buffer line = buffer_empty();
    struct command_fault fault;
    struct command_options options = {.place = CODEC_REQUEST};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!build_with(rows[i][0], options, &line, &fault))
            fail_msg("%s: %s", rows[i][0], fault.text);
        assert_true(bytes_equal_text(buffer_bytes(&line), rows[i][1]));
    }
    options.exact = true;
    assert_true(build_with("key-revoke key=a reason=a%20b", options, &line,
        &fault));
    assert_true(bytes_equal_text(
        buffer_bytes(&line), "key-revoke key=a reason=a%20b"));
    buffer_free(&line);
}

static void test_faults(void **state)
{
    struct row {
        const char *typed;
        enum status status;
        const char *says; /* part of the text, English */
    };
    static const struct row rows[] = {
        {"depositt member=m1", STATUS_UNKNOWN_VERB,
            "Did you mean \"deposit\"?"},
        {"xyzzy", STATUS_UNKNOWN_VERB, "no operation \"xyzzy\""},
        {"", STATUS_UNKNOWN_VERB, "no operation"},
        {"deposit membr=m1", STATUS_UNKNOWN_KEY_WORD,
            "Did you mean member=?"},
        {"deposit zzz=1", STATUS_UNKNOWN_KEY_WORD, "whose share grows"},
        {"deposit m1042", STATUS_BAD_FIELD, "\"m1042\""},
        {"deposit =x", STATUS_BAD_FIELD, "\"=x\""},
        {"deposit member=m1 member=m1", STATUS_REPEATED_FIELD, "member"},
        {"deposit member=m1 amount=USD1.00", STATUS_MISSING_FIELD,
            "  via "},
        {"deposit member=m1 amount=USD1.00", STATUS_MISSING_FIELD,
            "  purpose "},
        {"deposit member=m1 via=la amount=USD25 purpose=F",
            STATUS_WRONG_DIGITS, "USD25.00"},
        {"deposit member=m1 via=la amount=USD025.00 purpose=F",
            STATUS_SECOND_SPELLING, "amount=USD025.00"},
        {"deposit member=m1 via=la amount=25 purpose=F", STATUS_BAD_VALUE,
            "USD25.00"},
        {"deposit member=m1 via=la amount=USD0.00 purpose=F",
            STATUS_AMOUNT_NOT_POSITIVE, "more than zero"},
        {"deposit member=M1 via=la amount=USD1.00 purpose=F",
            STATUS_BAD_VALUE, "m1042"},
        {"deposit member=m1 via=la amount=USD1.00 purpose=Z",
            STATUS_BAD_VALUE, "I F C"},
        {"deposit member=m1 via=la amount=USD1.00 purpose=F memo=",
            STATUS_BAD_VALUE, "memo="},
        {"deposit member=m1 via=la amount=ABC1.00 purpose=F",
            STATUS_UNKNOWN_CURRENCY, "ABC"},
        {"try", STATUS_MISSING_FIELD, "try what"},
        {"try batch mode=all", STATUS_NOT_IN_A_BODY, "batch"},
        {"try status", STATUS_NOT_IN_A_BODY, "status"},
        {"currency code=USD digits=2", STATUS_NOT_IN_A_BODY, "currency"},
    };
    struct buffer line = buffer_empty();
    struct command_fault fault;
    struct command_options options = {.place = CODEC_REQUEST};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (build_with(rows[i].typed, options, &line, &fault))
            fail_msg("%s: accepted", rows[i].typed);
        if (fault.status != rows[i].status)
            fail_msg("%s: %s", rows[i].typed, status_name(fault.status));
        if (strstr(fault.text, rows[i].says) == NULL)
            fail_msg("%s: %s", rows[i].typed, fault.text);
        assert_int_equal(line.length, 0);
        options.language = LANGUAGE_ES;
        assert_false(build_with(rows[i].typed, options, &line, &fault));
        assert_int_equal(fault.status, rows[i].status);
        options.language = LANGUAGE_EN;
    }
    buffer_free(&line);
}

static void test_long_text(void **state)
{
    struct buffer typed = buffer_empty();
    struct buffer line = buffer_empty();
    struct command_fault fault;
    struct command_options options = {.place = CODEC_REQUEST};
    (void)state;
    buffer_text(&typed, "key-revoke key=a reason=");
    for (size_t i = 0; i < LINE_LENGTH_MAX; i++)
        buffer_char(&typed, 'x');
    buffer_u8(&typed, 0);
    assert_false(build_with(
        (const char *)typed.data, options, &line, &fault));
    assert_int_equal(fault.status, STATUS_LINE_TOO_LONG);
    buffer_free(&typed);
    buffer_free(&line);
}

static void test_left_out(void **state)
{
    struct buffer line = buffer_empty();
    struct command_fault fault;
    struct command_options options = {
        .place = CODEC_REQUEST, .left_out = "proof"};
    (void)state;
    assert_true(build_with(
        "key-rotate "
        "public=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= key=a",
        options, &line, &fault));
    assert_true(bytes_equal_text(buffer_bytes(&line),
        "key-rotate key=a "
        "public=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="));
    assert_false(build_with("key-rotate key=a proof=x "
                            "public="
                            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        options, &line, &fault));
    assert_int_equal(fault.status, STATUS_UNKNOWN_KEY_WORD);
    buffer_free(&line);
}

/* ---- suggestions ---- */

static void test_distance(void **state)
{
    struct row {
        const char *a, *b;
        unsigned distance;
    };
    static const struct row rows[] = {
        {"", "", 0},
        {"abc", "abc", 0},
        {"abc", "", 3},
        {"kitten", "sitting", 3},
        {"ab", "ba", 1}, /* neighbours swapped */
        {"deposit", "depsoit", 1},
        {"member", "membre", 1},
        {"a", "b", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(suggest_distance(bytes_text(rows[i].a),
                             bytes_text(rows[i].b)),
            rows[i].distance);
        assert_int_equal(suggest_distance(bytes_text(rows[i].b),
                             bytes_text(rows[i].a)),
            rows[i].distance);
    }
    assert_int_equal(
        suggest_distance(
            bytes_text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), bytes_text("a")),
        99);
}

/* ---- batch files ---- */

static const struct batch_options english = {.language = LANGUAGE_EN};

static void test_batch_body(void **state)
{
    static const char text[] =
        "# a comment\n"
        "\n"
        "  deposit via=la member=m1 purpose=F amount=USD1.00\n"
        "\t# another\n"
        "transfer from=m1 to=m2 amount=USD1.00 purpose=F memo=\"dos y\"";
    struct buffer body = buffer_empty();
    struct batch_places places;
    struct command_fault fault;
    struct buffer placed = buffer_empty();
    (void)state;
    assert_int_equal(
        batch_body(bytes_text(text), &english, &body, &places, &fault),
        BATCH_BUILT);
    assert_true(bytes_equal_text(buffer_bytes(&body),
        "deposit member=m1 via=la amount=USD1.00 purpose=F\n"
        "transfer from=m1 to=m2 amount=USD1.00 purpose=F memo=dos%20y\n"));
    assert_int_equal(places.count, 2);
    assert_int_equal(places.list[0], 3);
    assert_int_equal(places.list[1], 5);
    batch_place_answer(&places,
        bytes_text("row line=2 status=unknown-party number=401 text=x\n"
                   "row line=3 status=busy\n"
                   "no status=line-refused number=702 line=1 text=line=2\n"
                   "ok index=1 line=1\n"),
        &placed);
    assert_true(bytes_equal_text(buffer_bytes(&placed),
        "row file-line=5 line=2 status=unknown-party number=401 text=x\n"
        "row line=3 status=busy\n"
        "no file-line=3 status=line-refused number=702 line=1 text=line=2\n"
        "ok index=1 line=1\n"));
    batch_places_free(&places);
    buffer_free(&placed);
    buffer_free(&body);
}

static void test_batch_faults(void **state)
{
    /* the file, then a part of what is said */
    static const char *const rows[][2] = {
        {"# x\ndeposit member=m1\n", "Line 2 of the file: deposit still"},
        {"status\n", "Line 1 of the file: status"},
        {"deposit member=\"m1\n", "Line 1 of the file: A quote"},
        {"\n\nbatch mode=all\n", "Line 3 of the file: batch"},
    };
    struct batch_places places;
    struct command_fault fault;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer body = buffer_empty();
        assert_int_equal(batch_body(bytes_text(rows[i][0]), &english, &body,
                             &places, &fault),
            BATCH_FAULT);
        if (strstr(fault.text, rows[i][1]) == NULL)
            fail_msg("%s", fault.text);
        batch_places_free(&places);
        buffer_free(&body);
    }
}

static void test_batch_too_long(void **state)
{
    struct buffer text = buffer_empty();
    struct buffer body = buffer_empty();
    struct batch_places places;
    struct command_fault fault;
    (void)state;
    for (size_t i = 0; i < BODY_LINES_MAX; i++)
        buffer_text(
            &text, "deposit member=m1 via=la amount=USD1.00 purpose=F\n");
    assert_int_equal(batch_body(buffer_bytes(&text), &english, &body,
                         &places, &fault),
        BATCH_BUILT);
    assert_int_equal(places.count, BODY_LINES_MAX);
    batch_places_free(&places);
    buffer_clear(&body);
    buffer_text(
        &text, "deposit member=m1 via=la amount=USD1.00 purpose=F\n");
    assert_int_equal(batch_body(buffer_bytes(&text), &english, &body,
                         &places, &fault),
        BATCH_FAULT);
    assert_int_equal(fault.status, STATUS_BODY_TOO_LARGE);
    batch_places_free(&places);
    buffer_free(&text);
    buffer_free(&body);
}

static void test_batch_line(void **state)
{
    char path[] = "/tmp/posito-batch-XXXXXX";
    static const char body_text[] =
        "deposit member=m1 via=la amount=USD1.00 purpose=F\n";
    const char *words[] = {"batch", path, "mode=each"};
    struct buffer line = buffer_empty();
    struct buffer body = buffer_empty();
    struct buffer expected = buffer_empty();
    struct batch_places places;
    struct command_fault fault;
    struct failure failure = {{0}};
    int file = mkstemp(path);
    (void)state;
    assert_true(file >= 0);
    assert_int_equal(write(file, body_text, sizeof body_text - 1),
        sizeof body_text - 1);
    (void)close(file);
    assert_int_equal(batch_build(words, 3, &english, &line, &body, &places,
                         &fault, &failure),
        BATCH_BUILT);
    struct hash root = merkle_root_of_lines(bytes_text(body_text));
    buffer_text(&expected, "batch mode=each lines=1 root=");
    base64_append(&expected, bytes_of(root.data, 32));
    assert_true(bytes_equal(buffer_bytes(&line), buffer_bytes(&expected)));
    batch_places_free(&places);

    words[1] = "/nonexistent/file";
    assert_int_equal(batch_build(words, 3, &english, &line, &body, &places,
                         &fault, &failure),
        BATCH_FAILED);
    assert_non_null(strstr(failure.text, "/nonexistent/file"));
    batch_places_free(&places);
    words[1] = "mode=all";
    assert_int_equal(batch_build(words, 2, &english, &line, &body, &places,
                         &fault, &failure),
        BATCH_FAULT);
    batch_places_free(&places);
    (void)unlink(path);
    buffer_free(&line);
    buffer_free(&body);
    buffer_free(&expected);
}

/* ---- completion ---- */

static void test_completion(void **state)
{
    struct row {
        const char *typed;
        const char *common;
        size_t count; /* 0: none; 999: any number */
        bool finished;
    };
    static const struct row rows[] = {
        {"depo", "sit", 1, true},
        {"pool-", "", 3, false},
        {"pool-l", "end", 1, true},
        {"xyz", "", 0, false},
        {"deposit m", "em", 2, false}, /* member= memo= */
        {"deposit me", "m", 2, false},
        {"deposit memb", "er=", 1, false},
        {"deposit member=m1 mem", "o=", 1, false},
        {"deposit purpose=", "", 3, false},
        {"deposit purpose=F", "", 1, true},
        {"deposit member=m1 v", "ia=", 1, false},
        {"help depo", "sit", 1, true},
        {"try depo", "sit", 1, true},
        {"try deposit pu", "rpose=", 1, false},
        {"policy-set kinds=", "", 0, false},
        {"xyz a", "", 0, false},
    };
    static struct completion completion;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        complete_line(&completion, bytes_text(rows[i].typed));
        if (strcmp(completion.common, rows[i].common) != 0 ||
            completion.count != rows[i].count ||
            completion.finished != rows[i].finished)
            fail_msg("\"%s\": \"%s\", %zu%s", rows[i].typed,
                completion.common, completion.count,
                completion.finished ? ", finished" : "");
    }
    complete_line(&completion, bytes_text(""));
    assert_true(completion.count > 20);
}

/* ---- values for people ---- */

static void test_values(void **state)
{
    /* key, value, shown */
    static const char *const rows[][3] = {
        {"amount", "USD0.05", "0.05 USD"},
        {"amount", "USD999.00", "999.00 USD"},
        {"amount", "USD1000.00", "1,000.00 USD"},
        {"balance", "USD-1234567.89", "-1,234,567.89 USD"},
        {"balance", "USD-999.00", "-999.00 USD"},
        {"amount", "JPY1234567", "1,234,567 JPY"},
        {"limit", "MXN9000.00,USD500.00", "9,000.00 MXN, 500.00 USD"},
        {"memo", "pago%20de%20a%C3%B1o", "pago de año"},
        {"account", "us/m1/share/USD", "us/m1/share/USD"},
        {"index", "1234567", "1234567"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer out = buffer_empty();
        show_value(&out, bytes_text(rows[i][0]), bytes_text(rows[i][1]));
        if (!bytes_equal_text(buffer_bytes(&out), rows[i][2]))
            fail_msg("%.*s", (int)out.length, (const char *)out.data);
        buffer_free(&out);
    }
}

/* What show_answer prints, compared as a whole. */
static void expect_shown(enum language language, bool json, enum verb verb,
    const char *answer, const char *expected)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    struct show show = {
        .out = out, .errors = out, .language = language, .json = json};
    show_answer(&show, verb, bytes_text(answer));
    assert_int_equal(fclose(out), 0);
    if (strcmp(text, expected) != 0)
        fail_msg("%s", text);
    free(text);
}

static void test_shown(void **state)
{
    (void)state;
    expect_shown(LANGUAGE_EN, false, VERB_DEPOSIT,
        "ok index=7 time=2026-11-23T22:20:23.123Z date=2026-11-23\n",
        "Done: entry 7, business date 2026-11-23, "
        "2026-11-23T22:20:23.123Z.\n");
    expect_shown(LANGUAGE_ES, false, VERB_WITHDRAW,
        "no status=insufficient-funds number=500 field=amount text=x\n",
        "Rechazado (insufficient-funds 500): El saldo disponible no "
        "alcanza.\n"
        "Campo: amount\n"
        "Qué hacer: `posito account account=...` muestra lo disponible y "
        "lo retenido.\n");
    expect_shown(LANGUAGE_ES, false, VERB_HISTORY,
        "row entry=9 amount=USD-5.00 balance=USD1250.00\n"
        "row entry=10 amount=USD1255.00 balance=USD1255.00 line=2\n"
        "ok rows=2\n",
        "asiento       importe         saldo  línea\n"
        "      9     -5.00 USD  1,250.00 USD\n"
        "     10  1,255.00 USD  1,255.00 USD      2\n");
    expect_shown(LANGUAGE_EN, false, VERB_STATEMENT,
        "row opening=USD0.00\nok rows=0\n", "opening balance  0.00 USD\n");
    expect_shown(LANGUAGE_EN, false, VERB_CHECKPOINT,
        "| origin\n| \n| a\x1b[2Jb\nok\n", "origin\n\na?[2Jb\n");
    expect_shown(LANGUAGE_EN, true, VERB_HISTORY,
        "row entry=9 amount=USD-5.00\n| a/b\nok rows=1\n",
        "{\"verb\":\"history\",\"accepted\":true,\"status\":\"ok\","
        "\"number\":0,\"fields\":{\"rows\":\"1\"},"
        "\"rows\":[{\"entry\":\"9\",\"amount\":\"USD-5.00\"}],"
        "\"lines\":[\"a/b\"]}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_words_bounds),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_batch_body),
        cmocka_unit_test(test_batch_faults),
        cmocka_unit_test(test_batch_too_long),
        cmocka_unit_test(test_batch_line),
        cmocka_unit_test(test_completion),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
