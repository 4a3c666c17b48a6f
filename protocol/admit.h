/*
 * From a line (and its body) to an order with its signatures checked.
 * Pure: runs on any thread, touches nothing but its arguments.
 */
#ifndef POSITO_PROTOCOL_ADMIT_H
#define POSITO_PROTOCOL_ADMIT_H

#include <posito/order.h>

/* Where public keys are found by name, and who checks signatures by them
 * (NULL: signature_check); must be safe on the calling thread. */
struct keyring {
    bool (*find)(
        void *context, const struct ident *name, struct public_key *out);
    void *context;
    const struct signature_checker *checker;
};

/*
 * Decode the line; if that went well and it is an order, find the signer's
 * key and check the signature, the proof of a new key, and the body's
 * lines and root.  Order of faults: the line, UNKNOWN_KEY, BAD_SIGNATURE,
 * BAD_PROOF, BAD_POINT in order->fault; the body's in body_status and
 * line_status.  Genesis is checked against the keys of its own body, with
 * the id of no ledger.
 *
 * line and body are borrowed for as long as the order lives.  Release with
 * admit_free, also after a failure.  Returns 0, or -1 if out of memory.
 */
int admit_order(struct order *, struct bytes line, struct bytes body,
    const struct hash *ledger, const struct keyring *) WARN_UNUSED_RESULT;

/* Everything but the signature, proofs and the body's root: for replaying a
 * journal whose roots and checkpoints were already checked.  signer stays
 * zero. */
int admit_unchecked(struct order *, struct bytes line, struct bytes body)
    WARN_UNUSED_RESULT;

/*
 * Check again with another public key (the key of that name changed since
 * admit_order).  Sets order->signer and order->fault.
 */
void admit_again(
    struct order *, const struct hash *ledger, const struct public_key *);

void admit_free(struct order *);

/*
 * How many body lines follow this line on a connection: 0 for a line
 * without body.  False if the verb has a body but the line does not
 * decode, so that what follows cannot be told apart, or if it announces
 * more than BODY_LINES_MAX lines; *fault says why.
 */
bool admit_body_lines(struct bytes line, uint64_t *lines, struct fault *)
    WARN_UNUSED_RESULT;

#endif
