#include "ledger.h"

#include "operations.h"
#include "permission.h"
#include "proposal.h"
#include "tree.h"

#include <stdlib.h>
#include <string.h>

/* ---- opening ---- */

/* What a settled state says about where the journal was. */
static int load_tip(struct ledger *ledger, struct failure *failure)
{
    struct tip tip;

    if (!ledger->founded)
        return 0;
    if (ledger->founding.version != LEDGER_VERSION ||
        ledger->founding.chart != CHART_VERSION)
        return failure_set(failure,
            "the state follows rules of version %u and chart %u, this "
            "program knows %d and %d",
            ledger->founding.version, ledger->founding.chart, LEDGER_VERSION,
            CHART_VERSION);
    if (!meta_find_tip(ledger->state, &tip))
        return failure_set(failure, "the state does not say where it was");
    ledger->time = tip.time;
    ledger->tree = tip.tree;
    return 0;
}

static bool make_log_key(struct ledger *ledger)
{
    return note_key_make(&ledger->log_key,
        bytes_text(ledger->founding.origin), NOTE_LOG,
        &ledger->founding.log);
}

int ledger_open(struct ledger **out, struct state *state,
    const struct archive *archive, struct failure *failure)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);

    *out = NULL;
    if (ledger == NULL)
        return failure_set(failure, "out of memory");
    ledger->state = state;
    ledger->archive = *archive;
    ledger->effects = buffer_empty();
    ledger->refused = buffer_empty();
    ledger->scratch = buffer_empty();
    ledger->carried_out.bytes = buffer_empty();
    merkle_clear(&ledger->tree);
    recent_open(&ledger->recent, 0);
    if (!context_reload(ledger) || !context_reload_policy(ledger)) {
        (void)failure_set(failure, "%s",
            state_failed(state) ? state_failure(state)->text
                                : "the state has records of another shape");
        goto failed;
    }
    if (load_tip(ledger, failure) != 0)
        goto failed;
    if (ledger->founded && !make_log_key(ledger)) {
        (void)failure_set(failure, "the state has no valid origin");
        goto failed;
    }
    recent_open(&ledger->recent, ledger->tree.size);
    *out = ledger;
    return 0;
failed:
    ledger_close(ledger);
    return -1;
}

void ledger_close(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    recent_free(&ledger->recent);
    buffer_free(&ledger->effects);
    buffer_free(&ledger->refused);
    buffer_free(&ledger->scratch);
    buffer_free(&ledger->carried_out.bytes);
    free(ledger->policy.rows);
    draft_free(&ledger->draft);
    shelf_free(&ledger->shelf);
    directory_free(ledger->directory);
    free(ledger);
}

void ledger_set_plain(struct ledger *ledger)
{
    ledger->plain = true;
    state_set_plain(ledger->state);
}

bool ledger_failed(const struct ledger *ledger)
{
    return ledger->failed || state_failed(ledger->state);
}

const struct failure *ledger_failure(const struct ledger *ledger)
{
    return state_failed(ledger->state) ? state_failure(ledger->state)
                                       : &ledger->failure;
}

/* ---- what it is ---- */

bool ledger_founded(const struct ledger *ledger)
{
    return ledger->founded;
}

uint64_t ledger_size(const struct ledger *ledger)
{
    return ledger->tree.size;
}

struct instant ledger_time(const struct ledger *ledger)
{
    return ledger->time;
}

const struct merkle *ledger_tree(const struct ledger *ledger)
{
    return &ledger->tree;
}

const struct hash *ledger_id(const struct ledger *ledger)
{
    return &ledger->founding.id;
}

const char *ledger_origin(const struct ledger *ledger)
{
    return ledger->founding.origin;
}

const struct note_key *ledger_log_key(const struct ledger *ledger)
{
    return &ledger->log_key;
}

bool ledger_find_key(struct ledger *ledger, const struct ident *name,
    struct public_key *out)
{
    struct signing_key key;

    if (!record_find_key(ledger->state, name, &key))
        return false;
    *out = key.public_key;
    return true;
}

