#include "question_inside.h"

static void add_date(void *context, struct date date, bool worked)
{
    struct question_rows *rows = context;
    rows->count++;
    answer_row(&rows->text);
    answer_date(&rows->text, "date", date);
    answer_word(&rows->text, "open", worked ? "yes" : "no");
    answer_end(&rows->text);
}

int question_calendar(const struct question *q)
{
    struct question_rows rows = {.text = buffer_empty()};
    const struct calendar_fields *f = &q->op->as.calendar;
    struct date open;
    enum status status;
    int result = report_calendar(q->ledger, &q->peer->key, &f->book,
        OPERATION_HAS(q->op, calendar, from) ? &f->from : NULL,
        OPERATION_HAS(q->op, calendar, to) ? &f->to : NULL, add_date, &rows,
        &open, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(
            q, status, status == STATUS_BAD_RANGE ? "to" : "book");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&rows.text));
        answer_ok(q->out);
        answer_number(q->out, "rows", rows.count);
        answer_ident(q->out, "book", &f->book);
        answer_date(q->out, "date", open);
        answer_end(q->out);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}
