/*
 * Loans as people see them: schedules and portfolios as they are printed in
 * both languages, as CSV and as JSON; the published figures stand in them.
 */
#include "document.h"
#include "ledger_fixture.h"
#include "ledger_table.h"

#include "../daemon/question_inside.h"
#include "../protocol/codec.h"
#include "../tools/show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- asking ---- */

static void answer(struct ledger_fixture *f, const char *key,
    const char *line, struct buffer *out, enum verb *verb)
{
    struct peer peer = {.logged_in = true, .key = ident_of(key)};
    struct operation op;
    struct fault fault;
    struct question question = {
        .ledger = f->ledger, .peer = &peer, .op = &op, .out = out};

    assert_true(
        codec_decode(bytes_text(line), CODEC_REQUEST, &op, &fault));
    *verb = op.verb;
    buffer_clear(out);
    if (op.verb == VERB_LOAN)
        assert_int_equal(question_loan(&question), 0);
    else if (op.verb == VERB_LOANS)
        assert_int_equal(question_loans(&question), 0);
    else if (op.verb == VERB_SCHEDULE)
        assert_int_equal(question_schedule(&question), 0);
    else if (op.verb == VERB_PAYOFF)
        assert_int_equal(question_payoff(&question), 0);
    else if (op.verb == VERB_PORTFOLIO)
        assert_int_equal(question_portfolio(&question), 0);
    else
        assert_int_equal(question_exposure(&question), 0);
    assert_false(out->failed);
}

/* ---- a few loans ---- */

static const struct ledger_row founded[] = {
    {"board",
        "product-set product=crop book=us from=2026-11-23 method=level "
        "daycount=months every=month most=USD20000.00 least=USD100.00 "
        "longest=36 rate=0.2 late=0.3 fee=0 grace=capitalised "
        "order=standard table=mx",
        "ok"},
    {"board",
        "product-set product=house book=us from=2026-11-23 method=level "
        "daycount=months every=month most=USD20000.00 least=USD100.00 "
        "longest=36 rate=0.12 late=0.3 fee=0 grace=none order=standard "
        "table=us",
        "ok"},
    {"ana", "deposit member=m1 via=bank amount=USD3000.00 purpose=I", "ok"},
    {"ana", "deposit member=n1 via=bank amount=USD2000.00 purpose=I", "ok"},
    {"ana", "contribute member=m1 club=c1 amount=USD2000.00 purpose=C",
        "ok"},
    {"ana", "contribute member=n1 club=c2 amount=USD1000.00 purpose=C",
        "ok"},
};

struct asked {
    uint64_t crop;
    uint64_t house;
};

static uint64_t lend(struct ledger_fixture *f, const char *apply,
    const char *pools)
{
    char line[512];
    unsigned long long loan;
    const char *amount = strstr(apply, "amount=");
    int length = (int)strcspn(amount, " ");
    struct ledger_row row = {"ana", apply, "ok"};

    ledger_table_send(f, &row, 1);
    loan = f->decision.index;
    (void)snprintf(line, sizeof line, "loan-approve loan=%llu %.*s%s", loan,
        length, amount, pools);
    row = (struct ledger_row){"board", line, "ok"};
    ledger_table_send(f, &row, 1);
    (void)snprintf(line, sizeof line, "loan-disburse loan=%llu %.*s to=bank",
        loan, length, amount);
    row = (struct ledger_row){"ana", line, "ok"};
    ledger_table_send(f, &row, 1);
    return loan;
}

static void close_until(struct ledger_fixture *f, struct date last)
{
    struct date day = date_of(2026, 11, 23);

    for (; day.days < last.days; day.days++) {
        char line[64];
        struct buffer text = buffer_over(line, sizeof line);
        struct ledger_row row = {"sup", line, "ok"};

        if (date_weekday(day) > 4)
            continue;
        buffer_text(&text, "day-close book=us date=");
        date_append(&text, day);
        buffer_u8(&text, 0);
        ledger_table_send(f, &row, 1);
    }
}

/* The published loan, paid once and then late; one of a second product. */
static struct asked keep_loans(struct ledger_fixture *f)
{
    struct asked asked;
    char line[128];
    struct ledger_row row = {"ana", line, "ok"};

