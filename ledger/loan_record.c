#include "loan_record.h"

#include <assert.h>
#include <string.h>

#define VALUE_MAX 640
#define KEY_MAX 16

/* ---- phases ---- */

const char *loan_phase_name(enum loan_phase phase)
{
    static const char *const names[] = {
        [LOAN_APPLIED] = "applied",
        [LOAN_APPROVED] = "approved",
        [LOAN_OPEN] = "open",
        [LOAN_PAID] = "paid",
        [LOAN_CHARGED_OFF] = "charged-off",
        [LOAN_DECLINED] = "declined",
    };

    return names[phase];
}

bool loan_phase_has_ended(enum loan_phase phase)
{
    return phase == LOAN_PAID || phase == LOAN_CHARGED_OFF ||
        phase == LOAN_DECLINED;
}

void loan_enter(struct loan *loan, enum loan_phase phase, uint64_t entry)
{
    loan->phase = phase;
    loan->ended = loan_phase_has_ended(phase) ? entry : 0;
    if (phase == LOAN_APPROVED && loan->approved == 0)
        loan->approved = entry;
}

/* ---- figures ---- */

int64_t loan_principal(const struct loan *loan)
{
    return loan->disbursed + loan->capitalised - loan->principal_paid -
        loan->charged_off;
}

int64_t loan_undisbursed(const struct loan *loan)
{
    return loan->committed - loan->disbursed;
}

int64_t loan_returned(const struct loan *loan)
{
    int64_t back = loan->principal_paid + loan->charged_off;

    return back < loan->disbursed ? back : loan->disbursed;
}

/* ---- the record ---- */

static void append_date(struct buffer *out, struct date date)
{
    buffer_u32(out, (uint32_t)date.days);
}

static struct date read_date(struct cursor *in)
{
    return (struct date){ (int32_t)cursor_u32(in) };
}

static void append_rate(struct buffer *out, struct rate rate)
{
    buffer_i64(out, rate.digits);
    buffer_u8(out, rate.scale);
}

static struct rate read_rate(struct cursor *in)
{
    struct rate rate;

    rate.digits = cursor_i64(in);
    rate.scale = cursor_u8(in);
    return rate;
}

static void append_interest(struct buffer *out, struct interest interest)
{
    buffer_i64(out, interest.minor);
    buffer_i64(out, interest.parts);
}

static struct interest read_interest(struct cursor *in)
{
    struct interest interest;

    interest.minor = cursor_i64(in);
    interest.parts = cursor_i64(in);
    return interest;
}

static void append_ident(struct buffer *out, const struct ident *name)
{
    buffer_u8(out, name->length);
    buffer_append(out, ident_bytes(name));
}

static bool read_ident(struct cursor *in, struct ident *name)
{
    uint8_t length = cursor_u8(in);

    return ident_parse(cursor_take(in, length), name);
}

static void append_application(struct buffer *out, const struct loan *loan)
{
    buffer_u8(out, (uint8_t)loan->phase);
    buffer_u8(out, loan->book);
    buffer_u32(out, loan->borrower);
    buffer_u32(out, loan->club);
    buffer_u32(out, loan->project);
    buffer_u8(out, (uint8_t)loan->sector);
    buffer_u8(out, (uint8_t)loan->purpose);
    append_ident(out, &loan->product);
    append_date(out, loan->product_from);
    product_append_terms(out, &loan->terms);
    buffer_i64(out, loan->applied);
    buffer_u16(out, loan->instalments);
    buffer_u8(out, loan->has_first_due);
    append_date(out, loan->first_due);
    buffer_u16(out, loan->grace);
    buffer_u16(out, loan->interest_only);
    buffer_i64(out, loan->balloon);
    for (size_t i = 0; i < LOAN_MONTHS; i++)
        buffer_u32(out, loan->weights[i]);
}

