#include "question_inside.h"

static void add_expected(void *context, struct amount amount)
{
    struct question_rows *rows = context;
    rows->count++;
    answer_row(&rows->text);
    answer_amount(&rows->text, "expected", amount);
    answer_end(&rows->text);
}

static void write_drawer(
    struct buffer *out, const struct drawer_report *drawer)
{
    answer_word(out, "state", drawer->open ? "open" : "closed");
    if (!drawer->open)
        return;
    answer_ident(out, "key", &drawer->key);
    answer_number(out, "opened", drawer->opened);
    if (drawer->counted > 0)
        answer_number(out, "counted", drawer->counted);
}

int question_drawer(const struct question *q)
{
    struct question_rows rows = {.text = buffer_empty()};
    struct drawer_report drawer;
    enum status status;
    int result = report_drawer(q->ledger, &q->peer->key,
        &q->op->as.drawer.drawer, &drawer, add_expected, &rows, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, "drawer");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&rows.text));
        answer_ok(q->out);
        answer_number(q->out, "rows", rows.count);
        answer_ident(q->out, "drawer", &q->op->as.drawer.drawer);
        write_drawer(q->out, &drawer);
        answer_end(q->out);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}

static void add_cash(void *context, const struct cash_row *row)
{
    struct question_rows *rows = context;
    rows->count++;
    answer_row(&rows->text);
    answer_ident(&rows->text, "party", &row->party);
    answer_word(&rows->text, "direction", row->in ? "in" : "out");
    answer_amount(&rows->text, "total", row->total);
    answer_number(&rows->text, "entry", row->entry);
    answer_end(&rows->text);
}

int question_cash_report(const struct question *q)
{
    struct question_rows rows = {.text = buffer_empty()};
    const struct cash_report_fields *f = &q->op->as.cash_report;
    enum status status;
    int result = report_cash(q->ledger, &q->peer->key, &f->book, f->date,
        add_cash, &rows, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, "book");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&rows.text));
        answer_ok(q->out);
        answer_number(q->out, "rows", rows.count);
        answer_ident(q->out, "book", &f->book);
        answer_date(q->out, "date", f->date);
        answer_end(q->out);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}
