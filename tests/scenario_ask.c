#include "scenario_inside.h"

#include "../protocol/codec.h"

#include "../ledger/record.h"
#include "../ledger/report.h"

#include <posito/part.h>

#include <stdio.h>
#include <string.h>

#define TEXT(view) (int)(view).length, (const char *)(view).data

/* Rows are appended here as text, a line each. */
static void append_digits(
    struct buffer *out, int64_t minor, enum currency currency)
{
    amount_append_digits(out, (struct amount){ minor, currency });
}

static void append_ident(struct buffer *out, const struct ident *name)
{
    buffer_append(out, ident_bytes(name));
}

static void append_word(struct buffer *out, const char *word)
{
    buffer_char(out, ' ');
    buffer_text(out, word);
}

/* ---- answers as rows ---- */

static void balance_row(
    struct buffer *out, const struct account_report *report, bool now)
{
    enum currency currency = report->name.currency;

    append_digits(out, report->balance, currency);
    if (now && report->held != 0) {
        append_word(out, "held ");
        append_digits(out, report->held, currency);
        append_word(out, "available ");
        append_digits(out, report->available, currency);
    }
    buffer_char(out, '\n');
}

static void account_row(
    struct buffer *out, const struct account_report *report)
{
    enum currency currency = report->name.currency;

    buffer_text(out, class_name(report->class));
    append_word(out, "debits ");
    append_digits(out, report->debits, currency);
    append_word(out, "credits ");
    append_digits(out, report->credits, currency);
    append_word(out, "postings ");
    buffer_decimal(out, report->postings);
    append_word(out, "opened ");
    buffer_decimal(out, report->opened);
    append_word(out, "last ");
    buffer_decimal(out, report->last);
    buffer_char(out, '\n');
    balance_row(out, report, true);
}

struct rows {
    struct buffer *out;
    enum currency currency;
};

/* 17.3 2026-11-23 deposit 25.00 125.00 */
static void history_row(void *context, const struct history_row *row)
{
    struct rows *rows = context;
    struct buffer *out = rows->out;

    buffer_decimal(out, row->entry);
    if (row->line > 0) {
        buffer_char(out, '.');
        buffer_decimal(out, row->line);
    }
    buffer_char(out, ' ');
    date_append(out, row->date);
    append_word(out, operation_row(row->verb)->verb);
    buffer_char(out, ' ');
    append_digits(out, row->amount, rows->currency);
    buffer_char(out, ' ');
    append_digits(out, row->balance, rows->currency);
    buffer_char(out, '\n');
}

static void trial_row(void *context, const struct trial_row *row)
{
    struct buffer *out = context;

    buffer_text(out, role_row(row->role)->name);
    append_word(out, currency_code(row->currency));
    buffer_char(out, ' ');
    append_digits(out, row->debits, row->currency);
    buffer_char(out, ' ');
    append_digits(out, row->credits, row->currency);
    buffer_char(out, ' ');
    append_digits(out, row->balance, row->currency);
    buffer_char(out, '\n');
}

static void party_account(void *context, const struct account_report *report)
{
    struct buffer *out = context;

    account_name_append(out, &report->name);
    buffer_char(out, ' ');
    balance_row(out, report, true);
}

/* m1 member us c1 US [frozen-out] [frozen-in] [closed]; - for no parent */
static void party_row(struct buffer *out, const struct party_report *report)
{
    append_ident(out, &report->name);
    append_word(out, party_kind_name(report->kind));
    buffer_char(out, ' ');
    append_ident(out, &report->book);
    buffer_char(out, ' ');
    if (report->parent.length > 0)
        append_ident(out, &report->parent);
    else
        buffer_char(out, '-');
    append_word(out, country_name(report->country));
    if (report->frozen_out)
        append_word(out, "frozen-out");
    if (report->frozen_in)
        append_word(out, "frozen-in");
    if (report->closed)
        append_word(out, "closed");
    if (report->in_succession)
        append_word(out, "in-succession");
    buffer_char(out, '\n');
}

