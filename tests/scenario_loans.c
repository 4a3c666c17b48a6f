#include "scenario_inside.h"

#include "../ledger/report_loan.h"

#include <stdlib.h>

/* Answers about loans as rows of a scenario; see scenarios/README.md. */

struct rows {
    struct buffer *out;
    enum currency currency;
};

static void put_name(struct rows *rows, const struct ident *name)
{
    if (name->length > 0)
        buffer_append(rows->out, ident_bytes(name));
    else
        buffer_char(rows->out, '-');
}

static void put(struct rows *rows, const char *word, int64_t minor)
{
    buffer_char(rows->out, ' ');
    if (word[0] != '\0') {
        buffer_text(rows->out, word);
        buffer_char(rows->out, ' ');
    }
    amount_append_digits(
        rows->out, (struct amount){ minor, rows->currency });
}

static void put_date(struct rows *rows, const char *before, struct date date)
{
    buffer_text(rows->out, before);
    date_append(rows->out, date);
}

static void put_percent(
    struct rows *rows, const char *word, uint64_t value, unsigned digits)
{
    uint64_t whole = digits == 1 ? 10 : 100;

    buffer_format(rows->out, "%s%llu.%0*llu", word,
        (unsigned long long)(value / whole), (int)digits,
        (unsigned long long)(value % whole));
}

static void put_disclosure(
    struct rows *rows, const struct loan_disclosure *disclosure)
{
    put_percent(rows, " apr ", disclosure->apr, 2);
    put_percent(rows, " cat ", disclosure->cat, 1);
    put(rows, "finance", disclosure->finance);
    put(rows, "total", disclosure->total);
}

/* ---- loan ---- */

static void owed_row(struct rows *rows, const struct loan_report *report)
{
    const struct loan_owed *owed = &report->owed;

    if (!owed->stands)
        return;
    buffer_text(rows->out, "owed");
    put(rows, "", owed->payoff);
    put(rows, "principal", owed->principal);
    put(rows, "interest", owed->interest);
    put(rows, "late", owed->late);
    put(rows, "due", owed->principal_due);
    put(rows, "", owed->interest_due);
    buffer_format(rows->out, " days %u", owed->days);
    if (owed->days > 0)
        put_date(rows, " since ", owed->since);
    if (owed->has_next) {
        put_date(rows, " next ", owed->next);
        put(rows, "", owed->next_amount);
    }
    if (report->loan.non_accrual)
        put_date(rows, " suspended ", report->loan.non_accrual_from);
    put(rows, "allowance", report->loan.allowance);
    buffer_char(rows->out, '\n');
}

static void paid_row(struct rows *rows, const struct loan *loan)
{
    if (loan->tranches_paid == 0)
        return;
    buffer_text(rows->out, "paid");
    put(rows, "principal", loan->principal_paid);
    put(rows, "interest", loan->interest_paid);
    put(rows, "late", loan->late_paid);
    put(rows, "charged-off", loan->charged_off);
    put(rows, "recovered", loan->recovered);
    put(rows, "revolved", loan->revolved);
    buffer_char(rows->out, '\n');
}

static void pool_rows(struct rows *rows, const struct loan_report *report)
{
    for (size_t i = 0; i < report->pools.count; i++) {
        const struct loan_pool *pool = &report->pools.list[i];

        buffer_text(rows->out, "pool ");
        put_name(rows, &report->pool_names[i]);
        buffer_char(rows->out, ' ');
        rate_append(rows->out, (struct rate){ pool->part, 4 });
        put(rows, "committed", pool->committed);
        put(rows, "funded", pool->funded);
        put(rows, "returned", pool->returned);
        put(rows, "interest", pool->interest);
        put(rows, "loss", pool->loss);
        put(rows, "recovered", pool->recovered);
        put(rows, "revolved", pool->revolved);
        buffer_char(rows->out, '\n');
    }
}

static void security_rows(
    struct rows *rows, const struct loan_report *report)
{
    for (size_t i = 0; i < report->securities.count; i++) {
        const struct loan_security *one = &report->securities.list[i];

        buffer_text(rows->out,
            one->how == LOAN_GUARANTEES ? "guarantee " : "collateral ");
        put_name(rows, &report->security_names[i]);
        put(rows, "", one->amount);
        buffer_text(rows->out, one->ended == 0 ? " open\n" : " closed\n");
    }
}

