#include "question_inside.h"

#include "../ledger/report_loan.h"

#include <stdlib.h>

/* ---- values ---- */

void question_rate(struct buffer *out, const char *key, struct rate rate)
{
    answer_word(out, key, "");
    rate_append(out, rate);
}

void question_percent(
    struct buffer *out, const char *key, uint64_t value, unsigned digits)
{
    uint64_t whole = digits == 1 ? 10 : 100;
    answer_word(out, key, "");
    buffer_format(out, "%llu.%0*llu", (unsigned long long)(value / whole),
        (int)digits, (unsigned long long)(value % whole));
}

void question_disclosure(struct buffer *out,
    const struct loan_disclosure *disclosure, enum currency currency)
{
    question_percent(out, "apr", disclosure->apr, 2);
    question_percent(out, "cat", disclosure->cat, 1);
    answer_amount(
        out, "finance", (struct amount){disclosure->finance, currency});
    answer_amount(
        out, "total", (struct amount){disclosure->total, currency});
    answer_hash(out, "schedule", &disclosure->schedule);
}

/* ---- one loan ---- */

/* What the rows of a loan are written with. */
struct writer {
    struct buffer text;
    enum currency currency;
    uint64_t rows;
};

static void open_row(struct writer *to)
{
    to->rows++;
    answer_row(&to->text);
}

static void money(struct writer *to, const char *key, int64_t minor)
{
    answer_amount(&to->text, key, (struct amount){minor, to->currency});
}

static void name(struct writer *to, const char *key, const struct ident *one)
{
    if (one->length > 0)
        answer_ident(&to->text, key, one);
}

static void word(
    struct writer *to, const char *key, enum field_type type, unsigned value)
{
    answer_word(&to->text, key, field_word(type, value));
}

static void add_head(struct writer *to, const struct loan_report *report)
{
    const struct loan *loan = &report->loan;
    open_row(to);
    answer_number(&to->text, "loan", loan->index);
    answer_word(&to->text, "state", loan_phase_name(loan->phase));
    name(to, "borrower", &report->borrower);
    name(to, "book", &report->book);
    name(to, "club", &report->club);
    name(to, "project", &report->project);
    word(to, "sector", FIELD_CATEGORY, loan->sector);
    answer_word(&to->text, "purpose", purpose_name(loan->purpose));
    if (loan->ended != 0)
        answer_number(&to->text, "ended", loan->ended);
    answer_end(&to->text);
}

static void add_product(struct writer *to, const struct loan *loan)
{
    const struct product_terms *terms = &loan->terms;
    struct buffer *out = &to->text;
    open_row(to);
    name(to, "product", &loan->product);
    answer_date(out, "since", loan->product_from);
    word(to, "method", FIELD_LOAN_METHOD, terms->method);
    word(to, "daycount", FIELD_LOAN_DAYCOUNT, terms->daycount);
    word(to, "every", FIELD_LOAN_PERIOD, terms->every);
    question_rate(out, "rate", terms->yearly);
    question_rate(out, "late", terms->late);
    question_rate(out, "fee", terms->fee);
    word(to, "grace", FIELD_LOAN_GRACE, terms->grace);
    word(to, "order", FIELD_LOAN_ORDER, terms->order);
    word(to, "table", FIELD_LOAN_PROVISION, terms->table);
    answer_end(out);
}

static void add_shape(struct writer *to, const struct loan *loan)
{
    struct buffer *out = &to->text;
    open_row(to);
    money(to, "applied", loan->applied);
    answer_number(out, "count", loan->instalments);
    if (loan->has_first_due)
        answer_date(out, "first", loan->first_due);
    if (loan->grace > 0)
        answer_number(out, "grace", loan->grace);
    if (loan->interest_only > 0)
        answer_number(out, "only", loan->interest_only);
    if (loan->balloon > 0)
        money(to, "balloon", loan->balloon);
    money(to, "committed", loan->committed);
    money(to, "disbursed", loan->disbursed);
    money(to, "withheld", loan->fee_withheld);
    if (loan->tranches_paid > 0)
        answer_date(out, "opened", loan->opened);
    answer_end(out);
}

