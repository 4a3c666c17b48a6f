/*
 * Hundreds of random loans through the ledger: paid on time, late, ahead,
 * not at all; planned anew, charged off, recovered, taken back.  After each
 * step everything that pools got is a whole, and what came in is what the
 * loans say was paid; at the end the checker and a replay agree.
 */
#include "cycle_fixture.h"
#include "random_operation.h"

#include "../ledger/context.h"
#include "../ledger/cycle.h"
#include "../ledger/loan_standing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LOANS 300
#define STEPS 8000
#define PRODUCTS 24
#define POOLS 3
#define MONEY "USD%lld.%02lld"
#define CENTS(minor) (long long)((minor) / 100), (long long)((minor) % 100)

static const char *const pools[POOLS] = { "c1", "c2", "zac" };
static const char *const borrowers[] = { "m1", "m2", "m3", "n1", "n2", "c1" };

struct track {
    uint64_t loan;
    int64_t came_in; /* by repayments that stand */
    int64_t recovered;
    int64_t revolved;
    uint64_t last; /* entry that could be reversed */
    enum verb last_verb;
    int64_t last_amount;
};

struct soak {
    struct ledger_fixture *f;
    struct random_source random;
    struct track loans[LOANS];
    size_t count;
    uint32_t month; /* the next to close */
    unsigned seen[VERB_COUNT];
    unsigned shortened;
    unsigned ended;
};

static uint64_t below(struct soak *s, uint64_t limit)
{
    return random_below(&s->random, limit);
}

static enum status send(struct soak *s, enum verb verb, const char *key,
    const char *format, ...) PRINTF_LIKE(4, 5);
static enum status send(struct soak *s, enum verb verb, const char *key,
    const char *format, ...)
{
    char line[600];
    va_list arguments;
    enum status status;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    status = ledger_fixture_send(s->f, key, "%s", line);
    s->seen[verb] += status == STATUS_ACCEPTED;
    return status;
}

static void expect(struct soak *s, enum status status)
{
    if (s->f->decision.status != status)
        fail_msg("%.*s: %s, not %s", (int)s->f->line.length,
            (const char *)s->f->line.data,
            status_name(s->f->decision.status), status_name(status));
}

/* ---- products and pools ---- */

static void offer(struct soak *s, int number)
{
    static const char *const methods[] = { "level", "equal", "flat",
        "bullet", "seasonal" };
    static const char *const counts[] = { "months", "act/365", "act/360",
        "30/360", "30e/360", "30/360us", "act/act" };
    static const char *const periods[] = { "month", "fortnight", "week",
        "half-month", "bimester", "quarter" };
    static const char *const graces[] = { "none", "paid", "capitalised",
        "deferred", "free" };
    static const char *const orders[] = { "standard", "principal",
        "interest" };
    static const char *const tables[] = { "us", "mx", "mx.marginal" };
    static const char *const shifts[] = { "keep", "next", "within",
        "previous" };
    static const char *const fees[] = { "0", "0.01", "0.025" };
    static const char *const roundings[] = { "even", "away", "down", "up" };

    (void)send(s, VERB_PRODUCT_SET, "board",
        "product-set product=p%d book=us from=2026-11-23 method=%s "
        "daycount=%s every=%s most=USD90000.00 least=USD0.01 longest=600 "
        "rate=0.%d%d late=0.%d%d fee=%s grace=%s order=%s table=%s "
        "holiday=%s rounding=%s",
        number, methods[number % 5], counts[below(s, 7)],
        periods[below(s, 6)], (int)below(s, 6), 1 + (int)below(s, 9),
        (int)below(s, 6), 1 + (int)below(s, 9), fees[below(s, 3)],
        graces[number % 5], orders[number % 3],
        tables[number % 3], shifts[below(s, 4)], roundings[below(s, 4)]);
    expect(s, STATUS_ACCEPTED);
}

static void put_in(struct soak *s, const char *member, const char *club)
{
    (void)send(s, VERB_DEPOSIT, "ana",
        "deposit member=%s via=bank amount=USD90000000.00 purpose=C", member);
    expect(s, STATUS_ACCEPTED);
    (void)send(s, VERB_CONTRIBUTE, "ana",
        "contribute member=%s club=%s amount=USD80000000.00 purpose=C",
        member, club);
    expect(s, STATUS_ACCEPTED);
}