/* beneficiary b1 0.5 entry 7 */
static void told_rows(struct buffer *out, const char *word,
    struct bytes parts, uint64_t entry)
{
    struct part part;

    while (parts_next(&parts, &part)) {
        buffer_text(out, word);
        buffer_char(out, ' ');
        append_ident(out, &part.name);
        buffer_char(out, ' ');
        rate_append(out, part.rate);
        append_word(out, "entry ");
        buffer_decimal(out, entry);
        buffer_char(out, '\n');
    }
}

/* succession USD7.00 entry 9 left b1 b3 */
static void round_rows(struct buffer *out, const struct party_report *report)
{
    for (size_t i = 0; i < report->round_count; i++) {
        struct bytes rest = report->beneficiaries;
        struct part part;

        buffer_text(out, "succession ");
        amount_append(out, report->rounds[i].amount);
        append_word(out, "entry ");
        buffer_decimal(out, report->rounds[i].entry);
        append_word(out, "left");
        for (size_t k = 0; parts_next(&rest, &part); k++) {
            if (report->rounds[i].paid >> k & 1U)
                continue;
            buffer_char(out, ' ');
            append_ident(out, &part.name);
        }
        buffer_char(out, '\n');
    }
}

/* unclaimed USD7.00 since 9 */
static void claim_rows(struct buffer *out, const struct party_report *report)
{
    for (size_t i = 0; i < report->claim_count; i++) {
        buffer_text(out, "unclaimed ");
        amount_append(out, report->claims[i].amount);
        append_word(out, "since ");
        buffer_decimal(out, report->claims[i].since);
        buffer_char(out, '\n');
    }
}

static void append_amounts(
    struct buffer *out, const char *word, const struct amounts *amounts)
{
    if (amounts->count == 0)
        return;
    append_word(out, word);
    for (size_t i = 0; i < amounts->count; i++) {
        buffer_char(out, ' ');
        amount_append(out, amounts->list[i]);
    }
}

/* ana teller ana us US [limit ...] [daily ...] [revoked N] */
static void key_row(struct buffer *out, const struct key_report *report)
{
    append_ident(out, &report->name);
    append_word(out, key_kind_name(report->kind));
    buffer_char(out, ' ');
    append_ident(out, &report->owner);
    buffer_char(out, ' ');
    append_ident(out, &report->scope);
    append_word(out, country_name(report->country));
    append_amounts(out, "limit", &report->limit);
    append_amounts(out, "daily", &report->daily);
    if (report->revoked) {
        append_word(out, "revoked ");
        buffer_decimal(out, report->revoked_at);
    }
    buffer_char(out, '\n');
}

/* ---- questions ---- */

static int ask_balance(struct ledger *ledger, const struct ident *who,
    const struct balance_fields *f, bool has_at, bool has_date,
    struct buffer *out, enum status *status)
{
    struct account_report report;
    uint64_t at = f->at;
    bool any = true;

    if (has_date &&
        report_last_entry_of(
            ledger, &f->account.book, f->date, &at, &any, status) != 0)
        return -1;
    if (has_date && (*status != STATUS_ACCEPTED || !any))
        return 0;
    if ((has_at || has_date
                ? report_balance_at(
                      ledger, who, &f->account, at, &report, status)
                : report_account(
                      ledger, who, &f->account, &report, status)) != 0)
        return -1;
    if (*status == STATUS_ACCEPTED)
        balance_row(out, &report, !has_at && !has_date);
    return 0;
}

static int ask_statement(struct ledger *ledger, const struct ident *who,
    const struct statement_fields *f, struct buffer *out,
    enum status *status)
{
    struct buffer rows = buffer_empty();
    struct rows context = { &rows, f->account.currency };
    int64_t opening;
    int64_t closing;
    int result = report_statement(ledger, who, &f->account, f->from, f->to,
        &opening, &closing, history_row, &context, status);

