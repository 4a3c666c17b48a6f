/*
 * A copy of the keyring that worker threads can read while the ledger goes
 * on.  It never changes; when keys do, the owner makes a new one, and the
 * old one lives until its last reader lets go.
 */
#ifndef POSITO_DAEMON_KEYCOPY_H
#define POSITO_DAEMON_KEYCOPY_H

#include "../ledger/ledger.h"
#include "../protocol/admit.h"

struct keycopy;

/* Copy all keys of the ledger; one reference.  NULL: out of memory. */
struct keycopy *keycopy_make(struct ledger *);

/* ledger_keys_version at the time of the copy. */
uint64_t keycopy_version(const struct keycopy *);

/* Any thread. */
struct keycopy *keycopy_share(struct keycopy *);
void keycopy_release(struct keycopy *); /* NULL is harmless */

/* For admit_order; lives as long as the copy. */
struct keyring keycopy_keyring(struct keycopy *);

#endif