    ledger_table_send(f, founded, sizeof founded / sizeof founded[0]);
    asked.crop = lend(f,
        "loan-apply borrower=m2 product=crop amount=USD1000.00 count=12 "
        "sector=farming purpose=I",
        " pools=c1:0.6,c2:0.4 interest=0.5 loss=0.5");
    asked.house = lend(f,
        "loan-apply borrower=n2 product=house amount=USD600.00 count=6 "
        "sector=trade purpose=I",
        "");
    (void)snprintf(line, sizeof line,
        "loan-repay loan=%llu amount=USD92.63 via=bank",
        (unsigned long long)asked.crop);
    ledger_table_send(f, &row, 1);
    (void)snprintf(line, sizeof line,
        "loan-repay loan=%llu amount=USD40.00 via=bank",
        (unsigned long long)asked.crop);
    ledger_table_send(f, &row, 1);
    close_until(f, date_of(2027, 2, 1));
    for (int month = 11; month <= 13; month++) {
        (void)snprintf(line, sizeof line, "month-close book=us month=%d-%02d",
            month > 12 ? 2027 : 2026, month > 12 ? month - 12 : month);
        row.key = "board";
        ledger_table_send(f, &row, 1);
    }
    return asked;
}

/* ---- golden ---- */

static void show_one(struct ledger_fixture *f, const struct show *show,
    const char *line)
{
    struct buffer out = buffer_empty();
    enum verb verb;

    answer(f, "aud", line, &out, &verb);
    (void)fprintf(show->out, "> %s\n", line);
    show_answer(show, verb, buffer_bytes(&out));
    (void)fputc('\n', show->out);
    buffer_free(&out);
}

static void show_all(struct ledger_fixture *f, const struct show *show,
    struct asked asked)
{
    static const char *const questions[] = {"schedule",
        "payoff", "loan"};
    char line[128];

    show_one(f, show,
        "schedule product=crop book=us amount=USD1000.00 count=12");
    show_one(f, show,
        "schedule product=house book=us amount=USD10000.00 count=12");
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(line, sizeof line, "%s loan=%llu", questions[i],
            (unsigned long long)asked.crop);
        show_one(f, show, line);
    }
    show_one(f, show, "loans party=us");
    show_one(f, show, "portfolio book=us");
    show_one(f, show, "portfolio book=us by=pool");
    show_one(f, show, "portfolio book=mx");
    show_one(f, show, "exposure pool=c1");
}

static void check_golden(struct ledger_fixture *f, struct asked asked,
    const char *path, struct show show)
{
    char *text = NULL;
    size_t length = 0;

    show.out = show.errors = open_memstream(&text, &length);
    assert_non_null(show.out);
    show_all(f, &show, asked);
    assert_int_equal(fclose(show.out), 0);
    document_check(path, bytes_of(text, length));
    free(text);
}

static void test_golden(void **state)
{
    struct ledger_fixture *f = *state;
    struct asked asked = keep_loans(f);

    check_golden(f, asked, "tests/golden/loans-en.txt",
        (struct show){.language = LANGUAGE_EN});
    check_golden(f, asked, "tests/golden/loans-es.txt",
        (struct show){.language = LANGUAGE_ES});
    check_golden(f, asked, "tests/golden/loans-es.csv",
        (struct show){.language = LANGUAGE_ES, .csv = true});
    check_golden(f, asked, "tests/golden/loans-es.json",
        (struct show){.language = LANGUAGE_ES, .json = true});
}

/* ---- lines that no golden file should be needed for ---- */

static bool has(const struct buffer *out, const char *text)
{
    return memmem(out->data, out->length, text, strlen(text)) != NULL;
}

static void expect(struct ledger_fixture *f, const char *question,
    const char *const *texts, size_t count)
{
    struct buffer out = buffer_empty();
    enum verb verb;

    answer(f, "aud", question, &out, &verb);
    for (size_t i = 0; i < count; i++)
        if (!has(&out, texts[i]))
            fail_msg("%s: no \"%s\" in\n%.*s", question, texts[i],
                (int)out.length, (const char *)out.data);
    buffer_free(&out);
}

static void test_published(void **state)
{
    struct ledger_fixture *f = *state;
    static const char *const twenty[] = {
        "row number=1 due=2026-12-23 principal=USD75.96 interest=USD16.67 "
        "fee=USD0.00 total=USD92.63 balance=USD924.04\n",
        "row number=6 due=2027-05-23 principal=USD82.51 interest=USD10.12 "
        "fee=USD0.00 total=USD92.63 balance=USD524.79\n",
        "row number=12 due=2027-11-23 principal=USD91.16 interest=USD1.52 "
        "fee=USD0.00 total=USD92.68 balance=USD0.00\n",
        " interest=USD111.61 ", " apr=20.00 ", " total=USD1111.61 "};
    static const char *const twelve[] = {
        " total=USD888.49 balance=USD9211.51\n",
        " total=USD888.47 balance=USD0.00\n", " interest=USD661.86 "};

    ledger_table_send(f, founded, sizeof founded / sizeof founded[0]);
    expect(f, "schedule product=crop book=us amount=USD1000.00 count=12",
        twenty, sizeof twenty / sizeof twenty[0]);
    expect(f, "schedule product=house book=us amount=USD10000.00 count=12",
        twelve, sizeof twelve / sizeof twelve[0]);
}