static void add_owed(struct writer *to, const struct loan_report *report)
{
    const struct loan *loan = &report->loan;
    const struct loan_owed *owed = &report->owed;
    struct buffer *out = &to->text;
    if (!owed->stands)
        return;
    open_row(to);
    money(to, "owed", owed->payoff);
    money(to, "principal", owed->principal);
    money(to, "interest", owed->interest);
    money(to, "late", owed->late);
    answer_date(out, "date", report->today);
    money(to, "principal_due", owed->principal_due);
    money(to, "interest_due", owed->interest_due);
    answer_number(out, "arrears", owed->days);
    if (owed->days > 0)
        answer_date(out, "overdue", owed->since);
    if (owed->has_next) {
        answer_date(out, "due", owed->next);
        money(to, "due_amount", owed->next_amount);
    }
    answer_word(out, "accrues", loan->non_accrual ? "no" : "yes");
    if (loan->non_accrual)
        answer_date(out, "suspended", loan->non_accrual_from);
    money(to, "allowance", loan->allowance);
    answer_end(out);
}

static void add_paid(struct writer *to, const struct loan *loan)
{
    if (loan->tranches_paid == 0)
        return;
    open_row(to);
    money(to, "paid", loan->principal_paid + loan->interest_paid +
                          loan->late_paid + loan->fee_paid);
    money(to, "principal", loan->principal_paid);
    money(to, "interest", loan->interest_paid);
    money(to, "late", loan->late_paid);
    money(to, "capitalised", loan->capitalised);
    money(to, "charged_off", loan->charged_off);
    money(to, "recovered", loan->recovered);
    money(to, "revolved", loan->revolved);
    answer_end(&to->text);
}

static void add_pools(struct writer *to, const struct loan_report *report)
{
    const struct loan *loan = &report->loan;
    for (size_t i = 0; i < report->pools.count; i++) {
        const struct loan_pool *pool = &report->pools.list[i];
        open_row(to);
        name(to, "pool", &report->pool_names[i]);
        answer_word(&to->text, "participation", "");
        rate_append(&to->text, (struct rate){pool->part, 4});
        money(to, "committed", pool->committed);
        money(to, "funded", pool->funded);
        money(to, "returned", pool->returned);
        money(to, "interest", pool->interest);
        money(to, "loss", pool->loss);
        money(to, "recovered", pool->recovered);
        money(to, "revolved", pool->revolved);
        question_rate(&to->text, "interest_part", loan->interest_part);
        question_rate(&to->text, "loss_part", loan->loss_part);
        answer_end(&to->text);
    }
}

static void add_securities(
    struct writer *to, const struct loan_report *report)
{
    for (size_t i = 0; i < report->securities.count; i++) {
        const struct loan_security *security = &report->securities.list[i];
        open_row(to);
        answer_word(&to->text, "security",
            security->how == LOAN_GUARANTEES ? "guarantee" : "collateral");
        name(to, "party", &report->security_names[i]);
        money(to, "amount", security->amount);
        answer_number(&to->text, "entry", security->given);
        answer_word(
            &to->text, "state", security->ended == 0 ? "open" : "closed");
        answer_hash(&to->text, "evidence", &security->evidence);
        answer_end(&to->text);
    }
}

static void add_tranches(struct writer *to, const struct loan_report *report)
{
    for (size_t i = 0; i < report->tranche_count; i++) {
        const struct loan_tranche *tranche = &report->tranches[i];
        open_row(to);
        answer_number(&to->text, "tranche", tranche->number);
        name(to, "milestone", &tranche->name);
        money(to, "amount", tranche->amount);
        if (tranche->paid != 0) {
            answer_date(&to->text, "date", tranche->date);
            answer_number(&to->text, "entry", tranche->paid);
        }
        answer_end(&to->text);
    }
}

static void add_disclosure(struct writer *to, const struct loan *loan)
{
    if (loan->approved == 0)
        return;
    open_row(to);
    answer_number(&to->text, "approved", loan->approved);
    question_disclosure(&to->text, &loan->disclosure, to->currency);
    answer_end(&to->text);
}

