#include "report_loan.h"

#include "loan.h"
#include "permission.h"
#include "report_inside.h"

#include <stdlib.h>
#include <string.h>

const char *row_state_name(enum row_state state)
{
    static const char *const names[] = {
        [ROW_COMING] = "coming",
        [ROW_PART] = "part",
        [ROW_LATE] = "late",
        [ROW_PAID] = "paid",
        [ROW_REPLACED] = "replaced",
        [ROW_LOST] = "lost",
    };

    return names[state];
}

const char *plan_why_name(enum loan_plan_why why)
{
    static const char *const names[LOAN_PLAN_WHYS] = {
        [LOAN_PLAN_FIRST] = "first",
        [LOAN_PLAN_PREPAID] = "prepaid",
        [LOAN_PLAN_RESCHEDULED] = "rescheduled",
    };

    return names[why];
}

/* Sums over the rows; a plan that was made has sums that can be counted. */
static bool sum_up(struct schedule_report *out)
{
    for (size_t i = 0; i < out->count; i++) {
        const struct schedule_row *row = &out->rows[i];

        if (!minor_add(out->principal, row->planned.principal,
                &out->principal) ||
            !minor_add(out->interest, row->planned.interest,
                &out->interest) ||
            !minor_add(out->fee, row->planned.fee, &out->fee) ||
            !minor_add(out->total, row->planned.total, &out->total) ||
            !minor_add(out->paid, row->paid, &out->paid))
            return false;
    }
    return true;
}

/* ---- beside what was paid ---- */

/* What was paid while a plan was in force. */
struct paid {
    int64_t principal;
    int64_t interest;
};

static struct paid paid_in(const struct loan *loan,
    const struct loan_plan *plan, const struct loan_plan *next)
{
    int64_t principal =
        next != NULL ? next->principal_paid : loan->principal_paid;
    int64_t interest =
        next != NULL ? next->interest_paid : loan->interest_paid;

    return (struct paid){ principal - plan->principal_paid,
        interest - plan->interest_paid };
}

static int64_t take(int64_t *left, int64_t most)
{
    int64_t taken = *left < most ? *left : most;

    if (taken < 0)
        taken = 0;
    *left -= taken;
    return taken;
}

static enum row_state state_of(const struct schedule_report *report,
    const struct loan *loan, const struct schedule_row *row)
{
    int64_t owed = row->planned.principal + row->planned.interest;

    if (owed > 0 ? row->paid == owed
                 : row->planned.due.days < report->today.days)
        return ROW_PAID;
    if (report->plan < report->plans)
        return ROW_REPLACED;
    /* Paid off: interest that was not earned any more is not owed. */
    if (loan->phase == LOAN_PAID)
        return ROW_PAID;
    if (loan->phase == LOAN_CHARGED_OFF)
        return ROW_LOST;
    if (row->planned.due.days < report->today.days)
        return ROW_LATE;
    return row->paid > 0 ? ROW_PART : ROW_COMING;
}

/* The oldest row first, interest and principal apart: loan_standing.h. */
static void share_paid(struct schedule_report *out, const struct loan *loan,
    struct paid paid)
{
    for (size_t i = 0; i < out->count; i++) {
        struct schedule_row *row = &out->rows[i];

        row->paid = take(&paid.principal, row->planned.principal) +
            take(&paid.interest, row->planned.interest);
        row->state = state_of(out, loan, row);
    }
}

static void set_rows(struct schedule_report *out,
    const struct instalment *rows, size_t count, uint32_t passed)
{
    out->count = count;
    for (size_t i = 0; i < count; i++)
        out->rows[i] = (struct schedule_row){
            .number = passed + (uint32_t)i + 1,
            .planned = rows[i],
        };
}

/* ---- of a loan ---- */

static bool read_plan(struct ledger *ledger, const struct loan *loan,
    struct schedule_report *out)
{
    struct instalment rows[LOAN_ROWS_MAX];
    struct loan_plan plan;
    struct loan_plan next;
    bool has_next = out->plan < out->plans;
    size_t count;

