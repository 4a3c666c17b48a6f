/*
 * A ledger in this process, with fixed keys, clock and ids: the same bytes
 * every time.  Entries of closed groups are kept in memory in the place of
 * a journal.
 *
 * The federation that ledger_fixture_found founds (USD and MXN):
 *
 *     us (2026-11-23)                        mx (2026-11-23)
 *       zac  federation                        fzac  federation
 *         c1   club: m1 m2 m3 m4                 cx    club: x1
 *         c2   club: n1 n2                     zo   office
 *       zac2 federation                        bancomer correspondent
 *         c3   club: o1
 *       la   office       bank correspondent
 *       ana sup tre officer (own keys)
 *
 *     key       kind                  scope  owner
 *     board     board                 all    tre
 *     us.board  board                 us     tre
 *     fed       federation.treasurer  zac    tre
 *     club      club.treasurer        c1     m4
 *     ana       teller                us     ana
 *     lim       teller                us     ana   limit 100, daily 250 USD
 *     sup       supervisor            us     sup
 *     xana      teller                mx     ana
 *     any       teller                all    ana
 *     xsup      supervisor            all    sup
 *     tc1       teller                c1     ana
 *     aud       auditor               all    sup
 *     op        operator              all    sup
 *
 * One key is enough for everything, also for what takes two unless policy
 * says otherwise.
 */
#ifndef POSITO_TESTS_LEDGER_FIXTURE_H
#define POSITO_TESTS_LEDGER_FIXTURE_H

#include "../ledger/ledger.h"

struct ledger_fixture {
    char folder[64];
    struct state *state;
    struct ledger *ledger;
    struct instant clock; /* of the next line */
    uint64_t next_id;
    bool quick; /* do not make or check signatures */

    struct buffer *entries; /* of closed groups, by index */
    size_t entry_count;
    uint64_t reads; /* of entries from the archive */
    struct buffer groups; /* as a journal has them, one after the other */

    struct decision decision; /* of the last line; views as ledger.h says */
    struct buffer line;       /* the last line sent, signed */
    struct buffer body;       /* and its body */
};

/* Secret key that belongs to a name, always the same. */
struct secret_key ledger_fixture_secret(const char *name);

/* base64 of its public key; valid until the fourth next call. */
const char *ledger_fixture_public(const char *name);

/* An empty ledger.  Any failure here or below fails the test. */
void ledger_fixture_open(struct ledger_fixture *);
void ledger_fixture_close(struct ledger_fixture *);

/* Found the federation above. */
void ledger_fixture_found(struct ledger_fixture *);

/* Found with another body; the line is signed by the key of that name. */
enum status ledger_fixture_genesis(struct ledger_fixture *,
    const char *signer, const char *head, const char *body);

/*
 * Sign a line (without id=, by=, sig=) with a key and decide it, a second
 * after the last one.  Returns the status; more is in ->decision.
 */
enum status ledger_fixture_send(struct ledger_fixture *, const char *key,
    const char *format, ...) PRINTF_LIKE(3, 4);

/* key-add or key-rotate without proof=, proved by the key of that name. */
enum status ledger_fixture_prove(struct ledger_fixture *, const char *key,
    const char *proved_by, const char *line);

/* A batch; lines each end in LF. */
enum status ledger_fixture_batch(struct ledger_fixture *, const char *key,
    const char *mode, const char *lines);

/* Decide a signed line and body as they are. */
enum status ledger_fixture_again(
    struct ledger_fixture *, struct bytes line, struct bytes body);

enum status ledger_fixture_try(struct ledger_fixture *, const char *key,
    const char *format, ...) PRINTF_LIKE(3, 4);

/* Balance on the normal side; 0 if there is no such account. */
int64_t ledger_fixture_balance(
    struct ledger_fixture *, const char *account);
int64_t ledger_fixture_available(
    struct ledger_fixture *, const char *account);

/* Close the open group, if there is one, and call it durable. */
void ledger_fixture_close_group(struct ledger_fixture *);

/* The state's digest after everything so far. */
struct hash ledger_fixture_digest(struct ledger_fixture *);

/* Everything the state says while nothing is flushed: to show that it did
 * not change. */
struct hash ledger_fixture_snapshot(struct ledger_fixture *);

/* Replay every entry in a new ledger and require the same digest. */
void ledger_fixture_check_replay(struct ledger_fixture *);

/* For ledger_open over another state: reads this fixture's entries. */
struct archive ledger_fixture_archive(struct ledger_fixture *);

/* admit_order or, if quick, admit_unchecked with the right signer. */
void ledger_fixture_admit(struct ledger_fixture *, struct order *,
    struct bytes line, struct bytes body);

#endif