uint64_t ledger_keys_version(const struct ledger *ledger)
{
    return ledger->counters.keys_version;
}

void ledger_each_key(struct ledger *ledger,
    void (*each)(
        void *context, const struct ident *, const struct public_key *),
    void *context)
{
    struct state_scan *scan =
        state_scan_open(ledger->state, TABLE_KEY, bytes_of("", 0));
    struct bytes name;
    struct bytes value;
    struct signing_key key;

    if (scan == NULL)
        return;
    while (state_scan_next(scan, &name, &value))
        if (record_parse_key(name, value, &key))
            each(context, &key.name, &key.public_key);
    state_scan_close(scan);
}

/* ---- deciding ---- */

/* The answer that c has come to. */
static void answer(const struct context *c, struct decision *d)
{
    d->status = c->status;
    d->field = c->field;
    d->line = c->bad_line;
    d->line_status = c->bad_line_status;
    if (c->status != STATUS_ACCEPTED)
        return;
    d->index = c->index;
    d->time = c->now;
    d->date = c->date;
    d->accepted = c->accepted;
    d->refused = c->refused;
    d->counted = c->accepted + c->refused > 0;
    d->proposal = c->proposal;
    d->need = c->need;
    d->have = c->have;
    d->effects = buffer_bytes(&c->ledger->effects);
}

/* What the first answer said beside index and time. */
static void repeat_effect(const struct effect *effect, struct decision *d)
{
    if (effect->kind == EFFECT_COUNTS) {
        d->accepted = effect->number;
        d->refused = effect->refused;
        d->counted = true;
    } else if (effect->kind == EFFECT_CARRIED_OUT) {
        d->proposal = PROPOSAL_DONE;
    } else if (effect->kind == EFFECT_PROPOSAL ||
        effect->kind == EFFECT_APPROVAL) {
        d->proposal = PROPOSAL_OPEN;
        d->need = effect->need;
        d->have = effect->kind == EFFECT_PROPOSAL ? 1 : effect->have;
    }
}

/*
 * Answer an order that was accepted before, from its entry.  False if the
 * entry has other bytes.
 */
static bool repeat(struct context *c, uint64_t index, struct decision *d)
{
    struct ledger *ledger = c->ledger;
    struct entry entry;
    struct effect effect;
    struct bytes effects;
    bool malformed = false;

    buffer_clear(&ledger->scratch);
    if (ledger_entry(ledger, index, &ledger->scratch, &entry) != 0 ||
        !bytes_equal(entry.line, c->order->line))
        return false;
    d->repeated = true;
    d->index = index;
    d->time = entry.time;
    d->date = entry.date;
    d->effects = entry.effects;
    effects = entry.effects;
    while (entry_next_effect(&effects, &effect, &malformed))
        repeat_effect(&effect, d);
    if (c->order->operation.verb == VERB_REJECT)
        d->proposal = PROPOSAL_REJECTED;
    if (c->order->operation.verb == VERB_WITHDRAW_PROPOSAL)
        d->proposal = PROPOSAL_WITHDRAWN;
    return true;
}

/*
 * A signature that does not fit any more: the key was rotated since.  Was
 * the line accepted, byte for byte, when it did fit?
 */
static bool repeat_from_before(struct context *c, struct decision *d)
{
    const struct operation *op = &c->order->operation;
    uint64_t index;

    return c->order->fault.status >= STATUS_BAD_SIGNATURE && !c->founding &&
        record_find_key(c->state, &op->by, &c->key) &&
        order_id_find(c->state, c->key.number, &op->id, &c->id_place,
            &index) &&
        repeat(c, index, d);
}

/*
 * Who signed, and may the line be decided at all?  Refuses, or answers a
 * repeated order, or leaves c->key set and nothing refused.
 */
