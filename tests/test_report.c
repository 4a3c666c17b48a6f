/*
 * Reports against a plain scan of the journal: over a random ledger each
 * balance, history and statement must be what adding up every entry gives.
 */
#include "ledger_fixture.h"
#include "random_operation.h"

#include "../ledger/posting.h"
#include "../ledger/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ENTRIES 400
#define SEED UINT64_C(20261123)

static const char *const accounts[] = { "us/m1/share/USD",
    "us/m2/share/USD", "us/la/drawer/USD", "us/c1/pool/USD",
    "us/bank/nostro/USD" };
#define ACCOUNTS (sizeof accounts / sizeof accounts[0])

/* Every posting to one account, from the journal. */
struct truth {
    struct account_name name;
    size_t count;
    struct history_row *rows;
};

struct world {
    struct ledger_fixture f;
    struct random_source random;
    struct truth truth[ACCOUNTS];
};

/* ---- a random ledger ---- */

static unsigned below(struct world *w, unsigned limit)
{
    return (unsigned)random_below(&w->random, limit);
}

static void random_batch(struct world *w)
{
    char lines[2000];
    size_t length = 0;
    uint32_t count = 1 + below(w, 25);

    for (uint32_t i = 0; i < count; i++)
        length += (size_t)snprintf(lines + length, sizeof lines - length,
            "deposit member=m%u via=la amount=USD%u.00 purpose=I\n",
            1 + below(w, 3), 1 + below(w, 9));
    (void)ledger_fixture_batch(&w->f, "ana", "each", lines);
}

/* Whether it is accepted or not is all the same. */
static void random_order(struct world *w)
{
    unsigned member = 1 + below(w, 2);
    unsigned units = 1 + below(w, 30);
    const char *via = below(w, 3) == 0 ? "bank" : "la";

    switch (below(w, 8)) {
    case 0:
    case 1:
        (void)ledger_fixture_send(&w->f, "ana",
            "deposit member=m%u via=%s amount=USD%u.00 purpose=I", member,
            via, units);
        break;
    case 2:
        (void)ledger_fixture_send(&w->f, "ana",
            "withdraw member=m%u via=%s amount=USD%u.00 purpose=I", member,
            via, units);
        break;
    case 3:
        (void)ledger_fixture_send(&w->f, "ana",
            "transfer from=m%u to=m%u amount=USD%u.00 purpose=I", member,
            3 - member, units);
        break;
    case 4:
        (void)ledger_fixture_send(&w->f, "ana",
            "contribute member=m%u club=c1 amount=USD%u.00 purpose=C",
            member, units);
        break;
    case 5:
        (void)ledger_fixture_send(&w->f, "fed",
            "pool-redeem member=m%u club=c1 amount=USD%u.00 purpose=C",
            member, units);
        break;
    case 6:
        (void)ledger_fixture_send(&w->f, "sup",
            "reverse entry=%u reason=random",
            below(w, (unsigned)ledger_size(w->f.ledger)));
        break;
    default:
        random_batch(w);
    }
}

static struct date open_day(struct world *w)
{
    struct book_report book;

    assert_true(report_book(w->f.ledger, 0, &book));
    return book.date;
}

static void close_day(struct world *w)
{
    struct date date = open_day(w);
    struct buffer line = buffer_empty();

    buffer_text(&line, "day-close book=us date=");
    date_append(&line, date);
    buffer_char(&line, '\0');
    assert_int_equal(ledger_fixture_send(&w->f, "sup", "%s",
                         (const char *)line.data),
        STATUS_ACCEPTED);
    buffer_free(&line);
}

/* ---- the plain scan ---- */

static void note(struct truth *truth, const struct entry *entry,
    uint64_t line, const struct posting_list *list, struct date date)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct account_name *name = &list->list[i].name;
        bool debit = role_row(truth->name.role)->normal == SIDE_DEBIT;
        int64_t before = truth->count == 0
            ? 0
            : truth->rows[truth->count - 1].balance;
        struct history_row row = { .entry = entry->index,
            .line = line,
            .time = entry->time,
            .date = date,
            .verb = list->operation.verb };

        if (name->role != truth->name.role ||
            name->currency != truth->name.currency ||
            !ident_equal(&name->party, &truth->name.party))
            continue;
        row.amount = debit ? list->list[i].minor : -list->list[i].minor;
        row.balance = before + row.amount;
        truth->rows = realloc(
            truth->rows, (truth->count + 1) * sizeof *truth->rows);
        assert_non_null(truth->rows);
        truth->rows[truth->count++] = row;
    }
}

static void scan_entry(struct world *w, const struct entry *entry,
    struct date date)
{
    struct posting_list list;
    bool found = true;
    bool is_batch = bytes_start_with(entry->line, "batch ");

