/* A loan from the application to its end. */
#include "demo_years_inside.h"

#include "../protocol/answer.h"


#include <inttypes.h>
#include <stdio.h>

/* Days: a late payer comes back after the next due date, after a harvest
 * later; a bad debt is charged off after it was paid out; something is
 * recovered after that. */
#define CATCH_UP 20
#define AFTER_HARVEST 60
#define CHARGED_OFF 330
#define RECOVERED 280

/* What is recovered of a loan charged off, minor units. */
static const int64_t recovered[] = {6000, 40000};

/* Instalments that a bad payer pays, by book, and the one left out. */
static const unsigned good_ones[] = {3, 1};
#define LEFT_OUT 3

#define HARVEST_MONTHS 10 /* from March to December, eight of grace */

static const char *committee(const struct years_loan *loan)
{
    return loan->book == YEARS_US ? "committee.us" : "committee.mx";
}

static const char *teller(const struct years_loan *loan)
{
    return loan->pools[0]->teller.text;
}

static const char *office(const struct years_loan *loan)
{
    return loan->project != NULL ? "bank.mx" : loan->pools[0]->via.text;
}

/* A loan's decision: one pool's treasurer proposes; the other one and the
 * committee approve, so that clubs are the majority. */
static int decide(struct years *years, struct years_loan *loan,
    struct buffer *line)
{
    int result = demo_send_for(&years->play, &loan->decision,
        loan->pools[0]->treasurer.text, "%.*s", (int)line->length,
        (const char *)line->data);
    buffer_free(line);
    return result;
}

static int decided(struct years *years, const struct years_loan *loan)
{
    const char *keys[] = {
        loan->pools[1]->treasurer.text, committee(loan), NULL};
    return years_approve(years, &loan->decision, keys);
}

/* ---- what the ledger says of it ---- */

static int64_t amount_in(struct bytes row, const char *key)
{
    struct amount amount = {0, CURRENCY_USD};
    return amount_parse(answer_find(row, key), &amount) == AMOUNT_SPELLED
        ? amount.minor
        : 0;
}

/* Instalments that are still to be paid. */
static int read_schedule(struct years *years, struct years_loan *loan)
{
    struct buffer out = buffer_empty();
    struct bytes rest, line, row;
    enum answer_kind kind;
    struct years_row next;
    int result = years_ask(
        years, &out, "schedule loan=%" PRIu64, loan->number);
    loan->count = 0;
    rest = buffer_bytes(&out);
    while (result == 0 && loan->count < YEARS_ROWS &&
        bytes_next_line(&rest, &line))
        if (answer_open(line, &kind, &row) && kind == ANSWER_ROW &&
            date_parse(answer_find(row, "due"), &next.due) &&
            (next.total = amount_in(row, "total")) > 0 &&
            next.due.days >= years->today.days)
            loan->rows[loan->count++] = next;
    buffer_free(&out);
    return result == 0 && loan->count == 0
        ? failure_set(years->play.failure, "a loan without instalments")
        : result;
}

/* What is due today, late interest too; or all that is owed. */
static int ask_owed(struct years *years, const struct years_loan *loan,
    bool all, int64_t *minor)
{
    struct buffer out = buffer_empty();
    struct bytes rest, line, row;
    enum answer_kind kind;
    int result =
        years_ask(years, &out, "loan loan=%" PRIu64, loan->number);
    *minor = 0;
    rest = buffer_bytes(&out);
    while (result == 0 && bytes_next_line(&rest, &line))
        if (answer_open(line, &kind, &row) && kind == ANSWER_ROW &&
            answer_find(row, "owed").length > 0)
            *minor = all ? amount_in(row, "owed")
                         : amount_in(row, "principal_due") +
                    amount_in(row, "interest_due") + amount_in(row, "late");
    buffer_free(&out);
    return result;
}

/* ---- repaying ---- */

static int repay(struct years *years, const struct years_loan *loan,
    const char *verb, int64_t minor)
{
    struct buffer line = buffer_empty();
    buffer_format(&line, "%s loan=%" PRIu64, verb, loan->number);
    years_amount(
        &line, "amount", (struct amount){minor, loan->amount.currency});
    buffer_format(&line, " via=%s", office(loan));
    int result = demo_send_buffer(&years->play,
        loan->project != NULL ? "supervisor.mx" : teller(loan), &line);
    buffer_free(&line);
    return result;
}

/* Principal of a project's loan is there to be lent again, in the clubs'
 * funds; then nothing keeps the project open. */
