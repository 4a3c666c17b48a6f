#include "report_loan.h"

#include "permission.h"
#include "report_inside.h"
#include "wide.h"

#include <posito/category.h>

#include <stdlib.h>
#include <string.h>

const uint32_t portfolio_days[PORTFOLIO_RISKS] = { 0, 30, 90 };

/* What one loan, or a pool's share of it, adds to a group. */
struct slice {
    bool counts; /* as a loan that is open */
    enum currency currency;
    enum loan_provision table;
    uint32_t days;
    bool suspended;
    int64_t principal;
    int64_t receivable;
    int64_t required;
    int64_t held;
    int64_t charged_off;
    int64_t recovered_ever;
    int64_t recovered_before; /* this year */
};

struct portfolio {
    struct ledger *ledger;
    const struct book *book;
    const enum loan_group *by;
    uint64_t first; /* entry of the year */
    struct report_reader *reader;
    bool overflow;
    size_t count;
    size_t room;
    struct portfolio_group **groups; /* by currency, name */
    struct portfolio_group *totals[CURRENCY_COUNT]; /* or NULL */
};

static bool fail(struct portfolio *portfolio, const char *why)
{
    (void)context_fail(portfolio->ledger, "%s", why);
    return false;
}

/* ---- groups ---- */

/* What is in no group comes last. */
static int compare(const struct portfolio_group *group,
    enum currency currency, const struct ident *name)
{
    size_t least = group->name.length < name->length ? group->name.length
                                                     : name->length;
    int order;

    if (group->currency != currency)
        return group->currency < currency ? -1 : 1;
    if (group->name.length == 0 || name->length == 0)
        return (group->name.length == 0) - (name->length == 0);
    order = memcmp(group->name.text, name->text, least);
    return order != 0 ? order
                      : (group->name.length > name->length) -
            (group->name.length < name->length);
}

static struct portfolio_group *group_new(struct portfolio *portfolio,
    enum currency currency, const struct ident *name)
{
    struct portfolio_group *group = calloc(1, sizeof *group);

    if (group == NULL) {
        (void)fail(portfolio, "out of memory for a portfolio");
        return NULL;
    }
    group->currency = currency;
    if (name != NULL)
        group->name = *name;
    group->is_total = name == NULL;
    return group;
}

static bool make_room(struct portfolio *portfolio)
{
    size_t room = portfolio->room == 0 ? 16 : 2 * portfolio->room;
    struct portfolio_group **groups;

    if (portfolio->count < portfolio->room)
        return true;
    groups = realloc(portfolio->groups, room * sizeof *groups);
    if (groups == NULL)
        return fail(portfolio, "out of memory for a portfolio");
    portfolio->groups = groups;
    portfolio->room = room;
    return true;
}

/* The group, made if it is new; NULL after a failure. */
static struct portfolio_group *group_find(struct portfolio *portfolio,
    enum currency currency, const struct ident *name)
{
    struct portfolio_group *group;
    size_t low = 0;
    size_t high = portfolio->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(portfolio->groups[middle], currency, name);

        if (order == 0)
            return portfolio->groups[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (!make_room(portfolio))
        return NULL;
    group = group_new(portfolio, currency, name);
    if (group == NULL)
        return NULL;
    memmove(portfolio->groups + low + 1, portfolio->groups + low,
        (portfolio->count - low) * sizeof(struct portfolio_group *));
    portfolio->groups[low] = group;
    portfolio->count++;
    return group;
}

static void add(struct portfolio *portfolio, int64_t *sum, int64_t minor)
{
    if (!minor_add(*sum, minor, sum))
        portfolio->overflow = true;
}

static void add_open(struct portfolio *portfolio,
    struct portfolio_group *group, const struct slice *slice)
{
    size_t place =
        ageing_bucket_of(product_ageing(slice->table), slice->days);
    struct portfolio_bucket *bucket = &group->buckets[slice->table][place];

