#include "posting.h"

#include "earning.h"
#include "notice.h"
#include "operations.h"
#include "permission.h"
#include "split.h"

#include <string.h>

/* ---- planning ---- */

struct amount posting_credit(struct amount amount)
{
    amount.minor = -amount.minor;
    return amount;
}

static const char *field_of(const struct context *c, const char *field)
{
    return c->only_field != NULL ? c->only_field : field;
}

/* A place for one more leg.  No verb has more of them than there is room;
 * a line with more does not decode. */
static struct leg *next_leg(struct context *c)
{
    struct leg *leg;

    if (c->leg_count == CONTEXT_LEGS_MAX) {
        (void)context_fail(c->ledger, "too many postings for one operation");
        return NULL;
    }
    leg = &c->legs[c->leg_count];
    leg->debits_held = 0;
    leg->credits_held = 0;
    leg->locked = 0;
    leg->account_place = (struct state_place){ 0 };
    return leg;
}

/* leg->party is set: complete it and take it into the plan. */
static void take_leg(struct context *c, struct leg *leg, enum role role,
    enum currency currency, int64_t minor, const char *field)
{
    const struct foreseen *foreseen;

    leg->field = field_of(c, field);
    leg->minor = c->opposite ? -minor : minor;
    leg->by_rule = c->by_rule;
    leg->id = account_id_of(
        leg->party.book, currency, role, leg->party.number);
    foreseen = foresight_account(c, &leg->id);
    if (foreseen != NULL)
        leg->account_place = foreseen->account_place;
    for (size_t i = 0; i < c->leg_count; i++)
        if (account_id_equal(&c->legs[i].id, &leg->id))
            context_refuse(c, STATUS_SAME_ACCOUNT, leg->field);
    if (!(role_row(role)->owners >> leg->party.kind & 1U))
        context_refuse(c, STATUS_WRONG_PARTY, leg->field);
    c->leg_count++;
}

const struct party *posting_add(struct context *c, const struct ident *party,
    enum role role, struct amount amount, const char *field)
{
    struct leg *leg = next_leg(c);

    if (leg == NULL ||
        !context_party(c, party, field_of(c, field), &leg->party))
        return NULL;
    take_leg(c, leg, role, amount.currency, amount.minor, field);
    return &leg->party;
}

void posting_add_party(struct context *c, const struct party *party,
    enum role role, struct amount amount, const char *field)
{
    struct leg *leg = next_leg(c);

    if (leg == NULL)
        return;
    leg->party = *party;
    take_leg(c, leg, role, amount.currency, amount.minor, field);
}

struct leg *posting_merge(struct context *c, const struct party *party,
    enum role role, struct amount amount, const char *field)
{
    struct account_id id =
        account_id_of(party->book, amount.currency, role, party->number);
    struct leg *leg;

    for (size_t i = 0; i < c->leg_count; i++) {
        leg = &c->legs[i];
        if (account_id_equal(&leg->id, &id)) {
            leg->minor += c->opposite ? -amount.minor : amount.minor;
            return leg;
        }
    }
    leg = next_leg(c);
    if (leg == NULL)
        return NULL;
    leg->party = *party;
    take_leg(c, leg, role, amount.currency, amount.minor, field);
    return leg;
}

struct leg *posting_add_name(struct context *c,
    const struct account_name *name, int64_t minor, const char *field)
{
    const char *shown = field_of(c, field);
    const struct book *book = context_book(c, &name->book, shown);
    struct leg *leg = next_leg(c);

    if (leg == NULL || !context_party(c, &name->party, shown, &leg->party))
        return NULL;
    if (book != NULL && book->number != leg->party.book)
        context_refuse(c, STATUS_OTHER_BOOK, shown);
    take_leg(c, leg, name->role, name->currency, minor, field);
    return leg;
}

struct leg *posting_add_id(struct context *c, const struct account_id *id,
    int64_t minor, const char *field)
{
    struct leg *leg = next_leg(c);

    if (leg == NULL)
        return NULL;
    if (!record_find_party_number(
            c->state, account_id_party(id), &leg->party)) {
        (void)context_fail(c->ledger, "an account has no party");
        return NULL;
    }
    take_leg(c, leg, account_id_role(id), account_id_currency(id), minor,
        field);
    return leg;
}

