/*
 * Balance sheets and income statements: the accounting equation over random
 * books, a small book with its statements as they are printed in both
 * languages, as CSV and as JSON, and who may ask.
 */
#include "document.h"
#include "ledger_fixture.h"
#include "ledger_table.h"
#include "random_operation.h"

#include "../daemon/question_inside.h"
#include "../ledger/account.h"
#include "../protocol/codec.h"
#include "../tools/rolewords.h"
#include "../tools/sheet.h"
#include "../tools/show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- asking ---- */

/* The daemon's answer to a question of a key that logged in. */
static void ask(struct ledger_fixture *f, const char *key, const char *line,
    struct buffer *out)
{
    struct peer peer = {.logged_in = true, .key = ident_of(key)};
    struct operation op;
    struct fault fault;
    struct question question = {
        .ledger = f->ledger, .peer = &peer, .op = &op, .out = out};

    assert_true(
        codec_decode(bytes_text(line), CODEC_REQUEST, &op, &fault));
    buffer_clear(out);
    if (op.verb == VERB_BALANCE_SHEET)
        assert_int_equal(question_balance_sheet(&question), 0);
    else if (op.verb == VERB_INCOME)
        assert_int_equal(question_income(&question), 0);
    else
        assert_int_equal(question_trial(&question), 0);
    assert_false(out->failed);
}

static void expect_line(const struct buffer *out, const char *line)
{
    struct bytes rest = buffer_bytes(out);
    struct bytes one;

    while (bytes_next_line(&rest, &one))
        if (bytes_equal_text(one, line))
            return;
    fail_msg("no line \"%s\" in\n%.*s", line, (int)out->length,
        (const char *)out->data);
}

/* ---- a known small book ---- */

static const struct ledger_row small_book[] = {
    {"ana", "deposit member=m1 via=la amount=USD1000.00 purpose=I", "ok"},
    {"ana", "deposit member=m2 via=bank amount=USD250.50 purpose=I", "ok"},
    {"ana", "contribute member=m1 club=c1 amount=USD100.00 purpose=C", "ok"},
    {"board",
        "journal-entry post=us/us/expense.other/USD:30.00,"
        "us/bank/nostro/USD:-30.00 reason=rent",
        "ok"},
    {"board",
        "journal-entry post=us/bank/nostro/USD:12.25,"
        "us/us/income.fee/USD:-12.25 reason=fees",
        "ok"},
    {"board",
        "journal-entry post=us/us/undivided/USD:5.00,"
        "us/us/reserve/USD:-5.00 reason=reserve",
        "ok"},
    {"board",
        "journal-entry post=us/us/due.from/USD:7.00,"
        "us/us/income.fee/USD:-7.00,mx/mx/expense.other/USD:7.00,"
        "mx/mx/due.to/USD:-7.00 reason=services",
        "ok"},
    {"xana", "deposit member=x1 via=zo amount=MXN1500.00 purpose=F", "ok"},
    {"board",
        "journal-entry post=us/us/due.from/MXN:40.00,"
        "us/us/income.fx/MXN:-40.00 reason=half",
        "ok"},
};

static void keep_small_book(struct ledger_fixture *f)
{
    ledger_table_send(f, small_book, sizeof small_book / sizeof *small_book);
}

/*
 * By hand: 1,000.00 in cash; 250.50 - 30.00 + 12.25 = 232.75 at the bank;
 * 7.00 owed by mx; m1 900.00 + m2 250.50 = 1,150.50 in shares; 100.00 in
 * the pool; reserve 5.00, undivided -5.00; 19.25 - 30.00 = -10.75.
 */
static void test_rows_of_one_book(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer out = buffer_empty();

    keep_small_book(f);
    ask(f, "aud", "balance-sheet book=us", &out);
    expect_line(&out,
        "row book=us class=asset role=nostro currency=USD amount=USD232.75");
    expect_line(&out,
        "row book=us class=asset role=total currency=USD amount=USD1239.75");
    expect_line(&out, "row book=us class=liability role=total currency=USD "
                      "amount=USD1250.50");
    expect_line(&out, "row book=us class=equity role=undivided currency=USD "
                      "amount=USD-5.00");
    expect_line(&out, "row book=us class=equity role=surplus currency=USD "
                      "amount=USD-10.75");
    expect_line(&out, "row book=us class=equity role=total currency=USD "
                      "amount=USD-10.75");
    expect_line(&out, "row book=us class=sources role=total currency=USD "
                      "amount=USD1239.75");
    expect_line(&out, "ok books=us:2026-11-23 rows=18");

    ask(f, "sup", "income book=us", &out);
    expect_line(&out, "row book=us class=income role=income.fee currency=USD "
                      "amount=USD19.25");
    expect_line(&out, "row book=us class=expense role=total currency=USD "
                      "amount=USD30.00");
    expect_line(&out, "row book=us class=surplus role=total currency=USD "
                      "amount=USD-10.75");
    expect_line(&out, "row book=us class=surplus role=total currency=MXN "
                      "amount=MXN40.00");
    buffer_free(&out);
}