/* Of a loan nothing but its plan may be said. */
static void test_refusals(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct {
        const char *question;
        const char *answer;
    } rows[] = {
        {"schedule loan=1 product=crop",
            "no status=bad-value number=108 field=product "},
        {"schedule loan=1 count=3", " field=count "},
        {"schedule loan=1 plan=0", " field=plan "},
        {"schedule loan=1", "no status=unknown-loan number=462 field=loan "},
        {"schedule", " field=product "},
        {"schedule book=us", "no status=missing-field "},
        {"schedule product=crop book=us amount=USD1.00", " field=count "},
        {"schedule product=crop book=us amount=USD1000.00 count=99",
            "no status=above-product number="},
        {"loans party=nobody", " field=party "},
        {"portfolio book=nobody", " field=book "},
        {"exposure pool=m1", " field=pool "},
        {"payoff loan=9", " field=loan "},
        {"loan loan=9", " field=loan "},
    };

    ledger_table_send(f, founded, sizeof founded / sizeof founded[0]);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(f, rows[i].question, &rows[i].answer, 1);
}

/* ---- pages ---- */

static size_t rows_of(const struct buffer *out, const char *start)
{
    struct bytes rest = buffer_bytes(out);
    struct bytes line;
    size_t count = 0;

    while (bytes_next_line(&rest, &line))
        count += bytes_start_with(line, start);
    return count;
}

/* 105 loans are a page of 100, newest first, and one of five. */
static void test_pages(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row row = {"ana",
        "loan-apply borrower=m2 product=crop amount=USD500.00 count=3 "
        "sector=trade purpose=I",
        "ok"};
    struct buffer out = buffer_empty();
    char line[64];
    char pattern[64];
    unsigned long long first;
    enum verb verb;

    ledger_table_send(f, founded, sizeof founded / sizeof founded[0]);
    for (int i = 0; i < 105; i++)
        ledger_table_send(f, &row, 1);
    first = f->decision.index - 104;
    answer(f, "aud", "loans party=c1", &out, &verb);
    assert_int_equal(rows_of(&out, "row loan="), 100);
    (void)snprintf(pattern, sizeof pattern, "row loan=%llu ", first + 104);
    assert_true(bytes_start_with(buffer_bytes(&out), pattern));
    (void)snprintf(
        pattern, sizeof pattern, "ok rows=100 next=%llu\n", first + 5);
    assert_true(has(&out, pattern));
    (void)snprintf(
        line, sizeof line, "loans party=m2 before=%llu", first + 5);
    answer(f, "aud", line, &out, &verb);
    assert_int_equal(rows_of(&out, "row loan="), 5);
    assert_true(has(&out, "ok rows=5\n"));
    buffer_free(&out);
}

/* Of the entries about a loan the newest 200 are told. */
static void test_many_entries(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer out = buffer_empty();
    char line[96];
    struct ledger_row row = {"ana", line, "ok"};
    unsigned long long loan;
    enum verb verb;

    ledger_table_send(f, founded, sizeof founded / sizeof founded[0]);
    loan = lend(f,
        "loan-apply borrower=m2 product=crop amount=USD1000.00 count=12 "
        "sector=farming purpose=I",
        "");
    (void)snprintf(line, sizeof line,
        "loan-repay loan=%llu amount=USD1.00 via=bank", loan);
    for (int i = 0; i < 198; i++)
        ledger_table_send(f, &row, 1);
    (void)snprintf(line, sizeof line, "loan loan=%llu", loan);
    answer(f, "aud", line, &out, &verb);
    assert_int_equal(rows_of(&out, "row entry="), 200);
    assert_false(has(&out, "verb=loan-apply"));
    assert_true(has(&out, "verb=loan-approve"));
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_golden),
        LEDGER_TEST(test_published),
        LEDGER_TEST(test_refusals),
        LEDGER_TEST(test_pages),
        LEDGER_TEST(test_many_entries),
    };

    return cmocka_run_group_tests_name("loans shown", tests, NULL, NULL);
}