static bool read_application(struct cursor *in, struct loan *loan)
{
    uint8_t phase = cursor_u8(in);
    uint8_t sector;
    uint8_t purpose;

    loan->book = cursor_u8(in);
    loan->borrower = cursor_u32(in);
    loan->club = cursor_u32(in);
    loan->project = cursor_u32(in);
    sector = cursor_u8(in);
    purpose = cursor_u8(in);
    if (phase > LOAN_DECLINED || sector >= CATEGORY_COUNT ||
        purpose >= PURPOSE_COUNT ||
        !read_ident(in, &loan->product))
        return false;
    loan->phase = (enum loan_phase)phase;
    loan->sector = (enum category)sector;
    loan->purpose = (enum purpose)purpose;
    loan->product_from = read_date(in);
    if (!product_read_terms(in, &loan->terms))
        return false;
    loan->applied = cursor_i64(in);
    loan->instalments = cursor_u16(in);
    loan->has_first_due = cursor_u8(in) != 0;
    loan->first_due = read_date(in);
    loan->grace = cursor_u16(in);
    loan->interest_only = cursor_u16(in);
    loan->balloon = cursor_i64(in);
    for (size_t i = 0; i < LOAN_MONTHS; i++)
        loan->weights[i] = cursor_u32(in);
    return true;
}

static void append_approval(struct buffer *out, const struct loan *loan)
{
    const struct loan_disclosure *disclosure = &loan->disclosure;

    buffer_u64(out, loan->approved);
    buffer_i64(out, loan->committed);
    append_rate(out, loan->interest_part);
    append_rate(out, loan->loss_part);
    buffer_u8(out, loan->pools);
    buffer_u32(out, disclosure->apr);
    buffer_u32(out, disclosure->cat);
    buffer_i64(out, disclosure->finance);
    buffer_i64(out, disclosure->total);
    buffer_append(out, bytes_of(disclosure->schedule.data,
                           sizeof disclosure->schedule.data));
}

static void read_approval(struct cursor *in, struct loan *loan)
{
    struct loan_disclosure *disclosure = &loan->disclosure;

    loan->approved = cursor_u64(in);
    loan->committed = cursor_i64(in);
    loan->interest_part = read_rate(in);
    loan->loss_part = read_rate(in);
    loan->pools = cursor_u8(in);
    disclosure->apr = cursor_u32(in);
    disclosure->cat = cursor_u32(in);
    disclosure->finance = cursor_i64(in);
    disclosure->total = cursor_i64(in);
    cursor_copy(in, disclosure->schedule.data,
        sizeof disclosure->schedule.data);
}

static void append_figures(struct buffer *out, const struct loan *loan)
{
    buffer_u8(out, loan->tranches);
    buffer_u8(out, loan->tranches_paid);
    append_date(out, loan->opened);
    buffer_i64(out, loan->disbursed);
    buffer_i64(out, loan->fee_withheld);
    buffer_i64(out, loan->capitalised);
    buffer_i64(out, loan->principal_paid);
    buffer_i64(out, loan->interest_paid);
    buffer_i64(out, loan->late_paid);
    buffer_i64(out, loan->fee_paid);
    buffer_i64(out, loan->charged_off);
    buffer_i64(out, loan->recovered);
    buffer_i64(out, loan->revolved);
    append_date(out, loan->accrued_to);
    append_interest(out, loan->accrued);
    append_interest(out, loan->late_accrued);
    buffer_i64(out, loan->earned);
    buffer_i64(out, loan->receivable);
    buffer_i64(out, loan->memo);
    buffer_i64(out, loan->allowance);
    buffer_u8(out, loan->non_accrual);
    append_date(out, loan->non_accrual_from);
    buffer_u32(out, loan->plans);
    buffer_u64(out, loan->ended);
    buffer_u64(out, loan->last);
}

static void read_figures(struct cursor *in, struct loan *loan)
{
    loan->tranches = cursor_u8(in);
    loan->tranches_paid = cursor_u8(in);
    loan->opened = read_date(in);
    loan->disbursed = cursor_i64(in);
    loan->fee_withheld = cursor_i64(in);
    loan->capitalised = cursor_i64(in);
    loan->principal_paid = cursor_i64(in);
    loan->interest_paid = cursor_i64(in);
    loan->late_paid = cursor_i64(in);
    loan->fee_paid = cursor_i64(in);
    loan->charged_off = cursor_i64(in);
    loan->recovered = cursor_i64(in);
    loan->revolved = cursor_i64(in);
    loan->accrued_to = read_date(in);
    loan->accrued = read_interest(in);
    loan->late_accrued = read_interest(in);
    loan->earned = cursor_i64(in);
    loan->receivable = cursor_i64(in);
    loan->memo = cursor_i64(in);
    loan->allowance = cursor_i64(in);
    loan->non_accrual = cursor_u8(in) != 0;
    loan->non_accrual_from = read_date(in);
    loan->plans = cursor_u32(in);
    loan->ended = cursor_u64(in);
    loan->last = cursor_u64(in);
}

