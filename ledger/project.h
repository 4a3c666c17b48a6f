/*
 * What the operations on projects share: the project a line names, and the
 * opening of parties that stand below something without `party-open`.
 */
#ifndef POSITO_LEDGER_PROJECT_H
#define POSITO_LEDGER_PROJECT_H

#include "context.h"
#include "project_record.h"

/* A project as a line names it. */
struct project_subject {
    struct party party;
    struct project terms;
    const struct book *book;
};

/*
 * Find it.  Refuses UNKNOWN_PARTY, WRONG_PARTY (no project), PARTY_CLOSED.
 * False if it cannot be looked at further.
 */
bool project_find(struct context *, const struct ident *, const char *field,
    struct project_subject *) WARN_UNUSED_RESULT;

/* Refuse OTHER_CURRENCY unless the amount is in the project's. */
void project_check_currency(
    struct context *, const struct project_subject *, struct amount);

/* Keep the project's terms and note the entry as about it. */
void project_keep(struct context *, const struct project_subject *);

/* Open a party below another one; both are written.  Its number is the
 * next one. */
void project_open_party(
    struct context *, struct party *child, struct party *parent);

#endif
