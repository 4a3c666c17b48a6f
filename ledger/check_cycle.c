#include "check_inside.h"

#include "cycle.h"
#include "earning.h"
#include "layout.h"

#include <posito/encoding.h>

#include <inttypes.h>
#include <string.h>

/*
 * Balance-days are added up here day by day, and not, as the ledger does,
 * by lengths of time; dividends are compared with what was declared and
 * with what the month-close posted.
 */

#define ENTRY "entry %" PRIu64

static struct tally *get(struct check *check, const struct tally_key *key)
{
    struct tally *tally = tally_get(&check->tallies, key);

    if (tally == NULL)
        (void)check_fail(check, "out of memory");
    return tally;
}

/* ---- days and holidays ---- */

static struct tally_key date_key(
    enum table table, uint8_t book, struct date date)
{
    uint8_t key[5] = { book };

    layout_put_be32(
        key + 1, (uint32_t)date.days ^ UINT32_C(0x80000000));
    return tally_key_of(table, bytes_of(key, sizeof key));
}

bool check_is_worked(struct check *check, uint8_t book, struct date date)
{
    struct tally_key key = date_key(TABLE_CALENDAR, book, date);
    const struct tally *said = tally_find(&check->tallies, &key);

    /* Day 4, 1970-01-05, was a Monday. */
    return said != NULL ? said->sum != 0
                        : ((date.days - 4) % 7 + 7) % 7 < 5;
}

struct date check_next_date(struct check *check, const struct book *book)
{
    struct date date = book->date;

    do
        date.days++;
    while (!check_is_worked(check, book->number, date));
    return date;
}

int check_calendar(
    struct check *check, const struct book *book, struct bytes line)
{
    struct date date;
    struct tally_key key;
    struct tally *tally;

    if (!date_parse(check_value(line, "date"), &date))
        return check_fail(check, ENTRY " sets no date of a calendar",
            check->entry.index);
    key = date_key(TABLE_CALENDAR, book->number, date);
    tally = get(check, &key);
    if (tally == NULL)
        return -1;
    tally->sum = bytes_equal_text(check_value(line, "open"), "yes");
    return 0;
}

static int one_holiday(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key name = tally_key_of(TABLE_CALENDAR, key);
    const struct tally *tally = tally_find(&check->tallies, &name);

    if (tally == NULL || value.length != 1 || value.data[0] != tally->sum)
        return check_fail(check, "a calendar is not as it was set");
    return 0;
}

int check_seal(struct check *check, struct bytes line)
{
    struct bytes text = check_value(line, "sealed");
    struct hash digest;
    struct seal seal;
    uint64_t format;
    uint64_t size;

    if (text.length == 0)
        return 0;
    if (!bytes_decimal(text, NUMBER_MAX, &size) ||
        !base64_decode(check_value(line, "digest"), digest.data,
            sizeof digest.data) ||
        !bytes_decimal(check_value(line, "format"), UINT32_MAX, &format) ||
        !cycle_find_seal(check->state, size, &seal) ||
        seal.format != format || !hash_equal(&seal.digest, &digest))
        return check_fail(
            check, "the seal in " ENTRY " is not kept", check->entry.index);
    check->seals += seal.entry == check->entry.index;
    return 0;
}

/* ---- balance-days ---- */

static struct tally_key earning_key(
    const struct account_id *id, uint32_t month)
{
    uint8_t key[ACCOUNT_ID_LENGTH + 4];

    memcpy(key, id->data, sizeof id->data);
    layout_put_be32(key + ACCOUNT_ID_LENGTH, month);
    return tally_key_of(TABLE_EARNING, bytes_of(key, sizeof key));
}

/* Add a day's balance to its month; a month that is over and not closed has
 * to be kept, which `postings` of its tally notes. */
static int earn_day(struct check *check, const struct account_id *id,
    struct date day, int64_t balance, uint32_t kept_before)
{
    uint32_t month = cycle_month_of(day);
    struct tally_key key = earning_key(id, month);
    struct tally *tally = get(check, &key);

