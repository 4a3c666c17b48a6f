#include "question_inside.h"

#include <string.h>

static void write_notice(void *context, const struct pool_notice_row *row)
{
    struct question_rows *rows = context;
    rows->count++;
    answer_row(&rows->text);
    answer_number(&rows->text, "notice", row->entry);
    answer_ident(&rows->text, "party", &row->party);
    answer_amount(&rows->text, "left", row->left);
    answer_date(&rows->text, "due", row->due);
    answer_end(&rows->text);
}

static void write_part(void *context, const struct pool_part *row)
{
    struct question_rows *rows = context;
    rows->count++;
    answer_row(&rows->text);
    answer_ident(&rows->text, "party", &row->party);
    answer_amount(&rows->text, "stake", row->stake);
    answer_word(&rows->text, "part", "");
    buffer_format(&rows->text, "%llu.%02llu",
        (unsigned long long)row->part / 100,
        (unsigned long long)row->part % 100);
    answer_end(&rows->text);
}

/* The next code in ASCII order after the one before; false at the end. */
static bool next_code(const bool *used, const char *before, unsigned *out)
{
    const char *best = NULL;
    for (unsigned i = 0; i < CURRENCY_COUNT; i++) {
        const char *code = currency_code((enum currency)i);
        if (!used[i] || strcmp(code, before) <= 0 ||
            (best != NULL && strcmp(code, best) >= 0))
            continue;
        best = code;
        *out = i;
    }
    return best != NULL;
}

/* "key=MXN7.00,USD0.00"; nothing if there is no amount. */
static void write_list(struct buffer *out, const char *key,
    const bool *used, const int64_t *minor)
{
    const char *before = "";
    unsigned i = 0;
    while (next_code(used, before, &i)) {
        if (before[0] == '\0')
            answer_word(out, key, "");
        else
            buffer_char(out, ',');
        amount_append(out, (struct amount){minor[i], (enum currency)i});
        before = currency_code((enum currency)i);
    }
}

static void write_pool(struct buffer *out, const struct pool_report *pool)
{
    bool lends[CURRENCY_COUNT];
    for (unsigned i = 0; i < CURRENCY_COUNT; i++)
        lends[i] = pool->lent[i] != 0;
    answer_ident(out, "pool", &pool->name);
    if (pool->days > 0)
        answer_number(out, "days", pool->days);
    write_list(out, "balance", pool->used, pool->balance);
    write_list(out, "lent", lends, pool->lent);
}

int question_pool(const struct question *q)
{
    struct question_rows rows = {.text = buffer_empty()};
    struct pool_callbacks to = {write_notice, write_part, &rows};
    struct pool_report pool;
    enum status status;
    int result = report_pool(q->ledger, &q->peer->key,
        &q->op->as.pool.party, &pool, &to, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, "party");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&rows.text));
        answer_ok(q->out);
        answer_number(q->out, "rows", rows.count);
        write_pool(q->out, &pool);
        answer_end(q->out);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}