static void begin(struct soak *s)
{
    for (int i = 0; i < PRODUCTS; i++)
        offer(s, i);
    put_in(s, "m3", "c1");
    put_in(s, "n1", "c2");
    put_in(s, "o1", "c3");
    (void)send(s, VERB_POOL_LEND, "fed",
        "pool-lend from=c1 to=zac amount=USD20000000.00 purpose=C");
    expect(s, STATUS_ACCEPTED);
    (void)send(s, VERB_AGREEMENT_SET, "board",
        "agreement-set agreement=two from=2026-11-01 "
        "parts=club:0.5,state:0.5");
    expect(s, STATUS_ACCEPTED);
    (void)send(s, VERB_PROJECT_REGISTER, "club",
        "project-register project=well book=us club=c1 agreement=two "
        "category=water place=Jerez budget=USD900.00 milestones=a:1");
    expect(s, STATUS_ACCEPTED);
}

/* ---- looking at a loan ---- */

static struct loan loan_of(struct soak *s, const struct track *track)
{
    struct loan loan;

    assert_true(loan_find(s->f->state, track->loan, &loan));
    return loan;
}

static struct loan_standing stand(struct soak *s, const struct loan *loan)
{
    struct date today = cycle_fixture_date(s->f, "us");
    struct loan_standing standing;

    assert_true(
        loan_standing_on(s->f->state, loan, today, today, &standing));
    return standing;
}

/* Each within a unit of its exact part, together the whole. */
static void check_figure(const struct loan_pools *all, size_t offset,
    int64_t total)
{
    int64_t sum = 0;

    for (size_t i = 0; i < all->count; i++) {
        int64_t minor = *(const int64_t *)(const void *)(
            (const uint8_t *)&all->list[i] + offset);
        int64_t off = minor * PARTICIPATION_WHOLE -
            total * all->list[i].part;

        assert_in_range(off + PARTICIPATION_WHOLE, 1,
            2 * PARTICIPATION_WHOLE - 1);
        sum += minor;
    }
    assert_int_equal(sum, all->count == 0 ? 0 : total);
}

static void check_loan(struct soak *s, const struct track *track)
{
    struct loan loan = loan_of(s, track);
    int64_t returned = loan.principal_paid + loan.charged_off;
    int64_t interest = 0;
    int64_t loss = 0;
    struct loan_pools all;

    assert_int_equal(loan.principal_paid + loan.interest_paid +
            loan.late_paid, track->came_in);
    assert_int_equal(loan.recovered, track->recovered);
    assert_int_equal(loan.revolved, track->revolved);
    assert_true(loan_principal(&loan) >= 0);
    assert_true(loan.receivable >= 0 && loan.memo >= 0);
    assert_true(loan.receivable == 0 || loan.memo == 0);
    if (loan_phase_has_ended(loan.phase)) {
        assert_int_equal(loan_principal(&loan), 0);
        assert_int_equal(loan.receivable + loan.memo + loan.allowance, 0);
    }
    loan_read_pools(s->f->state, loan.index, &all);
    for (size_t i = 0; i < all.count; i++) {
        interest += all.list[i].interest;
        loss += all.list[i].loss;
        assert_true(all.list[i].recovered <= all.list[i].loss);
    }
    check_figure(&all, offsetof(struct loan_pool, committed),
        loan.committed);
    check_figure(&all, offsetof(struct loan_pool, returned),
        returned < loan.disbursed ? returned : loan.disbursed);
    check_figure(&all, offsetof(struct loan_pool, interest), interest);
    check_figure(&all, offsetof(struct loan_pool, loss), loss);
    check_figure(&all, offsetof(struct loan_pool, recovered),
        loan.recovered < loss ? loan.recovered : loss);
    check_figure(&all, offsetof(struct loan_pool, revolved), loan.revolved);
}

static void check_sums(struct soak *s)
{
    int64_t principal = 0;
    int64_t earned = 0;
    int64_t allowance = 0;
    int64_t accounts = 0;

    for (size_t i = 0; i < s->count; i++) {
        struct loan loan = loan_of(s, &s->loans[i]);

        principal += loan_principal(&loan);
        earned += loan.earned;
        allowance += loan.allowance;
        check_loan(s, &s->loans[i]);
    }
    for (size_t i = 0; i < sizeof borrowers / sizeof *borrowers; i++) {
        char account[64];

        (void)snprintf(
            account, sizeof account, "us/%s/loan/USD", borrowers[i]);
        accounts += ledger_fixture_balance(s->f, account);
    }
    assert_int_equal(accounts, principal);
    assert_int_equal(
        ledger_fixture_balance(s->f, "us/us/income.interest/USD"), earned);
    assert_int_equal(
        ledger_fixture_balance(s->f, "us/us/allowance/USD"), allowance);
}