    if (tally == NULL)
        return -1;
    if (!minor_add(tally->sum, balance, &tally->sum))
        return check_fail(check, "balance-days overflow");
    if (month < kept_before &&
        month >= check->books[account_id_book(id)].open_month)
        tally->account.postings = 1;
    return 0;
}

/* The month that had begun to be counted, if it is over now. */
static int keep_started(struct check *check, const struct account_id *id,
    struct date since, uint32_t kept_before)
{
    uint32_t month = cycle_month_of(since);
    struct tally_key key = earning_key(id, month);
    const struct tally *tally = tally_find(&check->tallies, &key);

    if (tally == NULL || tally->sum == 0)
        return 0;
    return earn_day(check, id, since, 0, kept_before);
}

/* Count the balance of the days before today. */
static int earn(
    struct check *check, const struct account_id *id, uint32_t kept_before)
{
    struct date today = check->books[account_id_book(id)].date;
    struct tally_key own = tally_key_account(id);
    struct tally *tally = get(check, &own);
    struct account account;

    if (tally == NULL)
        return -1;
    account = tally->account;
    tally->account.since = today;
    if (account.postings == 0)
        return 0;
    for (struct date day = account.since; day.days < today.days;
         day.days++) {
        int64_t balance =
            account.credits - account.debits + account.locked;

        if (balance != 0 &&
            earn_day(check, id, day, balance, kept_before) != 0)
            return -1;
    }
    /* Counted before, but only now over. */
    return keep_started(check, id, account.since, kept_before);
}

int check_earn(struct check *check, const struct account_id *id)
{
    return earn(check, id,
        cycle_month_of(check->books[account_id_book(id)].date));
}

int64_t check_earned(struct check *check, const struct account_id *id,
    const struct account *account)
{
    struct tally_key key = earning_key(id, cycle_month_of(account->since));
    const struct tally *tally = tally_find(&check->tallies, &key);

    return tally == NULL ? 0 : tally->sum;
}

/* Count the days of every share until its book's open day. */
static int earn_all(struct check *check)
{
    struct state_scan *scan =
        state_scan_open(check->state, TABLE_ACCOUNT, bytes_of("", 0));
    struct bytes key;
    struct bytes value;
    int result = 0;

    while (result == 0 && scan != NULL &&
        state_scan_next(scan, &key, &value)) {
        struct account_id id;

        memcpy(id.data, key.data, sizeof id.data);
        if (account_earns(&id))
            result = earn(check, &id, 0);
    }
    if (scan != NULL)
        state_scan_close(scan);
    return result;
}

static struct tally_key dividend_key(
    uint8_t book, uint32_t month, enum currency currency)
{
    uint8_t key[6] = { book };

    layout_put_be32(key + 1, month);
    key[5] = (uint8_t)currency;
    return tally_key_of(TABLE_DIVIDEND, bytes_of(key, sizeof key));
}

static int one_earning(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key name = tally_key_of(TABLE_EARNING, key);
    const struct tally *days = tally_find(&check->tallies, &name);
    struct tally *dividend;
    struct account_id id;
    struct earning earning;
    struct rate rate;
    int64_t paid = 0;
    int64_t tax = 0;
    uint32_t month;
    char text[CHECK_NAME_MAX];

    if (!earning_parse(key, value, &id, &month, &earning))
        return check_fail(check, "a month's earning is of another shape");
    rate = cycle_tax_on(check->state, account_id_book(&id),
        (struct date){ cycle_month_first(month + 1).days - 1 });
    if (days == NULL || days->sum != earning.balance_days ||
        !minor_subtract(earning.dividend, earning.tax, &paid) ||
        days->account.credits != paid ||
        !minor_times_rate(earning.dividend, rate, ROUND_HALF_AWAY, &tax) ||
        tax != earning.tax)
        return check_fail(check,
            "account %s: a month's balance-days or dividend are not the "
            "journal's",
            check_name(check, &id, text));
    if (earning.dividend == 0)
        return 0;
    name = dividend_key(
        account_id_book(&id), month, account_id_currency(&id));
    dividend = get(check, &name);
    if (dividend == NULL)
        return -1;
    return minor_add(dividend->account.credits, earning.dividend,
               &dividend->account.credits)
        ? 0
        : check_fail(check, "dividends overflow");
}