static void add_event(void *context, const struct loan_event *event)
{
    struct writer *to = context;
    open_row(to);
    answer_number(&to->text, "entry", event->entry);
    answer_word(&to->text, "verb", operation_row(event->verb)->verb);
    answer_date(&to->text, "date", event->date);
    answer_end(&to->text);
}

static void add_all(struct writer *to, const struct loan_report *report)
{
    to->currency = report->loan.terms.currency;
    add_head(to, report);
    add_product(to, &report->loan);
    add_shape(to, &report->loan);
    add_disclosure(to, &report->loan);
    add_owed(to, report);
    add_paid(to, &report->loan);
    add_tranches(to, report);
    add_pools(to, report);
    add_securities(to, report);
}

int question_loan(const struct question *q)
{
    struct writer rows = {.text = buffer_empty()};
    struct writer events = {.text = buffer_empty()};
    struct loan_report *report = calloc(1, sizeof *report);
    enum status status;
    int result = -1;
    if (report == NULL)
        goto out;
    result = report_loan(q->ledger, &q->peer->key, q->op->as.loan.loan,
        report, add_event, &events, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, "loan");
    } else if (result == 0) {
        add_all(&rows, report);
        buffer_append(q->out, buffer_bytes(&rows.text));
        buffer_append(q->out, buffer_bytes(&events.text));
        answer_ok(q->out);
        answer_number(q->out, "rows", rows.rows + events.rows);
        answer_end(q->out);
    }
    if (rows.text.failed || events.text.failed)
        result = -1;
out:
    free(report);
    buffer_free(&rows.text);
    buffer_free(&events.text);
    return result;
}

/* ---- a page of loans ---- */

/* The words of states are those of the phases, in their order. */
_Static_assert((int)LOAN_STATE_APPLIED == (int)LOAN_APPLIED &&
                   (int)LOAN_STATE_APPROVED == (int)LOAN_APPROVED &&
                   (int)LOAN_STATE_OPEN == (int)LOAN_OPEN &&
                   (int)LOAN_STATE_PAID == (int)LOAN_PAID &&
                   (int)LOAN_STATE_CHARGED_OFF == (int)LOAN_CHARGED_OFF &&
                   (int)LOAN_STATE_DECLINED == (int)LOAN_DECLINED,
    "a state is its phase");

static void add_line(void *context, const struct loan_line *line)
{
    struct writer *to = context;
    const struct loan *loan = line->loan;
    to->currency = loan->terms.currency;
    open_row(to);
    answer_number(&to->text, "loan", loan->index);
    name(to, "borrower", &line->borrower);
    name(to, "club", &line->club);
    name(to, "product", &loan->product);
    word(to, "sector", FIELD_CATEGORY, loan->sector);
    answer_word(&to->text, "state", loan_phase_name(loan->phase));
    money(to, "amount", loan->applied);
    money(to, "principal", loan_principal(loan));
    if (line->owed.stands) {
        money(to, "owed", line->owed.payoff);
        answer_number(&to->text, "arrears", line->owed.days);
    }
    if (line->owed.has_next) {
        answer_date(&to->text, "due", line->owed.next);
        money(to, "due_amount", line->owed.next_amount);
    }
    answer_end(&to->text);
}

int question_loans(const struct question *q)
{
    const struct loans_fields *f = &q->op->as.loans;
    struct writer rows = {.text = buffer_empty()};
    enum loan_phase phase = (enum loan_phase)f->state;
    enum status status;
    uint64_t next;
    int result = report_loans(q->ledger, &q->peer->key,
        OPERATION_HAS(q->op, loans, party) ? &f->party : NULL,
        OPERATION_HAS(q->op, loans, state) ? &phase : NULL,
        OPERATION_HAS(q->op, loans, before) ? f->before : UINT64_MAX,
        add_line, &rows, &next, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, "party");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&rows.text));
        answer_ok(q->out);
        answer_number(q->out, "rows", rows.rows);
        if (next > 0)
            answer_number(q->out, "next", next);
        answer_end(q->out);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}