/* ---- steps ---- */

/* Parts of some pools, " pools=... interest=... loss=..."; or nothing. */
static void append_pools(struct soak *s, struct buffer *out)
{
    size_t count = below(s, POOLS + 1);
    uint64_t left = 10000;

    if (count == 0)
        return;
    buffer_text(out, " pools=");
    for (size_t i = 0; i < count; i++) {
        uint64_t part = i + 1 == count
            ? left
            : 1 + below(s, left - (count - i) + 1);

        if (i + 1 < count && part > left - (count - i - 1))
            part = 1;
        if (part == 10000)
            buffer_format(out, "%s:1", pools[i]);
        else
            buffer_format(out, "%s%s:0.%04llu", i == 0 ? "" : ",", pools[i],
                (unsigned long long)part);
        left -= part;
    }
    /* Parts are spelled without zeros at their end. */
    for (size_t i = 0; i < out->length;) {
        bool end = i + 1 == out->length || out->data[i + 1] == ',';

        if (out->data[i] == '0' && end && i > 0) {
            memmove(out->data + i, out->data + i + 1, out->length - i - 1);
            out->length--;
            i--;
        } else {
            i++;
        }
    }
    buffer_format(out, " interest=0.%llu loss=0.%llu",
        (unsigned long long)(1 + below(s, 9)),
        (unsigned long long)(1 + below(s, 9)));
}

static void lend(struct soak *s)
{
    struct track *track = &s->loans[s->count];
    const char *who =
        borrowers[below(s, sizeof borrowers / sizeof *borrowers)];
    int64_t minor = 1 + (int64_t)below(s, below(s, 2) ? 500 : 500000);
    int product = (int)below(s, PRODUCTS);
    bool tranches = below(s, 4) == 0;
    char memory[400];
    struct buffer parts = buffer_over(memory, sizeof memory - 1);
    char text[400] = "";

    if (s->count == LOANS)
        return;
    if (send(s, VERB_LOAN_APPLY, "ana",
            "loan-apply borrower=%s product=p%d amount=" MONEY " count=%d "
            "sector=farming purpose=I%s%s%s%s",
            who, product, CENTS(minor), 2 + (int)below(s, 14),
            product % 5 == 4 ? " weights=03:0.3,07:0.3,11:0.4" : "",
            product % 5 != 0 && below(s, 3) == 0 ? " grace=1" : "",
            tranches ? " tranches=a:0.5,b:0.3,c:0.2" : "",
            !tranches && below(s, 3) == 0 ? " project=well" : "") !=
        STATUS_ACCEPTED)
        return; /* no table of payments comes of it */
    *track = (struct track){ .loan = s->f->decision.index };
    append_pools(s, &parts);
    (void)snprintf(
        text, sizeof text, "%.*s", (int)parts.length, memory);
    if (send(s, VERB_LOAN_APPROVE, "board",
            "loan-approve loan=%llu amount=" MONEY "%s",
            (unsigned long long)track->loan, CENTS(minor), text) !=
        STATUS_ACCEPTED)
        return;
    s->count++;
}

static void disburse(struct soak *s, struct track *track)
{
    struct loan loan = loan_of(s, track);
    struct loan_tranche tranche;

    if (loan_phase_has_ended(loan.phase) ||
        !loan_find_tranche(s->f->state, loan.index,
            (uint8_t)(loan.tranches_paid + 1), &tranche) ||
        loan.tranches_paid == loan.tranches)
        return;
    (void)send(s, VERB_LOAN_DISBURSE, "ana",
        "loan-disburse loan=%llu amount=" MONEY " to=m4%s%.*s",
        (unsigned long long)loan.index, CENTS(tranche.amount),
        tranche.name.length > 0 ? " milestone=" : "",
        tranche.name.length, tranche.name.text);
    if (s->f->decision.status != STATUS_NO_SCHEDULE &&
        s->f->decision.status != STATUS_NOT_AMORTISING &&
        s->f->decision.status != STATUS_BAD_VALUE &&
        s->f->decision.status != STATUS_WRONG_DATE)
        expect(s, STATUS_ACCEPTED);
}