    if (result == 0 && *status == STATUS_ACCEPTED) {
        buffer_text(out, "opening ");
        append_digits(out, opening, context.currency);
        buffer_char(out, '\n');
        buffer_append(out, buffer_bytes(&rows));
        buffer_text(out, "closing ");
        append_digits(out, closing, context.currency);
        buffer_char(out, '\n');
    }
    buffer_free(&rows);
    return result;
}

static int ask_party(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct buffer *out, enum status *status)
{
    struct buffer accounts = buffer_empty();
    struct party_report report;
    int result = report_party(
        ledger, who, name, &report, party_account, &accounts, status);

    if (result == 0 && *status == STATUS_ACCEPTED) {
        party_row(out, &report);
        buffer_append(out, buffer_bytes(&accounts));
        told_rows(out, "beneficiary", report.beneficiaries,
            report.designated);
        told_rows(out, "split", report.split, report.split_set);
        round_rows(out, &report);
        claim_rows(out, &report);
    }
    buffer_free(&accounts);
    return result;
}

static int ask_key(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct buffer *out, enum status *status)
{
    struct key_report report;
    int result = report_key(ledger, who, name, &report, status);

    if (result == 0 && *status == STATUS_ACCEPTED)
        key_row(out, &report);
    return result;
}

static int ask_history(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    const struct history_fields *f = &op->as.history;
    struct rows rows = { out, f->account.currency };

    return report_history(ledger, who, &f->account,
        OPERATION_HAS(op, history, before) ? f->before : UINT64_MAX,
        OPERATION_HAS(op, history, limit) ? f->limit : 20, history_row,
        &rows, status);
}

static int ask_account(struct ledger *ledger, const struct ident *who,
    const struct account_fields *f, struct buffer *out, enum status *status)
{
    struct account_report report;
    int result =
        report_account(ledger, who, &f->account, &report, status);

    if (result == 0 && *status == STATUS_ACCEPTED)
        account_row(out, &report);
    return result;
}

static void expected_row(void *context, struct amount amount)
{
    amount_append(context, amount);
    buffer_char(context, '\n');
}

static int ask_drawer(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct buffer *out, enum status *status)
{
    struct buffer amounts = buffer_empty();
    struct drawer_report report;
    int result = report_drawer(
        ledger, who, name, &report, expected_row, &amounts, status);

    if (result == 0 && *status == STATUS_ACCEPTED) {
        buffer_text(out, report.open ? "open by " : "closed");
        append_ident(out, &report.key);
        buffer_char(out, '\n');
        buffer_append(out, buffer_bytes(&amounts));
    }
    buffer_free(&amounts);
    return result;
}

static void cash_row(void *context, const struct cash_row *row)
{
    append_ident(context, &row->party);
    buffer_text(context, row->in ? " in " : " out ");
    amount_append(context, row->total);
    buffer_char(context, '\n');
}

/* 17 us/m1/share.term/USD 100.00 2026-11-23 2026-12-23 0.04 0.01 open
 * accrued 0.00 interest 0.33 tax 0.00 yield 4.07 */
static void term_row(void *context, const struct term_row *row)
{
    struct buffer *out = context;
    enum currency currency = row->account.currency;

    buffer_decimal(out, row->index);
    buffer_char(out, ' ');
    account_name_append(out, &row->account);
    buffer_char(out, ' ');
    append_digits(out, row->amount, currency);
    buffer_char(out, ' ');
    date_append(out, row->opened);
    buffer_char(out, ' ');
    date_append(out, row->due);
    buffer_char(out, ' ');
    rate_append(out, row->rate);
    buffer_char(out, ' ');
    rate_append(out, row->early);
    append_word(out, row->open ? "open accrued " : "closed");
    if (row->open)
        append_digits(out, row->accrued, currency);
    append_word(out, "interest ");
    append_digits(out, row->interest, currency);
    append_word(out, "tax ");
    append_digits(out, row->tax, currency);
    if (row->has_annual)
        buffer_format(out, " yield %llu.%02llu",
            (unsigned long long)(row->annual / 100),
            (unsigned long long)(row->annual % 100));
    buffer_char(out, '\n');
}

