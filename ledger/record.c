#include "record.h"

#include "layout.h"

#include <string.h>

/* No record here is longer: a key with two full lists of limits. */
#define VALUE_MAX 320

#define PARTY_FROZEN_OUT 1U
#define PARTY_FROZEN_IN 2U
#define PARTY_CLOSED 4U
#define PARTY_IDENTITY 8U
#define PARTY_IN_SUCCESSION 16U

#define NOT_BANDED 0xFFU /* in the place of a policy's currency */

static struct bytes ident_key(const struct ident *name)
{
    return ident_bytes(name);
}

static void append_ident(struct buffer *out, const struct ident *name)
{
    buffer_u8(out, name->length);
    buffer_append(out, ident_bytes(name));
}

static struct ident take_ident(struct cursor *in)
{
    struct bytes text = cursor_take(in, cursor_u8(in));
    struct ident name = { 0 };

    if (!ident_parse(text, &name))
        in->failed = true;
    return name;
}

/* A number below limit: the values of an enum. */
static unsigned take_word(struct cursor *in, unsigned limit)
{
    unsigned word = cursor_u8(in);

    if (word >= limit) {
        in->failed = true;
        return 0;
    }
    return word;
}

/* ---- books ---- */

bool record_find_book(struct state *state, uint8_t number, struct book *out)
{
    struct bytes value;
    struct cursor in;

    if (!state_get(state, TABLE_BOOK, bytes_of(&number, 1), &value))
        return false;
    in = cursor_open(value);
    out->number = number;
    out->name = take_ident(&in);
    out->country = (enum country)take_word(&in, COUNTRY_COUNT);
    out->date.days = (int32_t)cursor_u32(&in);
    out->first.days = (int32_t)cursor_u32(&in);
    out->house = cursor_u32(&in);
    out->open_month = cursor_u32(&in);
    out->open_year = cursor_u32(&in);
    return cursor_done(&in);
}

void record_put_book(struct state *state, const struct book *book)
{
    uint8_t memory[VALUE_MAX];
    struct buffer value = buffer_over(memory, sizeof memory);

    append_ident(&value, &book->name);
    buffer_u8(&value, (uint8_t)book->country);
    buffer_u32(&value, (uint32_t)book->date.days);
    buffer_u32(&value, (uint32_t)book->first.days);
    buffer_u32(&value, book->house);
    buffer_u32(&value, book->open_month);
    buffer_u32(&value, book->open_year);
    state_put(state, TABLE_BOOK, bytes_of(&book->number, 1),
        buffer_bytes(&value));
}

/* ---- parties ---- */

#define PARTY_LENGTH 28 /* without the identity */

/* At fixed places: every leg of a plan reads one. */
static bool parse_party(struct bytes value, struct party *out)
{
    const uint8_t *at = value.data;
    unsigned flags;

    if (value.length < PARTY_LENGTH || at[8] >= PARTY_KIND_COUNT ||
        at[9] >= RECORD_BOOKS_MAX || at[10] >= COUNTRY_COUNT ||
        at[11] >= 2 * PARTY_IN_SUCCESSION)
        return false;
    out->number = layout_get32(at);
    out->parent = layout_get32(at + 4);
    out->kind = (enum party_kind)at[8];
    out->book = at[9];
    out->country = (enum country)at[10];
    flags = at[11];
    out->frozen_out = flags & PARTY_FROZEN_OUT;
    out->frozen_in = flags & PARTY_FROZEN_IN;
    out->closed = flags & PARTY_CLOSED;
    out->has_identity = flags & PARTY_IDENTITY;
    out->in_succession = flags & PARTY_IN_SUCCESSION;
    out->open_children = layout_get32(at + 12);
    out->keys = layout_get32(at + 16);
    out->opened = layout_get64(at + 20);
    if (!out->has_identity)
        return value.length == PARTY_LENGTH;
    if (value.length != PARTY_LENGTH + sizeof out->identity.data)
        return false;
    memcpy(out->identity.data, at + PARTY_LENGTH, sizeof out->identity.data);
    return true;
}

bool record_find_party(
    struct state *state, const struct ident *name, struct party *out)
{
    struct state_place place = { 0 };

    return record_find_party_at(state, name, &place, out);
}

bool record_find_party_at(struct state *state, const struct ident *name,
    struct state_place *place, struct party *out)
{
    struct bytes value;

    if (!state_get_at(state, TABLE_PARTY, ident_key(name), place, &value))
        return false;
    out->name = *name;
    return parse_party(value, out);
}

bool record_find_party_number(
    struct state *state, uint32_t number, struct party *out)
{
    uint8_t key[4];
    struct bytes value;
    struct ident name;

