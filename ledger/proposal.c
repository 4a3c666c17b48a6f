#include "proposal.h"

#include "layout.h"
#include "operations.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define PREFIX 8 /* of the keys of approvals: the proposal */

const char *proposal_phase_name(enum proposal_phase phase)
{
    switch (phase) {
    case PROPOSAL_NONE:
        break;
    case PROPOSAL_OPEN:
        return "open";
    case PROPOSAL_DONE:
        return "done";
    case PROPOSAL_REJECTED:
        return "rejected";
    case PROPOSAL_WITHDRAWN:
        return "withdrawn";
    case PROPOSAL_LAPSED:
        return "lapsed";
    }
    return "none";
}

/* ---- records ---- */

bool proposal_parse(
    struct bytes key, struct bytes value, struct proposal *out)
{
    struct cursor in = cursor_open(key);
    unsigned phase;

    out->index = cursor_be64(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    phase = cursor_u8(&in);
    out->phase = (enum proposal_phase)phase;
    out->until.ms = cursor_i64(&in);
    out->ended = cursor_u64(&in);
    if (!ident_parse(cursor_take(&in, cursor_u8(&in)), &out->by))
        return false;
    return cursor_done(&in) && phase >= PROPOSAL_OPEN &&
        phase <= PROPOSAL_LAPSED;
}

bool proposal_find(
    struct state *state, uint64_t index, struct proposal *out)
{
    uint8_t key[8];
    struct bytes value;

    layout_put_be64(key, index);
    return state_get(
               state, TABLE_PROPOSAL, bytes_of(key, sizeof key), &value) &&
        proposal_parse(bytes_of(key, sizeof key), value, out);
}

/* The record, and its row of TABLE_LAPSE while it is open. */
static void put(struct state *state, const struct proposal *proposal)
{
    uint8_t memory[64];
    uint8_t lapse[16];
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_u8(&value, (uint8_t)proposal->phase);
    buffer_i64(&value, proposal->until.ms);
    buffer_u64(&value, proposal->ended);
    buffer_u8(&value, proposal->by.length);
    buffer_append(&value, ident_bytes(&proposal->by));
    layout_put_be64(lapse, (uint64_t)proposal->until.ms);
    layout_put_be64(lapse + 8, proposal->index);
    state_put(state, TABLE_PROPOSAL, bytes_of(lapse + 8, 8),
        buffer_bytes(&value));
    if (proposal->phase == PROPOSAL_OPEN)
        state_put(state, TABLE_LAPSE, bytes_of(lapse, sizeof lapse),
            bytes_of(lapse, 0));
    else
        state_delete(state, TABLE_LAPSE, bytes_of(lapse, sizeof lapse));
}

bool proposal_parse_lapse(
    struct bytes key, struct instant *until, uint64_t *index)
{
    struct cursor in = cursor_open(key);