static void dormant_row(void *context, const struct dormant_row *row)
{
    account_name_append(context, &row->name);
    buffer_char(context, ' ');
    append_digits(context, row->balance, row->name.currency);
    buffer_char(context, ' ');
    date_append(context, row->active);
    buffer_text(context, row->unclaimed ? " unclaimed-due\n" : " dormant\n");
}

static int ask_dormant(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    const struct dormant_fields *f = &op->as.dormant;
    struct ident next;

    return report_dormant(ledger, who, &f->book,
        OPERATION_HAS(op, dormant, after) ? &f->after : NULL, dormant_row,
        out, &next, status);
}

/* 2026-11-26 holiday */
static void calendar_row(void *context, struct date date, bool worked)
{
    date_append(context, date);
    buffer_text(context, worked ? " worked\n" : " holiday\n");
}

static int ask_calendar(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    const struct calendar_fields *f = &op->as.calendar;
    struct date open;

    return report_calendar(ledger, who, &f->book,
        OPERATION_HAS(op, calendar, from) ? &f->from : NULL,
        OPERATION_HAS(op, calendar, to) ? &f->to : NULL, calendar_row, out,
        &open, status);
}

/* notice 17 m1 USD5.00 2026-12-01 */
static void notice_row(void *context, const struct pool_notice_row *row)
{
    buffer_text(context, "notice ");
    buffer_decimal(context, row->entry);
    buffer_char(context, ' ');
    append_ident(context, &row->party);
    buffer_char(context, ' ');
    amount_append(context, row->left);
    buffer_char(context, ' ');
    date_append(context, row->due);
    buffer_char(context, '\n');
}

/* m1 USD5.00 33.34 */
static void part_row(void *context, const struct pool_part *row)
{
    append_ident(context, &row->party);
    buffer_char(context, ' ');
    amount_append(context, row->stake);
    buffer_char(context, ' ');
    append_digits(context, row->part, CURRENCY_USD); /* two digits */
    buffer_char(context, '\n');
}

/* days 30, balance USD5.00, lent USD2.00 */
static int ask_pool(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct buffer *out, enum status *status)
{
    struct pool_callbacks to = { notice_row, part_row, out };
    struct pool_report report;
    int result = report_pool(ledger, who, name, &report, &to, status);

    if (result != 0 || *status != STATUS_ACCEPTED)
        return result;
    if (report.days > 0)
        buffer_format(out, "days %u\n", (unsigned)report.days);
    for (int i = 0; i < CURRENCY_COUNT; i++) {
        enum currency currency = (enum currency)i;

        if (report.used[i]) {
            buffer_text(out, "balance ");
            amount_append(out, (struct amount){ report.balance[i], currency });
            buffer_char(out, '\n');
        }
        if (report.lent[i] != 0) {
            buffer_text(out, "lent ");
            amount_append(out, (struct amount){ report.lent[i], currency });
            buffer_char(out, '\n');
        }
    }
    return 0;
}