static void identify(struct context *c, struct decision *d)
{
    const struct order *order = c->order;
    uint64_t index;

    if (order->fault.status != STATUS_ACCEPTED) {
        if (repeat_from_before(c, d))
            return;
        /* A currency we do not keep comes first, if the line decoded. */
        if (order->fault.status >= STATUS_UNKNOWN_KEY && !c->founding)
            operations_check_currencies(c, &order->operation);
        if (!context_refused(c)) {
            c->status = order->fault.status;
            c->field = order->fault.field;
        }
        return;
    }
    if (!order->operation.is_signed)
        context_refuse(c, STATUS_NOT_IN_A_BODY, NULL);
    else if (c->founding && order->operation.verb != VERB_GENESIS)
        context_refuse(c, STATUS_UNKNOWN_KEY, "by");
    if (context_refused(c) || c->founding)
        return;
    if (!record_find_key(c->state, &order->operation.by, &c->key)) {
        context_refuse(c, STATUS_UNKNOWN_KEY, "by");
        return;
    }
    if (order_id_find(c->state, c->key.number, &order->operation.id,
            &c->id_place, &index)) {
        if (!repeat(c, index, d))
            context_refuse(c, STATUS_ID_REUSED, "id");
        return;
    }
    if (c->key.revoked)
        context_refuse(c, STATUS_KEY_REVOKED, "by");
    if (c->check_signer && memcmp(&c->key.public_key, &order->signer,
                               sizeof order->signer) != 0)
        context_refuse(c, STATUS_BAD_SIGNATURE, "sig");
    if (order->operation.verb == VERB_GENESIS)
        context_refuse(c, STATUS_NOT_FOUNDING, NULL);
}

/* Can a refusal leave something behind, unless it is taken back? */
static bool needs_mark(const struct context *c, bool due)
{
    const struct operation *op = &c->order->operation;

    return due || op->verb == VERB_GENESIS || op->verb == VERB_APPROVE ||
        (op->verb == VERB_BATCH && op->as.batch.mode == MODE_ALL);
}

/* Append the entry to the open group and the tree, and remember its id. */
static void append(struct context *c)
{
    struct ledger *ledger = c->ledger;
    const struct order *order = c->order;
    struct buffer *bytes = &ledger->recent.bytes;
    size_t start = bytes->length;
    size_t leaf_length = 0;
    struct hash leaf;

    /* From here on tree and group are one with the state. */
    ledger->draft.pausable = false;
    if (c->book == NULL)
        context_touch(c, &ledger->books[0]);
    entry_append(bytes, c->index, c->now, c->date, order->line, order->body,
        buffer_bytes(&ledger->effects), &leaf_length);
    if (ledger->effects.failed || ledger->refused.failed ||
        !recent_add(&ledger->recent)) {
        (void)context_fail(ledger, "out of memory");
        return;
    }
    leaf = merkle_leaf(bytes_of(bytes->data + start, leaf_length));
    tree_append(&ledger->tree, ledger->state, &leaf);
    order_id_put(c->state, c->key.number, &order->operation.id,
        &c->id_place, c->index);
    ledger->time = c->now;
}

void ledger_foresee(struct ledger *ledger,
    const struct order *const *orders, size_t count)
{
    struct context *c = &ledger->context;

    /* Perhaps nothing was decided in it yet. */
    c->ledger = ledger;
    c->state = ledger->state;
    if (ledger->founded && !ledger->plain)
        foresight_orders(c, orders, count);
}

/* What ends by time ends before anything else is decided. */
static void end_by_time(struct context *c, bool holds, bool proposals)
{
    if (holds)
        hold_expire(c);
    if (proposals)
        proposal_lapse(c);
}

/* Decide, with what ends first; keep it or, when trying, take it back. */
static void perform(struct context *c)
{
    struct ledger *ledger = c->ledger;
    bool holds = hold_is_due(ledger, c->now);
    bool proposals = proposal_is_due(ledger, c->now);
    bool marked = c->trying || needs_mark(c, holds || proposals);
    struct context_point point = { 0 };

    if (marked)
        point = context_mark(c);
    end_by_time(c, holds, proposals);
    if (c->order->body_status != STATUS_ACCEPTED)
        context_refuse(c, c->order->body_status, "root");
    operations_decide_order(c);
    if (!marked)
        return;
    if (c->trying && c->book == NULL)
        context_touch(c, &ledger->books[0]);
    if (!c->trying && !context_refused(c)) {
        state_release(ledger->state, point.mark);
        return;
    }
    /* What it would do is told even if nothing of it is kept. */
    point.effects = ledger->effects.length;
    context_take_back(c, &point);
}