void posting_add_stake(struct context *c, const struct party *pool,
    const struct party *contributor, struct amount change, const char *field)
{
    if (c->opposite)
        change.minor = -change.minor;
    c->stake = (struct stake_change){ true, pool->number,
        contributor->number, change, field_of(c, field) };
}

/* ---- checking ---- */

/* Above zero if the leg debits or would, below if it credits or would. */
static int leg_direction(const struct leg *leg)
{
    if (leg->minor != 0)
        return leg->minor > 0 ? 1 : -1;
    if (leg->debits_held > 0)
        return 1;
    return leg->credits_held > 0 ? -1 : 0;
}

/* Is the party frozen that way, or the project that a source belongs to? */
static bool is_frozen(
    struct context *c, const struct party *party, bool out)
{
    struct party project;

    if (out ? party->frozen_out : party->frozen_in)
        return true;
    return party->kind == PARTY_SOURCE &&
        record_find_party_number(c->state, party->parent, &project) &&
        (out ? project.frozen_out : project.frozen_in);
}

static void check_party(struct context *c, const struct leg *leg)
{
    enum side normal = role_row(account_id_role(&leg->id))->normal;
    int direction = leg_direction(leg);
    bool out = normal == SIDE_DEBIT ? direction < 0 : direction > 0;

    if (!leg->by_rule) {
        if (!c->own_scope)
            context_need_party(c, &leg->party, leg->field);
        if (leg->party.number == c->key.owner)
            context_refuse(c, STATUS_OWN_ACCOUNT, leg->field);
    }
    if (direction == 0)
        return; /* giving back what is held is always allowed */
    if (leg->party.closed)
        context_refuse(c, STATUS_PARTY_CLOSED, leg->field);
    if (role_row(account_id_role(&leg->id))->class == CLASS_MEMO)
        return; /* there is no money in it to freeze */
    if (is_frozen(c, &leg->party, out))
        context_refuse(c, STATUS_PARTY_FROZEN, leg->field);
}

/* Do two legs belong to the same sum that must be zero?  Memo accounts
 * balance among themselves. */
static bool same_sum(const struct account_id *a, const struct account_id *b)
{
    bool a_memo = role_row(account_id_role(a))->class == CLASS_MEMO;
    bool b_memo = role_row(account_id_role(b))->class == CLASS_MEMO;

    return account_id_book(a) == account_id_book(b) &&
        account_id_currency(a) == account_id_currency(b) && a_memo == b_memo;
}

/* At most 64 legs of 15 digits: no sum here can overflow. */
static void check_sums(struct context *c)
{
    for (size_t i = 0; i < c->leg_count; i++) {
        int64_t sum = 0;

        for (size_t k = 0; k < c->leg_count; k++)
            if (same_sum(&c->legs[i].id, &c->legs[k].id))
                sum += c->legs[k].minor;
        if (sum != 0)
            context_refuse(c, STATUS_NOT_BALANCED, c->only_field);
        if (!c->across_books &&
            c->legs[i].party.book != c->legs[0].party.book)
            context_refuse(c, STATUS_OTHER_BOOK, c->legs[i].field);
    }
}

/* What the signer moves in a currency: debits that no rule asks for, but
 * for memo accounts. */
static int64_t moved(const struct context *c, enum currency currency)
{
    int64_t sum = 0;

    for (size_t i = 0; i < c->leg_count; i++)
        if (c->legs[i].minor > 0 && !c->legs[i].by_rule &&
            role_row(account_id_role(&c->legs[i].id))->class !=
                CLASS_MEMO &&
            account_id_currency(&c->legs[i].id) == currency)
            sum += c->legs[i].minor;
    return sum;
}

static struct date plan_date(const struct context *c)
{
    return c->ledger->books[c->legs[0].party.book].date;
}