    group->loans += slice->counts;
    bucket->loans += slice->counts;
    add(portfolio, &group->principal, slice->principal);
    add(portfolio, &group->receivable, slice->receivable);
    add(portfolio, &group->required, slice->required);
    add(portfolio, &group->held, slice->held);
    add(portfolio, &bucket->principal, slice->principal);
    add(portfolio, &bucket->receivable, slice->receivable);
    add(portfolio, &bucket->required, slice->required);
    if (slice->suspended)
        add(portfolio, &group->suspended, slice->principal);
    for (int i = 0; i < PORTFOLIO_RISKS; i++)
        if (slice->days > portfolio_days[i])
            add(portfolio, &group->at_risk[i], slice->principal);
}

static void add_slice(struct portfolio *portfolio,
    struct portfolio_group *group, const struct slice *slice)
{
    if (group == NULL)
        return;
    add_open(portfolio, group, slice);
    add(portfolio, &group->charged_off, slice->charged_off);
    add(portfolio, &group->recovered,
        slice->recovered_ever - slice->recovered_before);
}

/* ---- recovered this year ---- */

struct recoveries {
    struct portfolio *portfolio;
    const struct loan *loan;
    const struct loan_pools *pools;
    int64_t sum;
    bool failed;
};

static void add_effect(struct recoveries *recoveries, uint64_t entry,
    enum role role, uint32_t party)
{
    const struct loan *loan = recoveries->loan;
    struct account_id id = account_id_of(
        loan->book, loan->terms.currency, role, party);
    int64_t minor;