    until->ms = (int64_t)cursor_be64(&in);
    *index = cursor_be64(&in);
    return cursor_done(&in);
}

/* ---- records of approvals ---- */

static void approval_key(
    struct buffer *key, uint64_t index, const struct ident *name)
{
    buffer_be64(key, index);
    buffer_append(key, ident_bytes(name));
}

bool proposal_find_approval(struct state *state, uint64_t index,
    const struct ident *name, uint64_t *entry)
{
    uint8_t memory[STATE_KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;
    struct cursor in;

    approval_key(&key, index, name);
    if (!state_get(state, TABLE_APPROVAL, buffer_bytes(&key), &value))
        return false;
    in = cursor_open(value);
    *entry = cursor_u64(&in);
    return cursor_done(&in);
}

void proposal_put_approval(struct state *state, uint64_t index,
    const struct ident *name, uint64_t entry)
{
    uint8_t memory[STATE_KEY_MAX];
    uint8_t value[8];
    struct buffer key = buffer_over(memory, sizeof memory);

    approval_key(&key, index, name);
    layout_put64(value, entry);
    state_put(state, TABLE_APPROVAL, buffer_bytes(&key),
        bytes_of(value, sizeof value));
}

bool proposal_parse_approval(struct bytes key, struct bytes value,
    uint64_t *index, struct ident *name, uint64_t *entry)
{
    struct cursor in = cursor_open(key);

    *index = cursor_be64(&in);
    if (key.length < PREFIX || !ident_parse(bytes_after(key, PREFIX), name))
        return false;
    in = cursor_open(value);
    *entry = cursor_u64(&in);
    return cursor_done(&in);
}

void proposal_each_approval(struct state *state, uint64_t index,
    void (*each)(void *context, const struct ident *, uint64_t entry),
    void *context)
{
    uint8_t prefix[PREFIX];
    struct state_scan *scan;
    struct bytes key;
    struct bytes value;
    struct ident name;
    uint64_t entry;

    layout_put_be64(prefix, index);
    scan = state_scan_open(
        state, TABLE_APPROVAL, bytes_of(prefix, sizeof prefix));
    while (scan != NULL && state_scan_next(scan, &key, &value))
        if (proposal_parse_approval(key, value, &index, &name, &entry))
            each(context, &name, entry);
    if (scan != NULL)
        state_scan_close(scan);
}

/* ---- making and ending ---- */

/* Lines that cannot be decoded are refused now, whenever it takes effect. */
static void show_bad_lines(struct context *c)
{
    const struct order *order = c->order;

    for (size_t i = 0; i < order->line_count; i++)
        if (order->line_status[i] != STATUS_ACCEPTED)
            entry_append_refused(
                &c->ledger->effects, i + 1, order->line_status[i]);
}

void proposal_make(struct context *c, const struct quorum *quorum)
{
    struct proposal proposal = {
        .index = c->index,
        .phase = PROPOSAL_OPEN,
        .by = c->key.name,
        .until = { c->now.ms + quorum->lapse * DAY_MS },
    };
    struct context_point point = context_mark(c);

    operations_decide(c, &c->order->operation);
    /* Who only tries wants to see what it would post. */
    if (c->trying)
        state_release(c->state, point.mark);
    else
        context_take_back(c, &point);
    c->line = 0;
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    c->proposal = PROPOSAL_OPEN;
    c->need = quorum->need;
    c->have = 1;
    if (c->trying)
        return;
    c->accepted = 0;
    c->refused = 0;
    put(c->state, &proposal);
    if (proposal.until.ms < c->ledger->next_lapse_ms)
        c->ledger->next_lapse_ms = proposal.until.ms;
    entry_append_proposal(
        &c->ledger->effects, proposal.until, quorum->need);
    show_bad_lines(c);
}

void proposal_end(struct context *c, struct proposal *proposal,
    enum proposal_phase phase)
{
    proposal->phase = phase;
    proposal->ended = c->index;
    put(c->state, proposal);
}

/* ---- lapsing ---- */

/* Remember when the next one lapses.  True if it does by now. */
static bool note_next(
    struct ledger *ledger, struct bytes key, struct instant now)
{
    struct instant until;
    uint64_t index;

    if (!proposal_parse_lapse(key, &until, &index)) {
        (void)context_fail(ledger, "a proposal's lapse is not readable");
        return false;
    }
    ledger->next_lapse_ms = until.ms;
    return until.ms <= now.ms;
}

bool proposal_is_due(struct ledger *ledger, struct instant now)
{
    struct state_scan *scan;
    struct bytes key;
    struct bytes value;
    bool due = false;

    if (now.ms < ledger->next_lapse_ms)
        return false;
    ledger->next_lapse_ms = INT64_MAX;
    scan = state_scan_open(ledger->state, TABLE_LAPSE, bytes_of("", 0));
    if (scan == NULL)
        return false;
    if (state_scan_next(scan, &key, &value))
        due = note_next(ledger, key, now);
    state_scan_close(scan);
    return due;
}

static void lapse_one(struct context *c, struct bytes key)
{
    struct proposal proposal;
    struct instant until;
    uint64_t index;

    if (!proposal_parse_lapse(key, &until, &index) ||
        !proposal_find(c->state, index, &proposal)) {
        (void)context_fail(c->ledger, "a proposal that lapses is not there");
        return;
    }
    proposal_end(c, &proposal, PROPOSAL_LAPSED);
    entry_append_lapse(&c->ledger->effects, index);
}

void proposal_lapse(struct context *c)
{
    struct ledger *ledger = c->ledger;
    struct state_scan *scan =
        state_scan_open(c->state, TABLE_LAPSE, bytes_of("", 0));
    struct bytes key;
    struct bytes value;

    ledger->next_lapse_ms = INT64_MAX;
    /* The scan sees the table as it was when it was opened. */
    while (scan != NULL && state_scan_next(scan, &key, &value) &&
        note_next(ledger, key, c->now)) {
        lapse_one(c, key);
        ledger->next_lapse_ms = INT64_MAX;
    }
    if (scan != NULL)
        state_scan_close(scan);
}

/* ---- the order that waits ---- */

static bool decode_body(struct ledger *ledger, struct order *order)
{
    struct bytes rest = order->body;
    struct bytes line;

    for (size_t i = 0; i < order->line_count; i++) {
        order->lines[i].verb = VERB_COUNT;
        order->line_status[i] = STATUS_ACCEPTED;
        if (!bytes_next_line(&rest, &line))
            return false;
        /* The entry names the lines that cannot be decoded. */
        if (!ledger->archive.decode(&order->lines[i], line, true))
            order->line_status[i] = STATUS_BAD_BODY;
    }
    return true;
}

static void take_bad_lines(struct order *order, struct bytes effects)
{
    struct effect effect;
    bool malformed;

    while (entry_next_effect(&effects, &effect, &malformed))
        if (effect.kind == EFFECT_REFUSED_LINE && effect.number > 0 &&
            effect.number <= order->line_count)
            order->line_status[effect.number - 1] = effect.status;
}

/* Room for the body's lines.  False: out of memory. */
static bool make_lines(struct order *order)
{
    struct bytes rest = order->body;
    struct bytes line;

    while (bytes_next_line(&rest, &line))
        order->line_count++;
    if (order->line_count == 0)
        return true;
    order->lines = calloc(order->line_count, sizeof *order->lines);
    order->line_status =
        calloc(order->line_count, sizeof *order->line_status);
    return order->lines != NULL && order->line_status != NULL;
}

int proposal_load(
    struct ledger *ledger, uint64_t index, struct waiting *waiting)
{
    struct order *order = &waiting->order;

    memset(waiting, 0, sizeof *waiting);
    waiting->bytes = buffer_empty();
    if (ledger_entry(ledger, index, &waiting->bytes, &waiting->entry) != 0)
        return -1;
    order->line = waiting->entry.line;
    order->body = waiting->entry.body;
    order->body_status = STATUS_ACCEPTED;
    order->fault.status = STATUS_ACCEPTED;
    if (!make_lines(order))
        return context_fail(ledger, "out of memory");
    if (!ledger->archive.decode(&order->operation, order->line, false) ||
        !decode_body(ledger, order))
        return context_fail(ledger, "proposal %llu cannot be read back",
            (unsigned long long)index);
    take_bad_lines(order, waiting->entry.effects);
    return 0;
}

void proposal_free(struct waiting *waiting)
{
    buffer_free(&waiting->bytes);
    free(waiting->order.lines);
    free(waiting->order.line_status);
}