/* The 7.00 USD match and go; the 40.00 MXN that mx knows nothing of stay. */
static void test_rows_of_all(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer out = buffer_empty();

    keep_small_book(f);
    ask(f, "aud", "balance-sheet", &out);
    expect_line(&out,
        "row book=all class=asset role=due.from currency=USD amount=USD0.00");
    expect_line(&out, "row book=all class=liability role=due.to currency=USD "
                      "amount=USD0.00");
    expect_line(&out,
        "row book=all class=asset role=total currency=USD amount=USD1232.75");
    expect_line(&out, "row book=all class=sources role=total currency=USD "
                      "amount=USD1232.75");
    expect_line(&out, "row book=all class=eliminated role=due.from "
                      "currency=USD amount=USD-7.00");
    expect_line(&out, "row book=all class=asset role=due.from currency=MXN "
                      "amount=MXN40.00");
    expect_line(&out, "row book=all class=eliminated role=unmatched "
                      "currency=MXN amount=MXN40.00");
    expect_line(&out, "row book=all class=asset role=total currency=MXN "
                      "amount=MXN1540.00");
    buffer_free(&out);
}

/* ---- after a year-close ---- */

static void close_days(struct ledger_fixture *f, const char *until)
{
    struct book_report book;

    for (unsigned i = 0; i < 60; i++) {
        uint8_t memory[DATE_LENGTH + 1];
        struct buffer date = buffer_over(memory, DATE_LENGTH);
        assert_true(report_book(f->ledger, 0, &book));
        date_append(&date, book.date);
        memory[date.length] = '\0';
        if (strcmp((const char *)memory, until) >= 0)
            return;
        assert_int_equal(ledger_fixture_send(f, "sup",
                             "day-close book=us date=%s",
                             (const char *)memory),
            STATUS_ACCEPTED);
    }
    fail_msg("the book does not come to %s", until);
}

/* The surplus of -10.75 goes to the undivided -5.00; a new year begins. */
static void test_after_a_year_close(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer out = buffer_empty();
    static const struct ledger_row rows[] = {
        {"sup", "month-close book=us month=2026-11", "ok"},
        {"sup", "month-close book=us month=2026-12", "ok"},
        {"board", "year-close book=us year=2026", "ok"},
    };

    keep_small_book(f);
    close_days(f, "2027-01-02");
    ledger_table_send(f, rows, sizeof rows / sizeof rows[0]);
    ask(f, "aud", "income book=us", &out);
    expect_line(&out, "row book=us class=income role=income.fee currency=USD "
                      "amount=USD0.00");
    expect_line(&out, "row book=us class=surplus role=total currency=USD "
                      "amount=USD0.00");
    expect_line(&out, "ok books=us:2027-01-04 since=us:2027-01-01 rows=9");
    ask(f, "aud", "balance-sheet book=us", &out);
    expect_line(&out, "row book=us class=equity role=undivided currency=USD "
                      "amount=USD-15.75");
    expect_line(&out, "row book=us class=equity role=undivided currency=MXN "
                      "amount=MXN40.00");
    expect_line(&out, "row book=us class=equity role=surplus currency=USD "
                      "amount=USD0.00");
    expect_line(&out,
        "row book=us class=asset role=total currency=USD amount=USD1239.75");
    buffer_free(&out);
}

/* ---- as people see it ---- */

static void show_all(struct ledger_fixture *f, const struct show *show)
{
    static const char *const lines[] = {"balance-sheet book=us",
        "income book=us", "balance-sheet", "income", "trial book=us"};
    struct buffer out = buffer_empty();

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct operation op;
        struct fault fault;
        assert_true(
            codec_decode(bytes_text(lines[i]), CODEC_REQUEST, &op, &fault));
        ask(f, "aud", lines[i], &out);
        (void)fprintf(show->out, "> %s\n", lines[i]);
        show_answer(show, op.verb, buffer_bytes(&out));
        (void)fputc('\n', show->out);
    }
    buffer_free(&out);
}