    if (report_reader_effect(
            recoveries->portfolio->reader, &id, entry, &minor) != 0)
        recoveries->failed = true;
    else
        recoveries->sum -= minor; /* credits are negative */
}

/*
 * What an entry about a loan that is charged off brings in is what it
 * credits to its pools and to income.recovery: a recovery does, its reversal
 * takes it back, and what revolves leaves a pool for its fund.
 */
static void look_at_entry(void *context, uint64_t entry)
{
    struct recoveries *recoveries = context;
    const struct loan_pools *pools = recoveries->pools;

    if (recoveries->failed || entry <= recoveries->loan->ended ||
        entry < recoveries->portfolio->first)
        return;
    for (size_t i = 0; i < pools->count; i++) {
        add_effect(recoveries, entry, ROLE_POOL, pools->list[i].pool);
        add_effect(recoveries, entry, ROLE_FUND, pools->list[i].pool);
    }
    add_effect(recoveries, entry, ROLE_INCOME_RECOVERY,
        recoveries->portfolio->book->house);
}

static bool recovered_before(struct portfolio *portfolio,
    const struct loan *loan, const struct loan_pools *pools, int64_t *before)
{
    struct recoveries recoveries = {
        .portfolio = portfolio, .loan = loan, .pools = pools
    };

    loan_each_entry(
        portfolio->ledger->state, loan->index, look_at_entry, &recoveries);
    *before = loan->recovered - recoveries.sum;
    return !recoveries.failed;
}

/* ---- one loan ---- */

static bool find_slice(struct portfolio *portfolio, const struct loan *loan,
    const struct loan_pools *pools, struct slice *out)
{
    struct ledger *ledger = portfolio->ledger;
    struct date today = portfolio->book->date;
    struct loan_standing standing;

    *out = (struct slice){ .currency = loan->terms.currency,
        .table = loan->terms.table };
    if (loan->phase == LOAN_CHARGED_OFF) {
        if (loan->ended >= portfolio->first)
            out->charged_off = loan->charged_off;
        out->recovered_ever = loan->recovered;
        return recovered_before(
            portfolio, loan, pools, &out->recovered_before);
    }
    if (!loan_standing_on(ledger->state, loan, today, today, &standing))
        return fail(portfolio, "a loan cannot be worked out");
    out->counts = true;
    out->days = standing.days;
    out->suspended = loan->non_accrual;
    out->principal = loan_principal(loan);
    out->receivable = loan->receivable;
    out->held = loan->allowance;
    if (!ageing_provision(product_ageing(loan->terms.table), standing.days,
            out->principal + out->receivable, &out->required))
        portfolio->overflow = true;
    return true;
}

/* The parts of a figure that pools have; they sum to it. */
static void share(const struct loan_pools *pools, int64_t figure,
    int64_t *shares)
{
    uint16_t parts[PARTICIPATION_MAX];

    for (size_t i = 0; i < pools->count; i++)
        parts[i] = pools->list[i].part;
    if (!participation_split(figure, parts, pools->count, shares))
        memset(shares, 0, pools->count * sizeof *shares);
}

static void add_by_pool(struct portfolio *portfolio,
    const struct loan_pools *pools, const struct slice *whole)
{
    static const struct ident none;
    int64_t receivable[PARTICIPATION_MAX];
    int64_t required[PARTICIPATION_MAX];
    int64_t held[PARTICIPATION_MAX];
    int64_t lost[PARTICIPATION_MAX];
    int64_t ever[PARTICIPATION_MAX];
    int64_t before[PARTICIPATION_MAX];
    struct slice rest = { .currency = whole->currency,
        .table = whole->table,
        .days = whole->days,
        .suspended = whole->suspended,
        .principal = whole->principal };

    share(pools, whole->receivable, receivable);
    share(pools, whole->required, required);
    share(pools, whole->held, held);
    share(pools, whole->charged_off, lost);
    share(pools, whole->recovered_ever, ever);
    share(pools, whole->recovered_before, before);
    for (size_t i = 0; i < pools->count; i++) {
        const struct loan_pool *pool = &pools->list[i];
        struct ident name = report_name(portfolio->ledger, pool->pool);
        struct slice slice = *whole;

        slice.principal = whole->counts ? pool->funded - pool->returned : 0;
        slice.receivable = receivable[i];
        slice.required = required[i];
        slice.held = held[i];
        slice.charged_off = lost[i];
        slice.recovered_ever = ever[i];
        slice.recovered_before = before[i];
        rest.principal -= slice.principal;
        add_slice(portfolio,
            group_find(portfolio, whole->currency, &name), &slice);
    }
    /* Interest that became principal is no pool's money. */
    if (rest.principal != 0)
        add_slice(portfolio,
            group_find(portfolio, whole->currency, &none), &rest);
}

static struct ident group_name(
    struct portfolio *portfolio, const struct loan *loan)
{
    struct ident name = { .length = 0 };