/* Every month that had to be kept is. */
static int check_kept_months(struct check *check)
{
    const struct tally *tally;
    size_t place = 0;

    while ((tally = tally_next(&check->tallies, &place)) != NULL) {
        struct cursor in =
            cursor_open(bytes_of(tally->key.data, tally->key.length));
        struct account_id id = { { 0 } };
        struct earning earning;

        if (tally->key.table != TABLE_EARNING ||
            tally->account.postings == 0)
            continue;
        cursor_copy(&in, id.data, sizeof id.data);
        if (!earning_find(check->state, &id, cursor_be32(&in), &earning))
            return check_fail(check, "balance-days of a month are not kept");
    }
    return 0;
}

/* What was paid is what was declared, or nothing. */
static int one_dividend(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key name = tally_key_of(TABLE_DIVIDEND, key);
    const struct tally *tally = tally_find(&check->tallies, &name);

    (void)value;
    if (tally == NULL || (tally->account.credits != 0 &&
                             tally->account.credits != tally->sum))
        return check_fail(
            check, "a dividend was not shared out as it was declared");
    return 0;
}

/* ---- entries ---- */

static struct book *find_book(
    struct check *check, const struct ident *name)
{
    for (uint32_t i = 0; i < check->counters.books; i++)
        if (ident_equal(&check->books[i].name, name))
            return &check->books[i];
    (void)check_fail(
        check, ENTRY " names a book that is none", check->entry.index);
    return NULL;
}

static int declare(struct check *check, const struct operation *op)
{
    const struct dividend_declare_fields *f = &op->as.dividend_declare;
    const struct book *book = find_book(check, &f->book);
    uint32_t month = cycle_month_of(f->month);
    struct tally_key key;
    struct tally *tally;
    struct dividend dividend;

    if (book == NULL)
        return -1;
    if (!cycle_find_dividend(check->state, book->number, month,
            f->amount.currency, &dividend) ||
        dividend.amount.minor != f->amount.minor ||
        dividend.basis != f->basis ||
        dividend.minimum !=
            (OPERATION_HAS(op, dividend_declare, minimum) ? f->minimum.minor
                                                          : 0) ||
        dividend.declared != check->entry.index)
        return check_fail(check, "the dividend of " ENTRY " is not kept",
            check->entry.index);
    key = dividend_key(book->number, month, f->amount.currency);
    tally = get(check, &key);
    if (tally == NULL)
        return -1;
    tally->sum = f->amount.minor;
    check->dividends++;
    return 0;
}

static int set_tax(struct check *check, const struct tax_withhold_fields *f)
{
    const struct book *book = find_book(check, &f->book);
    struct tally_key key;
    struct tally *tally;

    if (book == NULL)
        return -1;
    key = date_key(TABLE_TAX, book->number, f->from);
    tally = get(check, &key);
    if (tally == NULL)
        return -1;
    check->taxes += tally->account.postings == 0;
    tally->account.postings = 1;
    tally->sum = f->rate.digits;
    tally->account.debits = f->rate.scale;
    return check_term_tax(check, book->number, f->from, f->rate);
}

static int one_tax(struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key name = tally_key_of(TABLE_TAX, key);
    const struct tally *tally = tally_find(&check->tallies, &name);
    struct cursor in = cursor_open(value);

    if (tally == NULL || cursor_i64(&in) != tally->sum ||
        cursor_u8(&in) != tally->account.debits || !cursor_done(&in))
        return check_fail(check, "a rate of tax is not as it was set");
    return 0;
}

