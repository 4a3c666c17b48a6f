/*
 * Questions about loans over a real socket: a schedule before anything is
 * signed, what a loan would post, planned beside paid, the portfolio; and
 * none of it leaves a trace.
 */
#include "daemon_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PRODUCT                                                         \
    "product-set product=crop book=us from=2026-03-02 method=level "    \
    "daycount=months every=month most=USD5000.00 least=USD100.00 "      \
    "longest=24 rate=0.2 late=0.3 fee=0 grace=none order=standard "     \
    "table=mx"

static void begin(struct daemon_fixture *fixture, struct wire *wire)
{
    daemon_found(fixture);
    daemon_start(fixture, NULL);
    wire_open(wire, fixture);
    wire_login(wire, fixture, "ana");
    (void)wire_order(wire, fixture, PRODUCT, "chief");
    (void)wire_order(wire, fixture,
        "deposit member=m1 via=la amount=USD2000.00 purpose=I", "ana");
    (void)wire_order(wire, fixture,
        "contribute member=m1 club=club amount=USD1500.00 purpose=C", "ana");
}

static void end(struct daemon_fixture *fixture, struct wire *wire)
{
    wire_close(wire);
    assert_int_equal(daemon_stop(fixture), 0);
    daemon_remove(fixture);
}

/* Put the loan's number where the line has a #. */
static const char *with(const char *line, uint64_t loan)
{
    static char text[512];
    const char *mark = strchr(line, '#');
    (void)snprintf(text, sizeof text, "%.*s%" PRIu64 "%s",
        (int)(mark - line), line, loan, mark + 1);
    return text;
}

static void tell(struct wire *wire, const char *line, uint64_t loan)
{
    wire_send(wire, with(line, loan));
    wire_send(wire, "\n");
}

static uint64_t order(struct wire *wire, struct daemon_fixture *fixture,
    const char *line, uint64_t loan, const char *key)
{
    return wire_order(wire, fixture, with(line, loan), key);
}

static uint64_t apply(struct wire *wire, struct daemon_fixture *fixture)
{
    return wire_order(wire, fixture,
        "loan-apply borrower=m2 product=crop amount=USD1000.00 count=12 "
        "sector=farming purpose=I",
        "ana");
}

/* The size stays what it was: questions are not journaled. */
static void test_before_anything_is_signed(void **state)
{
    struct daemon_fixture fixture;
    struct wire wire;
    (void)state;
    begin(&fixture, &wire);
    wire_ask(&wire, "status", "ok size=4 *");
    wire_send(&wire, "schedule product=crop amount=USD1000.00 count=12\n");
    wire_expect(&wire,
        "row number=1 due=2026-04-02 principal=USD75.96 interest=USD16.67 "
        "fee=USD0.00 total=USD92.63 balance=USD924.04");
    for (int i = 2; i < 12; i++)
        wire_expect(&wire, "row number=* total=USD92.63 *");
    wire_expect(&wire,
        "row number=12 due=2027-03-02 principal=USD91.16 interest=USD1.52 "
        "fee=USD0.00 total=USD92.68 balance=USD0.00");
    wire_expect(&wire,
        "ok product=crop date=2026-03-02 rate=0.2 principal=USD1000.00 "
        "interest=USD111.61 fee=USD0.00 apr=20.00 cat=* finance=USD111.61 "
        "total=USD1111.61 schedule=* rows=12");
    wire_ask(&wire, "schedule product=crop amount=USD1000.00",
        "no status=missing-field number=* field=count *");
    wire_ask(&wire, "schedule product=crop amount=USD1000.00 count=25",
        "no status=above-product number=* field=count *");
    wire_ask(&wire, "schedule product=crop book=mx amount=USD9.00 count=2",
        "no status=out-of-scope number=301 field=book *");
    wire_ask(&wire, "schedule loan=3 amount=USD1000.00",
        "no status=bad-value number=* field=amount *");
    wire_ask(&wire, "status", "ok size=4 *");
    end(&fixture, &wire);
}

/* What would be posted is seen before it is. */
static void test_try_shows_the_postings(void **state)
{
    struct daemon_fixture fixture;
    struct wire wire;
    uint64_t loan;
    (void)state;
    begin(&fixture, &wire);
    loan = apply(&wire, &fixture);
    wire_login(&wire, &fixture, "chief");
    tell(&wire, "try loan-approve loan=# amount=USD1000.00 pools=club:1 "
                "interest=0.5 loss=1", loan);
    wire_expect(&wire, "| + disclosure apr=20.00 cat=* finance=USD111.61 "
                       "total=USD1111.61 schedule=*");
    wire_expect(&wire, "ok*");
    (void)order(&wire, &fixture,
        "loan-approve loan=# amount=USD1000.00 pools=club:1 interest=0.5 "
        "loss=1", loan, "chief");
    wire_login(&wire, &fixture, "ana");
    tell(&wire, "try loan-disburse loan=# amount=USD1000.00 to=m2", loan);
    wire_expect(&wire, "| + us/m2/loan/USD 1000.00");
    wire_expect(&wire, "| + us/m2/share/USD -1000.00");
    wire_expect(&wire, "row account=us/m2/loan/USD before=USD0.00 "
                       "after=USD1000.00");
    wire_expect(&wire, "row account=us/m2/share/USD before=USD0.00 "
                       "after=USD1000.00");
    wire_expect(&wire, "ok*");
    (void)order(&wire, &fixture,
        "loan-disburse loan=# amount=USD1000.00 to=m2", loan, "ana");
    tell(&wire, "try loan-repay loan=# amount=USD92.63 via=la", loan);
    wire_expect(&wire, "| + us/la/drawer/USD 92.63");
    wire_expect(&wire, "| + us/m2/loan/USD -75.96");
    for (int lines = 0;; lines++) {
        struct bytes line;
        assert_true(lines < 20);
        assert_true(wire_line(&wire, &line));
        if (wire_fits(line, "ok*"))
            break;
        assert_true(wire_fits(line, "| + *") || wire_fits(line, "row *"));
    }
    tell(&wire, "try loan-repay loan=# amount=USD1000.01 via=la", loan);
    wire_expect(&wire, "no status=above-debt number=550 field=amount *");
    wire_ask(&wire, with("payoff loan=#", loan),
        "ok loan=* date=2026-03-02 principal=USD1000.00 interest=USD0.00 "
        "late=USD0.00 payoff=USD1000.00");
    end(&fixture, &wire);
}