static void check_limits(struct context *c)
{
    const struct amounts *limit = &c->key.limit;
    const struct amounts *daily = &c->key.daily;
    const char *field = field_of(c, "amount");
    int64_t sum;

    if (c->as_approver)
        return; /* the limits are for those who propose */
    for (size_t i = 0; i < limit->count; i++)
        if (moved(c, limit->list[i].currency) > limit->list[i].minor)
            context_refuse(c, STATUS_OVER_LIMIT, field);
    for (size_t i = 0; i < daily->count && c->leg_count > 0; i++) {
        enum currency currency = daily->list[i].currency;

        if (moved(c, currency) == 0)
            continue;
        if (!minor_add(record_usage(c->state, c->key.number, currency,
                           plan_date(c)),
                moved(c, currency), &sum) ||
            sum > daily->list[i].minor)
            context_refuse(c, STATUS_OVER_DAILY_LIMIT, field);
    }
}

/* The record with a leg's changes.  False on overflow. */
static bool apply(struct account *account, const struct leg *leg,
    uint64_t index)
{
    if (leg->minor != 0 && !account_post(account, leg->minor, index))
        return false;
    return minor_add(account->debits_held, leg->debits_held,
               &account->debits_held) &&
        minor_add(account->credits_held, leg->credits_held,
            &account->credits_held);
}

static const struct book *leg_book(
    const struct context *c, const struct leg *leg)
{
    return &c->ledger->books[leg->party.book];
}

/* A share that is posted to earns by its old balance until today. */
static bool leg_earns(const struct leg *leg)
{
    return leg->minor != 0 && account_earns(&leg->id);
}

/* Where the place of that control total is kept, if it is. */
static struct kept_total *kept_total(
    struct context *c, const struct account_id *id)
{
    size_t number = (size_t)account_id_role(id) +
        3 * (size_t)account_id_currency(id) + 5 * account_id_book(id);

    return &c->kept_totals[number % CONTEXT_TOTALS_KEPT];
}

/* Its place among the plan's control totals, loaded when first needed. */
static size_t find_total(struct context *c, const struct account_id *id)
{
    struct account_id control = account_id_control(id);
    const struct kept_total *kept;
    struct total *total;

    for (size_t i = 0; i < c->total_count; i++)
        if (account_id_equal(&c->totals[i].id, &control))
            return i;
    total = &c->totals[c->total_count];
    kept = kept_total(c, &control);
    total->id = control;
    total->place = (struct state_place){ 0 };
    if (account_id_equal(&kept->id, &control))
        total->place = kept->place;
    (void)account_load_at(
        c->state, &control, &total->place, &total->account);
    return c->total_count++;
}

/*
 * Work out every record after the plan.  A leg that takes from an account
 * may not leave less than zero available; one that gives always may, so
 * that an account below zero can be filled again.
 */
static void check_balances(struct context *c)
{
    for (size_t i = 0; i < c->leg_count; i++) {
        struct leg *leg = &c->legs[i];
        enum role role = account_id_role(&leg->id);
        bool fits;
        int64_t before;
        int64_t after;

        (void)account_load_at(
            c->state, &leg->id, &leg->account_place, &leg->before);
        leg->after = leg->before;
        if (leg_earns(leg)) {
            earning_move(&leg->after, leg_book(c, leg)->date);
            leg->after.locked += leg->locked;
        }
        dormancy_leg(c, leg);
        leg->total = find_total(c, &leg->id);
        fits = apply(&leg->after, leg, c->index);
        fits &= apply(&c->totals[leg->total].account, leg, c->index);
        if (!fits) {
            context_refuse(c, STATUS_BALANCE_OVERFLOW, leg->field);
            continue;
        }
        if (leg->after.debits_held < 0 || leg->after.credits_held < 0)
            (void)context_fail(c->ledger, "less is held than a hold says");
        before = account_available(&leg->before, role);
        after = account_available(&leg->after, role);
        if (after < 0 && after < before &&
            !(role_row(role)->flags & ROLE_BELOW))
            context_refuse(c, STATUS_INSUFFICIENT, leg->field);
    }
}

