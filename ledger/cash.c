#include "cash.h"

#include "calendar.h"
#include "drawer.h"
#include "layout.h"
#include "operations.h"
#include "permission.h"
#include "posting.h"
#include "report_inside.h"

/* ---- totals ---- */

/* Dates before 1970 in order too. */
static uint32_t ordered_days(struct date date)
{
    return (uint32_t)date.days ^ UINT32_C(0x80000000);
}

void cash_day_key(
    uint8_t key[CASH_DAY_LENGTH], uint8_t book, struct date date)
{
    key[0] = book;
    layout_put_be32(key + 1, ordered_days(date));
}

static void total_key(struct buffer *key, const struct cash_total *total)
{
    buffer_u8(key, total->book);
    buffer_be32(key, ordered_days(total->date));
    buffer_be32(key, total->party);
    buffer_u8(key, (uint8_t)total->currency);
    buffer_u8(key, total->in ? 1 : 0);
}

bool cash_parse(struct bytes key, struct bytes value, struct cash_total *out)
{
    struct cursor in = cursor_open(key);
    unsigned currency;
    unsigned direction;

    out->book = cursor_u8(&in);
    out->date.days = (int32_t)(cursor_be32(&in) ^ UINT32_C(0x80000000));
    out->party = cursor_be32(&in);
    currency = cursor_u8(&in);
    direction = cursor_u8(&in);
    if (!cursor_done(&in) || currency >= CURRENCY_COUNT || direction > 1)
        return false;
    out->currency = (enum currency)currency;
    out->in = direction == 1;
    in = cursor_open(value);
    out->minor = cursor_i64(&in);
    out->reported = cursor_u64(&in);
    return cursor_done(&in);
}

void cash_find(struct state *state, struct cash_total *total)
{
    uint8_t memory[16];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    total_key(&key, total);
    if (!state_get(state, TABLE_CASH, buffer_bytes(&key), &value) ||
        !cash_parse(buffer_bytes(&key), value, total)) {
        total->minor = 0;
        total->reported = 0;
    }
}

/* A total of nothing that was never reported needs no record. */
static void put_total(struct state *state, const struct cash_total *total)
{
    uint8_t memory[16];
    uint8_t value_memory[16];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct buffer value = buffer_over(value_memory, sizeof value_memory);

    total_key(&key, total);
    buffer_i64(&value, total->minor);
    buffer_u64(&value, total->reported);
    if (total->minor == 0 && total->reported == 0)
        state_delete(state, TABLE_CASH, buffer_bytes(&key));
    else
        state_put(
            state, TABLE_CASH, buffer_bytes(&key), buffer_bytes(&value));
}

/* Day 0 was a Thursday. */
static bool is_weekend(struct date date)
{
    return (date.days % 7 + 10) % 7 > 4;
}

struct date cash_date(struct state *state, uint8_t book, struct date date)
{
    struct date day = date;

    for (int step = 0; step <= CALENDAR_STEP_MAX; step++) {
        if (!is_weekend(day) && calendar_is_worked(state, book, day))
            return day;
        day.days++;
    }
    return date;
}

/* ---- limits ---- */

static void limit_key(struct buffer *key, uint8_t book, enum limit limit,
    enum currency currency)
{
    buffer_u8(key, book);
    buffer_u8(key, (uint8_t)limit);
    buffer_u8(key, (uint8_t)currency);
}

bool cash_parse_limit(struct bytes key, struct bytes value, uint8_t *book,
    enum limit *limit, struct amount *amount)
{
    struct cursor in = cursor_open(key);
    unsigned which;
    unsigned currency;

    *book = cursor_u8(&in);
    which = cursor_u8(&in);
    currency = cursor_u8(&in);
    if (!cursor_done(&in) || which >= LIMIT_COUNT ||
        currency >= CURRENCY_COUNT)
        return false;
    *limit = (enum limit)which;
    amount->currency = (enum currency)currency;
    in = cursor_open(value);
    amount->minor = cursor_i64(&in);
    return cursor_done(&in);
}

bool cash_limit(struct state *state, uint8_t book, enum limit limit,
    enum currency currency, int64_t *minor)
{
    uint8_t memory[4];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;
    struct amount amount;

    limit_key(&key, book, limit, currency);
    if (state_get(state, TABLE_LIMIT, buffer_bytes(&key), &value) &&
        cash_parse_limit(
            buffer_bytes(&key), value, &book, &limit, &amount)) {
        *minor = amount.minor;
        return true;
    }
    *minor = CASH_REPORT_USD;
    return limit == LIMIT_CASH_REPORT && currency == CURRENCY_USD;
}

void cash_set_limit(struct context *c, const struct operation *op)
{
    const struct limit_set_fields *f = &op->as.limit_set;
    const struct book *book = context_book(c, &f->book, "book");
    uint8_t memory[4];
    uint8_t value[8];
    struct buffer key = buffer_over(memory, sizeof memory);

    if (book == NULL)
        return;
    context_need_book(c, book, "book");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    limit_key(&key, book->number, f->limit, f->amount.currency);
    layout_put64(value, (uint64_t)f->amount.minor);
    state_put(c->state, TABLE_LIMIT, buffer_bytes(&key),
        bytes_of(value, sizeof value));
    context_touch(c, book);
}

/* ---- of a plan ---- */

