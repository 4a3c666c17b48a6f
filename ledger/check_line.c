#include "check_inside.h"

#include <inttypes.h>
#include <string.h>

#define IDENT_FORMAT "%.*s"
#define IDENT_ARGUMENTS(name) (int)(name)->length, (name)->text

int check_find_party(
    struct check *check, const struct ident *name, struct party *out)
{
    if (record_find_party(check->state, name, out))
        return 0;
    return check_fail(check,
        "entry %" PRIu64 " names party " IDENT_FORMAT
        ", which has no record",
        check->entry.index, IDENT_ARGUMENTS(name));
}

int check_account_id(struct check *check, const struct account_name *name,
    struct account_id *out)
{
    struct party party;

    if (check_find_party(check, &name->party, &party) != 0)
        return -1;
    if (!ident_equal(&check->books[party.book].name, &name->book))
        return check_fail(check,
            "entry %" PRIu64 " posts to party " IDENT_FORMAT
            " in a book it is not in",
            check->entry.index, IDENT_ARGUMENTS(&name->party));
    *out = account_id_of(
        party.book, name->currency, name->role, party.number);
    return 0;
}

/* ---- the templates of protocol/FORMAT.md ---- */

static void add(struct check_line *line, const struct party *party,
    enum role role, enum currency currency, int64_t minor)
{
    line->list[line->count++] = (struct check_posting){
        account_id_of(party->book, currency, role, party->number), minor
    };
}

/* Cash in a drawer or an office's box, or money at a correspondent's
 * account. */
static enum role via_role(const struct party *via)
{
    return via->kind == PARTY_OFFICE || via->kind == PARTY_DRAWER
        ? ROLE_DRAWER
        : ROLE_NOSTRO;
}

/* Debit one party and credit another. */
static void add_both(struct check_line *line, const struct party *debit,
    enum role debit_role, const struct party *credit, enum role credit_role,
    struct amount amount)
{
    add(line, debit, debit_role, amount.currency, amount.minor);
    add(line, credit, credit_role, amount.currency, -amount.minor);
}

static void add_stake(struct check_line *line, const struct party *pool,
    const struct party *contributor, struct amount amount, bool into)
{
    line->staked = true;
    line->pool = pool->number;
    line->contributor = contributor->number;
    line->stake = amount;
    if (!into)
        line->stake.minor = -amount.minor;
}

static int read_teller(struct check *check, const struct ident *member_name,
    const struct ident *via_name, struct amount amount, bool in,
    struct check_line *out)
{
    struct party member;
    struct party via;

    if (check_find_party(check, member_name, &member) != 0 ||
        check_find_party(check, via_name, &via) != 0)
        return -1;
    if (in)
        add_both(out, &via, via_role(&via), &member, ROLE_SHARE, amount);
    else
        add_both(out, &member, ROLE_SHARE, &via, via_role(&via), amount);
    return 0;
}

static int read_transfer(struct check *check, const struct transfer_fields *f,
    struct check_line *out)
{
    struct party from;
    struct party to;

    if (check_find_party(check, &f->from, &from) != 0 ||
        check_find_party(check, &f->to, &to) != 0)
        return -1;
    add_both(out, &from, ROLE_SHARE, &to, ROLE_SHARE, f->amount);
    return 0;
}

static int read_member_pool(struct check *check,
    const struct ident *member_name, const struct ident *club_name,
    struct amount amount, bool into, struct check_line *out)
{
    struct party member;
    struct party club;

    if (check_find_party(check, member_name, &member) != 0 ||
        check_find_party(check, club_name, &club) != 0)
        return -1;
    if (into)
        add_both(out, &member, ROLE_SHARE, &club, ROLE_POOL, amount);
    else
        add_both(out, &club, ROLE_POOL, &member, ROLE_SHARE, amount);
    add_stake(out, &club, &member, amount, into);
    return 0;
}

static int read_redeem(struct check *check,
    const struct pool_redeem_fields *f, bool noticed, struct check_line *out)
{
    out->redeems = true;
    out->noticed = noticed;
    out->notice = f->notice;
    return read_member_pool(
        check, &f->member, &f->club, f->amount, false, out);
}

static int read_pool_lend(struct check *check,
    const struct pool_lend_fields *f, struct check_line *out)
{
    struct party from;
    struct party to;

    if (check_find_party(check, &f->from, &from) != 0 ||
        check_find_party(check, &f->to, &to) != 0)
        return -1;
    add_both(out, &from, ROLE_POOL, &to, ROLE_POOL, f->amount);
    if (to.kind == PARTY_FEDERATION)
        add_stake(out, &to, &from, f->amount, true);
    else
        add_stake(out, &from, &to, f->amount, false);
    return 0;
}

static int read_membership(struct check *check,
    const struct membership_fields *f, struct check_line *out)
{
    struct party member;
    struct party via;

    if (check_find_party(check, &f->member, &member) != 0 ||
        check_find_party(check, &f->via, &via) != 0)
        return -1;
    add_both(out, &via, via_role(&via), &member, ROLE_CAPITAL, f->amount);
    return 0;
}