    for (uint64_t line = is_batch; found; line++) {
        assert_int_equal(
            posting_read(w->f.ledger, entry, line, &list, &found), 0);
        if (!found && line <= 25 && is_batch)
            found = line < 25; /* a refused line, or past the last one */
        else if (found)
            for (size_t i = 0; i < ACCOUNTS; i++)
                note(&w->truth[i], entry, line, &list, date);
        if (!is_batch)
            break;
    }
}

static void scan(struct world *w)
{
    struct buffer bytes = buffer_empty();

    for (size_t i = 0; i < ACCOUNTS; i++)
        assert_true(account_name_parse(
            bytes_text(accounts[i]), &w->truth[i].name));
    for (uint64_t i = 1; i < ledger_size(w->f.ledger); i++) {
        struct entry entry;

        buffer_clear(&bytes);
        assert_int_equal(ledger_entry(w->f.ledger, i, &bytes, &entry), 0);
        /* Every entry here is of the US book: its date is the book's. */
        scan_entry(w, &entry, entry.date);
    }
    buffer_free(&bytes);
}

static int make_world(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    if (w == NULL)
        return -1;
    w->random.state = SEED;
    ledger_fixture_open(&w->f);
    ledger_fixture_found(&w->f);
    w->f.quick = true;
    while (ledger_size(w->f.ledger) < ENTRIES) {
        random_order(w);
        if (below(w, 20) == 0)
            close_day(w);
        if (below(w, 10) == 0)
            ledger_fixture_close_group(&w->f);
    }
    scan(w);
    *state = w;
    return 0;
}

static int free_world(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < ACCOUNTS; i++)
        free(w->truth[i].rows);
    ledger_fixture_close(&w->f);
    free(w);
    return 0;
}

/* ---- balances ---- */

static const struct ident auditor = { 3, "aud" };

static int64_t true_balance(const struct truth *truth, uint64_t at)
{
    int64_t balance = 0;

    for (size_t i = 0; i < truth->count && truth->rows[i].entry <= at; i++)
        balance = truth->rows[i].balance;
    return balance;
}

static void balance_after_every_entry(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < ACCOUNTS; i++) {
        /* A test of nothing is none: each has some blocks. */
        assert_true(w->truth[i].count > 2 * HISTORY_BLOCK);
        for (uint64_t at = 0; at < ledger_size(w->f.ledger); at++) {
            struct account_report report;
            enum status status;

            assert_int_equal(
                report_balance_at(w->f.ledger, &auditor, &w->truth[i].name,
                    at, &report, &status), 0);
            assert_int_equal(status, STATUS_ACCEPTED);
            assert_int_equal(
                report.balance, true_balance(&w->truth[i], at));
        }
    }
}

static void balance_now(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < ACCOUNTS; i++) {
        const struct truth *truth = &w->truth[i];
        struct account_report report;
        enum status status;

        assert_int_equal(report_account(w->f.ledger, &auditor, &truth->name,
                             &report, &status), 0);
        assert_int_equal(status, STATUS_ACCEPTED);
        assert_int_equal(report.postings, truth->count);
        assert_int_equal(report.opened, truth->rows[0].entry);
        assert_int_equal(report.last, truth->rows[truth->count - 1].entry);
        assert_int_equal(
            report.balance, truth->rows[truth->count - 1].balance);
    }
}

/* ---- rows ---- */

struct seen {
    size_t count;
    struct history_row rows[1000];
};

static void see(void *context, const struct history_row *row)
{
    struct seen *seen = context;

    assert_true(seen->count < 1000);
    seen->rows[seen->count++] = *row;
}

static void same_row(
    const struct history_row *row, const struct history_row *expected)
{
    assert_int_equal(row->entry, expected->entry);
    assert_int_equal(row->line, expected->line);
    assert_int_equal(row->time.ms, expected->time.ms);
    assert_int_equal(row->date.days, expected->date.days);
    assert_int_equal(row->verb, expected->verb);
    assert_int_equal(row->amount, expected->amount);
    assert_int_equal(row->balance, expected->balance);
}

static void history_from_every_entry(void **state)
{
    struct world *w = *state;
    struct seen *seen = malloc(sizeof *seen);

    assert_non_null(seen);
    for (size_t i = 0; i < ACCOUNTS; i++) {
        const struct truth *truth = &w->truth[i];

        for (uint64_t before = 0; before <= ledger_size(w->f.ledger) + 1;
             before += 1 + below(w, 5)) {
            uint32_t limit = below(w, 40);
            size_t last = 0;
            enum status status;

            while (last < truth->count && truth->rows[last].entry < before)
                last++;
            seen->count = 0;
            assert_int_equal(
                report_history(w->f.ledger, &auditor, &truth->name, before,
                    limit, see, seen, &status), 0);
            assert_int_equal(status, STATUS_ACCEPTED);
            assert_int_equal(seen->count, last < limit ? last : limit);
            for (size_t k = 0; k < seen->count; k++)
                same_row(&seen->rows[k], &truth->rows[last - 1 - k]);
        }
    }
    free(seen);
}