static int revolve(struct years *years, void *subject, unsigned step)
{
    struct years_loan *loan = subject;
    struct buffer line = buffer_empty();
    int result;
    (void)step;
    buffer_format(&line, "revolve loan=%" PRIu64, loan->number);
    years_amount(&line, "amount", loan->amount);
    result = demo_send_buffer(&years->play, "treasurer.mx", &line);
    buffer_free(&line);
    years_later(
        years, 1, YEARS_BOTH, years_close_project, loan->project, 0);
    return result;
}

static int pay_off(struct years *years, struct years_loan *loan)
{
    int64_t minor;
    if (ask_owed(years, loan, true, &minor) != 0 ||
        repay(years, loan, "loan-repay", minor) != 0)
        return -1;
    if (loan->project != NULL) {
        years_later(years, 2, YEARS_BOTH, revolve, loan, 0);
    } else {
        loan->pools[0]->lendable += loan->amount.minor / 2;
        loan->pools[1]->lendable += loan->amount.minor / 2;
    }
    return 0;
}

enum { PAY_LATE = 100 };

/* Instalment i on its date; 100 + i: what is overdue, later. */
static int pay(struct years *years, void *subject, unsigned i)
{
    struct years_loan *loan = subject;
    int64_t minor;
    if (i == PAY_LATE + LEFT_OUT + 1)
        return ask_owed(years, loan, false, &minor) == 0
            ? repay(years, loan, "loan-repay", minor)
            : -1;
    return i + 1 == loan->count
        ? pay_off(years, loan)
        : repay(years, loan, "loan-repay", loan->rows[i].total);
}

static bool is_long(const struct years_loan *loan)
{
    return loan->count > LEFT_OUT + 2;
}

static bool is_left_out(const struct years_loan *loan, unsigned i)
{
    return (loan->payer == PAYER_BAD && i >= good_ones[loan->book]) ||
        loan->payer == PAYER_RESCHEDULED ||
        (loan->payer == PAYER_LATE && is_long(loan) &&
            (i == LEFT_OUT || i == LEFT_OUT + 1));
}

/* All instalments into the calendar, as its payer pays them. */
static int plan_payments(struct years *years, void *subject, unsigned step)
{
    struct years_loan *loan = subject;
    (void)step;
    if (read_schedule(years, loan) != 0)
        return -1;
    for (unsigned i = 0; i < loan->count; i++) {
        struct date date = loan->rows[i].due;
        if (loan->payer == PAYER_LATE && !is_long(loan) &&
            i + 1 == loan->count)
            date.days += AFTER_HARVEST;
        if (!is_left_out(loan, i)) {
            years_on(years, date, loan->book, pay, loan, i);
        } else if (loan->payer == PAYER_LATE && i == LEFT_OUT + 1) {
            date.days += CATCH_UP;
            years_on(years, date, loan->book, pay, loan, PAY_LATE + i);
        }
    }
    return 0;
}

/* ---- what goes wrong ---- */

enum { PROPOSE, APPROVE };

static int charge_off(struct years *years, void *subject, unsigned step)
{
    struct years_loan *loan = subject;
    struct buffer line = buffer_empty();
    if (step == APPROVE)
        return decided(years, loan);
    buffer_format(&line, "loan-charge-off loan=%" PRIu64 " reason=left",
        loan->number);
    return decide(years, loan, &line);
}

static int recover(struct years *years, void *subject, unsigned step)
{
    const struct years_loan *loan = subject;
    (void)step;
    return repay(years, loan, "loan-recover", recovered[loan->book]);
}

/* After a harvest that failed: paid with the next one. */
static int reschedule(struct years *years, void *subject, unsigned step)
{
    struct years_loan *loan = subject;
    struct buffer line = buffer_empty();
    int year, month, day;
    date_split(years->today, &year, &month, &day);
    if (step == APPROVE) {
        loan->payer = PAYER_GOOD;
        return decided(years, loan) == 0
            ? plan_payments(years, loan, 0)
            : -1;
    }
    buffer_format(&line,
        "loan-reschedule loan=%" PRIu64 " count=10 first=%04d-03-15 "
        "reason=drought",
        loan->number, year);
    years_later(years, 1, YEARS_BOTH, reschedule, loan, APPROVE);
    return decide(years, loan, &line);
}

static void plan_trouble(struct years *years, struct years_loan *loan)
{
    int year, month, day;
    date_split(years->today, &year, &month, &day);
    if (loan->payer == PAYER_BAD) {
        years_later(years, CHARGED_OFF, YEARS_BOTH, charge_off, loan, PROPOSE);
        years_later(
            years, CHARGED_OFF + 3, YEARS_BOTH, charge_off, loan, APPROVE);
        years_later(years, CHARGED_OFF + RECOVERED, YEARS_BOTH, recover, loan,
            0);
    } else if (loan->payer == PAYER_RESCHEDULED) {
        years_on(years, date_of(year + 1, 1, 16), YEARS_BOTH, reschedule,
            loan, PROPOSE);
    }
}