static int finish(struct ledger *ledger)
{
    return ledger_failed(ledger) ? -1 : 0;
}

static int decide(struct ledger *ledger, const struct order *order,
    struct instant now, bool check_signer, struct decision *d)
{
    struct context *c = &ledger->context;
    bool founding = !ledger->founded;

    *d = (struct decision){ 0 };
    context_begin(ledger, order, now);
    c->check_signer = check_signer;
    identify(c, d);
    if (d->repeated)
        return finish(ledger);
    if (!context_refused(c) && !ledger_failed(ledger))
        perform(c);
    if (!context_refused(c) && !ledger_failed(ledger)) {
        append(c);
        if (founding && !make_log_key(ledger))
            (void)context_fail(ledger, "the origin is not valid");
    }
    answer(c, d);
    return finish(ledger);
}

int ledger_decide(struct ledger *ledger, const struct order *order,
    struct instant now, struct decision *d)
{
    return decide(ledger, order, now, true, d);
}

int ledger_try(struct ledger *ledger, const struct order *order,
    const struct ident *as, struct instant now, struct decision *d)
{
    struct context *c = &ledger->context;

    *d = (struct decision){ 0 };
    context_begin(ledger, order, now);
    c->show_all = true;
    c->trying = true;
    if (order->fault.status != STATUS_ACCEPTED) {
        c->status = order->fault.status;
        c->field = order->fault.field;
    } else if (!ledger->founded ||
        !record_find_key(ledger->state, as, &c->key)) {
        context_refuse(c, STATUS_UNKNOWN_KEY, "by");
    } else if (c->key.revoked) {
        context_refuse(c, STATUS_KEY_REVOKED, "by");
    } else if (order->operation.verb == VERB_GENESIS) {
        context_refuse(c, STATUS_NOT_FOUNDING, NULL);
    }
    if (!context_refused(c) && !ledger_failed(ledger))
        perform(c);
    answer(c, d);
    return finish(ledger);
}

int ledger_try_proposal(struct ledger *ledger, uint64_t proposal,
    struct instant now, struct decision *d)
{
    struct context *c = &ledger->context;
    struct context_point point;
    bool holds;
    bool proposals;

    *d = (struct decision){ 0 };
    context_begin(ledger, NULL, now);
    c->show_all = true;
    c->trying = true;
    holds = hold_is_due(ledger, c->now);
    proposals = proposal_is_due(ledger, c->now);
    point = context_mark(c);
    end_by_time(c, holds, proposals);
    approval_rehearse(c, proposal);
    if (c->book == NULL && ledger->founded)
        context_touch(c, &ledger->books[0]);
    point.effects = ledger->effects.length;
    context_take_back(c, &point);
    answer(c, d);
    return finish(ledger);
}

/* ---- replay ---- */

/* Where two runs of lines differ first: the line, from 1. */
static unsigned first_difference(struct bytes a, struct bytes b)
{
    unsigned number = 1;
    struct bytes line_a;
    struct bytes line_b;

    while (bytes_next_line(&a, &line_a) && bytes_next_line(&b, &line_b) &&
        bytes_equal(line_a, line_b))
        number++;
    return number;
}

static bool has_signer(const struct order *order)
{
    static const struct public_key none;

    return memcmp(&order->signer, &none, sizeof none) != 0;
}