static void check_statement(struct world *w, const struct truth *truth,
    struct date from, struct date to, struct seen *seen)
{
    int64_t opening;
    int64_t closing;
    enum status status;
    size_t first = 0;
    size_t end;

    while (first < truth->count &&
        truth->rows[first].date.days < from.days)
        first++;
    for (end = first;
         end < truth->count && truth->rows[end].date.days <= to.days;)
        end++;
    seen->count = 0;
    assert_int_equal(report_statement(w->f.ledger, &auditor, &truth->name,
                         from, to, &opening, &closing, see, seen, &status),
        0);
    assert_int_equal(status, STATUS_ACCEPTED);
    assert_int_equal(seen->count, end - first);
    for (size_t k = 0; k < seen->count; k++)
        same_row(&seen->rows[k], &truth->rows[first + k]);
    assert_int_equal(
        opening, first == 0 ? 0 : truth->rows[first - 1].balance);
    assert_int_equal(closing, end == 0 ? 0 : truth->rows[end - 1].balance);
}

static void statement_of_every_span(void **state)
{
    struct world *w = *state;
    struct seen *seen = malloc(sizeof *seen);
    struct date last = open_day(w);
    struct date first = date_of(2026, 11, 20);

    assert_non_null(seen);
    assert_true(last.days > first.days + 20);
    for (size_t i = 0; i < ACCOUNTS; i++)
        for (struct date from = first; from.days <= last.days; from.days++)
            for (struct date to = from; to.days <= last.days;
                 to.days += 1 + (int32_t)below(w, 6))
                check_statement(w, &w->truth[i], from, to, seen);
    free(seen);
}

static void last_entry_of_every_date(void **state)
{
    struct world *w = *state;
    struct ident us = ident_of("us");
    struct date last = open_day(w);

    for (struct date date = date_of(2026, 11, 20);
         date.days <= last.days + 2; date.days++) {
        uint64_t at;
        bool any;
        enum status status;

        assert_int_equal(report_last_entry_of(
                             w->f.ledger, &us, date, &at, &any, &status), 0);
        if (date.days > last.days) {
            assert_int_equal(status, STATUS_BEYOND_END);
            continue;
        }
        assert_int_equal(status, STATUS_ACCEPTED);
        assert_int_equal(any, date.days >= date_of(2026, 11, 23).days);
        for (size_t i = 0; any && i < w->truth[2].count; i++)
            assert_int_equal(w->truth[2].rows[i].entry <= at,
                w->truth[2].rows[i].date.days <= date.days);
    }
}

/* ---- as many rows as may be asked for ---- */

static void count_row(void *context, const struct history_row *row)
{
    (void)row;
    (*(size_t *)context)++;
}

static void a_long_statement(void **state)
{
    static const char line[] =
        "deposit member=m1 via=la amount=USD1.00 purpose=I\n";
    struct ledger_fixture f;
    struct buffer body = buffer_empty();
    struct account_name name;
    struct date date = date_of(2026, 11, 23);
    int64_t opening;
    int64_t closing;
    enum status status;
    size_t rows = 0;

    (void)state;
    assert_true(
        account_name_parse(bytes_text("us/la/drawer/USD"), &name));
    ledger_fixture_open(&f);
    ledger_fixture_found(&f);
    f.quick = true;
    for (int i = 0; i < BODY_LINES_MAX; i++)
        buffer_text(&body, line);
    buffer_char(&body, '\0');
    for (int i = 0; i < 10; i++)
        assert_int_equal(ledger_fixture_batch(&f, "ana", "all",
                             (const char *)body.data),
            STATUS_ACCEPTED);
    assert_int_equal(report_statement(f.ledger, &auditor, &name, date, date,
                         &opening, &closing, count_row, &rows, &status), 0);
    assert_int_equal(status, STATUS_ACCEPTED);
    assert_int_equal(rows, 100000);
    assert_int_equal(closing, 10000000);
    assert_int_equal(
        ledger_fixture_send(&f, "ana", "deposit member=m1 via=la "
                                       "amount=USD1.00 purpose=I"),
        STATUS_ACCEPTED);
    rows = 0;
    assert_int_equal(report_statement(f.ledger, &auditor, &name, date, date,
                         &opening, &closing, count_row, &rows, &status), 0);
    assert_int_equal(status, STATUS_BAD_RANGE);
    assert_int_equal(rows, 0);
    buffer_free(&body);
    ledger_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(balance_now),
        cmocka_unit_test(balance_after_every_entry),
        cmocka_unit_test(history_from_every_entry),
        cmocka_unit_test(statement_of_every_span),
        cmocka_unit_test(last_entry_of_every_date),
        cmocka_unit_test(a_long_statement),
    };

    return cmocka_run_group_tests(tests, make_world, free_world);
}
