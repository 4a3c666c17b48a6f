/*
 * Term shares: published yields, sums that must come out to the last cent,
 * and how long many of them take.
 */
#include "cycle_fixture.h"

#include "../ledger/certificate.h"
#include "../ledger/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* ---- published yields ---- */

static void keep_row(void *context, const struct term_row *row)
{
    struct term_row *out = context;

    out[0] = out[1];
    out[1] = *row;
}

/* The last two rows of a party. */
static void ask(struct ledger_fixture *f, const char *party,
    struct term_row rows[2])
{
    struct ident who = ident_of("aud");
    struct ident name = ident_of(party);
    enum status status;

    memset(rows, 0, 2 * sizeof *rows);
    assert_int_equal(report_terms(f->ledger, &who, &name, NULL, keep_row,
                         rows, &status),
        0);
    assert_int_equal(status, STATUS_ACCEPTED);
}

static void expect_row(
    const struct term_row *row, bool open, int64_t interest, uint64_t annual)
{
    assert_int_equal(row->open, open);
    assert_int_equal(row->interest, interest);
    assert_true(row->has_annual);
    assert_int_equal(row->annual, annual);
}

/* 12 CFR 1030, appendix A: 61.68 on 1,000 in 365 days is 6.17 %, 30.37 in
 * 182 days 6.18 %; told when it is opened and when it was paid. */
static void test_published_yields(void **state)
{
    struct ledger_fixture *f = *state;
    struct term_row rows[2];

    CYCLE_SEND(f, "board", "term-set book=us days=365 minimum=USD1000.00 "
                           "rate=0.06168 early=0 from=2026-11-23");
    CYCLE_SEND(f, "board", "term-set book=us days=182 minimum=USD1000.00 "
                           "rate=0.0609 early=0 from=2026-11-23");
    CYCLE_SEND(f, "ana",
        "deposit member=m1 via=bank amount=USD2000.00 purpose=I");
    CYCLE_SEND(f, "ana", "term-open member=m1 amount=USD1000.00 days=365");
    CYCLE_SEND(f, "ana", "term-open member=m1 amount=USD1000.00 days=182");
    ask(f, "m1", rows);
    expect_row(&rows[0], true, 6168, 617);
    expect_row(&rows[1], true, 3037, 618);
    cycle_fixture_close_until(f, "us", "2027-11-23");
    ask(f, "m1", rows);
    expect_row(&rows[0], false, 6168, 617);
    expect_row(&rows[1], false, 3037, 618);
    assert_int_equal(
        ledger_fixture_balance(f, "us/m1/share/USD"), 200000 + 6168 + 3037);
    cycle_fixture_check(f);
}

/* ---- sums ---- */

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) +
        UINT64_C(1442695040888963407);
    return *seed >> 33;
}

struct life {
    struct ledger_fixture *f;
    uint64_t seed;
    uint32_t open_month;
    int64_t interest; /* of all that were closed */
    int64_t tax;
};

static struct date today(const struct life *life)
{
    return cycle_fixture_date(life->f, "us");
}

static const char *spelled(struct date date, char text[16])
{
    struct buffer out = buffer_over(text, 15);

    date_append(&out, date);
    text[out.length] = '\0';
    return text;
}

static void close_month(struct life *life)
{
    CYCLE_SEND(life->f, "sup", "month-close book=us month=%04u-%02u",
        life->open_month / 12, life->open_month % 12 + 1);
    life->open_month++;
}

/* A day passes, now and then a month is closed, sooner or later. */
static void pass_day(struct life *life)
{
    char date[16];
    int year;
    int month;
    int day;

    CYCLE_SEND(life->f, "sup", "day-close book=us date=%s",
        spelled(today(life), date));
    date_split(today(life), &year, &month, &day);
    while (life->open_month < (uint32_t)(year * 12 + month - 1) &&
        next_random(&life->seed) % 4 == 0)
        close_month(life);
}

/* A new product of random terms; its days. */
static unsigned offer(struct life *life)
{
    unsigned days = (unsigned)(next_random(&life->seed) % 70 + 1);
    uint64_t rate = next_random(&life->seed) % 1000000;
    uint64_t early = next_random(&life->seed) % (rate + 1);
    struct rate rates[2] = { { (int64_t)rate, 6 }, { (int64_t)early, 6 } };
    char text[2][32];
    char date[16];

    for (int i = 0; i < 2; i++) {
        struct buffer out = buffer_over(text[i], sizeof text[i] - 1);

        while (rates[i].scale > 0 && rates[i].digits % 10 == 0) {
            rates[i].digits /= 10;
            rates[i].scale--;
        }
        rate_append(&out, rates[i]);
        text[i][out.length] = '\0';
    }
    CYCLE_SEND(life->f, "board",
        "term-set book=us days=%u minimum=USD0.01 rate=%s early=%s from=%s",
        days, text[0], text[1], spelled(today(life), date));
    return days;
}

