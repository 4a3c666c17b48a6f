#include "check_inside.h"

#include "certificate.h"
#include "cycle.h"
#include "layout.h"
#include "member.h"

#include <posito/encoding.h>
#include <posito/part.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * What members have told the house, and shares that nobody moves.  Parts
 * are shared out here digit by digit, as on paper; months are counted on
 * the calendar's fields and not, as the ledger does, by a date that many
 * months later.
 */

#define ENTRY "entry %" PRIu64

static struct tally *get(struct check *check, const struct tally_key *key)
{
    struct tally *tally = tally_get(&check->tallies, key);

    if (tally == NULL)
        (void)check_fail(check, "out of memory");
    return tally;
}

static struct tally_key party_key(enum table table, uint32_t party)
{
    uint8_t key[4];

    layout_put_be32(key, party);
    return tally_key_of(table, bytes_of(key, sizeof key));
}

/* ---- what members have said ---- */

/* A beneficiary-set or split-set, as it was accepted. */
struct check_told {
    uint64_t entry;
    struct hash designation;
    size_t length;
    uint8_t parts[MEMBER_PARTS_MAX];
};

/* Keep what the member said now.  The tally's sum is its place in the list,
 * from 1; 0: nothing. */
static int tell(struct check *check, enum table table,
    const struct ident *name, const struct hash *designation,
    struct bytes parts)
{
    struct check_told *more =
        realloc(check->told, (check->told_count + 1) * sizeof *more);
    struct tally_key key;
    struct tally *tally;
    struct party party;

    if (more == NULL)
        return check_fail(check, "out of memory");
    check->told = more;
    if (check_find_party(check, name, &party) != 0)
        return -1;
    key = party_key(table, party.number);
    tally = get(check, &key);
    if (tally == NULL)
        return -1;
    if (parts.length > MEMBER_PARTS_MAX || party.kind != PARTY_MEMBER)
        return check_fail(check, ENTRY " is not of a member",
            check->entry.index);
    more = &check->told[check->told_count++];
    *more = (struct check_told){ .entry = check->entry.index };
    if (designation != NULL)
        more->designation = *designation;
    more->length = parts.length;
    memcpy(more->parts, parts.data, parts.length);
    tally->sum = bytes_equal_text(parts, "share:1") && designation == NULL
        ? 0
        : (int64_t)check->told_count;
    return 0;
}

/* The newest; NULL if there is none. */
static const struct check_told *told_of(
    struct check *check, enum table table, uint32_t party)
{
    struct tally_key key = party_key(table, party);
    const struct tally *tally = tally_find(&check->tallies, &key);

    return tally == NULL || tally->sum == 0 ? NULL
                                            : &check->told[tally->sum - 1];
}

static int one_told(
    struct check *check, enum table table, struct bytes key, struct bytes value)
{
    struct cursor in = cursor_open(key);
    const struct check_told *told =
        told_of(check, table, cursor_be32(&in));
    size_t fixed = table == TABLE_BENEFICIARY ? 40 : 8;
    struct hash designation = { { 0 } };

    in = cursor_open(value);
    if (told == NULL || cursor_u64(&in) != told->entry)
        return check_fail(
            check, "the state has beneficiaries or a rule that nobody set");
    if (table == TABLE_BENEFICIARY)
        cursor_copy(&in, designation.data, sizeof designation.data);
    if (value.length != fixed + told->length ||
        !hash_equal(&designation, &told->designation) ||
        memcmp(value.data + fixed, told->parts, told->length) != 0)
        return check_fail(check,
            "beneficiaries or a rule are not as " ENTRY " set them",
            told->entry);
    return 0;
}

static int one_beneficiary(
    struct check *check, struct bytes key, struct bytes value)
{
    return one_told(check, TABLE_BENEFICIARY, key, value);
}

static int one_split(
    struct check *check, struct bytes key, struct bytes value)
{
    return one_told(check, TABLE_SPLIT, key, value);
}

/* ---- what arrives ---- */

/*
 * minor x rate, of a rate up to one: from the last digit to the first, as
 * one multiplies on paper.
 */
static void multiply(int64_t minor, struct rate rate, struct check_share *out)
{
    int64_t digits = rate.digits;
    int64_t place = 1;
    int64_t sum = 0;

    for (unsigned i = rate.scale; i < RATE_SCALE_MAX; i++)
        place *= 10;
    out->rest = 0;
    for (unsigned i = 0; i < rate.scale; i++) {
        sum += digits % 10 * minor;
        digits /= 10;
        out->rest += sum % 10 * place;
        place *= 10;
        sum /= 10;
    }
    out->whole = sum + digits * minor;
}