bool loan_parse(struct bytes key, struct bytes value, struct loan *out)
{
    struct cursor in = cursor_open(key);

    memset(out, 0, sizeof *out);
    out->index = cursor_be64(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    if (!read_application(&in, out))
        return false;
    read_approval(&in, out);
    read_figures(&in, out);
    return cursor_done(&in);
}

bool loan_find(struct state *state, uint64_t index, struct loan *out)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    buffer_be64(&key, index);
    return state_get(state, TABLE_LOAN, buffer_bytes(&key), &value) &&
        loan_parse(buffer_bytes(&key), value, out);
}

/* ---- where a loan is found ---- */

static void put_nothing(
    struct state *state, enum table table, const struct buffer *key)
{
    state_put(state, table, buffer_bytes(key), bytes_of("", 0));
}

static void keep_place(struct state *state, const struct loan *loan)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);

    buffer_u8(&key, loan->book);
    buffer_be64(&key, loan->index);
    if (loan_phase_has_ended(loan->phase))
        state_delete(state, TABLE_LOAN_BOOK, buffer_bytes(&key));
    else
        put_nothing(state, TABLE_LOAN_BOOK, &key);
}

static void party_key(struct buffer *key, uint32_t party, uint64_t loan,
    enum loan_how how)
{
    buffer_be32(key, party);
    buffer_be64(key, loan);
    buffer_u8(key, (uint8_t)how);
}

static void keep_borrower(struct state *state, const struct loan *loan)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);

    party_key(&key, loan->borrower, loan->index, LOAN_BORROWS);
    put_nothing(state, TABLE_LOAN_PARTY, &key);
}

static void note_entry(struct state *state, uint64_t loan, uint64_t entry)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);

    buffer_be64(&key, loan);
    buffer_be64(&key, entry);
    put_nothing(state, TABLE_LOAN_ENTRY, &key);
}

void loan_append(struct buffer *out, const struct loan *loan)
{
    append_application(out, loan);
    append_approval(out, loan);
    append_figures(out, loan);
}

void loan_put_back(struct state *state, struct loan *loan, uint64_t entry,
    uint64_t last)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[VALUE_MAX];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    loan->last = last;
    buffer_be64(&key, loan->index);
    loan_append(&value, loan);
    assert(!value.failed);
    state_put(state, TABLE_LOAN, buffer_bytes(&key), buffer_bytes(&value));
    keep_place(state, loan);
    keep_borrower(state, loan);
    note_entry(state, loan->index, entry);
}

void loan_put(struct state *state, struct loan *loan, uint64_t entry)
{
    loan_put_back(state, loan, entry, entry);
}

/* ---- the last step ---- */

void loan_append_step(
    struct buffer *out, const struct loan *before, uint64_t entry)
{
    buffer_u64(out, entry);
    buffer_u8(out, (uint8_t)before->phase);
    append_figures(out, before);
}

void loan_step_put(
    struct state *state, const struct loan *before, uint64_t entry)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[VALUE_MAX];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_be64(&key, before->index);
    loan_append_step(&value, before, entry);
    assert(!value.failed);
    state_put(
        state, TABLE_LOAN_STEP, buffer_bytes(&key), buffer_bytes(&value));
}

bool loan_step_find(struct state *state, struct loan *into, uint64_t *entry)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct loan before = *into;
    struct bytes value;
    struct cursor in;
    unsigned phase;

    buffer_be64(&key, into->index);
    if (!state_get(state, TABLE_LOAN_STEP, buffer_bytes(&key), &value))
        return false;
    in = cursor_open(value);
    *entry = cursor_u64(&in);
    phase = cursor_u8(&in);
    read_figures(&in, &before);
    if (!cursor_done(&in) || phase > LOAN_DECLINED)
        return false;
    before.phase = (enum loan_phase)phase;
    *into = before;
    return true;
}

void loan_step_remove(struct state *state, uint64_t loan)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);

    buffer_be64(&key, loan);
    state_delete(state, TABLE_LOAN_STEP, buffer_bytes(&key));
}

/* ---- walking ---- */

void loan_each_of_book(
    struct state *state, uint8_t book, loan_each *each, void *context)
{
    struct state_scan *scan =
        state_scan_open(state, TABLE_LOAN_BOOK, bytes_of(&book, 1));
    struct bytes key;
    struct bytes value;
    struct loan loan;

