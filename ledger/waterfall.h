/*
 * The waterfall: which part of what is owed a payment pays first.
 *
 * What is owed stands in rows, oldest instalment first, each with amounts
 * by component.  The order of components is data, a permutation of any of
 * them (a component the order leaves out is not paid).  Two ways through:
 *
 *   WATERFALL_OLDEST     an instalment in full, by the order, before the
 *                        next one
 *   WATERFALL_COMPONENT  a component of all instalments, oldest first,
 *                        before the next component
 *
 * What is left over is told, not kept: a prepayment, or an overpayment.
 */
#ifndef POSITO_LEDGER_WATERFALL_H
#define POSITO_LEDGER_WATERFALL_H

#include <posito/bytes.h>

/* The number will be on disk: append, never reorder. */
#define WATERFALL_COMPONENTS(X) \
    X(COST, "cost")             \
    X(FEE, "fee")               \
    X(LATE, "late")             \
    X(INTEREST, "interest")     \
    X(PRINCIPAL, "principal")

enum waterfall_component {
#define X(name, text) WATERFALL_##name,
    WATERFALL_COMPONENTS(X)
#undef X
        WATERFALL_COMPONENT_COUNT
};

const char *waterfall_name(enum waterfall_component);

enum waterfall_way { WATERFALL_OLDEST, WATERFALL_COMPONENT };

struct waterfall {
    enum waterfall_way way;
    uint8_t count; /* of components in the order */
    uint8_t order[WATERFALL_COMPONENT_COUNT];
};

/* "late,fee,interest,principal": names joined by commas, none twice, at
 * least one.  The way is left as it is. */
bool waterfall_parse(struct bytes, struct waterfall *) WARN_UNUSED_RESULT;

struct waterfall_row {
    int64_t parts[WATERFALL_COMPONENT_COUNT]; /* none negative */
};

/*
 * Split a payment (at least 0) over what `owed` has; paid[i] gets what each
 * row is paid.  Returns what is left of the payment.  What was paid and what
 * is left sum to the payment.
 */
int64_t waterfall_split(const struct waterfall *, int64_t payment,
    const struct waterfall_row *owed, size_t count,
    struct waterfall_row *paid) WARN_UNUSED_RESULT;

#endif
