#include "question_inside.h"

static void answer_rate(struct buffer *out, const char *key, struct rate rate)
{
    char memory[32];
    struct buffer text = buffer_over(memory, sizeof memory);
    rate_append(&text, rate);
    answer_bytes(out, key, buffer_bytes(&text));
}

static void answer_percent(
    struct buffer *out, const char *key, uint64_t hundredths)
{
    char memory[32];
    struct buffer text = buffer_over(memory, sizeof memory);
    buffer_format(&text, "%llu.%02llu",
        (unsigned long long)(hundredths / 100),
        (unsigned long long)(hundredths % 100));
    answer_bytes(out, key, buffer_bytes(&text));
}

static void add_term(void *context, const struct term_row *row)
{
    struct question_rows *rows = context;
    struct buffer *out = &rows->text;
    enum currency currency = row->account.currency;
    rows->count++;
    answer_row(out);
    answer_number(out, "term", row->index);
    answer_account(out, "account", &row->account);
    answer_amount(out, "amount", (struct amount){row->amount, currency});
    answer_date(out, "opened", row->opened);
    answer_date(out, "due", row->due);
    answer_rate(out, "rate", row->rate);
    answer_rate(out, "early", row->early);
    answer_word(out, "state", row->open ? "open" : "closed");
    if (row->open)
        answer_amount(
            out, "accrued", (struct amount){row->accrued, currency});
    answer_amount(out, "interest", (struct amount){row->interest, currency});
    answer_amount(out, "tax", (struct amount){row->tax, currency});
    if (row->has_annual)
        answer_percent(out, "yield", row->annual);
    answer_end(out);
}

int question_terms(const struct question *q)
{
    struct question_rows rows = {.text = buffer_empty()};
    const struct terms_fields *f = &q->op->as.terms;
    enum status status;
    int result = report_terms(q->ledger, &q->peer->key, &f->party,
        OPERATION_HAS(q->op, terms, until) ? &f->until : NULL, add_term,
        &rows, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(
            q, status, status == STATUS_BAD_RANGE ? "until" : "party");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&rows.text));
        answer_ok(q->out);
        answer_number(q->out, "rows", rows.count);
        answer_end(q->out);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}
