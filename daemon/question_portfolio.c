#include "question_inside.h"

#include "../ledger/report_loan.h"

/* The rows of buckets come before those of groups. */
struct portfolio_rows {
    struct buffer buckets;
    struct buffer groups;
    uint64_t count;
    enum currency currency;
};

static void money(struct portfolio_rows *rows, struct buffer *out,
    const char *key, int64_t minor)
{
    answer_amount(out, key, (struct amount){minor, rows->currency});
}

/* "30-59"; "360+" is the last one. */
static void answer_days(struct buffer *out, const struct ageing_table *table,
    size_t place)
{
    answer_word(out, "bucket", "");
    buffer_decimal(out, table->buckets[place].from);
    if (place + 1 == table->count) {
        buffer_char(out, '+');
    } else if (table->buckets[place + 1].from >
               table->buckets[place].from + 1) {
        buffer_char(out, '-');
        buffer_decimal(out, table->buckets[place + 1].from - 1U);
    }
}

static void answer_group(
    struct buffer *out, const struct portfolio_group *group)
{
    if (group->name.length > 0)
        answer_ident(out, "group", &group->name);
    else
        answer_word(out, "group", "-");
}

static void add_bucket(struct portfolio_rows *rows,
    const struct portfolio_group *group, enum loan_provision table,
    size_t place)
{
    const struct portfolio_bucket *bucket = &group->buckets[table][place];
    struct buffer *out = &rows->buckets;
    rows->count++;
    answer_row(out);
    answer_days(out, product_ageing(table), place);
    answer_word(out, "table", field_word(FIELD_LOAN_PROVISION, table));
    if (group->is_total)
        answer_word(out, "group", "all");
    else
        answer_group(out, group);
    answer_number(out, "loans", bucket->loans);
    money(rows, out, "principal", bucket->principal);
    money(rows, out, "interest", bucket->receivable);
    money(rows, out, "required", bucket->required);
    answer_end(out);
}

/* Of the total each bucket of a table in use; of groups only those that
 * have something. */
static void add_buckets(
    struct portfolio_rows *rows, const struct portfolio_group *group)
{
    for (int t = 0; t < LOAN_PROVISION_COUNT; t++) {
        const struct portfolio_bucket *list = group->buckets[t];
        size_t count = product_ageing((enum loan_provision)t)->count;
        bool any = false;
        for (size_t i = 0; i < count; i++)
            any |= list[i].loans > 0 || list[i].principal != 0;
        for (size_t i = 0; i < count; i++)
            if (group->is_total ? any
                                : list[i].loans > 0 || list[i].principal != 0)
                add_bucket(rows, group, (enum loan_provision)t, i);
    }
}

static void add_risks(struct portfolio_rows *rows, struct buffer *out,
    const struct portfolio_group *group)
{
    static const char *const keys[PORTFOLIO_RISKS][2] = {
        {"par1", "par1_percent"},
        {"par30", "par30_percent"},
        {"par90", "par90_percent"},
    };
    for (size_t i = 0; i < PORTFOLIO_RISKS; i++) {
        money(rows, out, keys[i][0], group->at_risk[i]);
        question_percent(out, keys[i][1], group->percent[i], 2);
    }
}

static void add_group(void *context, const struct portfolio_group *group)
{
    struct portfolio_rows *rows = context;
    struct buffer *out = &rows->groups;
    rows->currency = group->currency;
    add_buckets(rows, group);
    rows->count++;
    answer_row(out);
    if (group->is_total)
        answer_word(out, "total", currency_code(group->currency));
    else
        answer_group(out, group);
    answer_number(out, "loans", group->loans);
    money(rows, out, "principal", group->principal);
    money(rows, out, "interest", group->receivable);
    money(rows, out, "required", group->required);
    money(rows, out, "held", group->held);
    money(rows, out, "suspended", group->suspended);
    add_risks(rows, out, group);
    money(rows, out, "charged_off", group->charged_off);
    money(rows, out, "recovered", group->recovered);
    answer_end(out);
}

int question_portfolio(const struct question *q)
{
    struct portfolio_rows rows = {
        .buckets = buffer_empty(), .groups = buffer_empty()};
    const struct portfolio_fields *f = &q->op->as.portfolio;
    struct date today;
    struct date since;
    enum status status;
    bool grouped = OPERATION_HAS(q->op, portfolio, by);
    int result = report_portfolio(q->ledger, &q->peer->key, &f->book,
        grouped ? &f->by : NULL, &today, &since, add_group, &rows, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, "book");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&rows.buckets));
        buffer_append(q->out, buffer_bytes(&rows.groups));
        answer_ok(q->out);
        answer_ident(q->out, "book", &f->book);
        answer_date(q->out, "date", today);
        answer_date(q->out, "since", since);
        if (grouped)
            answer_word(q->out, "by", field_word(FIELD_LOAN_GROUP, f->by));
        answer_number(q->out, "rows", rows.count);
        answer_end(q->out);
    }
    if (rows.buckets.failed || rows.groups.failed)
        result = -1;
    buffer_free(&rows.buckets);
    buffer_free(&rows.groups);
    return result;
}

/* ---- exposure ---- */

static const char *const kinds[CONCENTRATION_KINDS] = {
    [CONCENTRATION_BORROWER] = "borrower",
    [CONCENTRATION_CLUB] = "club",
    [CONCENTRATION_SECTOR] = "sector",
};

static void add_exposure(void *context, const struct exposure_row *row)
{
    struct question_rows *rows = context;
    struct buffer *out = &rows->text;
    rows->count++;
    answer_row(out);
    answer_word(out, "kind", kinds[row->kind]);
    answer_ident(out, "who", &row->name);
    answer_amount(
        out, "amount", (struct amount){row->amount, row->currency});
    question_percent(out, "percent", row->percent, 2);
    if (row->has_limit) {
        answer_amount(
            out, "limit", (struct amount){row->most, row->currency});
        answer_amount(out, "left",
            (struct amount){
                row->most > row->amount ? row->most - row->amount : 0,
                row->currency});
    }
    answer_end(out);
}

static void add_pool(const struct question *q, struct question_rows *rows,
    const struct exposure_report *report)
{
    for (int i = 0; i < CURRENCY_COUNT; i++) {
        enum currency currency = (enum currency)i;
        if (report->balance[i] == 0 && report->lent[i] == 0)
            continue;
        rows->count++;
        answer_row(q->out);
        answer_ident(q->out, "pool", &q->op->as.exposure.pool);
        answer_amount(q->out, "balance",
            (struct amount){report->balance[i], currency});
        answer_amount(
            q->out, "committed", (struct amount){report->lent[i], currency});
        answer_end(q->out);
    }
}

int question_exposure(const struct question *q)
{
    struct question_rows rows = {.text = buffer_empty()};
    struct exposure_report report;
    enum status status;
    int result = report_exposure(q->ledger, &q->peer->key,
        &q->op->as.exposure.pool, &report, add_exposure, &rows, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, "pool");
    } else if (result == 0) {
        add_pool(q, &rows, &report);
        buffer_append(q->out, buffer_bytes(&rows.text));
        answer_ok(q->out);
        for (size_t i = 0; report.has_limit && i < CONCENTRATION_KINDS; i++)
            question_rate(q->out, kinds[i], report.most[i]);
        answer_number(q->out, "rows", rows.count);
        answer_end(q->out);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}