static bool at_counter(enum verb verb)
{
    return verb == VERB_DEPOSIT || verb == VERB_WITHDRAW ||
        verb == VERB_MEMBERSHIP || verb == VERB_CAPTURE ||
        verb == VERB_SUCCESSION_PAY || verb == VERB_LOAN_REPAY ||
        verb == VERB_LOAN_RECOVER;
}

/* Whose cash a plan moves: of two legs the other one's. */
static uint32_t find_person(const struct context *c, const struct leg *drawer)
{
    const struct leg *other;

    if (c->cash_person != 0)
        return c->cash_person;
    other = &c->legs[drawer == c->legs ? 1 : 0];
    if (c->leg_count != 2 || account_id_role(&other->id) == ROLE_DRAWER)
        return 0;
    return other->party.number;
}

/*
 * The cash that a plan moves between a person and a drawer, and its total
 * before.  False if it moves none.
 */
static bool find_change(
    struct context *c, struct cash_total *total, int64_t *minor)
{
    const struct leg *drawer = NULL;
    uint32_t person;

    for (size_t i = 0; i < c->leg_count; i++)
        if (account_id_role(&c->legs[i].id) == ROLE_DRAWER)
            drawer = &c->legs[i];
    if (drawer == NULL || drawer->minor == 0)
        return false;
    person = find_person(c, drawer);
    if (person == 0)
        return false;
    *total = (struct cash_total){
        .book = drawer->party.book,
        .date = cash_date(c->state, drawer->party.book,
            c->ledger->books[drawer->party.book].date),
        .party = person,
        .currency = account_id_currency(&drawer->id),
        .in = drawer->minor > 0,
    };
    cash_find(c->state, total);
    *minor = drawer->minor > 0 ? drawer->minor : -drawer->minor;
    return true;
}

/* Of what waits for more signatures, one may still be a supervisor's. */
static bool has_supervisor(const struct context *c)
{
    return c->pending || c->key.kind == KIND_SUPERVISOR ||
        (c->signer_kinds & KIND_BIT(SUPERVISOR));
}

void cash_check(struct context *c, enum verb verb)
{
    struct cash_total total;
    int64_t minor;
    int64_t limit;

    drawer_check(c, at_counter(verb));
    if (!at_counter(verb) || !find_change(c, &total, &minor))
        return;
    /* A sum too large for a person's total is too large for the drawers',
     * and posting_check refuses it. */
    if (!minor_add(total.minor, minor, &total.minor))
        return;
    if (!total.in && !has_supervisor(c) &&
        cash_limit(c->state, total.book, LIMIT_WITHDRAW_DAILY,
            total.currency, &limit) &&
        total.minor > limit)
        context_refuse(c, STATUS_OVER_MEMBER_LIMIT, "amount");
}

void cash_commit(struct context *c, enum verb verb)
{
    struct cash_total total;
    struct party person;
    int64_t minor;
    int64_t limit;

    /* The sum was checked. */
    if (!at_counter(verb) || !find_change(c, &total, &minor) ||
        !minor_add(total.minor, minor, &total.minor))
        return;
    if (cash_limit(c->state, total.book, LIMIT_CASH_REPORT, total.currency,
            &limit) &&
        total.minor > limit &&
        record_find_party_number(c->state, total.party, &person)) {
        /* No amount is spelled beyond the cap; more is as good as that. */
        int64_t told = total.minor < AMOUNT_CAP ? total.minor : AMOUNT_CAP;

        if (total.reported == 0)
            total.reported = c->index;
        entry_append_report(&c->ledger->effects, &person.name, total.in,
            total.date, (struct amount){ told, total.currency });
    }
    put_total(c->state, &total);
}

void cash_undo(struct context *c, uint64_t entry, struct date hint)
{
    struct cash_total total;
    int64_t left;

    if (!find_change(c, &total, &left))
        return;
    total.in = !total.in;
    total.date = report_day_at(
        c->ledger, &c->ledger->books[total.book], entry, hint);
    /* It counted on that day, or on the next that was worked.  A holiday
     * may have been set since; so look where the cash is. */
    for (int step = 0; step <= CALENDAR_STEP_MAX && left > 0; step++) {
        int64_t taken;

        cash_find(c->state, &total);
        taken = total.minor < left ? total.minor : left;
        total.minor -= taken;
        left -= taken;
        if (taken > 0)
            put_total(c->state, &total);
        total.date.days++;
    }
}

/* ---- between places ---- */

static bool is_place(enum role role)
{
    return role == ROLE_VAULT || role == ROLE_DRAWER || role == ROLE_TRANSIT;
}

/*
 * cash-move    debit where it goes    credit where it was
 *
 * Vault, drawer and transit; or a bank, which is where cash comes from and
 * goes to, on one side.
 */
void cash_move(struct context *c, const struct operation *op)
{
    const struct cash_move_fields *f = &op->as.cash_move;
    bool from_bank = f->from.role == ROLE_NOSTRO;
    bool to_bank = f->to.role == ROLE_NOSTRO;

    if (!is_place(f->from.role) && !from_bank)
        context_refuse(c, STATUS_CONTROL_ROLE, "from");
    if (!is_place(f->to.role) && (!to_bank || from_bank))
        context_refuse(c, STATUS_CONTROL_ROLE, "to");
    if (f->from.currency != f->amount.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "from");
    if (f->to.currency != f->amount.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "to");
    (void)posting_add_name(c, &f->to, f->amount.minor, "to");
    (void)posting_add_name(c, &f->from, -f->amount.minor, "from");
}