    layout_put_be32(key, number);
    if (!state_get(state, TABLE_PARTY_NUMBER, bytes_of(key, sizeof key),
            &value) ||
        !ident_parse(value, &name))
        return false;
    return record_find_party(state, &name, out);
}

void record_put_party(struct state *state, const struct party *party)
{
    uint8_t memory[VALUE_MAX];
    struct buffer value = buffer_over(memory, sizeof memory);
    unsigned flags = (party->frozen_out ? PARTY_FROZEN_OUT : 0U) |
        (party->frozen_in ? PARTY_FROZEN_IN : 0U) |
        (party->in_succession ? PARTY_IN_SUCCESSION : 0U) |
        (party->closed ? PARTY_CLOSED : 0U) |
        (party->has_identity ? PARTY_IDENTITY : 0U);

    buffer_u32(&value, party->number);
    buffer_u32(&value, party->parent);
    buffer_u8(&value, (uint8_t)party->kind);
    buffer_u8(&value, party->book);
    buffer_u8(&value, (uint8_t)party->country);
    buffer_u8(&value, (uint8_t)flags);
    buffer_u32(&value, party->open_children);
    buffer_u32(&value, party->keys);
    buffer_u64(&value, party->opened);
    if (party->has_identity)
        buffer_append(&value, bytes_of(party->identity.data,
                                  sizeof party->identity.data));
    state_put(state, TABLE_PARTY, ident_key(&party->name),
        buffer_bytes(&value));
}

void record_add_party(struct state *state, const struct party *party)
{
    uint8_t key[8];

    record_put_party(state, party);
    layout_put_be32(key, party->number);
    state_put(state, TABLE_PARTY_NUMBER, bytes_of(key, 4),
        ident_bytes(&party->name));
    if (party->parent == 0)
        return;
    layout_put_be32(key, party->parent);
    layout_put_be32(key + 4, party->number);
    state_put(state, TABLE_CHILD, bytes_of(key, sizeof key), bytes_of(key, 0));
}

/* ---- keys ---- */

static void append_amounts(struct buffer *out, const struct amounts *amounts)
{
    buffer_u8(out, amounts->count);
    for (size_t i = 0; i < amounts->count; i++) {
        buffer_u8(out, (uint8_t)amounts->list[i].currency);
        buffer_i64(out, amounts->list[i].minor);
    }
}

static void take_amounts(struct cursor *in, struct amounts *amounts)
{
    *amounts = (struct amounts){ 0 };
    amounts->count = (uint8_t)take_word(in, AMOUNTS_MAX + 1);
    for (size_t i = 0; i < amounts->count; i++) {
        amounts->list[i].currency =
            (enum currency)take_word(in, CURRENCY_COUNT);
        amounts->list[i].minor = cursor_i64(in);
    }
}

bool record_parse_key(
    struct bytes name, struct bytes value, struct signing_key *out)
{
    struct cursor in = cursor_open(value);

    if (!ident_parse(name, &out->name))
        return false;
    out->number = cursor_u32(&in);
    out->owner = cursor_u32(&in);
    out->kind = (enum key_kind)take_word(&in, KEY_KIND_COUNT);
    out->country = (enum country)take_word(&in, COUNTRY_COUNT);
    out->scope.kind = (enum scope_kind)take_word(&in, SCOPE_PARTY + 1);
    out->scope.number = cursor_u32(&in);
    cursor_copy(&in, out->public_key.data, sizeof out->public_key.data);
    take_amounts(&in, &out->limit);
    take_amounts(&in, &out->daily);
    out->added = cursor_u64(&in);
    out->revoked = take_word(&in, 2) == 1;
    out->revoked_at = cursor_u64(&in);
    return cursor_done(&in);
}

bool record_find_key(struct state *state, const struct ident *name,
    struct signing_key *out)
{
    struct bytes value;

    return state_get(state, TABLE_KEY, ident_key(name), &value) &&
        record_parse_key(ident_key(name), value, out);
}

void record_put_key(struct state *state, const struct signing_key *key)
{
    uint8_t memory[VALUE_MAX];
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_u32(&value, key->number);
    buffer_u32(&value, key->owner);
    buffer_u8(&value, (uint8_t)key->kind);
    buffer_u8(&value, (uint8_t)key->country);
    buffer_u8(&value, (uint8_t)key->scope.kind);
    buffer_u32(&value, key->scope.number);
    buffer_append(&value,
        bytes_of(key->public_key.data, sizeof key->public_key.data));
    append_amounts(&value, &key->limit);
    append_amounts(&value, &key->daily);
    buffer_u64(&value, key->added);
    buffer_u8(&value, key->revoked ? 1 : 0);
    buffer_u64(&value, key->revoked_at);
    state_put(state, TABLE_KEY, ident_key(&key->name), buffer_bytes(&value));
}

/* ---- policy ---- */