static void tranche_rows(struct rows *rows, const struct loan_report *report)
{
    for (size_t i = 0; i < report->tranche_count; i++) {
        const struct loan_tranche *tranche = &report->tranches[i];

        buffer_text(rows->out, "tranche ");
        put_name(rows, &tranche->name);
        put(rows, "", tranche->amount);
        if (tranche->paid != 0)
            put_date(rows, " paid ", tranche->date);
        buffer_char(rows->out, '\n');
    }
}

static void event_row(void *context, const struct loan_event *event)
{
    struct rows rows = { context, 0 };

    buffer_text(rows.out, operation_row(event->verb)->verb);
    put_date(&rows, " ", event->date);
    buffer_char(rows.out, '\n');
}

static void loan_rows(struct rows *rows, const struct loan_report *report)
{
    const struct loan *loan = &report->loan;

    buffer_text(rows->out, loan_phase_name(loan->phase));
    buffer_char(rows->out, ' ');
    put_name(rows, &report->borrower);
    buffer_char(rows->out, ' ');
    put_name(rows, &report->club);
    buffer_char(rows->out, ' ');
    put_name(rows, &report->project);
    buffer_char(rows->out, ' ');
    put_name(rows, &loan->product);
    put(rows, "applied", loan->applied);
    put(rows, "committed", loan->committed);
    put(rows, "disbursed", loan->disbursed);
    put(rows, "withheld", loan->fee_withheld);
    buffer_char(rows->out, '\n');
    if (loan->approved != 0) {
        buffer_text(rows->out, "disclosed");
        put_disclosure(rows, &loan->disclosure);
        buffer_char(rows->out, '\n');
    }
    owed_row(rows, report);
    paid_row(rows, loan);
    tranche_rows(rows, report);
    pool_rows(rows, report);
    security_rows(rows, report);
}

static int ask_loan(struct ledger *ledger, const struct ident *who,
    uint64_t loan, struct buffer *out, enum status *status)
{
    struct loan_report *report = calloc(1, sizeof *report);
    struct buffer events = buffer_empty();
    int result = -1;

    if (report != NULL)
        result = report_loan(
            ledger, who, loan, report, event_row, &events, status);
    if (result == 0 && *status == STATUS_ACCEPTED) {
        struct rows rows = { out, report->loan.terms.currency };

        loan_rows(&rows, report);
        buffer_append(out, buffer_bytes(&events));
    }
    buffer_free(&events);
    free(report);
    return result;
}

/* ---- loans ---- */

static void loan_line(void *context, const struct loan_line *line)
{
    struct rows rows = { context, line->loan->terms.currency };

    put_name(&rows, &line->borrower);
    buffer_char(rows.out, ' ');
    put_name(&rows, &line->club);
    buffer_char(rows.out, ' ');
    put_name(&rows, &line->loan->product);
    buffer_format(rows.out, " %s", loan_phase_name(line->loan->phase));
    put(&rows, "", line->loan->applied);
    put(&rows, "principal", loan_principal(line->loan));
    if (line->owed.stands) {
        put(&rows, "owed", line->owed.payoff);
        buffer_format(rows.out, " days %u", line->owed.days);
    }
    if (line->owed.has_next) {
        put_date(&rows, " next ", line->owed.next);
        put(&rows, "", line->owed.next_amount);
    }
    buffer_char(rows.out, '\n');
}

static int ask_loans(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    const struct loans_fields *f = &op->as.loans;
    enum loan_phase phase = (enum loan_phase)f->state;
    uint64_t next;

    return report_loans(ledger, who,
        OPERATION_HAS(op, loans, party) ? &f->party : NULL,
        OPERATION_HAS(op, loans, state) ? &phase : NULL,
        OPERATION_HAS(op, loans, before) ? f->before : UINT64_MAX, loan_line,
        out, &next, status);
}

/* ---- schedule ---- */

