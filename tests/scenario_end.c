#include "scenario_inside.h"

#include "../protocol/admit.h"
#include "../protocol/codec.h"

#include "../ledger/check.h"

#include <stdio.h>
#include <string.h>

/* ---- lines decode and encode to themselves ---- */

static bool same_again(
    struct bytes line, enum codec_place place, struct operation *op)
{
    struct buffer encoded = buffer_empty();
    struct fault fault;
    bool same;

    if (!codec_decode(line, place, op, &fault))
        return false;
    codec_encode(&encoded, op);
    same = bytes_equal(buffer_bytes(&encoded), line);
    buffer_free(&encoded);
    return same;
}

static bool was_refused(struct bytes effects, uint64_t number)
{
    struct effect effect;
    bool malformed = false;

    while (entry_next_effect(&effects, &effect, &malformed))
        if (effect.kind == EFFECT_REFUSED_LINE && effect.number == number)
            return true;
    return false;
}

/* Lines of a body; the refused ones may be anything. */
static bool check_body(struct scenario *s, const struct entry *entry,
    enum codec_place place)
{
    struct bytes body = entry->body;
    struct operation op;
    struct bytes line;

    for (uint64_t number = 1; bytes_next_line(&body, &line); number++) {
        if (was_refused(entry->effects, number))
            continue;
        if (!same_again(line, place, &op))
            return scenario_fail(s, s->number,
                "entry %llu line %llu is not encoded as it was",
                (unsigned long long)entry->index, (unsigned long long)number);
        s->totals->accepted[op.verb]++;
    }
    return true;
}

/* ---- replay ---- */

static bool find_key(
    void *context, const struct ident *name, struct public_key *out)
{
    return ledger_find_key(context, name, out);
}

static bool replay_one(
    struct scenario *s, struct ledger *copy, const struct entry *entry)
{
    struct keyring keys = { .find = find_key, .context = copy };
    struct failure failure = { "" };
    struct order order;
    bool good;

    if (admit_order(&order, entry->line, entry->body, ledger_id(copy),
            &keys) != 0)
        return scenario_fail(s, s->number, "out of memory");
    good = order.fault.status == STATUS_ACCEPTED &&
        ledger_replay(copy, entry, &order, &failure) == 0;
    if (!good)
        (void)scenario_fail(s, s->number, "replay of entry %llu: %s %s",
            (unsigned long long)entry->index,
            status_name(order.fault.status), failure.text);
    admit_free(&order);
    return good;
}

/* What a reversal was of. */
static void count_reversed(struct scenario *s, const struct operation *op)
{
    const struct reverse_fields *f = &op->as.reverse;
    struct bytes all = buffer_bytes(&s->fixture.entries[f->entry]);
    struct operation reversed;
    struct entry entry;
    struct fault fault;
    struct bytes line;
    bool in_body = OPERATION_HAS(op, reverse, line);

    if (!entry_next(&all, &entry))
        return;
    line = entry.line;
    for (uint64_t i = 0; in_body && i < f->line; i++)
        if (!bytes_next_line(&entry.body, &line))
            return;
    if (codec_decode(
            line, in_body ? CODEC_BODY : CODEC_REQUEST, &reversed, &fault))
        s->totals->reversed[reversed.verb]++;
}

static bool check_one(
    struct scenario *s, struct ledger *copy, size_t index)
{
    struct bytes all = buffer_bytes(&s->fixture.entries[index]);
    struct operation op;
    struct entry entry;

    if (!entry_next(&all, &entry) || all.length != 0)
        return scenario_fail(
            s, s->number, "entry %zu is not well-formed", index);
    if (!same_again(entry.line, CODEC_REQUEST, &op))
        return scenario_fail(
            s, s->number, "entry %zu is not encoded as it was", index);
    s->totals->accepted[op.verb]++;
    s->totals->entries++;
    if (op.verb == VERB_REVERSE)
        count_reversed(s, &op);
    return check_body(s, &entry,
               op.verb == VERB_GENESIS ? CODEC_GENESIS : CODEC_BODY) &&
        replay_one(s, copy, &entry);
}

static bool check_replay(struct scenario *s)
{
    struct ledger_fixture *f = &s->fixture;
    struct hash expected = ledger_fixture_digest(f);
    struct ledger_fixture copy;
    struct failure failure = { "" };
    struct hash digest;
    bool good = true;

    ledger_fixture_open(&copy);
    for (size_t i = 0; i < f->entry_count && good; i++)
        good = check_one(s, copy.ledger, i);
    if (good) {
        digest = ledger_fixture_digest(&copy);
        if (!hash_equal(&digest, &expected))
            good = scenario_fail(
                s, s->number, "a replay gives another digest");
    }
    if (good && check_ledger(copy.ledger, &failure) != 0)
        good = scenario_fail(
            s, s->number, "after a replay: %s", failure.text);
    ledger_fixture_close(&copy);
    return good;
}

bool scenario_end(struct scenario *s)
{
    struct failure failure = { "" };

    if (check_ledger(s->fixture.ledger, &failure) != 0)
        return scenario_fail(s, s->number, "at the end: %s", failure.text);
    return check_replay(s);
}