/* Give the units that are left to the largest rests, first come first. */
static void give_rest(struct check_share *list, size_t count, int64_t left)
{
    while (left-- > 0) {
        size_t best = 0;

        for (size_t i = 1; i < count; i++)
            if (list[i].rest > list[best].rest)
                best = i;
        list[best].whole++;
        list[best].rest = -1;
    }
}

size_t check_member_parts(struct check *check, enum table table,
    uint32_t party, int64_t minor, struct check_share list[PARTS_MAX])
{
    const struct check_told *told = told_of(check, table, party);
    struct bytes rest;
    struct part part;
    size_t count = 0;

    if (told == NULL)
        return 0;
    rest = bytes_of(told->parts, told->length);
    for (int64_t left = minor;;) {
        if (count == PARTS_MAX || !parts_next(&rest, &part)) {
            give_rest(list, count, left);
            return count;
        }
        list[count].name = part.name;
        multiply(minor, part.rate, &list[count]);
        left -= list[count++].whole;
    }
}

/* How much of it goes to the pool, by the rule in force. */
static int64_t to_pool(struct check *check, uint32_t party, int64_t minor)
{
    struct check_share list[PARTS_MAX];
    size_t count =
        check_member_parts(check, TABLE_SPLIT, party, minor, list);

    for (size_t i = 0; i < count; i++)
        if (bytes_equal_text(ident_bytes(&list[i].name), "pool"))
            return list[i].whole;
    return 0;
}

int check_member_stake(struct check *check, const struct operation *op,
    struct check_line *line)
{
    struct party member;

    if (op->verb != VERB_ARRIVE)
        return 0;
    if (check_find_party(check, &op->as.arrive.member, &member) != 0)
        return -1;
    for (size_t i = 0; i < line->count; i++)
        if (account_id_role(&line->list[i].id) == ROLE_POOL) {
            line->staked = true;
            line->pool = member.parent;
            line->contributor = member.number;
            line->stake = (struct amount){ -line->list[i].minor,
                op->as.arrive.amount.currency };
        }
    return 0;
}

static int arrive(struct check *check, const struct arrive_fields *f)
{
    struct check_line expected = { .count = 0 };
    enum currency currency = f->amount.currency;
    struct party member;
    struct party via;
    int64_t pool;

    if (check_find_party(check, &f->member, &member) != 0 ||
        check_find_party(check, &f->via, &via) != 0)
        return -1;
    pool = to_pool(check, member.number, f->amount.minor);
    expected.list[expected.count++] = (struct check_posting){
        account_id_of(via.book, currency, ROLE_NOSTRO, via.number),
        -f->amount.minor
    };
    if (pool != 0)
        expected.list[expected.count++] = (struct check_posting){
            account_id_of(
                member.book, currency, ROLE_POOL, member.parent),
            pool
        };
    if (pool != f->amount.minor)
        expected.list[expected.count++] = (struct check_posting){
            account_id_of(
                member.book, currency, ROLE_SHARE, member.number),
            f->amount.minor - pool
        };
    if (!check_line_opposite(&expected, &check->line))
        return check_fail(check,
            ENTRY " does not share out what arrived by the member's rule",
            check->entry.index);
    return 0;
}

/* ---- dormancy ---- */

static struct tally_key dormancy_key(uint8_t book)
{
    return tally_key_of(TABLE_DORMANCY, bytes_of(&book, 1));
}

/* Of a book's periods the tally's sum is `dormant`, its account's debits
 * are `unclaimed`. */
int check_member_dormancy(
    struct check *check, const struct book *book, struct bytes line)
{
    struct tally_key key = dormancy_key(book->number);
    struct tally *tally = get(check, &key);
    uint64_t dormant;
    uint64_t unclaimed;

    if (tally == NULL)
        return -1;
    if (!bytes_decimal(check_value(line, "dormant"), 240, &dormant) ||
        !bytes_decimal(check_value(line, "unclaimed"), 240, &unclaimed))
        return check_fail(check, ENTRY " sets no periods of dormancy",
            check->entry.index);
    tally->sum = (int64_t)dormant;
    tally->account.debits = (int64_t)unclaimed;
    return 0;
}

