#include "split.h"

#include "member.h"
#include "operations.h"

#include <posito/part.h>

/* ---- where a part can go ---- */

struct destination {
    const char *name;
    void (*plan)(
        struct context *, const struct party *member, struct amount);
};

static void plan_share(
    struct context *c, const struct party *member, struct amount amount)
{
    posting_add_party(
        c, member, ROLE_SHARE, posting_credit(amount), "member");
}

/* A contribution to the member's club. */
static void plan_pool(
    struct context *c, const struct party *member, struct amount amount)
{
    struct party club;

    if (!record_find_party_number(c->state, member->parent, &club)) {
        (void)context_fail(c->ledger, "a member has no club");
        return;
    }
    posting_add_party(
        c, &club, ROLE_POOL, posting_credit(amount), "member");
    posting_add_stake(c, &club, member, amount, "amount");
}

static const struct destination destinations[] = {
    { "pool", plan_pool },
    { "share", plan_share },
};

/* NULL if there is none of that name. */
static const struct destination *find_destination(const struct ident *name)
{
    for (size_t i = 0; i < sizeof destinations / sizeof *destinations; i++)
        if (bytes_equal_text(ident_bytes(name), destinations[i].name))
            return &destinations[i];
    return NULL;
}

/* ---- the rule ---- */

/* All to the share is what happens without a rule. */
static bool is_plain(struct bytes parts)
{
    struct part part;

    return parts_next(&parts, &part) && parts.length == 0 &&
        bytes_equal_text(ident_bytes(&part.name), "share");
}

void split_set(struct context *c, const struct operation *op)
{
    const struct split_set_fields *f = &op->as.split_set;
    struct bytes rest = f->parts;
    struct party member;
    struct split split;
    struct part part;

    while (parts_next(&rest, &part))
        if (find_destination(&part.name) == NULL)
            context_refuse(c, STATUS_BAD_VALUE, "parts");
    if (!parts_are_whole(f->parts))
        context_refuse(c, STATUS_BAD_PARTS, "parts");
    if (!context_party(c, &f->member, "member", &member))
        return;
    member_need(c, &member, "member");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    split = (struct split){ .entry = c->index, .parts = f->parts };
    if (is_plain(f->parts))
        member_remove_split(c->state, member.number);
    else
        member_put_split(c->state, member.number, &split);
    context_touch(c, &c->ledger->books[member.book]);
}

/* ---- what arrives ---- */

static void plan_split(struct context *c, const struct party *member,
    struct amount amount, struct bytes parts)
{
    int64_t minor[PARTS_MAX];
    struct part part;

    if (!parts_allocate(amount.minor, parts, minor)) {
        (void)context_fail(c->ledger, "a rule cannot be shared out by");
        return;
    }
    for (size_t i = 0; parts_next(&parts, &part); i++) {
        const struct destination *to = find_destination(&part.name);

        if (to == NULL) {
            (void)context_fail(c->ledger, "a rule leads nowhere");
            return;
        }
        amount.minor = minor[i];
        if (amount.minor != 0)
            to->plan(c, member, amount);
    }
}

void split_arrive(struct context *c, const struct operation *op)
{
    const struct arrive_fields *f = &op->as.arrive;
    struct party member;
    struct split split;

    (void)posting_add(c, &f->via, ROLE_NOSTRO, f->amount, "via");
    if (context_party(c, &f->member, "member", &member)) {
        if (member_find_split(c->state, member.number, &split))
            plan_split(c, &member, f->amount, split.parts);
        else
            plan_share(c, &member, f->amount);
    }
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    posting_commit(c, op->verb);
}

bool split_read_stake(struct ledger *ledger, struct posting_list *list)
{
    const struct arrive_fields *f = &list->operation.as.arrive;
    struct party member;

    if (!record_find_party(ledger->state, &f->member, &member))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        const struct posting *posting = &list->list[i];

        if (account_id_role(&posting->id) != ROLE_POOL)
            continue;
        list->stake = (struct stake_change){
            .used = true,
            .pool = account_id_party(&posting->id),
            .contributor = member.number,
            .change = { -posting->minor, f->amount.currency },
        };
    }
    return true;
}