static void check_stake(struct context *c)
{
    const struct stake_change *stake = &c->stake;
    int64_t after;

    if (!stake->used)
        return;
    if (!minor_add(record_stake(c->state, stake->pool, stake->contributor,
                       stake->change.currency),
            stake->change.minor, &after))
        context_refuse(c, STATUS_BALANCE_OVERFLOW, stake->field);
    else if (after < 0)
        context_refuse(c, STATUS_ABOVE_STAKE, stake->field);
}

void posting_check(struct context *c)
{
    for (size_t i = 0; i < c->leg_count; i++)
        check_party(c, &c->legs[i]);
    check_sums(c);
    check_limits(c);
    check_balances(c);
    check_stake(c);
    notice_check(c);
}

void posting_check_closing(struct context *c)
{
    check_sums(c);
    check_balances(c);
}

/* ---- writing ---- */

static void commit_usage(struct context *c)
{
    const struct amounts *daily = &c->key.daily;

    for (size_t i = 0; i < daily->count; i++) {
        enum currency currency = daily->list[i].currency;
        int64_t sum = moved(c, currency);

        /* The sum was checked against the limit. */
        if (sum == 0 ||
            !minor_add(record_usage(c->state, c->key.number, currency,
                           plan_date(c)),
                sum, &sum))
            continue;
        record_put_usage(
            c->state, c->key.number, currency, plan_date(c), sum);
    }
}

static void commit_stake(struct context *c)
{
    const struct stake_change *stake = &c->stake;
    int64_t after;

    if (!stake->used ||
        !minor_add(record_stake(c->state, stake->pool, stake->contributor,
                       stake->change.currency),
            stake->change.minor, &after))
        return;
    record_put_stake(c->state, stake->pool, stake->contributor,
        stake->change.currency, after);
}

static struct account_name leg_name(
    const struct context *c, const struct leg *leg)
{
    return (struct account_name){
        .book = c->ledger->books[leg->party.book].name,
        .party = leg->party.name,
        .role = account_id_role(&leg->id),
        .currency = account_id_currency(&leg->id),
    };
}

static void show(struct context *c, const struct leg *leg)
{
    struct account_name name = leg_name(c, leg);

    entry_append_posting(&c->ledger->effects, &name, leg->minor);
}

static void write_total(struct context *c, struct total *total)
{
    account_store_at(c->state, &total->id, &total->place, &total->account);
    *kept_total(c, &total->id) =
        (struct kept_total){ total->id, total->place };
}

static void write_account(struct context *c, struct leg *leg)
{
    struct history_reference reference = { c->index, c->line };

    if (leg->minor != 0)
        history_post(c->state, &leg->id, &leg->account_place, &leg->before,
            &leg->after, reference);
    else
        account_store_at(
            c->state, &leg->id, &leg->account_place, &leg->after);
}

static void write_accounts(struct context *c)
{
    for (size_t i = 0; i < c->leg_count; i++) {
        struct leg *leg = &c->legs[i];

        write_account(c, leg);
        if (leg_earns(leg))
            earning_keep(c->state, &leg->id, &leg->before,
                leg_book(c, leg)->date, leg_book(c, leg)->open_month);
    }
    for (size_t i = 0; i < c->total_count; i++)
        write_total(c, &c->totals[i]);
}

static void show_all(struct context *c)
{
    for (size_t i = 0; i < c->leg_count; i++)
        if (c->legs[i].minor != 0)
            show(c, &c->legs[i]);
}

void posting_commit_unasked(struct context *c)
{
    check_balances(c);
    write_accounts(c);
}

void posting_commit(struct context *c, enum verb verb)
{
    bool literal = operation_row(verb)->flags & FLAG_LITERAL;

    write_accounts(c);
    commit_usage(c);
    commit_stake(c);
    notice_commit(c);
    if (!literal || c->show_all)
        show_all(c);
    if (c->leg_count > 0)
        context_touch(c, &c->ledger->books[c->legs[0].party.book]);
}

void posting_commit_closing(struct context *c)
{
    check_balances(c);
    write_accounts(c);
    show_all(c);
}

/* ---- reading back ---- */