static void check_golden(struct ledger_fixture *f, const char *path,
    struct show show)
{
    char *text = NULL;
    size_t length = 0;

    show.out = show.errors = open_memstream(&text, &length);
    assert_non_null(show.out);
    show_all(f, &show);
    assert_int_equal(fclose(show.out), 0);
    document_check(path, bytes_of(text, length));
    free(text);
}

static void test_golden(void **state)
{
    struct ledger_fixture *f = *state;

    keep_small_book(f);
    check_golden(f, "tests/golden/statements-en.txt",
        (struct show){.language = LANGUAGE_EN});
    check_golden(f, "tests/golden/statements-es.txt",
        (struct show){.language = LANGUAGE_ES});
    check_golden(f, "tests/golden/statements-en.csv",
        (struct show){.language = LANGUAGE_EN, .csv = true});
    check_golden(f, "tests/golden/statements-es.csv",
        (struct show){.language = LANGUAGE_ES, .csv = true});
    check_golden(f, "tests/golden/statements-es.json",
        (struct show){.language = LANGUAGE_ES, .json = true});
}

/* Quotes where they must be, doubled inside; every line as many fields. */
static void test_csv_quotes(void **state)
{
    static const char answer[] =
        "row entry=1 memo=a,b%20\"c\" amount=USD-5.00\n"
        "row entry=2 purpose=I\n"
        "ok rows=2\n";
    static const char expected[] = "entry,memo,amount,purpose,currency\r\n"
                                   "1,\"a,b \"\"c\"\"\",-5.00,,USD\r\n"
                                   "2,,,I,\r\n";
    char *text = NULL;
    size_t length = 0;
    struct show show = {.language = LANGUAGE_EN, .csv = true};

    (void)state;
    show.out = show.errors = open_memstream(&text, &length);
    assert_non_null(show.out);
    show_answer(&show, VERB_HISTORY, bytes_text(answer));
    assert_int_equal(fclose(show.out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void test_every_role_has_names(void **state)
{
    (void)state;
    for (int r = 0; r < ROLE_COUNT; r++) {
        struct bytes name = bytes_text(role_row((enum role)r)->name);
        const char *en = rolewords_role(name, LANGUAGE_EN);
        const char *es = rolewords_role(name, LANGUAGE_ES);
        if (en == NULL || es == NULL)
            fail_msg("role %s has no name", role_row((enum role)r)->name);
    }
    assert_null(rolewords_role(bytes_text("nothing"), LANGUAGE_EN));
    assert_null(rolewords_total(bytes_text("nothing"), LANGUAGE_EN));
}

/* ---- who may ask ---- */

static void test_refusals(void **state)
{
    struct ledger_fixture *f = *state;
    struct sheet sheet;
    enum status status;
    static const struct {
        const char *key, *book;
        enum status status;
    } rows[] = {
        {"sup", "us", STATUS_ACCEPTED},
        {"sup", "mx", STATUS_OUT_OF_SCOPE},
        {"club", "us", STATUS_OUT_OF_SCOPE},
        {"aud", "eu", STATUS_UNKNOWN_BOOK},
        {"nobody", "us", STATUS_UNKNOWN_KEY},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ident key = ident_of(rows[i].key);
        struct ident book = ident_of(rows[i].book);
        assert_int_equal(
            report_sheet(f->ledger, &key, &book, &sheet, &status), 0);
        assert_int_equal(status, rows[i].status);
    }
    struct buffer out = buffer_empty();
    ask(f, "sup", "balance-sheet", &out);
    buffer_char(&out, '\0');
    assert_non_null(
        strstr((const char *)out.data, "no status=out-of-scope"));
    assert_null(strstr((const char *)out.data, "row "));
    buffer_free(&out);
}

/* ---- random books ---- */

static const char *const moved[] = {"us/us/suspense/USD",
    "us/us/reserve/USD", "us/us/undivided/USD", "us/us/income.fee/USD",
    "us/us/expense.other/USD", "us/us/expense.fx/USD", "us/us/isr/USD",
    "us/bank/nostro/USD", "us/us/income.fx/MXN", "us/us/suspense/MXN",
    "us/us/expense.fx/MXN"};

#define MOVED (sizeof moved / sizeof moved[0])

/* The same sums, from the accounts by name and nothing else. */
static int64_t by_hand(
    struct ledger_fixture *f, enum account_class class, enum currency c)
{
    int64_t sum = 0;

    for (size_t i = 0; i < MOVED; i++) {
        struct account_name name;
        assert_true(account_name_parse(bytes_text(moved[i]), &name));
        if (role_row(name.role)->class == class && name.currency == c)
            sum += ledger_fixture_balance(f, moved[i]);
    }
    return sum;
}

static void check_book(struct ledger_fixture *f)
{
    struct ident key = ident_of("aud");
    struct ident book = ident_of("us");
    static struct sheet sheet;
    enum status status;

    assert_int_equal(
        report_sheet(f->ledger, &key, &book, &sheet, &status), 0);
    assert_int_equal(status, STATUS_ACCEPTED);
    for (int c = 0; c <= CURRENCY_MXN; c++) {
        enum currency currency = (enum currency)c;
        int64_t income = by_hand(f, CLASS_INCOME, currency);
        int64_t expense = by_hand(f, CLASS_EXPENSE, currency);
        int64_t liability = by_hand(f, CLASS_LIABILITY, currency);
        int64_t equity = by_hand(f, CLASS_EQUITY, currency);
        assert_int_equal(sheet.total[CLASS_INCOME][c], income);
        assert_int_equal(sheet.total[CLASS_EXPENSE][c], expense);
        assert_int_equal(sheet.surplus[c], income - expense);
        assert_int_equal(sheet.total[CLASS_EQUITY][c], equity);
        assert_int_equal(sheet.total[CLASS_LIABILITY][c], liability);
        assert_int_equal(
            sheet.total[CLASS_ASSET][c], liability + equity + income - expense);
    }
}

static void test_equation_over_random_books(void **state)
{
    struct ledger_fixture *f = *state;
    struct random_source source = {.state = 1993};
    unsigned accepted = 0;

    f->quick = true;
    for (unsigned i = 0; i < 600; i++) {
        const char *from = moved[random_below(&source, MOVED)];
        const char *to = moved[random_below(&source, MOVED)];
        unsigned cents = 1 + (unsigned)random_below(&source, 99999);
        if (ledger_fixture_send(f, "board",
                "journal-entry post=%s:%u.%02u,%s:-%u.%02u reason=r", from,
                cents / 100, cents % 100, to, cents / 100, cents % 100) ==
            STATUS_ACCEPTED)
            accepted++;
        if (i % 20 == 0)
            check_book(f);
    }
    check_book(f);
    assert_in_range(accepted, 200, 599);
    /* Not a test of zeros. */
    assert_int_not_equal(by_hand(f, CLASS_INCOME, CURRENCY_USD), 0);
    assert_int_not_equal(by_hand(f, CLASS_EXPENSE, CURRENCY_MXN), 0);
}

/* A cent that came from nowhere: nobody is shown such a book. */
static void test_a_damaged_book_is_a_failure(void **state)
{
    struct ledger_fixture *f = *state;
    struct ident key = ident_of("aud");
    struct ident book = ident_of("us");
    struct account_id id =
        account_id_of(0, CURRENCY_USD, ROLE_SHARE, ACCOUNT_CONTROL);
    static struct sheet sheet;
    struct account total;
    enum status status;

    keep_small_book(f);
    assert_true(account_load(f->state, &id, &total));
    total.credits += 1;
    account_store(f->state, &id, &total);
    assert_int_equal(
        report_sheet(f->ledger, &key, &book, &sheet, &status), -1);
    assert_non_null(
        strstr(ledger_failure(f->ledger)->text, "book us: assets are not"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_rows_of_one_book),
        LEDGER_TEST(test_rows_of_all),
        LEDGER_TEST(test_after_a_year_close),
        LEDGER_TEST(test_golden),
        cmocka_unit_test(test_csv_quotes),
        cmocka_unit_test(test_every_role_has_names),
        LEDGER_TEST(test_refusals),
        LEDGER_TEST(test_equation_over_random_books),
        LEDGER_TEST(test_a_damaged_book_is_a_failure),
    };

    return cmocka_run_group_tests_name("sheets", tests, NULL, NULL);
}
