#include "report_loan.h"

#include "permission.h"
#include "report_inside.h"

#include <string.h>

/* ---- who may see it ---- */

static bool reaches(
    struct ledger *ledger, const struct scope *scope, uint32_t number)
{
    struct party party;

    return record_find_party_number(ledger->state, number, &party) &&
        permission_reaches(ledger->state, scope, &party);
}

bool report_loan_visible(struct ledger *ledger, const struct scope *scope,
    const struct loan *loan)
{
    struct loan_pools pools;

    if (reaches(ledger, scope, loan->borrower))
        return true;
    if (loan->pools == 0)
        return false;
    loan_read_pools(ledger->state, loan->index, &pools);
    for (size_t i = 0; i < pools.count; i++)
        if (reaches(ledger, scope, pools.list[i].pool))
            return true;
    return false;
}

bool report_loan_open(struct ledger *ledger, const struct ident *who,
    uint64_t index, struct loan *loan, enum status *status)
{
    struct signing_key key;

    if (!report_asker(ledger, who, &key, status))
        return false;
    if (!loan_find(ledger->state, index, loan))
        *status = STATUS_UNKNOWN_LOAN;
    else if (!report_loan_visible(ledger, &key.scope, loan))
        *status = STATUS_OUT_OF_SCOPE;
    return *status == STATUS_ACCEPTED;
}

struct ident report_name(struct ledger *ledger, uint32_t number)
{
    struct ident none = { .length = 0 };
    struct party party;

    return number != 0 &&
            record_find_party_number(ledger->state, number, &party)
        ? party.name
        : none;
}

/* ---- what is owed ---- */

static bool find_owed(
    struct ledger *ledger, const struct loan *loan, struct loan_owed *out)
{
    struct date today = ledger->books[loan->book].date;
    struct loan_standing standing;

    memset(out, 0, sizeof *out);
    if (loan->phase != LOAN_OPEN)
        return true;
    if (!loan_standing_on(ledger->state, loan, today, today, &standing)) {
        (void)context_fail(ledger, "a loan cannot be worked out");
        return false;
    }
    *out = (struct loan_owed){
        .stands = true,
        .principal = standing.principal,
        .interest = standing.interest,
        .late = standing.late,
        .payoff = standing.payoff,
        .principal_due = standing.principal_due,
        .interest_due = standing.interest_due,
        .days = standing.days,
        .since = standing.overdue_since,
        .has_next = standing.has_next,
        .next = standing.next,
        .next_amount = standing.next_amount,
    };
    return true;
}

/* ---- one loan ---- */

static void find_tranches(struct ledger *ledger, struct loan_report *out)
{
    for (uint8_t i = 0; i < LOAN_TRANCHES_MAX; i++) {
        if (!loan_find_tranche(ledger->state, out->loan.index,
                (uint8_t)(i + 1), &out->tranches[i]))
            return;
        out->tranche_count++;
    }
}

static void find_pools(struct ledger *ledger, struct loan_report *out)
{
    loan_read_pools(ledger->state, out->loan.index, &out->pools);
    for (size_t i = 0; i < out->pools.count; i++)
        out->pool_names[i] = report_name(ledger, out->pools.list[i].pool);
}

static void find_securities(struct ledger *ledger, struct loan_report *out)
{
    loan_read_securities_ended(ledger->state, out->loan.index,
        out->loan.ended, &out->securities);
    for (size_t i = 0; i < out->securities.count; i++)
        out->security_names[i] =
            report_name(ledger, out->securities.list[i].party);
}

static bool fill(struct ledger *ledger, struct loan_report *out)
{
    const struct loan *loan = &out->loan;

    out->borrower = report_name(ledger, loan->borrower);
    out->club = report_name(ledger, loan->club);
    out->project = report_name(ledger, loan->project);
    out->book = ledger->books[loan->book].name;
    out->today = ledger->books[loan->book].date;
    find_tranches(ledger, out);
    find_pools(ledger, out);
    find_securities(ledger, out);
    return find_owed(ledger, loan, &out->owed);
}

/* ---- entries about it ---- */

struct events {
    size_t count; /* all of them */
    uint64_t last[REPORT_LOAN_EVENTS]; /* entry i stands at i % so many */
};

static void keep_event(void *context, uint64_t entry)
{
    struct events *events = context;

    events->last[events->count++ % REPORT_LOAN_EVENTS] = entry;
}

/* What an entry did; if it carries out an earlier one's line, that line. */
static int read_event(struct ledger *ledger, const struct loan *loan,
    uint64_t index, struct loan_event *out)
{
    struct buffer bytes = buffer_empty();
    struct operation operation;
    struct entry entry;
    struct entry line;
    int result = -1;

    if (ledger_entry(ledger, index, &bytes, &entry) != 0 ||
        posting_find_line(ledger, &entry, &line) != 0)
        goto out;
    if (!ledger->archive.decode(&operation, line.line, false)) {
        (void)context_fail(ledger, "an entry about a loan cannot be read");
        goto out;
    }
    *out = (struct loan_event){
        .entry = index,
        .verb = operation.verb,
        .date = report_day_at(
            ledger, &ledger->books[loan->book], index, entry.date),
    };
    result = 0;
out:
    buffer_free(&bytes);
    return result;
}