    if (!loan_plan_find(ledger->state, loan->index, out->plan, &plan) ||
        (has_next &&
            !loan_plan_find(
                ledger->state, loan->index, out->plan + 1, &next)) ||
        loan_plan_rows(loan, &plan, rows, LOAN_ROWS_MAX, &count) !=
            SCHEDULE_MADE) {
        (void)context_fail(ledger, "a loan's plan cannot be worked out");
        return false;
    }
    out->made = plan.made;
    out->why = plan.why;
    out->yearly = plan.yearly;
    set_rows(out, rows, count, plan.passed);
    share_paid(out, loan, paid_in(loan, &plan, has_next ? &next : NULL));
    return true;
}

/* As if all were paid out today; what refuses it, or ACCEPTED. */
static enum disclosure_result work_out(struct ledger *ledger,
    const struct loan *loan, struct schedule_report *out,
    enum schedule_result *schedule)
{
    struct instalment rows[LOAN_ROWS_MAX];
    enum disclosure_result result;
    size_t count;

    result = disclosure_make(ledger->state, loan, out->today, rows, &count,
        &out->disclosure, schedule);
    if (result != DISCLOSURE_MADE)
        return result;
    out->has_disclosure = true;
    out->yearly = loan->terms.yearly;
    set_rows(out, rows, count, 0);
    return DISCLOSURE_MADE;
}

int report_schedule(struct ledger *ledger, const struct ident *who,
    uint64_t index, uint32_t plan, struct schedule_report *out,
    enum status *status)
{
    enum schedule_result schedule;
    struct loan loan;

    memset(out, 0, sizeof *out);
    if (!report_loan_open(ledger, who, index, &loan, status))
        return report_end(ledger);
    out->currency = loan.terms.currency;
    out->today = ledger->books[loan.book].date;
    out->plans = loan.plans;
    out->plan = plan == 0 ? loan.plans : plan;
    if (plan > loan.plans) {
        *status = STATUS_BAD_VALUE;
        return report_end(ledger);
    }
    if (out->plan == 0) {
        /* A first due date that was asked for may have passed since. */
        if (work_out(ledger, &loan, out, &schedule) != DISCLOSURE_MADE)
            *status = STATUS_NO_SCHEDULE;
    } else if (!read_plan(ledger, &loan, out)) {
        return -1;
    }
    if (loan.approved != 0) {
        out->has_disclosure = true;
        out->disclosure = loan.disclosure;
    }
    if (*status == STATUS_ACCEPTED && !sum_up(out))
        return context_fail(ledger, "a loan's plan cannot be added up");
    return report_end(ledger);
}

/* ---- of a loan to be ---- */

/* The book whose product it is. */
static const struct book *quote_book(struct ledger *ledger,
    const struct operation *op, const struct signing_key *key,
    struct context *c)
{
    const struct schedule_fields *f = &op->as.schedule;
    const struct scope *scope = &key->scope;
    const struct book *book = NULL;
    const struct book *own = NULL;
    struct party party;

    if (scope->kind == SCOPE_BOOK)
        own = &ledger->books[scope->number];
    else if (scope->kind == SCOPE_PARTY &&
        record_find_party_number(ledger->state, scope->number, &party))
        own = &ledger->books[party.book];
    if (!OPERATION_HAS(op, schedule, book)) {
        if (own == NULL)
            context_refuse(c, STATUS_MISSING_FIELD, "book");
        return own;
    }
    book = context_find_book(ledger, &f->book);
    if (book == NULL)
        context_refuse(c, STATUS_UNKNOWN_BOOK, "book");
    else if (scope->kind != SCOPE_ALL && book != own)
        context_refuse(c, STATUS_OUT_OF_SCOPE, "book");
    return book;
}