static int one_dormancy(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key name = tally_key_of(TABLE_DORMANCY, key);
    const struct tally *tally = tally_find(&check->tallies, &name);

    if (tally == NULL || value.length != 2 ||
        value.data[0] != tally->sum ||
        value.data[1] != tally->account.debits)
        return check_fail(check, "periods of dormancy are not as set");
    return 0;
}

static int days_of_month(int year, int month)
{
    int day = 28;

    while (date_exists(year, month, day + 1))
        day++;
    return day;
}

/* Is that month, counted from `since`, full on that day?  The 31st is full
 * on the last day of a month that has none. */
static bool is_full(struct date since, int64_t months, struct date today)
{
    int from[3];
    int to[3];
    int64_t gone;
    int last;

    date_split(since, &from[0], &from[1], &from[2]);
    date_split(today, &to[0], &to[1], &to[2]);
    gone = (to[0] - from[0]) * INT64_C(12) + to[1] - from[1];
    if (gone != months)
        return gone > months;
    last = days_of_month(to[0], to[1]);
    return to[2] >= (from[2] < last ? from[2] : last);
}

/* Months without activity that make it dormant, or unclaimed, have gone. */
static bool is_idle(struct check *check, const struct account_id *id,
    const struct account *share, bool unclaimed)
{
    uint8_t book = account_id_book(id);
    struct tally_key key = dormancy_key(book);
    const struct tally *set = tally_find(&check->tallies, &key);

    return set != NULL && share->postings > 0 &&
        is_full(share->active,
            unclaimed ? set->account.debits : set->sum,
            check->books[book].date);
}

/* The party that a line names, who is behind it; NULL if nobody is.
 * *taking: from that party's share. */
static const struct ident *who_orders(
    const struct operation *op, bool *taking)
{
    *taking = true;
    if (op->verb == VERB_HOLD)
        return &op->as.hold.from.party;
    if (op->verb == VERB_WITHDRAW)
        return &op->as.withdraw.member;
    if (op->verb == VERB_TRANSFER)
        return &op->as.transfer.from;
    if (op->verb == VERB_CONTRIBUTE)
        return &op->as.contribute.member;
    if (op->verb == VERB_LOCK)
        return &op->as.lock.member;
    if (op->verb == VERB_TERM_OPEN)
        return &op->as.term_open.member;
    *taking = false;
    if (op->verb == VERB_DEPOSIT)
        return &op->as.deposit.member;
    return op->verb == VERB_ARRIVE ? &op->as.arrive.member : NULL;
}

/* The share whose owner is behind a line.  False if there is none. */
static bool ordering(struct check *check, const struct operation *op,
    struct account_id *id, bool *taking)
{
    const struct ident *name = who_orders(op, taking);
    struct certificate term = { 0 };
    struct savings_lock lock = { 0 };
    struct hold hold = { 0 };
    struct amount amount;
    struct party party;
    bool found;

    if (op->verb == VERB_UNLOCK) {
        found = cycle_find_lock(check->state, op->as.unlock.lock, &lock);
        *id = lock.share;
        return found;
    }
    if (op->verb == VERB_TERM_CLOSE) {
        found =
            certificate_find(check->state, op->as.term_close.term, &term);
        *id = term.share;
        return found;
    }
    /* It was ordered with its hold. */
    if (op->verb == VERB_CAPTURE) {
        found = record_find_hold(check->state, op->as.capture.hold, &hold);
        *id = hold.from;
        return found;
    }
    if (name == NULL || !operation_amount(op, &amount) ||
        !record_find_party(check->state, name, &party))
        return false;
    *id = account_id_of(
        party.book, amount.currency, ROLE_SHARE, party.number);
    return true;
}

static bool posts_to(
    const struct check_line *line, const struct account_id *id)
{
    for (size_t i = 0; i < line->count; i++)
        if (account_id_equal(&line->list[i].id, id))
            return true;
    return false;
}