int ledger_replay(struct ledger *ledger, const struct entry *entry,
    const struct order *order, struct failure *failure)
{
    unsigned long long index = (unsigned long long)entry->index;
    struct decision d;
    struct bytes made;

    if (entry->index != ledger_size(ledger))
        return failure_set(failure, "entry %llu comes where entry %llu should",
            index, (unsigned long long)ledger_size(ledger));
    if (decide(ledger, order, entry->time, has_signer(order), &d) != 0)
        return failure_set(
            failure, "entry %llu: %s", index, ledger_failure(ledger)->text);
    if (d.status != STATUS_ACCEPTED)
        return failure_set(failure,
            "entry %llu: the rules refuse its line: %s (%.*s)", index,
            status_name(d.status), (int)d.field.length,
            d.field.length > 0 ? (const char *)d.field.data : "");
    if (d.repeated)
        return failure_set(
            failure, "entry %llu repeats entry %llu", index,
            (unsigned long long)d.index);
    made = recent_find(&ledger->recent, entry->index);
    if (!bytes_equal(made, entry->all))
        return failure_set(failure,
            "entry %llu: the rules give other bytes, from line %u on", index,
            first_difference(made, entry->all));
    return 0;
}

/* ---- groups ---- */

uint64_t ledger_group_count(const struct ledger *ledger)
{
    return ledger->recent.end - ledger->recent.group_first;
}

size_t ledger_group_bytes(const struct ledger *ledger)
{
    return recent_group(&ledger->recent).length;
}

int ledger_close_group_unsigned(struct ledger *ledger, struct buffer *out,
    uint64_t *first, size_t *text)
{
    struct bytes entries = recent_group(&ledger->recent);
    struct buffer note = buffer_empty();
    struct checkpoint checkpoint = { .size = ledger->tree.size };
    int result = -1;

    memcpy(checkpoint.origin, ledger->founding.origin,
        sizeof checkpoint.origin);
    checkpoint.root = merkle_root(&ledger->tree);
    checkpoint_append_text(&note, &checkpoint);
    *first = ledger->recent.group_first;
    buffer_format(out, "group %llu %llu %zu\n", (unsigned long long)*first,
        (unsigned long long)ledger_group_count(ledger),
        entries.length + note.length +
            checkpoint_sign_length(&ledger->log_key));
    buffer_append(out, entries);
    *text = out->length;
    buffer_append(out, buffer_bytes(&note));
    if (note.failed || out->failed) {
        (void)context_fail(ledger, "out of memory");
        goto out;
    }
    recent_close_group(&ledger->recent);
    result = 0;
out:
    buffer_free(&note);
    return result;
}

int ledger_close_group(struct ledger *ledger, const struct secret_key *secret,
    struct buffer *out, uint64_t *first)
{
    size_t text;

    if (ledger_close_group_unsigned(ledger, out, first, &text) != 0)
        return -1;
    checkpoint_sign_text(out, text, &ledger->log_key, secret);
    return out->failed ? context_fail(ledger, "out of memory") : 0;
}

void ledger_durable(struct ledger *ledger, uint64_t size)
{
    recent_forget(&ledger->recent, size);
}

void ledger_drop_group(struct ledger *ledger)
{
    recent_close_group(&ledger->recent);
    recent_forget(&ledger->recent, ledger->recent.end);
}

int ledger_entry(struct ledger *ledger, uint64_t index, struct buffer *out,
    struct entry *entry)
{
    struct bytes kept = recent_find(&ledger->recent, index);
    struct failure failure = { "" };
    size_t start = out->length;
    struct bytes rest;

    if (kept.length > 0)
        buffer_append(out, kept);
    else if (ledger->archive.read(
                 ledger->archive.context, index, out, &failure) != 0)
        return context_fail(ledger, "%s", failure.text);
    if (out->failed)
        return context_fail(ledger, "out of memory");
    rest = bytes_of(out->data + start, out->length - start);
    /* The roots are right: the archive checks them, recent is our own. */
    if (!entry_skip(&rest, entry) || rest.length != 0 ||
        entry->index != index)
        return context_fail(ledger, "entry %llu is not well-formed",
            (unsigned long long)index);
    return 0;
}

struct merkle_source ledger_tree_source(struct ledger *ledger)
{
    return (struct merkle_source){ tree_full_subtree, ledger };
}

void ledger_settle(struct ledger *ledger)
{
    struct tip tip = { ledger->time, ledger->tree };

    if (ledger->founded)
        meta_put_tip(ledger->state, &tip);
}