static uint64_t open_one(struct life *life)
{
    uint64_t minor = next_random(&life->seed) % 1000000 + 1;
    unsigned days = offer(life);

    CYCLE_SEND(life->f, "ana",
        "term-open member=m%u amount=USD%llu.%02llu days=%u",
        (unsigned)(next_random(&life->seed) % 3 + 1),
        (unsigned long long)(minor / 100),
        (unsigned long long)(minor % 100), days);
    return life->f->decision.index;
}

static bool is_open(struct life *life, uint64_t term)
{
    struct certificate certificate;

    assert_true(certificate_find(life->f->state, term, &certificate));
    return certificate.closed == 0;
}

/* What it was paid, by its record, goes into the sums. */
static struct certificate add_up(struct life *life, uint64_t term)
{
    struct certificate certificate;

    assert_true(certificate_find(life->f->state, term, &certificate));
    assert_int_not_equal(certificate.closed, 0);
    life->interest += certificate.interest;
    life->tax += certificate.tax;
    return certificate;
}

static void expect_sums(struct life *life)
{
    struct ledger_fixture *f = life->f;

    assert_int_equal(
        ledger_fixture_balance(f, "us/us/dividend.payable/USD"), 0);
    assert_int_equal(
        ledger_fixture_balance(f, "us/us/expense.dividend/USD"),
        life->interest);
    assert_int_equal(
        ledger_fixture_balance(f, "us/us/isr/USD"), life->tax);
}

static void begin(struct life *life, struct ledger_fixture *f, uint64_t seed)
{
    *life = (struct life){ .f = f, .seed = seed,
        .open_month = 2026 * 12 + 10 };
    f->quick = true;
    for (unsigned i = 1; i <= 3; i++)
        CYCLE_SEND(f, "ana",
            "deposit member=m%u via=bank amount=USD9000000.00 purpose=I", i);
    CYCLE_SEND(f, "board", "tax-withhold book=us rate=0.073 from=2026-11-23");
}

/* One at a time: what was posted to expense.dividend while it lived is the
 * interest it was paid, however many months were closed meanwhile. */
static void test_each_comes_out(void **state)
{
    struct life life;

    begin(&life, *state, 11);
    for (unsigned round = 0; round < 60; round++) {
        uint64_t term = open_one(&life);
        bool early = next_random(&life.seed) % 3 == 0;

        while (is_open(&life, term)) {
            if (early && next_random(&life.seed) % 12 == 0)
                CYCLE_SEND(life.f, "ana", "term-close term=%llu",
                    (unsigned long long)term);
            else
                pass_day(&life);
        }
        (void)add_up(&life, term);
        expect_sums(&life);
    }
    life.f->quick = false;
    cycle_fixture_check(life.f);
}

#define TOGETHER 150U

/* Many at once, with several on a day. */
static void test_all_come_out(void **state)
{
    uint64_t terms[TOGETHER];
    struct life life;
    unsigned opened = 0;
    unsigned open = 1;

    begin(&life, *state, 12);
    while (opened < TOGETHER || open > 0) {
        for (unsigned i = 0; i < 3 && opened < TOGETHER; i++)
            terms[opened++] = open_one(&life);
        if (next_random(&life.seed) % 3 == 0) {
            uint64_t term = terms[next_random(&life.seed) % opened];

            if (is_open(&life, term))
                CYCLE_SEND(life.f, "ana", "term-close term=%llu",
                    (unsigned long long)term);
        }
        pass_day(&life);
        open = 0;
        for (unsigned i = 0; i < opened; i++)
            open += is_open(&life, terms[i]);
    }
    for (unsigned i = 0; i < TOGETHER; i++)
        (void)add_up(&life, terms[i]);
    expect_sums(&life);
    for (unsigned i = 1; i <= 3; i++) {
        char account[32];

        (void)snprintf(account, sizeof account, "us/m%u/share.term/USD", i);
        assert_int_equal(ledger_fixture_balance(life.f, account), 0);
    }
    life.f->quick = false;
    cycle_fixture_check(life.f);
}

/* ---- dividends beside it ---- */

/* What a maturity pays earns a dividend from the day that is opened: m1 has
 * its 100.00 bound until Monday 30, m2 has 100.00 all the while. */