static int show_events(struct ledger *ledger, const struct loan *loan,
    void (*each)(void *context, const struct loan_event *), void *context)
{
    struct events events = { .count = 0 };
    struct loan_event event;
    size_t first;

    loan_each_entry(ledger->state, loan->index, keep_event, &events);
    first = events.count > REPORT_LOAN_EVENTS
        ? events.count - REPORT_LOAN_EVENTS
        : 0;
    for (size_t i = first; i < events.count; i++) {
        if (read_event(ledger, loan, events.last[i % REPORT_LOAN_EVENTS],
                &event) != 0)
            return -1;
        each(context, &event);
    }
    return 0;
}

int report_loan(struct ledger *ledger, const struct ident *who,
    uint64_t index, struct loan_report *out,
    void (*each)(void *context, const struct loan_event *), void *context,
    enum status *status)
{
    memset(out, 0, sizeof *out);
    if (report_loan_open(ledger, who, index, &out->loan, status) &&
        (!fill(ledger, out) ||
            show_events(ledger, &out->loan, each, context) != 0))
        return -1;
    return report_end(ledger);
}

/* ---- a page of loans ---- */

struct page {
    struct ledger *ledger;
    struct scope scope;
    const enum loan_phase *phase;
    uint64_t before;
    size_t count; /* that fit */
    uint64_t last[REPORT_LOANS_ROWS];
};

static void look_at(struct page *page, const struct loan *loan)
{
    if (loan->index < page->before &&
        (page->phase == NULL || loan->phase == *page->phase) &&
        report_loan_visible(page->ledger, &page->scope, loan))
        page->last[page->count++ % REPORT_LOANS_ROWS] = loan->index;
}

static bool look_at_borrowed(
    void *context, const struct loan *loan, enum loan_how how)
{
    if (how == LOAN_BORROWS)
        look_at(context, loan);
    return true;
}

static void look_at_all(struct page *page)
{
    struct state_scan *scan =
        state_scan_open(page->ledger->state, TABLE_LOAN, bytes_of("", 0));
    struct bytes key;
    struct bytes value;
    struct loan loan;

    while (scan != NULL && state_scan_next(scan, &key, &value)) {
        if (!loan_parse(key, value, &loan)) {
            (void)context_fail(page->ledger, "a loan cannot be read");
            break;
        }
        if (loan.index >= page->before)
            break;
        look_at(page, &loan);
    }
    if (scan != NULL)
        state_scan_close(scan);
}

static bool show_line(struct page *page, uint64_t index,
    void (*each)(void *context, const struct loan_line *), void *context)
{
    struct ledger *ledger = page->ledger;
    struct loan_line line;
    struct loan loan;

    if (!loan_find(ledger->state, index, &loan) ||
        !find_owed(ledger, &loan, &line.owed))
        return false;
    line.loan = &loan;
    line.borrower = report_name(ledger, loan.borrower);
    line.club = report_name(ledger, loan.club);
    each(context, &line);
    return true;
}

/* Whose loans: a scope of its own.  *party is set if it is one party whose
 * loans are found without looking at all. */
static enum status find_subject(struct ledger *ledger,
    const struct signing_key *key, const struct ident *name,
    struct scope *scope, struct party *party)
{
    if (!record_find_party(ledger->state, name, party))
        return STATUS_UNKNOWN_PARTY;
    if (party->kind == PARTY_HOUSE) {
        *scope = (struct scope){ SCOPE_BOOK, party->book };
        return permission_reaches_book(&key->scope, party->book)
            ? STATUS_ACCEPTED
            : STATUS_OUT_OF_SCOPE;
    }
    *scope = (struct scope){ SCOPE_PARTY, party->number };
    return permission_reaches(ledger->state, &key->scope, party)
        ? STATUS_ACCEPTED
        : STATUS_OUT_OF_SCOPE;
}

/* Only clubs, federations and houses have others' loans among theirs. */
static bool has_others(const struct party *party)
{
    return party->kind == PARTY_HOUSE ||
        (OWNERS_POOL >> party->kind & 1U) != 0;
}

int report_loans(struct ledger *ledger, const struct ident *who,
    const struct ident *name, const enum loan_phase *phase, uint64_t before,
    void (*each)(void *context, const struct loan_line *), void *context,
    uint64_t *next, enum status *status)
{
    struct page page = {
        .ledger = ledger, .phase = phase, .before = before
    };
    struct signing_key key;
    struct party party;
    size_t first;

    *next = 0;
    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    page.scope = key.scope;
    if (name != NULL)
        *status = find_subject(ledger, &key, name, &page.scope, &party);
    if (*status != STATUS_ACCEPTED)
        return report_end(ledger);
    if (name != NULL && !has_others(&party))
        loan_each_of_party(
            ledger->state, party.number, look_at_borrowed, &page);
    else
        look_at_all(&page);
    first = page.count > REPORT_LOANS_ROWS ? page.count - REPORT_LOANS_ROWS
                                           : 0;
    for (size_t i = page.count; i > first; i--)
        if (!show_line(&page, page.last[(i - 1) % REPORT_LOANS_ROWS], each,
                context))
            return -1;
    if (first > 0)
        *next = page.last[first % REPORT_LOANS_ROWS];
    return report_end(ledger);
}