/* What stands in share.locked beside the share that a lock is about. */
static int add_locked(struct check *check, uint64_t index, bool open)
{
    struct tally_key name = tally_key_of(TABLE_LOCK, bytes_of(NULL, 0));
    struct savings_lock lock;
    struct tally *tally;

    if (!cycle_find_lock(check->state, index, &lock) ||
        check->line.count != 2 ||
        !account_id_equal(&check->line.list[open ? 0 : 1].id, &lock.share) ||
        (open ? check->line.list[0].minor : -check->line.list[1].minor) !=
            lock.amount ||
        (!open && lock.opened != check->entry.index))
        return check_fail(check, ENTRY " does not move what is locked",
            check->entry.index);
    name = tally_key_account(&lock.share);
    tally = get(check, &name);
    if (tally == NULL)
        return -1;
    tally->account.locked += open ? lock.amount : -lock.amount;
    check->locks += open;
    return tally->account.locked >= 0
        ? 0
        : check_fail(check, ENTRY " unlocks too much", check->entry.index);
}

/* The terms of a lock are those of its line. */
static int place_lock(struct check *check, const struct lock_fields *f)
{
    struct tally_key key;
    uint8_t index[8];
    struct savings_lock lock;

    layout_put_be64(index, check->entry.index);
    key = tally_key_of(TABLE_LOCK, bytes_of(index, sizeof index));
    if (get(check, &key) == NULL)
        return -1;
    if (!cycle_find_lock(check->state, check->entry.index, &lock) ||
        lock.until.days != f->until.days ||
        !hash_equal(&lock.evidence, &f->evidence))
        return check_fail(check, "the lock of " ENTRY " is not kept",
            check->entry.index);
    return add_locked(check, check->entry.index, true);
}

static int open_lock(struct check *check, uint64_t index)
{
    uint8_t name[8];
    struct tally_key key;
    struct tally *tally;

    layout_put_be64(name, index);
    key = tally_key_of(TABLE_LOCK, bytes_of(name, sizeof name));
    tally = get(check, &key);
    if (tally == NULL)
        return -1;
    tally->sum = (int64_t)check->entry.index;
    return add_locked(check, index, false);
}

static int one_lock(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key name = tally_key_of(TABLE_LOCK, key);
    const struct tally *tally = tally_find(&check->tallies, &name);
    struct savings_lock lock;

    if (tally == NULL || !cycle_parse_lock(key, value, &lock) ||
        lock.opened != (uint64_t)tally->sum)
        return check_fail(check, "locked savings are not as the journal has "
                                 "them");
    return 0;
}

int check_cycle_entry(struct check *check, const struct operation *op)
{
    if (op->verb == VERB_DIVIDEND_DECLARE)
        return declare(check, op);
    if (op->verb == VERB_TAX_WITHHOLD)
        return set_tax(check, &op->as.tax_withhold);
    if (op->verb == VERB_LOCK)
        return place_lock(check, &op->as.lock);
    if (op->verb == VERB_UNLOCK)
        return open_lock(check, op->as.unlock.lock);
    return 0;
}

/* ---- periods ---- */

static int close_period(struct check *check, struct book *book,
    enum period period, uint32_t month)
{
    uint64_t entry;

    if (!cycle_find_period(
            check->state, book->number, period, month, &entry) ||
        entry != check->entry.index)
        return check_fail(check, "the period that " ENTRY " closed is not kept",
            check->entry.index);
    check->periods++;
    if (period == PERIOD_MONTH)
        book->open_month = month + 1;
    else
        book->open_year = month / CYCLE_MONTHS + 1;
    return 0;
}

/* What a month-close posts to a share is that month's dividend. */
static int note_dividend(struct check *check,
    const struct check_posting *posting, uint32_t month)
{
    struct tally_key key = earning_key(&posting->id, month);
    struct tally *tally = get(check, &key);

    if (tally == NULL)
        return -1;
    tally->account.credits = -posting->minor;
    tally->account.postings = 1;
    return 0;
}

