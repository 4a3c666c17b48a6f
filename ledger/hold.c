#include "operations.h"

#include "cash.h"
#include "posting.h"

/*
 * Holds: money of a share set aside for another share, a drawer or a
 * nostro account, in two steps.
 *
 * A hold of 25.00 puts 25.00 into debits_held of `from` and credits_held
 * of `to`, which both count against what is available there.  A capture
 * takes them out again and posts; a release or the expiry only takes them
 * out.
 */

#define DAYS_MAX 400
#define DAY_MS INT64_C(86400000)

/* ---- ordered ---- */

static bool may_receive(enum role role)
{
    return role == ROLE_SHARE || role == ROLE_DRAWER || role == ROLE_NOSTRO;
}

static void check_accounts(struct context *c, const struct hold_fields *f)
{
    if (f->from.role != ROLE_SHARE)
        context_refuse(c, STATUS_CONTROL_ROLE, "from");
    if (!may_receive(f->to.role))
        context_refuse(c, STATUS_CONTROL_ROLE, "to");
    if (f->from.currency != f->amount.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "from");
    if (f->to.currency != f->amount.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "to");
    if (f->until.ms <= c->now.ms ||
        f->until.ms - c->now.ms > DAYS_MAX * DAY_MS)
        context_refuse(c, STATUS_BAD_EXPIRY, "until");
}

void hold_place(struct context *c, const struct operation *op)
{
    const struct hold_fields *f = &op->as.hold;
    struct leg *from = posting_add_name(c, &f->from, 0, "from");
    struct leg *to = posting_add_name(c, &f->to, 0, "to");
    struct hold hold;

    check_accounts(c, f);
    if (from != NULL)
        from->debits_held = f->amount.minor;
    if (to != NULL)
        to->credits_held = f->amount.minor;
    posting_check(c);
    if (context_refused(c) || from == NULL || to == NULL)
        return;

    /* Accepted: nothing below can be refused. */
    hold = (struct hold){
        .index = c->index,
        .phase = HOLD_OPEN,
        .from = from->id,
        .to = to->id,
        .placed = f->amount.minor,
        .left = f->amount.minor,
        .until = f->until,
        .purpose = f->purpose,
        .key = c->key.number,
    };
    record_put_hold(c->state, &hold);
    if (f->until.ms < c->ledger->next_expiry_ms)
        c->ledger->next_expiry_ms = f->until.ms;
    posting_commit(c, op->verb);
}

static bool find_hold(struct context *c, uint64_t index, struct hold *hold)
{
    if (!record_find_hold(c->state, index, hold)) {
        context_refuse(c, STATUS_UNKNOWN_HOLD, "hold");
        return false;
    }
    if (hold->phase != HOLD_OPEN)
        context_refuse(c, STATUS_HOLD_ENDED, "hold");
    return true;
}

/* Add the hold's accounts: minor is posted, free of what is held goes. */
static void plan_hold(
    struct context *c, const struct hold *hold, int64_t minor, int64_t free)
{
    struct leg *from = posting_add_id(c, &hold->from, minor, "hold");
    struct leg *to = posting_add_id(c, &hold->to, -minor, "hold");

    if (from == NULL || to == NULL)
        return;
    from->debits_held = -free;
    to->credits_held = -free;
}

static void end_hold(struct context *c, struct hold *hold,
    enum hold_phase phase)
{
    hold->left = 0;
    hold->phase = phase;
    record_put_hold(c->state, hold);
}

void hold_capture(struct context *c, const struct operation *op)
{
    const struct capture_fields *f = &op->as.capture;
    struct hold hold;
    int64_t posted;
    int64_t free;

    if (!find_hold(c, f->hold, &hold))
        return;
    if (f->amount.currency != account_id_currency(&hold.from))
        context_refuse(c, STATUS_OTHER_CURRENCY, "amount");
    if (f->amount.minor > hold.left)
        context_refuse(c, STATUS_ABOVE_HOLD, "amount");
    /* Of an amount above the hold, look at what is there, so that it is
     * not called insufficient. */
    posted = f->amount.minor < hold.left ? f->amount.minor : hold.left;
    free = f->rest == REMAINDER_RELEASE ? hold.left : posted;
    plan_hold(c, &hold, posted, free);
    cash_check(c, op->verb);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    cash_commit(c, op->verb);
    if (free == hold.left) {
        end_hold(c, &hold, HOLD_CAPTURED);
    } else {
        hold.left -= free;
        record_put_hold(c->state, &hold);
    }
    posting_commit(c, op->verb);
}

void hold_release(struct context *c, const struct operation *op)
{
    struct hold hold;

    if (!find_hold(c, op->as.release.hold, &hold))
        return;
    plan_hold(c, &hold, 0, hold.left);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    end_hold(c, &hold, HOLD_RELEASED);
    posting_commit(c, op->verb);
}

/* ---- expiry ---- */

/* Remember when the next hold ends.  True if it is by now. */
static bool note_next(
    struct ledger *ledger, struct bytes key, struct instant now)
{
    struct instant until;
    uint64_t index;

    if (!record_parse_expiry(key, &until, &index)) {
        (void)context_fail(ledger, "a hold's expiry is not readable");
        return false;
    }
    ledger->next_expiry_ms = until.ms;
    return until.ms <= now.ms;
}

bool hold_is_due(struct ledger *ledger, struct instant now)
{
    struct state_scan *scan;
    struct bytes key;
    struct bytes value;
    bool due = false;

    if (now.ms < ledger->next_expiry_ms)
        return false;
    ledger->next_expiry_ms = INT64_MAX;
    scan = state_scan_open(ledger->state, TABLE_EXPIRY, bytes_of("", 0));
    if (scan == NULL)
        return false;
    if (state_scan_next(scan, &key, &value))
        due = note_next(ledger, key, now);
    state_scan_close(scan);
    return due;
}

static void expire_one(struct context *c, struct bytes key)
{
    struct instant until;
    uint64_t index;
    struct hold hold;

    if (!record_parse_expiry(key, &until, &index) ||
        !record_find_hold(c->state, index, &hold)) {
        (void)context_fail(c->ledger, "a hold that expires is not there");
        return;
    }
    context_clear(c);
    plan_hold(c, &hold, 0, hold.left);
    posting_commit_unasked(c);
    end_hold(c, &hold, HOLD_EXPIRED);
    entry_append_expire(&c->ledger->effects, index);
}

void hold_expire(struct context *c)
{
    struct ledger *ledger = c->ledger;
    struct state_scan *scan =
        state_scan_open(c->state, TABLE_EXPIRY, bytes_of("", 0));
    struct bytes key;
    struct bytes value;

    ledger->next_expiry_ms = INT64_MAX;
    /* The scan sees the table as it was when it was opened. */
    while (scan != NULL && state_scan_next(scan, &key, &value) &&
        note_next(ledger, key, c->now)) {
        context_pause(c);
        expire_one(c, key);
        ledger->next_expiry_ms = INT64_MAX;
    }
    if (scan != NULL)
        state_scan_close(scan);
    context_clear(c);
}