bool record_parse_quorum(
    struct bytes key, struct bytes value, struct quorum *out)
{
    struct cursor in = cursor_open(key);
    size_t length = 0;
    unsigned currency;

    while (length < key.length && key.data[length] != 0)
        length++;
    *out = (struct quorum){ 0 };
    if (!verb_parse(cursor_take(&in, length), &out->verb))
        return false;
    (void)cursor_take(&in, 1);
    currency = cursor_u8(&in);
    out->over.minor = (int64_t)cursor_be64(&in);
    if (!cursor_done(&in))
        return false;
    out->banded = currency != NOT_BANDED;
    if (out->banded && currency >= CURRENCY_COUNT)
        return false;
    out->over.currency = out->banded ? (enum currency)currency : CURRENCY_USD;
    in = cursor_open(value);
    out->need = cursor_u8(&in);
    out->each = cursor_u8(&in);
    out->clubs = take_word(&in, 2) == 1;
    out->lapse = cursor_u8(&in);
    out->kinds = cursor_u32(&in);
    return cursor_done(&in);
}

void record_put_quorum(struct state *state, const struct quorum *quorum)
{
    uint8_t key_memory[STATE_KEY_MAX];
    uint8_t memory[16];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_text(&key, operation_row(quorum->verb)->verb);
    buffer_u8(&key, 0);
    buffer_u8(&key,
        quorum->banded ? (uint8_t)quorum->over.currency : NOT_BANDED);
    buffer_be64(&key, quorum->banded ? (uint64_t)quorum->over.minor : 0);
    buffer_u8(&value, quorum->need);
    buffer_u8(&value, quorum->each);
    buffer_u8(&value, quorum->clubs ? 1 : 0);
    buffer_u8(&value, quorum->lapse);
    buffer_u32(&value, quorum->kinds);
    state_put(state, TABLE_POLICY, buffer_bytes(&key), buffer_bytes(&value));
}

/* ---- holds ---- */

bool record_parse_hold(
    struct bytes key, struct bytes value, struct hold *out)
{
    struct cursor in = cursor_open(key);

    out->index = cursor_be64(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    out->phase = (enum hold_phase)take_word(&in, HOLD_EXPIRED + 1);
    cursor_copy(&in, out->from.data, sizeof out->from.data);
    cursor_copy(&in, out->to.data, sizeof out->to.data);
    out->placed = cursor_i64(&in);
    out->left = cursor_i64(&in);
    out->until.ms = cursor_i64(&in);
    out->purpose = (enum purpose)take_word(&in, PURPOSE_COUNT);
    out->key = cursor_u32(&in);
    return cursor_done(&in);
}

bool record_find_hold(struct state *state, uint64_t index, struct hold *out)
{
    uint8_t key[8];
    struct bytes value;

    layout_put_be64(key, index);
    return state_get(
               state, TABLE_HOLD, bytes_of(key, sizeof key), &value) &&
        record_parse_hold(bytes_of(key, sizeof key), value, out);
}

void record_put_hold(struct state *state, const struct hold *hold)
{
    uint8_t memory[64];
    uint8_t expiry[16];
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_u8(&value, (uint8_t)hold->phase);
    buffer_append(&value, bytes_of(hold->from.data, sizeof hold->from.data));
    buffer_append(&value, bytes_of(hold->to.data, sizeof hold->to.data));
    buffer_i64(&value, hold->placed);
    buffer_i64(&value, hold->left);
    buffer_i64(&value, hold->until.ms);
    buffer_u8(&value, (uint8_t)hold->purpose);
    buffer_u32(&value, hold->key);
    layout_put_be64(expiry, (uint64_t)hold->until.ms);
    layout_put_be64(expiry + 8, hold->index);
    state_put(state, TABLE_HOLD, bytes_of(expiry + 8, 8),
        buffer_bytes(&value));
    if (hold->phase == HOLD_OPEN)
        state_put(state, TABLE_EXPIRY, bytes_of(expiry, sizeof expiry),
            bytes_of(expiry, 0));
    else
        state_delete(state, TABLE_EXPIRY, bytes_of(expiry, sizeof expiry));
}

bool record_parse_expiry(
    struct bytes key, struct instant *until, uint64_t *index)
{
    struct cursor in = cursor_open(key);