static uint64_t lend(struct wire *wire, struct daemon_fixture *fixture)
{
    uint64_t loan = apply(wire, fixture);
    (void)order(wire, fixture,
        "loan-approve loan=# amount=USD1000.00 pools=club:1 interest=0.5 "
        "loss=1", loan, "chief");
    (void)order(wire, fixture,
        "loan-disburse loan=# amount=USD1000.00 to=m2", loan, "ana");
    (void)order(wire, fixture,
        "loan-repay loan=# amount=USD100.00 via=la", loan, "ana");
    return loan;
}

static void expect_loan(struct wire *wire)
{
    wire_expect(wire, "row loan=* state=open borrower=m2 book=us club=club "
                      "sector=farming purpose=I");
    wire_expect(wire, "row product=crop since=2026-03-02 method=level *");
    wire_expect(wire, "row applied=USD1000.00 count=12 "
                      "committed=USD1000.00 disbursed=USD1000.00 "
                      "withheld=USD0.00 opened=2026-03-02");
    wire_expect(wire, "row approved=* apr=20.00 *");
    wire_expect(wire, "row owed=* principal=* interest=USD0.00 "
                      "late=USD0.00 date=2026-03-02 "
                      "principal_due=USD0.00 interest_due=USD0.00 arrears=0 "
                      "due=2026-05-02 due_amount=* accrues=yes *");
    wire_expect(wire, "row paid=USD100.00 *");
    wire_expect(wire, "row tranche=1 amount=USD1000.00 date=2026-03-02 *");
    wire_expect(wire, "row pool=club participation=1 committed=USD1000.00 "
                      "funded=USD1000.00 *");
    wire_expect(wire, "row entry=* verb=loan-apply date=2026-03-02");
    wire_expect(wire, "row entry=* verb=loan-approve date=2026-03-02");
    wire_expect(wire, "row entry=* verb=loan-disburse date=2026-03-02");
    wire_expect(wire, "row entry=* verb=loan-repay date=2026-03-02");
    wire_expect(wire, "ok rows=12");
}

static void expect_portfolio(struct wire *wire)
{
    static const char *const buckets[] = {"0", "1-7", "8-30", "31-60",
        "61-90", "91-120", "121-180", "181+"};
    wire_expect(wire, "row bucket=0 table=mx group=club loans=1 *");
    for (size_t i = 0; i < sizeof buckets / sizeof buckets[0]; i++) {
        char pattern[64];
        (void)snprintf(pattern, sizeof pattern,
            "row bucket=%s table=mx group=all loans=%d *", buckets[i],
            i == 0);
        wire_expect(wire, pattern);
    }
    wire_expect(wire, "row group=club loans=1 principal=* par90=USD0.00 "
                      "par90_percent=0.00 charged_off=USD0.00 "
                      "recovered=USD0.00");
    wire_expect(wire, "row total=USD loans=1 principal=* held=USD0.00 *");
    wire_expect(wire,
        "ok book=us date=2026-03-02 since=2026-03-02 by=club rows=11");
}

static void test_questions(void **state)
{
    struct daemon_fixture fixture;
    struct wire wire;
    uint64_t loan;
    (void)state;
    begin(&fixture, &wire);
    loan = lend(&wire, &fixture);
    tell(&wire, "loan loan=#", loan);
    expect_loan(&wire);
    tell(&wire, "schedule loan=#", loan);
    wire_expect(&wire, "row number=1 * paid=USD92.63 state=paid");
    wire_expect(&wire, "row number=2 * paid=USD7.37 state=part");
    for (int i = 3; i <= 12; i++)
        wire_expect(&wire, "row number=* paid=USD0.00 state=coming");
    wire_expect(&wire, "ok loan=* plan=1 plans=1 made=* why=first *");
    wire_send(&wire, "loans party=club\n");
    wire_expect(&wire, "row loan=* borrower=m2 club=club product=crop "
                       "sector=farming state=open amount=USD1000.00 *");
    wire_expect(&wire, "ok rows=1");
    wire_ask(&wire, "loans state=paid", "ok rows=0");
    wire_send(&wire, "portfolio book=us by=club\n");
    expect_portfolio(&wire);
    wire_send(&wire, "exposure pool=club\n");
    wire_expect(&wire, "row pool=club balance=USD15* committed=USD9*");
    wire_expect(&wire, "row kind=borrower who=m2 amount=USD9* percent=*");
    wire_expect(&wire, "row kind=club who=club amount=USD9* percent=*");
    wire_expect(&wire, "row kind=sector who=farming amount=USD9* percent=*");
    wire_expect(&wire, "ok rows=4");
    wire_login(&wire, &fixture, "mex");
    wire_ask(&wire, with("loan loan=#", loan),
        "no status=out-of-scope number=301 field=loan *");
    wire_ask(&wire, "portfolio book=us",
        "no status=out-of-scope number=301 field=book *");
    wire_ask(&wire, "loans", "ok rows=0");
    end(&fixture, &wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before_anything_is_signed),
        cmocka_unit_test(test_try_shows_the_postings),
        cmocka_unit_test(test_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