/* An amount that says something. */
static int64_t amount_of(struct soak *s, const struct loan_standing *standing)
{
    int64_t due = standing->principal_due + standing->interest_due +
        standing->late;

    switch (below(s, 8)) {
    case 0:
        return standing->payoff;
    case 1:
        return standing->payoff + 1;
    case 2:
        return 1 + (int64_t)below(s, 100);
    case 3:
        return due / 2 + 1;
    case 4:
        return due + 1 + (int64_t)below(s, 200);
    case 5:
        return standing->next_amount + standing->late;
    default:
        return due;
    }
}

static void repay(struct soak *s, struct track *track)
{
    static const char *const extras[] = { "", " extra=advance",
        " extra=shorten", " extra=lower" };
    struct loan loan = loan_of(s, track);
    struct loan_standing standing;
    uint64_t extra = below(s, 4);
    int64_t minor;

    if (loan.phase != LOAN_OPEN)
        return;
    standing = stand(s, &loan);
    minor = amount_of(s, &standing);
    if (minor == 0)
        return;
    (void)send(s, VERB_LOAN_REPAY, "ana",
        "loan-repay loan=%llu amount=" MONEY " via=bank%s",
        (unsigned long long)loan.index, CENTS(minor), extras[extra]);
    if (minor > standing.payoff) {
        expect(s, STATUS_ABOVE_DEBT);
        return;
    }
    if (extra == 2 && (loan.terms.method == LOAN_METHOD_BULLET ||
                          loan.terms.method == LOAN_METHOD_SEASONAL)) {
        expect(s, STATUS_BAD_VALUE);
        return;
    }
    if (minor == standing.payoff && loan_undisbursed(&loan) > 0) {
        expect(s, STATUS_TRANCHES_LEFT);
        return;
    }
    if (extra > 1 && s->f->decision.status == STATUS_NO_SCHEDULE)
        return; /* what is left is too little for so many rows */
    expect(s, STATUS_ACCEPTED);
    s->shortened += extra == 2;
    s->ended += minor == standing.payoff;
    track->came_in += minor;
    track->last = s->f->decision.index;
    track->last_verb = VERB_LOAN_REPAY;
    track->last_amount = minor;
}

static void charge_off(struct soak *s, struct track *track)
{
    struct loan loan = loan_of(s, track);

    if (loan.phase != LOAN_OPEN)
        return;
    (void)send(s, VERB_LOAN_CHARGE_OFF, "board",
        "loan-charge-off loan=%llu reason=x", (unsigned long long)loan.index);
    expect(s, STATUS_ACCEPTED);
    track->last = 0;
}

static void recover(struct soak *s, struct track *track)
{
    struct loan loan = loan_of(s, track);
    int64_t left = loan.charged_off - loan.recovered;
    int64_t minor = 1 + (int64_t)below(s, (uint64_t)left + 1);

    if (loan.phase != LOAN_CHARGED_OFF)
        return;
    (void)send(s, VERB_LOAN_RECOVER, "ana",
        "loan-recover loan=%llu amount=" MONEY " via=bank",
        (unsigned long long)loan.index, CENTS(minor));
    expect(s, minor > left ? STATUS_ABOVE_LOSS : STATUS_ACCEPTED);
    if (minor > left)
        return;
    track->recovered += minor;
    track->last = s->f->decision.index;
    track->last_verb = VERB_LOAN_RECOVER;
    track->last_amount = minor;
}

static void revolve(struct soak *s, struct track *track)
{
    struct loan loan = loan_of(s, track);
    int64_t repaid = loan.principal_paid < loan.disbursed
        ? loan.principal_paid
        : loan.disbursed;
    int64_t minor = 1 + (int64_t)below(s, (uint64_t)repaid + 1);

    (void)send(s, VERB_REVOLVE, "fed", "revolve loan=%llu amount=" MONEY,
        (unsigned long long)loan.index, CENTS(minor));
    if (loan.project == 0 || loan.pools == 0) {
        expect(s, STATUS_NOT_REVOLVING);
        return;
    }
    if (minor > repaid - loan.revolved) {
        expect(s, STATUS_ABOVE_REPAID);
        return;
    }
    expect(s, STATUS_ACCEPTED);
    track->revolved += minor;
    track->last = s->f->decision.index;
    track->last_verb = VERB_REVOLVE;
    track->last_amount = minor;
}