/* Whose activity a line is, before its postings are added up. */
int check_member_line(struct check *check, const struct operation *op,
    const struct check_line *line)
{
    struct account_id id;
    struct tally_key key;
    struct tally *tally;
    char name[CHECK_NAME_MAX];
    bool taking;

    if (!ordering(check, op, &id, &taking) ||
        (op->verb != VERB_HOLD && !posts_to(line, &id)))
        return 0;
    key = tally_key_account(&id);
    tally = get(check, &key);
    if (tally == NULL)
        return -1;
    if (tally->account.postings == 0)
        return 0; /* the posting that opens it counts anyway */
    if (taking && check->parties[account_id_party(&id)].in_succession)
        return check_fail(check, ENTRY " takes from %s, whose owner died",
            check->entry.index, check_name(check, &id, name));
    if (!is_idle(check, &id, &tally->account, false))
        tally->account.active = check->books[account_id_book(&id)].date;
    else if (taking)
        return check_fail(check, ENTRY " takes from %s, which is dormant",
            check->entry.index, check_name(check, &id, name));
    return 0;
}

static int reactivate(
    struct check *check, const struct reactivate_fields *f)
{
    struct party party;
    bool idle = false;

    if (check_find_party(check, &f->party, &party) != 0)
        return -1;
    for (unsigned i = 0; i < CURRENCY_COUNT; i++) {
        struct account_id id = account_id_of(
            party.book, (enum currency)i, ROLE_SHARE, party.number);
        struct tally_key key = tally_key_account(&id);
        const struct tally *known = tally_find(&check->tallies, &key);

        if (known == NULL || known->account.postings == 0)
            continue;
        idle |= is_idle(check, &id, &known->account, false);
        get(check, &key)->account.active = check->books[party.book].date;
    }
    return idle ? 0
                : check_fail(check, ENTRY " reactivates what is not dormant",
                      check->entry.index);
}

/* ---- unclaimed property ---- */

static struct tally_key claim_key(uint32_t party, enum currency currency)
{
    uint8_t key[5];

    layout_put_be32(key, party);
    key[4] = (uint8_t)currency;
    return tally_key_of(TABLE_UNCLAIMED, bytes_of(key, sizeof key));
}

int64_t check_member_available(
    struct check *check, const struct account_id *id)
{
    struct tally_key key = tally_key_account(id);
    const struct tally *tally = tally_find(&check->tallies, &key);
    int64_t sum = 0;
    size_t place = 0;

    if (tally != NULL)
        sum = tally->account.credits - tally->account.debits;
    while ((tally = tally_next(&check->tallies, &place)) != NULL) {
        struct cursor in =
            cursor_open(bytes_of(tally->key.data, tally->key.length));
        struct hold hold;

        if (tally->key.table == TABLE_HOLD && tally->phase == HOLD_OPEN &&
            record_find_hold(check->state, cursor_be64(&in), &hold) &&
            account_id_equal(&hold.from, id))
            sum -= tally->sum;
    }
    return sum;
}

/* The line's two postings: this much to the house's unclaimed, out of (or
 * into) that other account. */
static bool moves(const struct check *check, const struct account_id *other,
    int64_t to_house)
{
    uint8_t book = account_id_book(other);
    struct account_id house = account_id_of(book, account_id_currency(other),
        ROLE_UNCLAIMED, check->books[book].house);
    struct check_line expected = { .count = 2,
        .list = { { house, to_house }, { *other, -to_house } } };

    return check_line_opposite(&expected, &check->line);
}

static int take(struct check *check, const struct unclaimed_take_fields *f)
{
    struct tally_key key;
    struct tally *share;
    struct tally *claim;
    struct account_id id;
    struct party party;
    int64_t minor;

    if (check_find_party(check, &f->member, &party) != 0)
        return -1;
    id = account_id_of(
        party.book, f->currency, ROLE_SHARE, party.number);
    key = tally_key_account(&id);
    share = get(check, &key);
    if (share == NULL)
        return -1;
    minor = check_member_available(check, &id);
    if (!is_idle(check, &id, &share->account, true) || minor <= 0 ||
        !moves(check, &id, minor))
        return check_fail(check, ENTRY " takes what is not unclaimed",
            check->entry.index);
    key = claim_key(party.number, f->currency);
    claim = get(check, &key);
    if (claim == NULL)
        return -1;
    if (claim->sum == 0)
        claim->account.opened = check->entry.index;
    claim->sum += minor;
    return 0;
}

/* The claim of a party ends: all of it is posted to that account. */
static int end_claim(struct check *check, const struct ident *name,
    enum currency currency, const struct ident *owner, enum role role)
{
    struct account_id id;
    struct tally_key key;
    struct tally *claim;
    struct party party;
    struct party other;

