#include "question_inside.h"

#include "../ledger/report_loan.h"

#include <stdlib.h>

static void add_row(struct buffer *out, const struct schedule_report *report,
    const struct schedule_row *row)
{
    const struct instalment *planned = &row->planned;
    enum currency currency = report->currency;
    answer_row(out);
    answer_number(out, "number", row->number);
    answer_date(out, "due", planned->due);
    answer_amount(
        out, "principal", (struct amount){planned->principal, currency});
    answer_amount(
        out, "interest", (struct amount){planned->interest, currency});
    answer_amount(out, "fee", (struct amount){planned->fee, currency});
    answer_amount(out, "total", (struct amount){planned->total, currency});
    if (planned->capitalised != 0)
        answer_amount(out, "capitalised",
            (struct amount){planned->capitalised, currency});
    answer_amount(
        out, "balance", (struct amount){planned->closing, currency});
    if (report->plan > 0) {
        answer_amount(out, "paid", (struct amount){row->paid, currency});
        answer_word(out, "state", row_state_name(row->state));
    }
    answer_end(out);
}

static void add_end(
    const struct question *q, const struct schedule_report *report)
{
    enum currency currency = report->currency;
    struct buffer *out = q->out;
    answer_ok(out);
    if (OPERATION_HAS(q->op, schedule, loan))
        answer_number(out, "loan", q->op->as.schedule.loan);
    else
        answer_ident(out, "product", &q->op->as.schedule.product);
    if (report->plan > 0) {
        answer_number(out, "plan", report->plan);
        answer_number(out, "plans", report->plans);
        answer_number(out, "made", report->made);
        answer_word(out, "why", plan_why_name(report->why));
    }
    answer_date(out, "date", report->today);
    question_rate(out, "rate", report->yearly);
    answer_amount(
        out, "principal", (struct amount){report->principal, currency});
    answer_amount(
        out, "interest", (struct amount){report->interest, currency});
    answer_amount(out, "fee", (struct amount){report->fee, currency});
    if (report->plan > 0)
        answer_amount(out, "paid", (struct amount){report->paid, currency});
    if (report->has_disclosure)
        question_disclosure(out, &report->disclosure, currency);
    answer_number(out, "rows", report->count);
    answer_end(out);
}

static int answer_schedule(const struct question *q,
    struct schedule_report *report, int result, enum status status,
    struct bytes field)
{
    char memory[32];
    struct buffer text = buffer_over(memory, sizeof memory);
    if (result != 0)
        return result;
    if (status != STATUS_ACCEPTED) {
        buffer_append(&text, field);
        buffer_u8(&text, 0);
        return question_refuse(q, status, memory);
    }
    for (size_t i = 0; i < report->count; i++)
        add_row(q->out, report, &report->rows[i]);
    add_end(q, report);
    return 0;
}

/* Of a loan there is nothing to say but which plan. */
static const char *superfluous(const struct operation *op)
{
    const struct operation_row *row = operation_row(VERB_SCHEDULE);
    for (size_t i = FIELD_OF_schedule_product; i < row->field_count; i++)
        if (op->as.schedule.present >> i & 1U)
            return row->fields[i].key;
    return NULL;
}

int question_schedule(const struct question *q)
{
    const struct schedule_fields *f = &q->op->as.schedule;
    struct schedule_report *report;
    struct bytes field = bytes_text("loan");
    enum status status;
    int result;
    bool of_loan = OPERATION_HAS(q->op, schedule, loan);
    bool has_plan = OPERATION_HAS(q->op, schedule, plan);
    if (of_loan && superfluous(q->op) != NULL)
        return question_refuse(q, STATUS_BAD_VALUE, superfluous(q->op));
    if (of_loan && has_plan && (f->plan == 0 || f->plan > UINT32_MAX))
        return question_refuse(q, STATUS_BAD_VALUE, "plan");
    report = calloc(1, sizeof *report);
    if (report == NULL)
        return -1;
    if (of_loan)
        result = report_schedule(q->ledger, &q->peer->key, f->loan,
            has_plan ? (uint32_t)f->plan : 0, report, &status);
    else
        result = report_quote(
            q->ledger, &q->peer->key, q->op, report, &status, &field);
    if (of_loan && result == 0 && status == STATUS_BAD_VALUE)
        field = bytes_text("plan");
    result = answer_schedule(q, report, result, status, field);
    free(report);
    return result;
}

int question_payoff(const struct question *q)
{
    const struct payoff_fields *f = &q->op->as.payoff;
    struct payoff_report report;
    enum status status;
    bool dated;
    if (report_payoff(q->ledger, &q->peer->key, f->loan,
            OPERATION_HAS(q->op, payoff, date) ? &f->date : NULL, &report,
            &status) != 0)
        return -1;
    dated = status == STATUS_WRONG_DATE || status == STATUS_BAD_RANGE;
    if (status != STATUS_ACCEPTED)
        return question_refuse(q, status, dated ? "date" : "loan");
    answer_ok(q->out);
    answer_number(q->out, "loan", f->loan);
    answer_date(q->out, "date", report.date);
    answer_amount(q->out, "principal",
        (struct amount){report.principal, report.currency});
    answer_amount(q->out, "interest",
        (struct amount){report.interest, report.currency});
    answer_amount(
        q->out, "late", (struct amount){report.late, report.currency});
    answer_amount(
        q->out, "payoff", (struct amount){report.payoff, report.currency});
    answer_end(q->out);
    return 0;
}