static void schedule_rows(
    struct rows *rows, const struct schedule_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct schedule_row *row = &report->rows[i];

        buffer_format(rows->out, "%u", row->number);
        put_date(rows, " ", row->planned.due);
        put(rows, "", row->planned.principal);
        put(rows, "", row->planned.interest);
        put(rows, "", row->planned.total);
        put(rows, "balance", row->planned.closing);
        if (report->plan > 0) {
            put(rows, "paid", row->paid);
            buffer_format(rows->out, " %s", row_state_name(row->state));
        }
        buffer_char(rows->out, '\n');
    }
}

static void schedule_sums(
    struct rows *rows, const struct schedule_report *report)
{
    if (report->plan > 0)
        buffer_format(rows->out, "plan %u of %u %s", report->plan,
            report->plans, plan_why_name(report->why));
    else
        buffer_text(rows->out, "quote");
    buffer_char(rows->out, ' ');
    rate_append(rows->out, report->yearly);
    put(rows, "principal", report->principal);
    put(rows, "interest", report->interest);
    put(rows, "paid", report->paid);
    if (report->has_disclosure)
        put_disclosure(rows, &report->disclosure);
    buffer_char(rows->out, '\n');
}

static int ask_schedule(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    const struct schedule_fields *f = &op->as.schedule;
    struct schedule_report *report = calloc(1, sizeof *report);
    struct bytes field;
    int result = -1;

    if (report != NULL && OPERATION_HAS(op, schedule, loan))
        result = report_schedule(
            ledger, who, f->loan, (uint32_t)f->plan, report, status);
    else if (report != NULL)
        result = report_quote(ledger, who, op, report, status, &field);
    if (result == 0 && *status == STATUS_ACCEPTED) {
        struct rows rows = { out, report->currency };

        schedule_rows(&rows, report);
        schedule_sums(&rows, report);
    }
    free(report);
    return result;
}

static int ask_payoff(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    const struct payoff_fields *f = &op->as.payoff;
    struct payoff_report report;
    int result = report_payoff(ledger, who, f->loan,
        OPERATION_HAS(op, payoff, date) ? &f->date : NULL, &report, status);

    if (result == 0 && *status == STATUS_ACCEPTED) {
        struct rows rows = { out, report.currency };

        put_date(&rows, "", report.date);
        put(&rows, "principal", report.principal);
        put(&rows, "interest", report.interest);
        put(&rows, "late", report.late);
        put(&rows, "payoff", report.payoff);
        buffer_char(out, '\n');
    }
    return result;
}

/* ---- portfolio ---- */

/* What the groups sum to, and what the trial balance says. */
struct portfolio_sums {
    struct rows rows;
    int64_t groups[CURRENCY_COUNT][3]; /* principal, receivable, held */
    int64_t totals[CURRENCY_COUNT][3];
    bool grouped;
};

static void bucket_rows(
    struct rows *rows, const struct portfolio_group *group)
{
    for (int t = 0; t < LOAN_PROVISION_COUNT; t++) {
        const struct ageing_table *table =
            product_ageing((enum loan_provision)t);

        for (size_t i = 0; i < table->count; i++) {
            const struct portfolio_bucket *bucket = &group->buckets[t][i];

            if (bucket->loans == 0 && bucket->principal == 0)
                continue;
            buffer_format(rows->out, "%s from %u loans %llu",
                field_word(FIELD_LOAN_PROVISION, (unsigned)t),
                table->buckets[i].from, (unsigned long long)bucket->loans);
            put(rows, "principal", bucket->principal);
            put(rows, "interest", bucket->receivable);
            put(rows, "required", bucket->required);
            buffer_char(rows->out, '\n');
        }
    }
}

static void group_row(struct rows *rows, const struct portfolio_group *group)
{
    if (group->is_total)
        buffer_text(rows->out, "total ");
    else
        put_name(rows, &group->name);
    buffer_format(rows->out, "%s%s loans %llu", group->is_total ? "" : " ",
        currency_code(group->currency), (unsigned long long)group->loans);
    put(rows, "principal", group->principal);
    put(rows, "interest", group->receivable);
    put(rows, "required", group->required);
    put(rows, "held", group->held);
    put(rows, "suspended", group->suspended);
    for (int i = 0; i < PORTFOLIO_RISKS; i++) {
        buffer_format(rows->out, " par%u",
            portfolio_days[i] == 0 ? 1 : portfolio_days[i]);
        put(rows, "", group->at_risk[i]);
        put_percent(rows, " ", group->percent[i], 2);
    }
    put(rows, "charged-off", group->charged_off);
    put(rows, "recovered", group->recovered);
    buffer_char(rows->out, '\n');
}