static void test_earns_from_the_opened_day(void **state)
{
    struct ledger_fixture *f = *state;

    CYCLE_SEND(f, "board", "journal-entry post=us/bank/nostro/USD:90.00,"
                           "us/us/income.interest/USD:-90.00 reason=interest");
    CYCLE_SEND(f, "board", "term-set book=us days=7 minimum=USD1.00 rate=0 "
                           "early=0 from=2026-11-23");
    CYCLE_SEND(f, "ana",
        "deposit member=m1 via=bank amount=USD100.00 purpose=I");
    CYCLE_SEND(f, "ana",
        "deposit member=m2 via=bank amount=USD100.00 purpose=I");
    CYCLE_SEND(f, "ana", "term-open member=m1 amount=USD100.00 days=7");
    cycle_fixture_close_until(f, "us", "2026-11-30");
    assert_int_equal(ledger_fixture_balance(f, "us/m1/share/USD"), 10000);
    CYCLE_SEND(f, "board",
        "dividend-declare book=us month=2026-11 amount=USD9.00 basis=daily");
    cycle_fixture_close_until(f, "us", "2026-12-01");
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    /* One day of eight. */
    assert_int_equal(ledger_fixture_balance(f, "us/m1/share/USD"), 10100);
    assert_int_equal(ledger_fixture_balance(f, "us/m2/share/USD"), 10800);
    cycle_fixture_check(f);
}

/* ---- bounds ---- */

static void expect_status(struct ledger_fixture *f, const char *party,
    enum status expected)
{
    struct ident who = ident_of("aud");
    struct ident name = ident_of(party);
    struct term_row rows[2];
    enum status status;

    memset(rows, 0, sizeof rows);
    assert_int_equal(report_terms(f->ledger, &who, &name, NULL, keep_row,
                         rows, &status),
        0);
    assert_int_equal(status, expected);
}

static int64_t ms_between(
    const struct timespec *from, const struct timespec *to)
{
    return (int64_t)(to->tv_sec - from->tv_sec) * 1000 +
        (to->tv_nsec - from->tv_nsec) / 1000000;
}

static void timed(struct ledger_fixture *f, const char *line)
{
    struct timespec from;
    struct timespec to;

    ledger_fixture_close_group(f);
    (void)ledger_fixture_digest(f);
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    CYCLE_SEND(f, "sup", "%s", line);
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    print_message("%s: %lld ms, %zu bytes\n", line,
        (long long)ms_between(&from, &to), f->decision.effects.length);
    /* Far above what it takes, so that only a wrong order of growth shows. */
    assert_true(ms_between(&from, &to) < 20000);
}

static void open_members(struct ledger_fixture *f, unsigned count)
{
    struct buffer lines = buffer_empty();

    for (unsigned i = 0; i < count; i++) {
        buffer_format(&lines,
            "party-open party=p%u kind=member book=us parent=c1 country=US\n"
            "deposit member=p%u via=bank amount=USD500.00 purpose=I\n",
            i, i);
        if (i % 1000 != 999 && i + 1 < count)
            continue;
        buffer_char(&lines, '\0');
        assert_int_equal(ledger_fixture_batch(f, "sup", "all",
                             (const char *)lines.data),
            STATUS_ACCEPTED);
        buffer_clear(&lines);
    }
    buffer_free(&lines);
}

/* 10,000 term shares of 10,000 members among 100,000 (fewer unless the long
 * tests run): accrued together and due together; as many rows as the
 * question gives, and one more. */
static void test_many(void **state)
{
    struct ledger_fixture *f = *state;
    unsigned count = getenv("POSITO_LONG") != NULL ? 100000 : 12000;

    f->quick = true;
    open_members(f, count);
    CYCLE_SEND(f, "board", "term-set book=us days=10 minimum=USD1.00 "
                           "rate=0.07 early=0 from=2026-11-23");
    CYCLE_SEND(f, "board", "tax-withhold book=us rate=0.1 from=2026-11-23");
    for (unsigned i = 0; i < REPORT_TERMS_MAX; i++)
        CYCLE_SEND(f, "sup", "term-open member=p%u amount=USD%u.11 days=10",
            i, 100 + i % 50);
    expect_status(f, "us", STATUS_ACCEPTED);
    CYCLE_SEND(f, "sup", "term-open member=p0 amount=USD1.00 days=10");
    expect_status(f, "us", STATUS_BAD_RANGE);
    expect_status(f, "p0", STATUS_ACCEPTED);
    cycle_fixture_close_until(f, "us", "2026-12-01");
    timed(f, "month-close book=us month=2026-11");
    CYCLE_SEND(f, "sup", "day-close book=us date=2026-12-01");
    timed(f, "day-close book=us date=2026-12-02");
    assert_int_equal(
        ledger_fixture_balance(f, "us/us/dividend.payable/USD"), 0);
    assert_int_equal(
        ledger_fixture_balance(f, "us/p0/share.term/USD"), 0);
    ledger_table_check_totals(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_published_yields),
        LEDGER_TEST(test_each_comes_out),
        LEDGER_TEST(test_all_come_out),
        LEDGER_TEST(test_earns_from_the_opened_day),
        LEDGER_TEST(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