    while (scan != NULL && state_scan_next(scan, &key, &value)) {
        struct cursor in = cursor_open(bytes_after(key, 1));

        if (loan_find(state, cursor_be64(&in), &loan) &&
            !each(context, &loan))
            break;
    }
    if (scan != NULL)
        state_scan_close(scan);
}

void loan_each_of_party(
    struct state *state, uint32_t party, loan_each_how *each, void *context)
{
    uint8_t memory[4];
    struct buffer prefix = buffer_over(memory, sizeof memory);
    struct state_scan *scan;
    struct bytes key;
    struct bytes value;
    struct loan loan;

    buffer_be32(&prefix, party);
    scan = state_scan_open(state, TABLE_LOAN_PARTY, buffer_bytes(&prefix));
    while (scan != NULL && state_scan_next(scan, &key, &value)) {
        struct cursor in = cursor_open(bytes_after(key, sizeof memory));
        uint64_t index = cursor_be64(&in);
        uint8_t how = cursor_u8(&in);

        if (loan_find(state, index, &loan) &&
            !each(context, &loan, (enum loan_how)how))
            break;
    }
    if (scan != NULL)
        state_scan_close(scan);
}

void loan_prefix(uint8_t out[LOAN_PREFIX], uint64_t loan)
{
    struct buffer key = buffer_over(out, LOAN_PREFIX);

    buffer_be64(&key, loan);
}

static struct state_scan *scan_of(
    struct state *state, enum table table, uint64_t loan)
{
    uint8_t prefix[LOAN_PREFIX];

    loan_prefix(prefix, loan);
    return state_scan_open(state, table, bytes_of(prefix, sizeof prefix));
}

void loan_each_entry(struct state *state, uint64_t loan,
    void (*each)(void *context, uint64_t entry), void *context)
{
    struct state_scan *scan = scan_of(state, TABLE_LOAN_ENTRY, loan);
    struct bytes key;
    struct bytes value;

    while (scan != NULL && state_scan_next(scan, &key, &value)) {
        struct cursor in = cursor_open(bytes_after(key, LOAN_PREFIX));

        each(context, cursor_be64(&in));
    }
    if (scan != NULL)
        state_scan_close(scan);
}

/* ---- tranches ---- */

bool loan_parse_tranche(
    struct bytes key, struct bytes value, struct loan_tranche *out)
{
    struct cursor in = cursor_open(key);

    memset(out, 0, sizeof *out);
    out->loan = cursor_be64(&in);
    out->number = cursor_u8(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    out->amount = cursor_i64(&in);
    out->paid = cursor_u64(&in);
    out->before = cursor_u64(&in);
    out->date = read_date(&in);
    /* The only tranche of a loan has no name. */
    if (in.at != in.end && *in.at == 0)
        return cursor_u8(&in) == 0 && cursor_done(&in);
    return read_ident(&in, &out->name) && cursor_done(&in);
}

bool loan_find_tranche(struct state *state, uint64_t loan, uint8_t number,
    struct loan_tranche *out)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    buffer_be64(&key, loan);
    buffer_u8(&key, number);
    return state_get(
               state, TABLE_LOAN_TRANCHE, buffer_bytes(&key), &value) &&
        loan_parse_tranche(buffer_bytes(&key), value, out);
}

void loan_append_tranche(
    struct buffer *out, const struct loan_tranche *tranche)
{
    buffer_i64(out, tranche->amount);
    buffer_u64(out, tranche->paid);
    buffer_u64(out, tranche->before);
    append_date(out, tranche->date);
    append_ident(out, &tranche->name);
}

void loan_put_tranche(
    struct state *state, const struct loan_tranche *tranche)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[64];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_be64(&key, tranche->loan);
    buffer_u8(&key, tranche->number);
    loan_append_tranche(&value, tranche);
    state_put(state, TABLE_LOAN_TRANCHE, buffer_bytes(&key),
        buffer_bytes(&value));
}

/* ---- pools ---- */

bool loan_parse_pool(
    struct bytes key, struct bytes value, struct loan_pool *out)
{
    struct cursor in = cursor_open(key);

    out->loan = cursor_be64(&in);
    out->pool = cursor_be32(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    out->part = cursor_u16(&in);
    out->committed = cursor_i64(&in);
    out->funded = cursor_i64(&in);
    out->returned = cursor_i64(&in);
    out->interest = cursor_i64(&in);
    out->loss = cursor_i64(&in);
    out->recovered = cursor_i64(&in);
    out->revolved = cursor_i64(&in);
    return cursor_done(&in);
}

void loan_read_pools(
    struct state *state, uint64_t loan, struct loan_pools *out)
{
    struct state_scan *scan = scan_of(state, TABLE_LOAN_POOL, loan);
    struct bytes key;
    struct bytes value;

