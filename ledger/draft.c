#include "context.h"
#include "operations.h"
#include "proposal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/*
 * Lines of a batch that takes long: with fewer, others wait for it, about
 * 3 ms at 1.6 us a line.  A long one is not much dearer in itself, but other
 * orders wait until it has ended, and a thread is woken for it.
 */
#define LONG_BATCH 2000

/* ---- which take long ---- */

bool ledger_proposal_takes_long(struct ledger *ledger, uint64_t proposal)
{
    struct proposal found;
    struct waiting waiting;
    bool takes_long = false;

    if (!proposal_find(ledger->state, proposal, &found) ||
        found.phase != PROPOSAL_OPEN)
        return false;
    if (proposal_load(ledger, proposal, &waiting) == 0)
        takes_long = ledger_takes_long(ledger, &waiting.order);
    proposal_free(&waiting);
    return takes_long;
}

bool ledger_takes_long(struct ledger *ledger, const struct order *order)
{
    const struct operation *op = &order->operation;

    if (order->fault.status != STATUS_ACCEPTED || !ledger->founded)
        return false;
    if (op->verb == VERB_APPROVE)
        return ledger_proposal_takes_long(ledger, op->as.approve.proposal);
    return operation_row(op->verb)->flags & FLAG_LONG ||
        order->line_count >= LONG_BATCH;
}

/* ---- pauses ---- */

void ledger_set_pause(
    struct ledger *ledger, void (*pause)(void *context), void *context)
{
    ledger->draft.pause = pause;
    ledger->draft.context = context;
}

void context_pause(struct context *c)
{
    const struct draft *draft = &c->ledger->draft;

    if (!draft->pausable)
        return;
    state_draft_step(c->state);
    if (draft->pause != NULL)
        draft->pause(draft->context);
}

/* ---- what is put aside ---- */

static void exchange(void *a, void *b, size_t length)
{
    unsigned char kept[1024];
    unsigned char *left = a;
    unsigned char *right = b;

    while (length > 0) {
        size_t part = length < sizeof kept ? length : sizeof kept;

        memcpy(kept, left, part);
        memcpy(left, right, part);
        memcpy(right, kept, part);
        left += part;
        right += part;
        length -= part;
    }
}

/* Most of a context is room for legs and totals that are not there. */
static void exchange_contexts(struct context *a, struct context *b)
{
    size_t legs = a->leg_count > b->leg_count ? a->leg_count : b->leg_count;
    size_t totals =
        a->total_count > b->total_count ? a->total_count : b->total_count;

    exchange(a->legs, b->legs, legs * sizeof *a->legs);
    exchange(a->totals, b->totals, totals * sizeof *a->totals);
    exchange(a, b, offsetof(struct context, legs));
    exchange(&a->total_count, &b->total_count, sizeof a->total_count);
    exchange(a->kept_totals, b->kept_totals,
        sizeof *a - offsetof(struct context, kept_totals));
}

static void exchange_all(struct ledger *ledger)
{
    struct aside *aside = ledger->draft.aside;

    exchange(&ledger->counters, &aside->counters, sizeof aside->counters);
    exchange(ledger->books, aside->books, sizeof aside->books);
    exchange(ledger->dormancy, aside->dormancy, sizeof aside->dormancy);
    exchange(&ledger->policy, &aside->policy, sizeof aside->policy);
    exchange(&ledger->next_expiry_ms, &aside->next_expiry_ms,
        sizeof aside->next_expiry_ms);
    exchange(&ledger->next_lapse_ms, &aside->next_lapse_ms,
        sizeof aside->next_lapse_ms);
    exchange(&ledger->effects, &aside->effects, sizeof aside->effects);
    exchange(&ledger->refused, &aside->refused, sizeof aside->refused);
    exchange(&ledger->scratch, &aside->scratch, sizeof aside->scratch);
    exchange(&ledger->carried_out, &aside->carried_out,
        sizeof aside->carried_out);
    exchange_contexts(&ledger->context, &aside->context);
    exchange_contexts(&ledger->reader, &aside->reader);
}

static struct aside *make_aside(void)
{
    struct aside *aside = calloc(1, sizeof *aside);

    if (aside == NULL)
        return NULL;
    aside->effects = buffer_empty();
    aside->refused = buffer_empty();
    aside->scratch = buffer_empty();
    aside->carried_out.bytes = buffer_empty();
    return aside;
}

void draft_free(struct draft *draft)
{
    struct aside *aside = draft->aside;

    if (aside == NULL)
        return;
    free(aside->policy.rows);
    buffer_free(&aside->effects);
    buffer_free(&aside->refused);
    buffer_free(&aside->scratch);
    buffer_free(&aside->carried_out.bytes);
    free(aside);
    draft->aside = NULL;
}

/* Remember how the ledger's copies are now. */
static bool put_aside(struct ledger *ledger)
{
    struct aside *aside = ledger->draft.aside;
    struct policy_rows policy = ledger->policy;

    policy.rows = malloc((policy.count + 1) * sizeof *policy.rows);
    if (policy.rows == NULL)
        return false;
    if (policy.count > 0)
        memcpy(policy.rows, ledger->policy.rows,
            policy.count * sizeof *policy.rows);
    free(aside->policy.rows);
    aside->policy = policy;
    aside->counters = ledger->counters;
    memcpy(aside->books, ledger->books, sizeof aside->books);
    memcpy(aside->dormancy, ledger->dormancy, sizeof aside->dormancy);
    aside->next_expiry_ms = ledger->next_expiry_ms;
    aside->next_lapse_ms = ledger->next_lapse_ms;
    return true;
}

/* ---- the draft ---- */

void ledger_draft_begin(struct ledger *ledger)
{
    struct draft *draft = &ledger->draft;

    if (draft->aside == NULL)
        draft->aside = make_aside();
    if (draft->aside == NULL || !put_aside(ledger)) {
        (void)context_fail(ledger, "out of memory");
        return;
    }
    state_draft_begin(ledger->state);
    draft->pausable = !ledger_failed(ledger);
}

void ledger_draft_hide(struct ledger *ledger, bool hidden)
{
    state_draft_hide(ledger->state, hidden);
    if (ledger_failed(ledger))
        return;
    ledger->draft.pausable = !hidden;
    exchange_all(ledger);
}

void ledger_draft_keep(struct ledger *ledger)
{
    ledger->draft.pausable = false;
    state_draft_keep(ledger->state);
}

void ledger_draft_drop(struct ledger *ledger)
{
    ledger->draft.pausable = false;
    state_draft_drop(ledger->state);
    if (!ledger_failed(ledger))
        exchange_all(ledger);
}