    switch (*portfolio->by) {
    case LOAN_GROUP_CLUB:
        return report_name(portfolio->ledger, loan->club);
    case LOAN_GROUP_SECTOR:
        (void)!ident_parse(
            bytes_text(category_row(loan->sector)->name), &name);
        return name;
    case LOAN_GROUP_PRODUCT:
        return loan->product;
    case LOAN_GROUP_POOL:
    case LOAN_GROUP_COUNT:
        return name;
    }
    return name;
}

static bool add_loan(struct portfolio *portfolio, const struct loan *loan)
{
    struct portfolio_group **total =
        &portfolio->totals[loan->terms.currency];
    struct loan_pools pools;
    struct slice slice;
    struct ident name;

    loan_read_pools(portfolio->ledger->state, loan->index, &pools);
    if (!find_slice(portfolio, loan, &pools, &slice))
        return false;
    if (*total == NULL)
        *total = group_new(portfolio, slice.currency, NULL);
    add_slice(portfolio, *total, &slice);
    if (portfolio->by == NULL)
        return !portfolio->ledger->failed;
    if (*portfolio->by == LOAN_GROUP_POOL && pools.count > 0) {
        add_by_pool(portfolio, &pools, &slice);
        return !portfolio->ledger->failed;
    }
    name = group_name(portfolio, loan);
    add_slice(
        portfolio, group_find(portfolio, slice.currency, &name), &slice);
    return !portfolio->ledger->failed;
}

/* Loans that are open, and those charged off in any year. */
static void read_loans(struct portfolio *portfolio)
{
    struct state_scan *scan = state_scan_open(
        portfolio->ledger->state, TABLE_LOAN, bytes_of("", 0));
    struct bytes key;
    struct bytes value;
    struct loan loan;

    while (scan != NULL && state_scan_next(scan, &key, &value)) {
        if (!loan_parse(key, value, &loan)) {
            (void)fail(portfolio, "a loan cannot be read");
            break;
        }
        if (loan.book == portfolio->book->number &&
            (loan.phase == LOAN_OPEN || loan.phase == LOAN_CHARGED_OFF) &&
            !add_loan(portfolio, &loan))
            break;
    }
    if (scan != NULL)
        state_scan_close(scan);
}

/* ---- the question ---- */

static void show(struct portfolio_group *group,
    void (*each)(void *context, const struct portfolio_group *),
    void *context)
{
    for (int i = 0; i < PORTFOLIO_RISKS && group->principal > 0; i++)
        group->percent[i] =
            (uint32_t)wide_divide((wide)group->at_risk[i] * 10000,
                group->principal, ROUND_HALF_AWAY);
    each(context, group);
}

static void show_all(struct portfolio *portfolio,
    void (*each)(void *context, const struct portfolio_group *),
    void *context)
{
    size_t at = 0;

    for (int c = 0; c < CURRENCY_COUNT; c++) {
        for (; at < portfolio->count &&
            portfolio->groups[at]->currency == (enum currency)c;
            at++)
            show(portfolio->groups[at], each, context);
        if (portfolio->totals[c] != NULL)
            show(portfolio->totals[c], each, context);
    }
}

static void portfolio_free(struct portfolio *portfolio)
{
    for (size_t i = 0; i < portfolio->count; i++)
        free(portfolio->groups[i]);
    free(portfolio->groups);
    for (int c = 0; c < CURRENCY_COUNT; c++)
        free(portfolio->totals[c]);
    report_reader_free(portfolio->reader);
}

/* The first date of the years not closed, and the entry that it began in;
 * nothing was entered in it if there is none. */
static void find_year(struct portfolio *portfolio, struct date *since)
{
    struct book_report report;
    struct date day;

    portfolio->first = UINT64_MAX;
    if (!report_book(portfolio->ledger, portfolio->book->number, &report))
        return;
    *since = report.since;
    if (!report_day_next(portfolio->ledger, portfolio->book, report.since,
            &day, &portfolio->first))
        portfolio->first = UINT64_MAX;
}

int report_portfolio(struct ledger *ledger, const struct ident *who,
    const struct ident *name, const enum loan_group *by, struct date *today,
    struct date *since,
    void (*each)(void *context, const struct portfolio_group *),
    void *context, enum status *status)
{
    struct portfolio portfolio = { .ledger = ledger, .by = by };
    struct signing_key key;

    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    portfolio.book = context_find_book(ledger, name);
    if (portfolio.book == NULL)
        *status = STATUS_UNKNOWN_BOOK;
    else if (!permission_reaches_book(&key.scope, portfolio.book->number))
        *status = STATUS_OUT_OF_SCOPE;
    if (*status != STATUS_ACCEPTED)
        return report_end(ledger);
    *today = portfolio.book->date;
    find_year(&portfolio, since);
    portfolio.reader = report_reader_new(ledger);
    if (portfolio.reader != NULL)
        read_loans(&portfolio);
    if (portfolio.overflow)
        *status = STATUS_BALANCE_OVERFLOW;
    else if (!ledger->failed)
        show_all(&portfolio, each, context);
    portfolio_free(&portfolio);
    return report_end(ledger);
}
