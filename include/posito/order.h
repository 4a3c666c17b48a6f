/*
 * An order: an operation together with the bytes it came from and with
 * who signed it.  protocol/admit.h makes one from a line and its body;
 * ledger/ledger.h decides it.
 */
#ifndef POSITO_ORDER_H
#define POSITO_ORDER_H

#include <posito/operation.h>

/* Why a line was refused before anybody asked the ledger. */
struct fault {
    enum status status; /* STATUS_ACCEPTED: no fault */
    struct bytes field; /* the key concerned; a view of the line or of the
                           table; empty if none */
};

struct order {
    struct bytes line; /* as received, without LF; borrowed */
    struct bytes body; /* every line with its LF; borrowed; empty if none */

    struct operation operation;
    struct fault fault; /* of the line, its signature, its proof */

    /* Public key the signature was checked with.  The ledger refuses the
     * order if the key of that name is another one by then. */
    struct public_key signer;

    /* The body's lines decoded, and the status of each that could not be;
     * both of line_count elements, owned, freed by admit_free. */
    struct operation *lines;
    enum status *line_status;
    size_t line_count;

    /* Lines or root other than signed (BAD_BODY, BODY_TOO_LARGE). */
    enum status body_status;
};

#endif
