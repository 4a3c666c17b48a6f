#include "check_inside.h"

#include "layout.h"
#include "notice.h"

#include <inttypes.h>

/*
 * Notice: the days of each pool's rule and what is left of each notice are
 * added up from the journal's lines alone.  In the tally of a notice `sum`
 * is what is left and `account` is used as a form: debits the pool, credits
 * the contributor, locked the currency, since the date it is due.
 */

#define ENTRY "entry %" PRIu64

static struct tally *get(struct check *check, const struct tally_key *key)
{
    struct tally *tally = tally_get(&check->tallies, key);

    if (tally == NULL)
        (void)check_fail(check, "out of memory");
    return tally;
}

static struct tally_key rule_key(uint32_t pool)
{
    uint8_t key[4];

    layout_put_be32(key, pool);
    return tally_key_of(TABLE_NOTICE_RULE, bytes_of(key, sizeof key));
}

static struct tally_key notice_key(uint64_t index)
{
    uint8_t key[8];

    layout_put_be64(key, index);
    return tally_key_of(TABLE_NOTICE, bytes_of(key, sizeof key));
}

static int64_t days_asked(struct check *check, uint32_t pool)
{
    struct tally_key key = rule_key(pool);
    const struct tally *rule = tally_find(&check->tallies, &key);

    return rule == NULL ? 0 : rule->sum;
}

/* ---- lines ---- */

static int set_rule(struct check *check, const struct pool_notice_fields *f)
{
    struct tally_key key;
    struct tally *rule;
    struct party club;

    if (check_find_party(check, &f->club, &club) != 0)
        return -1;
    if (club.kind != PARTY_CLUB || f->days > NOTICE_DAYS_MAX)
        return check_fail(check, ENTRY " sets a rule of notice that cannot be",
            check->entry.index);
    key = rule_key(club.number);
    rule = get(check, &key);
    if (rule == NULL)
        return -1;
    rule->sum = (int64_t)f->days;
    return 0;
}

static int give(struct check *check, const struct redeem_notice_fields *f)
{
    struct tally_key key = notice_key(check->entry.index);
    struct tally_key stake_key;
    const struct tally *stake;
    struct tally *notice;
    struct party club;
    struct party member;

    if (check_find_party(check, &f->club, &club) != 0 ||
        check_find_party(check, &f->member, &member) != 0)
        return -1;
    stake_key =
        tally_key_stake(club.number, member.number, f->amount.currency);
    stake = tally_find(&check->tallies, &stake_key);
    if (stake == NULL || f->amount.minor > stake->sum)
        return check_fail(check,
            ENTRY " gives notice of more than was put in",
            check->entry.index);
    notice = get(check, &key);
    if (notice == NULL)
        return -1;
    notice->sum = f->amount.minor;
    notice->account.debits = club.number;
    notice->account.credits = member.number;
    notice->account.locked = f->amount.currency;
    notice->account.since.days = check->books[club.book].date.days +
        (int32_t)days_asked(check, club.number);
    return 0;
}

int check_notice_entry(struct check *check, const struct operation *op)
{
    if (op->verb == VERB_POOL_NOTICE)
        return set_rule(check, &op->as.pool_notice);
    if (op->verb == VERB_REDEEM_NOTICE)
        return give(check, &op->as.redeem_notice);
    return 0;
}

/* Of a redemption: what may be taken, and from what notice. */
static bool may_take(struct check *check, const struct check_line *line,
    const struct tally *notice)
{
    uint8_t book = account_id_book(&line->list[0].id);

    return !line->redeems ||
        (notice->account.since.days <= check->books[book].date.days &&
            -line->stake.minor <= notice->sum);
}

int check_notice_take(struct check *check, const struct check_line *line)
{
    struct tally_key key = notice_key(line->notice);
    struct tally *notice;

    if (!line->noticed)
        return line->redeems && days_asked(check, line->pool) != 0
            ? check_fail(check, ENTRY " redeems without notice",
                  check->entry.index)
            : 0;
    if (tally_find(&check->tallies, &key) == NULL)
        return check_fail(check, ENTRY " cites a notice that nobody gave",
            check->entry.index);
    notice = get(check, &key);
    if (notice == NULL)
        return -1;
    if (notice->account.debits != line->pool ||
        notice->account.credits != line->contributor ||
        notice->account.locked != (int64_t)line->stake.currency ||
        !may_take(check, line, notice))
        return check_fail(check,
            ENTRY " takes out what notice %" PRIu64 " does not allow",
            check->entry.index, line->notice);
    notice->sum += line->stake.minor;
    return 0;
}

/* ---- at the end ---- */

static int one_rule(struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key name = tally_key_of(TABLE_NOTICE_RULE, key);
    const struct tally *rule = tally_find(&check->tallies, &name);
    struct cursor in = cursor_open(value);

    if (rule == NULL || rule->sum != (int64_t)cursor_u32(&in) ||
        !cursor_done(&in))
        return check_fail(check, "a rule of notice is not as it was set");
    return 0;
}

static int one_notice(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key name = tally_key_of(TABLE_NOTICE, key);
    const struct tally *told = tally_find(&check->tallies, &name);
    struct notice notice;

    if (told == NULL || !notice_parse(key, value, &notice) ||
        notice.pool != told->account.debits ||
        notice.contributor != told->account.credits ||
        notice.left.currency != told->account.locked ||
        notice.left.minor != told->sum ||
        notice.due.days != told->account.since.days)
        return check_fail(
            check, "a notice is not as the journal tells of it");
    return 0;
}

int check_notice_end(struct check *check)
{
    uint64_t rules = 0;
    uint64_t notices = 0;
    const struct tally *tally;
    size_t place = 0;

    while ((tally = tally_next(&check->tallies, &place)) != NULL) {
        rules += tally->key.table == TABLE_NOTICE_RULE && tally->sum != 0;
        notices += tally->key.table == TABLE_NOTICE;
    }
    if (check_record_count(check, TABLE_NOTICE_RULE, "rules of notice",
            one_rule, rules) != 0)
        return -1;
    return check_record_count(
        check, TABLE_NOTICE, "notices", one_notice, notices);
}