/* ---- paying out ---- */

static int pay_out(struct years *years, struct years_loan *loan,
    int64_t minor, const char *milestone)
{
    struct buffer line = buffer_empty();
    buffer_format(&line, "loan-disburse loan=%" PRIu64, loan->number);
    years_amount(
        &line, "amount", (struct amount){minor, loan->amount.currency});
    buffer_format(&line, " to=%s",
        loan->to != NULL ? loan->to : loan->borrower.text);
    if (milestone != NULL)
        buffer_format(&line, " milestone=%s", milestone);
    int result = demo_send_buffer(&years->play,
        loan->book == YEARS_US ? "loans.us" : "loans.mx", &line);
    buffer_free(&line);
    return result;
}

int years_pay_tranche(struct years *years, void *subject, unsigned milestone)
{
    struct years_loan *loan = subject;
    int64_t minor = loan->amount.minor * years_released[milestone] / 100;
    if (pay_out(years, loan, minor, years_milestones[milestone]) != 0)
        return -1;
    return ++loan->paid_out < YEARS_TRANCHES
        ? 0
        : plan_payments(years, loan, 0);
}

/* ---- the application ---- */

enum { APPLY, GUARANTEE, COMMITTEE_PROPOSE, COMMITTEE, PAY_OUT };

static int apply(struct years *years, struct years_loan *loan)
{
    struct buffer line = buffer_empty();
    int year, month, day;
    date_split(years->today, &year, &month, &day);
    buffer_format(&line, "loan-apply borrower=%s product=%s",
        loan->borrower.text, loan->product);
    years_amount(&line, "amount", loan->amount);
    if (loan->project != NULL)
        buffer_format(&line,
            " count=12 sector=%s purpose=C first=%04d-03-15 project=%s "
            "tranches=" YEARS_MILESTONES,
            category_row(loan->project->category)->name, year + 1,
            loan->project->name.text);
    else if (loan->book == YEARS_MX)
        buffer_format(&line,
            " count=%d sector=farming purpose=I first=%04d-03-15 grace=8 "
            "weights=11:0.6,12:0.4",
            HARVEST_MONTHS, year);
    else
        buffer_text(&line, " count=12 sector=housing purpose=F");
    int result = demo_send_for(&years->play, &loan->number,
        loan->book == YEARS_US ? "loans.us" : "loans.mx", "%.*s",
        (int)line.length, (const char *)line.data);
    buffer_free(&line);
    return result;
}

/* Somebody near gives a word for half of it. */
static int guarantee(struct years *years, struct years_loan *loan)
{
    struct buffer line = buffer_empty();
    int result = years_know(years, &loan->number);
    buffer_format(&line, "guarantee loan=%" PRIu64 " guarantor=%s",
        loan->number, loan->guarantor.text);
    years_amount(&line, "amount",
        (struct amount){loan->amount.minor / 2, loan->amount.currency});
    years_evidence(&line, &loan->guarantor, "guarantee");
    if (result == 0)
        result = demo_send_buffer(&years->play,
            loan->book == YEARS_US ? "loans.us" : "loans.mx", &line);
    buffer_free(&line);
    return result;
}

static int propose(struct years *years, struct years_loan *loan)
{
    struct buffer line = buffer_empty();
    buffer_format(&line, "loan-approve loan=%" PRIu64, loan->number);
    years_amount(&line, "amount", loan->amount);
    buffer_format(&line, " pools=%s:0.5,%s:0.5 interest=0.5 loss=0.5",
        loan->pools[0]->name.text, loan->pools[1]->name.text);
    return decide(years, loan, &line);
}

static int pay_out_whole(struct years *years, struct years_loan *loan)
{
    if (pay_out(years, loan, loan->amount.minor, NULL) != 0 ||
        plan_payments(years, loan, 0) != 0)
        return -1;
    plan_trouble(years, loan);
    return 0;
}

int years_apply(struct years *years, void *subject, unsigned step)
{
    struct years_loan *loan = subject;
    int result = 0;
    switch (step) {
    case APPLY:
        result = apply(years, loan);
        break;
    case GUARANTEE:
        result = guarantee(years, loan);
        break;
    case COMMITTEE_PROPOSE:
        result = propose(years, loan);
        break;
    case COMMITTEE:
        result = decided(years, loan);
        if (loan->project != NULL)
            return result; /* paid out by milestones */
        break;
    default:
        return pay_out_whole(years, loan);
    }
    years_later(years, 1, YEARS_BOTH, years_apply, loan, step + 1);
    return result;
}