    if (check_find_party(check, name, &party) != 0 ||
        check_find_party(check, owner, &other) != 0)
        return -1;
    key = claim_key(party.number, currency);
    claim = get(check, &key);
    if (claim == NULL)
        return -1;
    id = account_id_of(other.book, currency, role, other.number);
    if (claim->sum <= 0 || party.book != other.book ||
        !moves(check, &id, -claim->sum))
        return check_fail(check,
            ENTRY " does not pay out what was unclaimed",
            check->entry.index);
    claim->sum = 0;
    return 0;
}

/* Add up a claim against its house's account. */
static int one_claim(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key name = tally_key_of(TABLE_UNCLAIMED, key);
    const struct tally *tally = tally_find(&check->tallies, &name);
    struct cursor in = cursor_open(value);
    struct tally *house;
    struct account_id id;
    struct party party;
    int64_t sum = tally == NULL ? 0 : tally->sum;

    if (tally == NULL || cursor_i64(&in) != sum ||
        cursor_u64(&in) != tally->account.opened || !cursor_done(&in))
        return check_fail(check, "a claim is not what was taken");
    in = cursor_open(key);
    if (!record_find_party_number(
            check->state, cursor_be32(&in), &party))
        return check_fail(check, "a claim is nobody's");
    id = account_id_of(party.book, (enum currency)cursor_u8(&in),
        ROLE_UNCLAIMED, check->books[party.book].house);
    name = tally_key_account(&id);
    house = get(check, &name);
    if (house == NULL)
        return -1;
    house->sum += sum;
    return 0;
}

/* Each house keeps what the claims on it come to, and no more. */
static int check_kept(struct check *check)
{
    const struct tally *tally;
    size_t place = 0;

    while ((tally = tally_next(&check->tallies, &place)) != NULL) {
        struct account_id id;

        if (tally->key.table != TABLE_ACCOUNT ||
            tally->key.data[2] != ROLE_UNCLAIMED)
            continue;
        memcpy(id.data, tally->key.data, sizeof id.data);
        if (account_id_party(&id) != ACCOUNT_CONTROL &&
            tally->account.credits - tally->account.debits != tally->sum)
            return check_fail(check,
                "what is unclaimed is not what parties may claim");
    }
    return 0;
}

/* ---- entries, and the end ---- */

int check_member_entry(struct check *check, const struct operation *op)
{
    const struct beneficiary_set_fields *beneficiary =
        &op->as.beneficiary_set;
    const struct split_set_fields *split = &op->as.split_set;
    const struct unclaimed_return_fields *back = &op->as.unclaimed_return;
    const struct unclaimed_remit_fields *remit = &op->as.unclaimed_remit;

    if (op->verb == VERB_BENEFICIARY_SET)
        return tell(check, TABLE_BENEFICIARY, &beneficiary->member,
            &beneficiary->designation, beneficiary->parts);
    if (op->verb == VERB_SPLIT_SET)
        return tell(
            check, TABLE_SPLIT, &split->member, NULL, split->parts);
    if (op->verb == VERB_ARRIVE)
        return arrive(check, &op->as.arrive);
    if (op->verb == VERB_REACTIVATE)
        return reactivate(check, &op->as.reactivate);
    if (op->verb == VERB_UNCLAIMED_TAKE)
        return take(check, &op->as.unclaimed_take);
    if (op->verb == VERB_UNCLAIMED_RETURN)
        return end_claim(check, &back->member, back->currency,
            &back->member, ROLE_SHARE);
    if (op->verb == VERB_UNCLAIMED_REMIT)
        return end_claim(check, &remit->member, remit->currency,
            &remit->via, ROLE_NOSTRO);
    return 0;
}

int check_member_end(struct check *check)
{
    const struct tally *tally;
    uint64_t counts[TABLE_COUNT] = { 0 };
    size_t place = 0;

    while ((tally = tally_next(&check->tallies, &place)) != NULL)
        counts[tally->key.table] += tally->sum != 0;
    if (check_record_count(check, TABLE_BENEFICIARY, "beneficiaries",
            one_beneficiary, counts[TABLE_BENEFICIARY]) != 0 ||
        check_record_count(check, TABLE_SPLIT, "rules for what arrives",
            one_split, counts[TABLE_SPLIT]) != 0 ||
        check_record_count(check, TABLE_DORMANCY, "periods of dormancy",
            one_dormancy, counts[TABLE_DORMANCY]) != 0 ||
        check_record_count(check, TABLE_UNCLAIMED, "claims", one_claim,
            counts[TABLE_UNCLAIMED]) != 0)
        return -1;
    return check_kept(check);
}