static int read_cash_move(struct check *check,
    const struct cash_move_fields *f, struct check_line *out)
{
    if (check_account_id(check, &f->to, &out->list[0].id) != 0 ||
        check_account_id(check, &f->from, &out->list[1].id) != 0)
        return -1;
    out->list[0].minor = f->amount.minor;
    out->list[1].minor = -f->amount.minor;
    out->count = 2;
    return 0;
}

static int read_journal_entry(struct check *check,
    const struct journal_entry_fields *f, struct check_line *out)
{
    struct bytes rest = f->post;
    struct account_name name;
    int64_t minor;

    while (postings_next(&rest, &name, &minor)) {
        if (out->count == POSTINGS_MAX)
            return check_fail(check,
                "entry %" PRIu64 " has too many postings",
                check->entry.index);
        out->list[out->count].minor = minor;
        if (check_account_id(check, &name, &out->list[out->count].id) != 0)
            return -1;
        out->count++;
    }
    return 0;
}

int check_line_read(struct check *check, const struct operation *op,
    struct check_line *out)
{
    const struct deposit_fields *deposit = &op->as.deposit;
    const struct withdraw_fields *withdraw = &op->as.withdraw;
    const struct contribute_fields *contribute = &op->as.contribute;
    const struct pool_redeem_fields *redeem = &op->as.pool_redeem;

    out->count = 0;
    out->staked = false;
    out->redeems = false;
    out->noticed = false;
    if (op->verb == VERB_DEPOSIT)
        return read_teller(check, &deposit->member, &deposit->via,
            deposit->amount, true, out);
    if (op->verb == VERB_WITHDRAW)
        return read_teller(check, &withdraw->member, &withdraw->via,
            withdraw->amount, false, out);
    if (op->verb == VERB_TRANSFER)
        return read_transfer(check, &op->as.transfer, out);
    if (op->verb == VERB_CONTRIBUTE)
        return read_member_pool(check, &contribute->member,
            &contribute->club, contribute->amount, true, out);
    if (op->verb == VERB_POOL_REDEEM)
        return read_redeem(
            check, redeem, OPERATION_HAS(op, pool_redeem, notice), out);
    if (op->verb == VERB_POOL_LEND)
        return read_pool_lend(check, &op->as.pool_lend, out);
    if (op->verb == VERB_MEMBERSHIP)
        return read_membership(check, &op->as.membership, out);
    if (op->verb == VERB_CASH_MOVE)
        return read_cash_move(check, &op->as.cash_move, out);
    if (op->verb == VERB_JOURNAL_ENTRY)
        return read_journal_entry(check, &op->as.journal_entry, out);
    if (operation_row(op->verb)->flags & FLAG_LITERAL)
        return check_fail(check, "the checker has no template for %s",
            operation_row(op->verb)->verb);
    return 0;
}

int check_line_effects(
    struct check *check, struct bytes effects, struct check_line *out)
{
    struct effect effect;
    bool malformed = false;

    out->count = 0;
    out->staked = false;
    out->redeems = false;
    out->noticed = false;
    while (entry_next_effect(&effects, &effect, &malformed)) {
        if (effect.kind != EFFECT_POSTING)
            continue;
        if (out->count == POSTINGS_MAX)
            return check_fail(check,
                "entry %" PRIu64 " has too many postings",
                check->entry.index);
        out->list[out->count].minor = effect.minor;
        if (check_account_id(
                check, &effect.account, &out->list[out->count].id) != 0)
            return -1;
        out->count++;
    }
    if (malformed)
        return check_fail(check,
            "entry %" PRIu64 " has an effect line that says nothing",
            check->entry.index);
    return 0;
}

/* ---- sums ---- */

static bool is_memo(const struct account_id *id)
{
    return role_row(account_id_role(id))->class == CLASS_MEMO;
}

int check_line_balanced(struct check *check, const struct check_line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        const struct account_id *id = &line->list[i].id;
        int64_t sum = 0;

        for (size_t k = 0; k < line->count; k++) {
            const struct account_id *other = &line->list[k].id;

            if (account_id_book(id) == account_id_book(other) &&
                account_id_currency(id) == account_id_currency(other) &&
                is_memo(id) == is_memo(other))
                sum += line->list[k].minor;
        }
        if (sum != 0)
            return check_fail(check,
                "entry %" PRIu64 " does not balance in book " IDENT_FORMAT
                " and %s",
                check->entry.index,
                IDENT_ARGUMENTS(&check->books[account_id_book(id)].name),
                currency_code(account_id_currency(id)));
    }
    return 0;
}

/* What a line posts to an account; a line posts once to each. */
static int64_t posted_to(
    const struct check_line *line, const struct account_id *id)
{
    for (size_t i = 0; i < line->count; i++)
        if (account_id_equal(&line->list[i].id, id))
            return line->list[i].minor;
    return 0;
}

bool check_line_opposite(
    const struct check_line *a, const struct check_line *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (posted_to(b, &a->list[i].id) != -a->list[i].minor)
            return false;
    return true;
}