static int ask(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    if (report_may_ask(ledger, who, op->verb, status) != 0)
        return -1;
    if (*status != STATUS_ACCEPTED)
        return 0;
    if (op->verb == VERB_BALANCE)
        return ask_balance(ledger, who, &op->as.balance,
            OPERATION_HAS(op, balance, at), OPERATION_HAS(op, balance, date),
            out, status);
    if (op->verb == VERB_ACCOUNT)
        return ask_account(ledger, who, &op->as.account, out, status);
    if (op->verb == VERB_HISTORY)
        return ask_history(ledger, who, op, out, status);
    if (op->verb == VERB_STATEMENT)
        return ask_statement(ledger, who, &op->as.statement, out, status);
    if (op->verb == VERB_TRIAL)
        return report_trial(ledger, who,
            OPERATION_HAS(op, trial, book) ? &op->as.trial.book : NULL,
            trial_row, out, status);
    if (op->verb == VERB_DRAWER)
        return ask_drawer(ledger, who, &op->as.drawer.drawer, out, status);
    if (op->verb == VERB_CASH_REPORT)
        return report_cash(ledger, who, &op->as.cash_report.book,
            op->as.cash_report.date, cash_row, out, status);
    if (op->verb == VERB_PROJECT)
        return scenario_ask_project(ledger, who, op, out, status);
    if (op->verb == VERB_PROJECTS)
        return scenario_ask_projects(ledger, who, op, out, status);
    if (op->verb == VERB_PROGRAMME)
        return scenario_ask_programme(ledger, who, op, out, status);
    if (op->verb == VERB_TERMS)
        return report_terms(ledger, who, &op->as.terms.party,
            OPERATION_HAS(op, terms, until) ? &op->as.terms.until : NULL,
            term_row, out, status);
    if (op->verb == VERB_DORMANT)
        return ask_dormant(ledger, who, op, out, status);
    if (op->verb == VERB_CALENDAR)
        return ask_calendar(ledger, who, op, out, status);
    if (scenario_asks_loans(op->verb))
        return scenario_ask_loans(ledger, who, op, out, status);
    if (op->verb == VERB_PARTY)
        return ask_party(ledger, who, &op->as.party.party, out, status);
    if (op->verb == VERB_POOL)
        return ask_pool(ledger, who, &op->as.pool.party, out, status);
    if (op->verb == VERB_KEY)
        return ask_key(ledger, who, &op->as.key.key, out, status);
    buffer_text(out, "only the daemon answers that\n");
    return 0;
}

bool scenario_ask(struct scenario *s, struct bytes key, struct bytes question)
{
    struct ledger *ledger = s->fixture.ledger;
    const struct scenario_line *answer = scenario_answer(s);
    struct hash before = ledger_fixture_snapshot(&s->fixture);
    struct buffer line = buffer_empty();
    struct buffer rows = buffer_empty();
    enum status status = STATUS_ACCEPTED;
    struct operation op;
    struct fault fault;
    struct ident who;
    struct hash after;
    bool good = false;

    if (answer == NULL || !ident_parse(key, &who) ||
        !scenario_expand(s, s->step.number, question, &line))
        goto out;
    if (!codec_decode(buffer_bytes(&line), CODEC_REQUEST, &op, &fault))
        status = fault.status;
    else if (ask(ledger, &who, &op, &rows, &status) != 0)
        (void)scenario_fail(s, answer->number, "storage failed: %s",
            ledger_failure(ledger)->text);
    s->totals->status_seen[status] = true;
    after = ledger_fixture_snapshot(&s->fixture);
    if (!bytes_equal_text(answer->text, status_name(status)))
        (void)scenario_fail(
            s, answer->number, "the answer is %s", status_name(status));
    else if (!hash_equal(&before, &after))
        (void)scenario_fail(s, answer->number, "asking changed the state");
    else
        good = scenario_compare(s, MARK_BODY, buffer_bytes(&rows), "row");
out:
    buffer_free(&line);
    buffer_free(&rows);
    return good;
}

bool scenario_balance(struct scenario *s, struct bytes rest)
{
    struct ident who = ident_of("aud");
    struct bytes text = scenario_word(&rest);
    struct buffer row = buffer_empty();
    struct account_report report;
    struct account_name name;
    enum status status;
    bool same;

    if (!account_name_parse(text, &name))
        return scenario_fail(s, s->step.number, "which account?");
    if (report_account(s->fixture.ledger, &who, &name, &report, &status) != 0)
        return scenario_fail(s, s->step.number, "storage failed");
    if (status != STATUS_ACCEPTED)
        return scenario_fail(
            s, s->step.number, "it is %s", status_name(status));
    balance_row(&row, &report, true);
    buffer_truncate(&row, row.length - 1);
    same = scenario_same_words(rest, buffer_bytes(&row));
    if (!same)
        (void)scenario_fail(
            s, s->step.number, "it is %.*s", TEXT(buffer_bytes(&row)));
    buffer_free(&row);
    return same;
}
