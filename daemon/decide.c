#include "decide.h"

#include "../protocol/answer.h"

#include <string.h>

/*
 * The keys may have changed since a worker looked: a key named by the line
 * may be new, or be another one.  The ledger finds out about revoked ones.
 */
static void renew_check(struct ledger *ledger, struct request *request)
{
    struct order *order = &request->order;
    struct public_key now;
    if (keycopy_version(request->keys) == ledger_keys_version(ledger) ||
        !ledger_find_key(ledger, &order->operation.by, &now))
        return;
    if (order->fault.status == STATUS_UNKNOWN_KEY ||
        memcmp(&now, &order->signer, sizeof now) != 0)
        admit_again(order, ledger_id(ledger), &now);
}

static void write_refused_line(struct buffer *out, uint64_t line,
    enum status status, enum language language)
{
    answer_row(out);
    answer_number(out, "line", line);
    answer_word(out, "status", status_name(status));
    answer_number(out, "number", (uint64_t)status);
    answer_text(out, bytes_text(status_sentence(status, language)));
    answer_end(out);
}

/* What became of a proposal, the line's own or the one it signs. */
static void write_phase(struct buffer *out, const struct decision *decision)
{
    if (decision->proposal == PROPOSAL_NONE)
        return;
    answer_word(out, "proposal", proposal_phase_name(decision->proposal));
    if (decision->proposal != PROPOSAL_OPEN)
        return;
    answer_number(out, "need", decision->need);
    answer_number(out, "have", decision->have);
}

static void write_accepted(struct buffer *out, enum verb verb,
    const struct decision *decision, enum language language)
{
    struct bytes effects = decision->effects;
    struct effect effect;
    bool malformed = false;
    while ((verb == VERB_BATCH || decision->counted) &&
           entry_next_effect(&effects, &effect, &malformed))
        if (effect.kind == EFFECT_REFUSED_LINE)
            write_refused_line(out, effect.number, effect.status, language);
    answer_ok(out);
    answer_number(out, "index", decision->index);
    answer_instant(out, "time", decision->time);
    answer_date(out, "date", decision->date);
    if (decision->counted) {
        answer_number(out, "accepted", decision->accepted);
        answer_number(out, "refused", decision->refused);
    }
    write_phase(out, decision);
    answer_end(out);
}

static void write_refused(struct buffer *out,
    const struct decision *decision, enum language language)
{
    struct fault fault = {decision->status, decision->field};
    if (decision->status == STATUS_LINE_REFUSED) {
        write_refused_line(
            out, decision->line, decision->line_status, language);
        fault.field = bytes_of(NULL, 0);
    }
    answer_no(out, &fault, decision->line, language);
}

int decide_order(struct ledger *ledger, struct request *request,
    struct instant now, enum language language, struct buffer *out)
{
    struct decision decision;
    renew_check(ledger, request);
    if (ledger_decide(ledger, &request->order, now, &decision) != 0)
        return -1;
    /* The ledger was not shown the body that was too large to keep. */
    if (request->body_dropped && decision.status == STATUS_BAD_BODY)
        decision = (struct decision){.status = STATUS_BODY_TOO_LARGE};
    if (decision.status == STATUS_ACCEPTED)
        write_accepted(
            out, request->order.operation.verb, &decision, language);
    else
        write_refused(out, &decision, language);
    return 0;
}