/* Its last step is taken back, unless the loan has gone on since. */
static void take_back(struct soak *s, struct track *track)
{
    struct loan loan = loan_of(s, track);
    bool last = track->last != 0 && loan.last == track->last;

    if (track->last == 0)
        return;
    (void)send(s, VERB_REVERSE, "sup", "reverse entry=%llu reason=x",
        (unsigned long long)track->last);
    expect(s, last ? STATUS_ACCEPTED : STATUS_LOAN_WENT_ON);
    if (!last)
        return;
    if (track->last_verb == VERB_LOAN_REPAY)
        track->came_in -= track->last_amount;
    else if (track->last_verb == VERB_LOAN_RECOVER)
        track->recovered -= track->last_amount;
    else
        track->revolved -= track->last_amount;
    track->last = 0;
}

static void reschedule(struct soak *s, struct track *track)
{
    struct loan loan = loan_of(s, track);
    struct date first = cycle_fixture_date(s->f, "us");
    char text[DATE_LENGTH + 1] = "";
    struct buffer date = buffer_over(text, DATE_LENGTH);

    first.days += 1 + (int32_t)below(s, 60);
    date_append(&date, first);
    if (loan.phase != LOAN_OPEN)
        return;
    if (send(s, VERB_LOAN_RESCHEDULE, "board",
            "loan-reschedule loan=%llu count=%d first=%s%s%s reason=x",
            (unsigned long long)loan.index, 1 + (int)below(s, 12), text,
            below(s, 2) ? " rate=0.15" : "",
            below(s, 2) ? " capital=yes" : "") == STATUS_ACCEPTED)
        track->last = 0;
    else
        assert_int_not_equal(s->f->decision.status, STATUS_BALANCE_OVERFLOW);
}

static void pass_days(struct soak *s)
{
    struct date to = cycle_fixture_date(s->f, "us");
    char text[DATE_LENGTH + 1] = "";
    struct buffer date = buffer_over(text, DATE_LENGTH);

    to.days += 1 + (int32_t)below(s, 12);
    date_append(&date, to);
    cycle_fixture_close_until(s->f, "us", text);
    /* Some months are closed late. */
    while (s->month < cycle_month_of(cycle_fixture_date(s->f, "us")) &&
        below(s, 3) > 0) {
        (void)send(s, VERB_MONTH_CLOSE, "board",
            "month-close book=us month=%04d-%02d",
            (int)(s->month / CYCLE_MONTHS),
            (int)(s->month % CYCLE_MONTHS) + 1);
        expect(s, STATUS_ACCEPTED);
        s->month++;
    }
}

static void step(struct soak *s)
{
    struct track *track;
    uint64_t kind = below(s, 100);

    if (kind < 8 || s->count == 0) {
        lend(s);
        return;
    }
    track = &s->loans[below(s, s->count)];
    if (kind < 20)
        disburse(s, track);
    else if (kind < 24)
        pass_days(s);
    else if (kind < 26)
        reschedule(s, track);
    else if (kind < 28)
        charge_off(s, track);
    else if (kind < 36)
        recover(s, track);
    else if (kind < 39)
        revolve(s, track);
    else if (kind < 45)
        take_back(s, track);
    else if (kind < 46)
        (void)send(s, VERB_LOAN_DECLINE, "board",
            "loan-decline loan=%llu reason=x",
            (unsigned long long)track->loan);
    else
        repay(s, track);
    check_loan(s, track);
}

static void test_soak(void **state)
{
    static struct soak soak;
    struct soak *s = &soak;

    s->f = *state;
    s->f->quick = true;
    s->random.state = 20261125;
    s->month = cycle_month_of(cycle_fixture_date(s->f, "us"));
    begin(s);
    for (int i = 0; i < STEPS; i++) {
        step(s);
        if (i % 200 == 0)
            check_sums(s);
        if (i % 97 == 0)
            ledger_fixture_close_group(s->f);
    }
    check_sums(s);
    cycle_fixture_check(s->f);
    /* Each kind of step was met often. */
    assert_in_range(s->count, LOANS / 2, LOANS);
    assert_true(s->seen[VERB_LOAN_REPAY] > 500);
    assert_true(s->seen[VERB_MONTH_CLOSE] > 20);
    assert_true(s->seen[VERB_LOAN_RESCHEDULE] > 10);
    assert_true(s->seen[VERB_LOAN_CHARGE_OFF] > 10);
    assert_true(s->seen[VERB_LOAN_RECOVER] > 10);
    assert_true(s->seen[VERB_REVOLVE] > 5);
    assert_true(s->seen[VERB_REVERSE] > 20);
    assert_true(s->shortened > 20 && s->ended > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_soak),
    };

    return cmocka_run_group_tests_name("loan life", tests, NULL, NULL);
}