/* The line of that number, from 1. */
static bool body_line(struct bytes body, uint64_t number, struct bytes *line)
{
    for (uint64_t i = 0; i < number; i++)
        if (!bytes_next_line(&body, line))
            return false;
    return true;
}

static bool line_was_refused(struct bytes effects, uint64_t number)
{
    struct effect effect;
    bool malformed = false;

    while (entry_next_effect(&effects, &effect, &malformed))
        if (effect.kind == EFFECT_REFUSED_LINE && effect.number == number)
            return true;
    return false;
}

/* The effects' postings, as many as there is room for.  False if an account
 * in them is unknown. */
static bool read_effects(
    struct ledger *ledger, struct bytes effects, struct posting_list *out)
{
    struct effect effect;
    bool malformed = false;

    while (entry_next_effect(&effects, &effect, &malformed)) {
        struct posting *posting;
        struct party party;

        if (effect.kind != EFFECT_POSTING)
            continue;
        out->more = out->count == CONTEXT_LEGS_MAX;
        if (out->more)
            return true;
        if (!record_find_party(
                ledger->state, &effect.account.party, &party))
            return false;
        posting = &out->list[out->count];
        posting->id = account_id_of(party.book, effect.account.currency,
            effect.account.role, party.number);
        posting->name = effect.account;
        posting->minor = effect.minor;
        out->count++;
    }
    return !malformed;
}

/* What the line states.  It was accepted, so its plan finds all it names:
 * no party ever goes or changes its kind, book or parent. */
static bool read_literal(struct ledger *ledger, struct posting_list *out)
{
    struct context *c = &ledger->reader;

    c->ledger = ledger;
    c->state = ledger->state;
    context_clear(c);
    operations_functions(out->operation.verb)->plan(c, &out->operation);
    for (size_t i = 0; i < c->leg_count; i++) {
        const struct leg *leg = &c->legs[i];

        out->list[i] = (struct posting){ leg->id, leg_name(c, leg),
            leg->minor };
    }
    out->count = c->leg_count;
    out->stake = c->stake;
    out->notice = c->notice;
    return !context_refused(c);
}

int posting_find_line(
    struct ledger *ledger, const struct entry *entry, struct entry *out)
{
    struct carried_out *kept = &ledger->carried_out;
    uint64_t proposal;

    *out = *entry;
    if (!entry_carries_out(entry, &proposal))
        return 0;
    if (!kept->loaded || kept->index != proposal) {
        kept->loaded = false;
        buffer_clear(&kept->bytes);
        if (ledger_entry(ledger, proposal, &kept->bytes, &kept->entry) != 0)
            return -1;
        kept->index = proposal;
        kept->loaded = true;
    }
    out->line = kept->entry.line;
    out->body = kept->entry.body;
    return 0;
}

int posting_read(struct ledger *ledger, const struct entry *given,
    uint64_t line, struct posting_list *out, bool *found)
{
    struct entry effective;
    const struct entry *entry = &effective;
    struct bytes text;
    bool good;

    out->count = 0;
    out->more = false;
    out->stake.used = false;
    out->notice = (struct notice_use){ false, false, false, 0 };
    out->waits = entry_waits(given);
    if (posting_find_line(ledger, given, &effective) != 0)
        return -1;
    text = entry->line;
    /* Genesis has a body too, but none of its lines posts. */
    *found = line == 0 ||
        (bytes_start_with(entry->line, "batch ") && !out->waits &&
            body_line(entry->body, line, &text) &&
            !line_was_refused(entry->effects, line));
    if (!*found)
        return 0;
    good = ledger->archive.decode(&out->operation, text, line != 0);
    if (good && out->waits)
        return 0;
    if (good && operation_row(out->operation.verb)->flags & FLAG_LITERAL)
        good = read_literal(ledger, out);
    else if (good && line == 0)
        good = read_effects(ledger, entry->effects, out);
    if (good && out->operation.verb == VERB_ARRIVE)
        good = split_read_stake(ledger, out);
    if (!good)
        return context_fail(ledger, "entry %llu cannot be read back",
            (unsigned long long)entry->index);
    return 0;
}