/* The same as a loan-apply would say it. */
static struct operation as_application(
    const struct operation *op, struct context *c)
{
    const struct schedule_fields *f = &op->as.schedule;
    struct operation apply = { .verb = VERB_LOAN_APPLY };
    struct loan_apply_fields *to = &apply.as.loan_apply;

    if (!OPERATION_HAS(op, schedule, product))
        context_refuse(c, STATUS_MISSING_FIELD, "product");
    if (!OPERATION_HAS(op, schedule, amount))
        context_refuse(c, STATUS_MISSING_FIELD, "amount");
    if (!OPERATION_HAS(op, schedule, count))
        context_refuse(c, STATUS_MISSING_FIELD, "count");
    if (OPERATION_HAS(op, schedule, plan))
        context_refuse(c, STATUS_BAD_VALUE, "plan");
    to->product = f->product;
    to->amount = f->amount;
    to->count = f->count;
    to->first = f->first;
    to->grace = f->grace;
    to->only = f->only;
    to->balloon = f->balloon;
    to->weights = f->weights;
#define COPY(member)                                                     \
    to->present |= OPERATION_HAS(op, schedule, member)                   \
        << FIELD_OF_loan_apply_##member
    COPY(first);
    COPY(grace);
    COPY(only);
    COPY(balloon);
    COPY(weights);
#undef COPY
    return apply;
}

static void quote(struct ledger *ledger, struct context *c,
    const struct operation *op, const struct signing_key *key,
    struct schedule_report *out)
{
    const struct schedule_fields *f = &op->as.schedule;
    struct operation apply = as_application(op, c);
    const struct book *book = quote_book(ledger, op, key, c);
    struct loan loan = { .book = 0 };
    enum schedule_result schedule;

    if (book == NULL || context_refused(c))
        return;
    loan.book = book->number;
    loan.applied = f->amount.minor;
    out->today = book->date;
    out->currency = f->amount.currency;
    if (!loan_take_terms(c, &apply, book, &loan))
        return;
    switch (work_out(ledger, &loan, out, &schedule)) {
    case DISCLOSURE_MADE:
        if (!sum_up(out))
            context_refuse(c, STATUS_NO_SCHEDULE, "product");
        return;
    case DISCLOSURE_NO_SCHEDULE:
        loan_refuse_schedule(c, schedule);
        return;
    case DISCLOSURE_NO_RATE:
        context_refuse(c, STATUS_NO_SCHEDULE, "product");
        return;
    }
}

int report_quote(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct schedule_report *out,
    enum status *status, struct bytes *field)
{
    struct signing_key key;
    struct context *c;

    memset(out, 0, sizeof *out);
    *field = bytes_text("");
    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    c = calloc(1, sizeof *c);
    if (c == NULL)
        return context_fail(ledger, "out of memory for a schedule");
    c->ledger = ledger;
    c->state = ledger->state;
    quote(ledger, c, op, &key, out);
    *status = c->status;
    *field = c->field;
    free(c);
    return report_end(ledger);
}

/* ---- payoff ---- */

static enum status may_be_paid_off(
    const struct loan *loan, struct date today, const struct date *date)
{
    if (loan_phase_has_ended(loan->phase))
        return STATUS_LOAN_ENDED;
    if (loan->phase != LOAN_OPEN)
        return STATUS_WRONG_PHASE;
    if (date != NULL && date->days < today.days)
        return STATUS_WRONG_DATE;
    if (loan_undisbursed(loan) > 0)
        return STATUS_TRANCHES_LEFT;
    return STATUS_ACCEPTED;
}

int report_payoff(struct ledger *ledger, const struct ident *who,
    uint64_t index, const struct date *date, struct payoff_report *out,
    enum status *status)
{
    struct loan_standing standing;
    struct date today;
    struct loan loan;

    memset(out, 0, sizeof *out);
    if (!report_loan_open(ledger, who, index, &loan, status))
        return report_end(ledger);
    today = ledger->books[loan.book].date;
    *status = may_be_paid_off(&loan, today, date);
    if (*status != STATUS_ACCEPTED)
        return report_end(ledger);
    if (date != NULL)
        today = *date;
    if (!loan_standing_on(ledger->state, &loan, today, today, &standing)) {
        *status = STATUS_BAD_RANGE;
        return report_end(ledger);
    }
    *out = (struct payoff_report){
        .currency = loan.terms.currency,
        .date = today,
        .principal = standing.principal,
        .interest = standing.interest,
        .late = standing.late,
        .payoff = standing.payoff,
    };
    return report_end(ledger);
}