    until->ms = (int64_t)cursor_be64(&in);
    *index = cursor_be64(&in);
    return cursor_done(&in);
}

/* ---- small tables ---- */

static bool find_number(struct state *state, enum table table,
    const struct buffer *key, uint64_t *out)
{
    struct bytes value;
    struct cursor in;

    if (!state_get(state, table, buffer_bytes(key), &value))
        return false;
    in = cursor_open(value);
    *out = cursor_u64(&in);
    return cursor_done(&in);
}

static void put_number(struct state *state, enum table table,
    const struct buffer *key, uint64_t number)
{
    uint8_t value[8];

    layout_put64(value, number);
    state_put(state, table, buffer_bytes(key), bytes_of(value, sizeof value));
}

static void stake_key(struct buffer *key, uint32_t pool, uint32_t contributor,
    enum currency currency)
{
    buffer_be32(key, pool);
    buffer_be32(key, contributor);
    buffer_u8(key, (uint8_t)currency);
}

int64_t record_stake(struct state *state, uint32_t pool, uint32_t contributor,
    enum currency currency)
{
    uint8_t memory[16];
    struct buffer key = buffer_over(memory, sizeof memory);
    uint64_t stake;

    stake_key(&key, pool, contributor, currency);
    return find_number(state, TABLE_STAKE, &key, &stake) ? (int64_t)stake : 0;
}

void record_put_stake(struct state *state, uint32_t pool,
    uint32_t contributor, enum currency currency, int64_t minor)
{
    uint8_t memory[16];
    struct buffer key = buffer_over(memory, sizeof memory);

    stake_key(&key, pool, contributor, currency);
    if (minor == 0)
        state_delete(state, TABLE_STAKE, buffer_bytes(&key));
    else
        put_number(state, TABLE_STAKE, &key, (uint64_t)minor);
}

/* Days are spelled from 1900 on; a sign bit turned round keeps the order
 * of dates before 1970. */
static uint32_t ordered_days(struct date date)
{
    return (uint32_t)date.days ^ UINT32_C(0x80000000);
}

static void usage_key(struct buffer *key, uint32_t signer,
    enum currency currency, struct date date)
{
    buffer_be32(key, signer);
    buffer_u8(key, (uint8_t)currency);
    buffer_be32(key, ordered_days(date));
}

int64_t record_usage(struct state *state, uint32_t signer,
    enum currency currency, struct date date)
{
    uint8_t memory[16];
    struct buffer key = buffer_over(memory, sizeof memory);
    uint64_t used;

    usage_key(&key, signer, currency, date);
    return find_number(state, TABLE_USAGE, &key, &used) ? (int64_t)used : 0;
}

void record_put_usage(struct state *state, uint32_t signer,
    enum currency currency, struct date date, int64_t minor)
{
    uint8_t memory[16];
    struct buffer key = buffer_over(memory, sizeof memory);

    usage_key(&key, signer, currency, date);
    put_number(state, TABLE_USAGE, &key, (uint64_t)minor);
}

static void day_key(struct buffer *key, uint8_t book, struct date date)
{
    buffer_u8(key, book);
    buffer_be32(key, ordered_days(date));
}

bool record_find_day(
    struct state *state, uint8_t book, struct date date, uint64_t *first)
{
    uint8_t memory[8];
    struct buffer key = buffer_over(memory, sizeof memory);

    day_key(&key, book, date);
    return find_number(state, TABLE_DAY, &key, first);
}

void record_put_day(
    struct state *state, uint8_t book, struct date date, uint64_t first)
{
    uint8_t memory[8];
    struct buffer key = buffer_over(memory, sizeof memory);

    day_key(&key, book, date);
    put_number(state, TABLE_DAY, &key, first);
}

bool record_next_day(struct state *state, uint8_t book, struct date from,
    struct date *date, uint64_t *first)
{
    struct state_scan *scan =
        state_scan_open(state, TABLE_DAY, bytes_of(&book, 1));
    struct bytes key;
    struct bytes value;
    struct cursor in;
    bool found = false;

    while (!found && scan != NULL && state_scan_next(scan, &key, &value)) {
        in = cursor_open(key);
        (void)cursor_u8(&in);
        date->days = (int32_t)(cursor_be32(&in) ^ UINT32_C(0x80000000));
        if (!cursor_done(&in) || date->days < from.days)
            continue;
        in = cursor_open(value);
        *first = cursor_u64(&in);
        found = cursor_done(&in);
    }
    if (scan != NULL)
        state_scan_close(scan);
    return found;
}

static void reversal_key(struct buffer *key, uint64_t entry, uint32_t line)
{
    buffer_be64(key, entry);
    buffer_be32(key, line);
}

bool record_find_reversal(struct state *state, uint64_t entry, uint32_t line,
    uint64_t *reversing)
{
    uint8_t memory[16];
    struct buffer key = buffer_over(memory, sizeof memory);

    reversal_key(&key, entry, line);
    return find_number(state, TABLE_REVERSAL, &key, reversing);
}

void record_put_reversal(
    struct state *state, uint64_t entry, uint32_t line, uint64_t reversing)
{
    uint8_t memory[16];
    struct buffer key = buffer_over(memory, sizeof memory);

    reversal_key(&key, entry, line);
    put_number(state, TABLE_REVERSAL, &key, reversing);
}