static void portfolio_group(
    void *context, const struct portfolio_group *group)
{
    struct portfolio_sums *sums = context;
    int64_t *to = group->is_total ? sums->totals[group->currency]
                                  : sums->groups[group->currency];

    sums->rows.currency = group->currency;
    to[0] += group->principal;
    to[1] += group->receivable;
    to[2] += group->held;
    bucket_rows(&sums->rows, group);
    group_row(&sums->rows, group);
}

/* A portfolio that is not what the book's accounts say is told in the rows,
 * so that no scenario can miss it. */
static void compare_trial(void *context, const struct trial_row *row)
{
    static const enum role roles[] = { ROLE_LOAN, ROLE_INTEREST_RECEIVABLE,
        ROLE_ALLOWANCE };
    struct portfolio_sums *sums = context;

    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        int64_t total = sums->totals[row->currency][i];

        if (row->role != roles[i])
            continue;
        if (row->balance != total ||
            (sums->grouped && sums->groups[row->currency][i] != total))
            buffer_format(sums->rows.out, "%s is not the trial balance's\n",
                role_row(row->role)->name);
    }
}

static int ask_portfolio(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    const struct portfolio_fields *f = &op->as.portfolio;
    struct portfolio_sums sums = { .rows = { out, 0 },
        .grouped = OPERATION_HAS(op, portfolio, by) };
    struct date date;
    struct date since;

    if (report_portfolio(ledger, who, &f->book,
            sums.grouped ? &f->by : NULL, &date, &since, portfolio_group,
            &sums, status) != 0)
        return -1;
    if (*status != STATUS_ACCEPTED)
        return 0;
    return report_trial(
        ledger, who, &f->book, compare_trial, &sums, status);
}

/* ---- exposure ---- */

static void exposure_row(void *context, const struct exposure_row *row)
{
    static const char *const kinds[] = { "borrower ", "club ", "sector " };
    struct rows rows = { context, row->currency };

    buffer_text(rows.out, kinds[row->kind]);
    put_name(&rows, &row->name);
    put(&rows, "", row->amount);
    put_percent(&rows, " ", row->percent, 2);
    if (row->has_limit)
        put(&rows, "most", row->most);
    buffer_char(rows.out, '\n');
}

static int ask_exposure(struct ledger *ledger, const struct ident *who,
    const struct ident *pool, struct buffer *out, enum status *status)
{
    struct buffer text = buffer_empty();
    struct exposure_report report;
    int result = report_exposure(
        ledger, who, pool, &report, exposure_row, &text, status);

    if (result == 0 && *status == STATUS_ACCEPTED) {
        for (int i = 0; i < CURRENCY_COUNT; i++) {
            struct rows rows = { out, (enum currency)i };

            if (report.balance[i] == 0)
                continue;
            buffer_text(out, "pool");
            put(&rows, "", report.balance[i]);
            put(&rows, "lent", report.lent[i]);
            buffer_char(out, '\n');
        }
        buffer_append(out, buffer_bytes(&text));
    }
    buffer_free(&text);
    return result;
}

bool scenario_asks_loans(enum verb verb)
{
    return verb == VERB_LOAN || verb == VERB_LOANS ||
        verb == VERB_SCHEDULE || verb == VERB_PAYOFF ||
        verb == VERB_PORTFOLIO || verb == VERB_EXPOSURE;
}

int scenario_ask_loans(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    if (op->verb == VERB_LOAN)
        return ask_loan(ledger, who, op->as.loan.loan, out, status);
    if (op->verb == VERB_LOANS)
        return ask_loans(ledger, who, op, out, status);
    if (op->verb == VERB_SCHEDULE)
        return ask_schedule(ledger, who, op, out, status);
    if (op->verb == VERB_PAYOFF)
        return ask_payoff(ledger, who, op, out, status);
    if (op->verb == VERB_PORTFOLIO)
        return ask_portfolio(ledger, who, op, out, status);
    return ask_exposure(ledger, who, &op->as.exposure.pool, out, status);
}