    out->count = 0;
    while (scan != NULL && out->count < PARTICIPATION_MAX &&
        state_scan_next(scan, &key, &value))
        if (loan_parse_pool(key, value, &out->list[out->count]))
            out->count++;
    if (scan != NULL)
        state_scan_close(scan);
}

void loan_append_pool(struct buffer *out, const struct loan_pool *pool)
{
    buffer_u16(out, pool->part);
    buffer_i64(out, pool->committed);
    buffer_i64(out, pool->funded);
    buffer_i64(out, pool->returned);
    buffer_i64(out, pool->interest);
    buffer_i64(out, pool->loss);
    buffer_i64(out, pool->recovered);
    buffer_i64(out, pool->revolved);
}

void loan_put_pool(struct state *state, const struct loan_pool *pool)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[64];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_be64(&key, pool->loan);
    buffer_be32(&key, pool->pool);
    loan_append_pool(&value, pool);
    state_put(
        state, TABLE_LOAN_POOL, buffer_bytes(&key), buffer_bytes(&value));
}

/* ---- securities ---- */

static enum table table_of(enum loan_how how)
{
    return how == LOAN_GUARANTEES ? TABLE_GUARANTEE : TABLE_COLLATERAL;
}

bool loan_parse_security(struct bytes key, struct bytes value,
    enum loan_how how, struct loan_security *out)
{
    struct cursor in = cursor_open(key);

    out->how = how;
    out->loan = cursor_be64(&in);
    out->party = cursor_be32(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    out->amount = cursor_i64(&in);
    cursor_copy(&in, out->evidence.data, sizeof out->evidence.data);
    out->given = cursor_u64(&in);
    out->ended = cursor_u64(&in);
    return cursor_done(&in);
}

static void security_key(
    struct buffer *key, uint64_t loan, uint32_t party)
{
    buffer_be64(key, loan);
    buffer_be32(key, party);
}

bool loan_find_security(struct state *state, uint64_t loan, uint32_t party,
    enum loan_how how, struct loan_security *out)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    security_key(&key, loan, party);
    return state_get(state, table_of(how), buffer_bytes(&key), &value) &&
        loan_parse_security(buffer_bytes(&key), value, how, out);
}

void loan_append_security(
    struct buffer *out, const struct loan_security *security)
{
    buffer_i64(out, security->amount);
    buffer_append(out,
        bytes_of(security->evidence.data, sizeof security->evidence.data));
    buffer_u64(out, security->given);
    buffer_u64(out, security->ended);
}

void loan_put_security(
    struct state *state, const struct loan_security *security)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[64];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    security_key(&key, security->loan, security->party);
    loan_append_security(&value, security);
    state_put(state, table_of(security->how), buffer_bytes(&key),
        buffer_bytes(&value));
    buffer_clear(&key);
    party_key(&key, security->party, security->loan, security->how);
    if (security->ended != 0)
        state_delete(state, TABLE_LOAN_PARTY, buffer_bytes(&key));
    else
        put_nothing(state, TABLE_LOAN_PARTY, &key);
}

/* Those that ended in that entry; 0: those that stand. */
static void read_securities(struct state *state, uint64_t loan,
    enum loan_how how, uint64_t ended, struct loan_securities *out)
{
    struct state_scan *scan = scan_of(state, table_of(how), loan);
    struct loan_security security;
    struct bytes key;
    struct bytes value;

    while (scan != NULL && out->count < LOAN_SECURITIES_MAX &&
        state_scan_next(scan, &key, &value))
        if (loan_parse_security(key, value, how, &security) &&
            security.ended == ended)
            out->list[out->count++] = security;
    if (scan != NULL)
        state_scan_close(scan);
}

void loan_read_securities_ended(struct state *state, uint64_t loan,
    uint64_t entry, struct loan_securities *out)
{
    out->count = 0;
    read_securities(state, loan, LOAN_GUARANTEES, entry, out);
    read_securities(state, loan, LOAN_PLEDGES_SHARE, entry, out);
}

void loan_read_securities(
    struct state *state, uint64_t loan, struct loan_securities *out)
{
    loan_read_securities_ended(state, loan, 0, out);
}
