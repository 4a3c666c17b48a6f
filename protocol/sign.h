/*
 * What is signed.  Each message starts with a domain line, so that a
 * signature made for one use is worth nothing in another, and with the
 * ledger's id, so that it is worth nothing in another ledger:
 *
 *     order    "posito/order/v1\n"  base64(ledger id) "\n"
 *              the line up to, not including, " sig="
 *     proof    "posito/proof/v1\n"  base64(ledger id) "\n"
 *              the line up to, not including, " proof="
 *     login    "posito/login/v1\n"  base64(ledger id) "\n"
 *              key name "\n" base64(challenge)
 *
 * The ledger id is SHA-256 of the genesis line as signed, from its verb to
 * the end of its sig= value, without LF.  Genesis itself, and the proofs
 * in its body, are signed with an id of 32 zero bytes.
 */
#ifndef POSITO_PROTOCOL_SIGN_H
#define POSITO_PROTOCOL_SIGN_H

#include <posito/order.h>

#define SIGN_CHALLENGE_LENGTH 32

struct challenge {
    uint8_t data[SIGN_CHALLENGE_LENGTH];
};

/* The id used before there is a ledger: 32 zero bytes. */
struct hash sign_no_ledger(void);

struct hash sign_ledger_id(struct bytes genesis_line);

/* Append " sig=..." to an order's line that ends in its by= value. */
void sign_order(struct buffer *line, const struct hash *ledger,
    const struct secret_key *);

/* Append " proof=..." to a key-add or key-rotate line that ends before it. */
void sign_proof(struct buffer *line, const struct hash *ledger,
    const struct secret_key *of_the_new_key);

void sign_login(struct signature *, const struct hash *ledger,
    const struct ident *key, const struct challenge *,
    const struct secret_key *);

/* line: the whole signed line, at most LINE_LENGTH_MAX - 1 bytes.  The
 * checker may be NULL, as for signature_check_by. */
bool sign_check_order(struct bytes line, const struct operation *,
    const struct hash *ledger, const struct public_key *,
    const struct signature_checker *) WARN_UNUSED_RESULT;

/* For key-add and key-rotate; line may have its tail or not. */
bool sign_check_proof(struct bytes line, const struct operation *,
    const struct hash *ledger) WARN_UNUSED_RESULT;

bool sign_check_login(const struct signature *, const struct hash *ledger,
    const struct ident *key, const struct challenge *,
    const struct public_key *) WARN_UNUSED_RESULT;

#endif