int check_cycle_post(struct check *check, bool is_month, uint32_t month)
{
    struct bytes effects = check->entry.effects;
    int64_t sums[CURRENCY_COUNT] = { 0 };
    struct effect effect;
    bool malformed = false;

    while (entry_next_effect(&effects, &effect, &malformed)) {
        struct check_posting posting = { .minor = effect.minor };
        enum currency currency = effect.account.currency;

        if (effect.kind != EFFECT_POSTING ||
            (check->operation.verb == VERB_DAY_CLOSE &&
                role_row(effect.account.role)->class == CLASS_MEMO))
            continue; /* of pledges, which post them themselves */
        if (check_account_id(check, &effect.account, &posting.id) != 0 ||
            check_post(check, &posting, 0) != 0)
            return -1;
        if (!minor_add(sums[currency], effect.minor, &sums[currency]))
            return check_fail(
                check, ENTRY " overflows", check->entry.index);
        if (is_month && account_earns(&posting.id) &&
            note_dividend(check, &posting, month) != 0)
            return -1;
    }
    for (int i = 0; i < CURRENCY_COUNT; i++)
        malformed |= sums[i] != 0;
    return malformed ? check_fail(check, ENTRY " does not balance",
                           check->entry.index)
                     : 0;
}

/* What a month-close posts to the house: dividend.payable loses what was
 * declared and gets what term shares have earned.  The rest follows, since
 * the entry balances. */
static int check_house(
    struct check *check, const struct book *book, uint32_t month)
{
    struct bytes effects = check->entry.effects;
    int64_t posted[CURRENCY_COUNT] = { 0 };
    int64_t accrued[CURRENCY_COUNT] = { 0 };
    struct effect effect;
    bool malformed = false;

    if (check_term_accrue(check, book->number, month, accrued) != 0)
        return -1;
    while (entry_next_effect(&effects, &effect, &malformed)) {
        enum role role = effect.account.role;

        if (effect.kind != EFFECT_POSTING)
            continue;
        if (role == ROLE_DIVIDEND_PAYABLE)
            posted[effect.account.currency] += effect.minor;
        else if (role != ROLE_EXPENSE_DIVIDEND && role != ROLE_ISR &&
            role != ROLE_SHARE && !check_loan_role(role))
            return check_fail(check, ENTRY " posts what no month does",
                check->entry.index);
    }
    for (int i = 0; i < CURRENCY_COUNT; i++) {
        struct tally_key key =
            dividend_key(book->number, month, (enum currency)i);
        const struct tally *declared = tally_find(&check->tallies, &key);

        if (posted[i] !=
            (declared == NULL ? 0 : declared->sum) - accrued[i])
            return check_fail(check,
                ENTRY " does not post what the month came to",
                check->entry.index);
    }
    return 0;
}

int check_cycle_close(struct check *check, const struct operation *op)
{
    bool is_month = op->verb == VERB_MONTH_CLOSE;
    const struct ident *name =
        is_month ? &op->as.month_close.book : &op->as.year_close.book;
    uint32_t month = is_month
        ? cycle_month_of(op->as.month_close.month)
        : (uint32_t)op->as.year_close.year * CYCLE_MONTHS;
    struct book *book = find_book(check, name);

    if (book == NULL || check_cycle_post(check, is_month, month) != 0 ||
        (is_month && check_house(check, book, month) != 0) ||
        (is_month && check_loan_month(check, book->number, month) != 0))
        return -1;
    return close_period(
        check, book, is_month ? PERIOD_MONTH : PERIOD_YEAR, month);
}

/* ---- at the end ---- */

int check_cycle_end(struct check *check)
{
    uint64_t holidays = 0;
    uint64_t count;
    const struct tally *tally;
    size_t place = 0;

    while ((tally = tally_next(&check->tallies, &place)) != NULL)
        holidays += tally->key.table == TABLE_CALENDAR;
    if (check_kept_months(check) != 0 || earn_all(check) != 0 ||
        check_record_each(check, TABLE_EARNING, one_earning, &count) != 0)
        return -1;
    if (check_record_count(check, TABLE_CALENDAR, "days of calendars",
            one_holiday, holidays) != 0 ||
        check_record_count(check, TABLE_PERIOD, "closed periods", NULL,
            check->periods) != 0 ||
        check_record_count(check, TABLE_DIVIDEND, "dividends", one_dividend,
            check->dividends) != 0 ||
        check_record_count(
            check, TABLE_TAX, "rates of tax", one_tax, check->taxes) != 0)
        return -1;
    if (check_record_count(
            check, TABLE_SEAL, "seals", NULL, check->seals) != 0)
        return -1;
    return check_record_count(
        check, TABLE_LOCK, "locked savings", one_lock, check->locks);
}
