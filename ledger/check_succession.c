#include "check_inside.h"

#include "layout.h"
#include "member.h"

#include <inttypes.h>

#define ENTRY "entry %" PRIu64

/* Of a round the tally's sum is its amount, 0 if none is open; its
 * account's opened is the entry of the first payment, debits the set of the
 * places that were paid, credits what they came to. */
static struct tally *round_of(
    struct check *check, uint32_t party, enum currency currency)
{
    uint8_t key[5];
    struct tally_key tally_key;
    struct tally *tally;

    layout_put_be32(key, party);
    key[4] = (uint8_t)currency;
    tally_key = tally_key_of(TABLE_SUCCESSION, bytes_of(key, sizeof key));
    tally = tally_get(&check->tallies, &tally_key);
    if (tally == NULL)
        (void)check_fail(check, "out of memory");
    return tally;
}

int check_succession_line(
    struct check *check, struct bytes line, bool open)
{
    struct check_share list[PARTS_MAX];
    struct ident name;
    struct party member;

    if (!ident_parse(check_value(line, "member"), &name) ||
        check_find_party(check, &name, &member) != 0 ||
        member.number > check->counters.parties)
        return check_fail(
            check, ENTRY " names no member", check->entry.index);
    if (check->parties[member.number].in_succession == open ||
        check_member_parts(
            check, TABLE_BENEFICIARY, member.number, 1, list) == 0)
        return check_fail(check,
            ENTRY " is of no member with beneficiaries, or too late",
            check->entry.index);
    check->parties[member.number].in_succession = open;
    return 0;
}

/* The first payment of a round: all that is there, and no part of zero. */
static void begin_round(
    struct check *check, struct tally *round, const struct account_id *share)
{
    round->sum = check_member_available(check, share);
    round->account = (struct account){ .opened = check->entry.index };
}

/* Its posting takes this much from the share, and no more than that. */
static bool takes(const struct check *check, const struct account_id *share,
    int64_t minor)
{
    return check->line.count == 2 && minor > 0 &&
        account_id_equal(&check->line.list[0].id, share) &&
        check->line.list[0].minor == minor &&
        check->line.list[1].minor == -minor;
}

/* Where it went is what the line says. */
static int check_payee(struct check *check, const struct operation *op)
{
    const struct succession_pay_fields *f = &op->as.succession_pay;
    bool has_to = OPERATION_HAS(op, succession_pay, to);
    const struct account_id *id = &check->line.list[1].id;
    enum role role = account_id_role(id);
    struct party payee;

    if (check_find_party(check, has_to ? &f->to : &f->via, &payee) != 0)
        return -1;
    if (account_id_party(id) != payee.number ||
        (has_to ? role != ROLE_SHARE
                : role != ROLE_NOSTRO && role != ROLE_DRAWER))
        return check_fail(check, ENTRY " pays somebody else",
            check->entry.index);
    return 0;
}

/* Add the part to the round; at its end the parts are the whole. */
static int add_part(struct check *check, struct tally *round,
    const struct check_share *list, size_t count, size_t place)
{
    int64_t all = 0;

    round->account.debits |= INT64_C(1) << place;
    round->account.credits += list[place].whole;
    for (size_t i = 0; i < count; i++) {
        if (list[i].whole == 0)
            round->account.debits |= INT64_C(1) << i;
        all |= INT64_C(1) << i;
    }
    if (round->account.debits != all)
        return 0;
    if (round->account.credits != round->sum)
        return check_fail(check, ENTRY " ends a round that was not paid out",
            check->entry.index);
    round->sum = 0;
    return 0;
}

int check_succession_pay(struct check *check, const struct operation *op)
{
    const struct succession_pay_fields *f = &op->as.succession_pay;
    struct check_share list[PARTS_MAX];
    struct account_id share;
    struct tally *round;
    struct party member;
    size_t count;
    size_t place = 0;

    if (op->verb != VERB_SUCCESSION_PAY)
        return 0;
    if (check_find_party(check, &f->member, &member) != 0)
        return -1;
    round = round_of(check, member.number, f->currency);
    if (round == NULL)
        return -1;
    share = account_id_of(
        member.book, f->currency, ROLE_SHARE, member.number);
    if (round->sum == 0)
        begin_round(check, round, &share);
    count = check_member_parts(
        check, TABLE_BENEFICIARY, member.number, round->sum, list);
    while (place < count && !ident_equal(&list[place].name, &f->label))
        place++;
    if (place == count || !check->parties[member.number].in_succession ||
        round->account.debits >> place & 1 ||
        !takes(check, &share, list[place].whole))
        return check_fail(check, ENTRY " pays no part of a succession",
            check->entry.index);
    if (check_payee(check, op) != 0)
        return -1;
    return add_part(check, round, list, count, place);
}

static int one_round(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key name = tally_key_of(TABLE_SUCCESSION, key);
    const struct tally *tally = tally_find(&check->tallies, &name);
    struct cursor in = cursor_open(value);

    if (tally == NULL || cursor_u64(&in) != tally->account.opened ||
        cursor_i64(&in) != tally->sum ||
        cursor_u32(&in) != tally->account.debits || !cursor_done(&in))
        return check_fail(
            check, "a round of a succession is not what was paid");
    return 0;
}

int check_succession_end(struct check *check)
{
    const struct tally *tally;
    uint64_t count = 0;
    size_t place = 0;

    while ((tally = tally_next(&check->tallies, &place)) != NULL)
        count += tally->key.table == TABLE_SUCCESSION && tally->sum != 0;
    return check_record_count(check, TABLE_SUCCESSION,
        "rounds of successions", one_round, count);
}
