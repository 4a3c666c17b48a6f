/*
 * The ledger: state x order -> entry, or a status.
 *
 * Deterministic and pure: it reads no clock, no socket and no file of its
 * own accord.  The daemon, an auditor's replay and the tests run this same
 * code; an entry is replayed by deciding its order again at its time and
 * comparing the bytes.
 *
 * One thread, the owner's.  Accepted entries collect in the open group;
 * the owner closes it, has it synced, and says so.
 */
#ifndef POSITO_LEDGER_LEDGER_H
#define POSITO_LEDGER_LEDGER_H

#include "entry.h"
#include "journal.h"
#include "state.h"

#include <posito/order.h>

/* Version of the rules; genesis names it, an upgrade entry changes it. */
#define LEDGER_VERSION 1

struct ledger;

/* Where entries that are durable already are read (journal_read). */
struct archive {
    /* Only an entry whose body and effects have the roots that its leaf
     * commits to may come from here: they are not hashed again. */
    int (*read)(void *context, uint64_t index, struct buffer *out,
        struct failure *);
    void *context;
    /* Decodes a line of the journal again (codec_decode): a signed line,
     * or a line of a batch's body.  Views in the operation point into it. */
    bool (*decode)(struct operation *, struct bytes line, bool in_body);
    /* The hash of an entry's leaf (journal_leaf); NULL: from what read
     * gives. */
    int (*leaf)(void *context, uint64_t index, struct hash *out,
        struct failure *);
};

/*
 * Open over a state, empty or loaded.  Both are borrowed and must outlive
 * the ledger.  0, or -1: storage, or a state of a version we don't know.
 */
int ledger_open(struct ledger **, struct state *, const struct archive *,
    struct failure *) WARN_UNUSED_RESULT;
void ledger_close(struct ledger *); /* NULL is harmless */

/* The first failure; storage failures are sticky. */
bool ledger_failed(const struct ledger *);
const struct failure *ledger_failure(const struct ledger *);

/*
 * From now on decide without what makes it fast: every record is looked up
 * each time, and nothing is foreseen.  The same answers, entries and state;
 * for tests that compare both ways.
 */
void ledger_set_plain(struct ledger *);

/* ---- what it is ---- */

bool ledger_founded(const struct ledger *);
uint64_t ledger_size(const struct ledger *);  /* entries accepted so far */
struct instant ledger_time(const struct ledger *); /* of the last entry */
const struct merkle *ledger_tree(const struct ledger *);

/* Valid once founded. */
const struct hash *ledger_id(const struct ledger *);
const char *ledger_origin(const struct ledger *);
const struct note_key *ledger_log_key(const struct ledger *);

/* ---- deciding ---- */

/*
 * The life of an order that needs more keys than have signed:
 *
 *     proposed --> OPEN --approve, not the last--> OPEN
 *                   |
 *                   +-- approve, the last one --> DONE
 *                   +-- reject, by one who could approve --> REJECTED
 *                   +-- withdraw-proposal, by its initiator --> WITHDRAWN
 *                   +-- the ledger's time reaches until --> LAPSED
 */
enum proposal_phase {
    PROPOSAL_NONE, /* no proposal */
    PROPOSAL_OPEN,
    PROPOSAL_DONE,
    PROPOSAL_REJECTED,
    PROPOSAL_WITHDRAWN,
    PROPOSAL_LAPSED
};
const char *proposal_phase_name(enum proposal_phase); /* open, done... */

struct decision {
    enum status status;
    struct bytes field; /* the key concerned; empty if none */
    uint64_t line;      /* line of the body concerned, from 1; 0: none */
    enum status line_status; /* of that line, with LINE_REFUSED */

    /* If accepted: */
    bool repeated;       /* the same bytes were accepted before: this is the
                            first answer again */
    uint64_t index;
    struct instant time;
    struct date date;    /* business date */
    uint64_t accepted;   /* of a batch: lines */
    uint64_t refused;
    bool counted;         /* accepted and refused are said */
    /* What the line did to a proposal, its own or another's; if it is
     * OPEN now: the distinct keys it needs and those that have signed. */
    enum proposal_phase proposal;
    uint64_t need;
    uint64_t have;
    struct bytes effects; /* the entry's effect lines; valid until the next
                             call */
};

/*
 * Decide one order.  If accepted, write its effects to the state and append
 * its entry to the open group; if not, nothing was written.
 *
 * order   from admit_order; if it carries a fault, that is the status.
 * now     the owner's clock; the ledger's time is max(now, last entry's).
 *
 * Returns 0, or -1 if storage failed: the caller must stop.
 */
int ledger_decide(struct ledger *, const struct order *, struct instant now,
    struct decision *) WARN_UNUSED_RESULT;

/*
 * What ledger_decide would answer and post, as the key `as` signing it;
 * nothing is written.  The order is one of CODEC_TRY: without tail.  Of an
 * order that would wait: what it would post once all have signed.
 */
int ledger_try(struct ledger *, const struct order *, const struct ident *as,
    struct instant now, struct decision *) WARN_UNUSED_RESULT;

/*
 * What an open proposal would post now, had everybody signed; nothing is
 * written.  UNKNOWN_PROPOSAL, PROPOSAL_ENDED, or what would refuse it.
 */
int ledger_try_proposal(struct ledger *, uint64_t proposal,
    struct instant now, struct decision *) WARN_UNUSED_RESULT;

/*
 * Public key that a signature by that name is to be checked with now;
 * also of revoked keys (the ledger answers KEY_REVOKED itself).  False:
 * unknown key.
 */
bool ledger_find_key(struct ledger *, const struct ident *name,
    struct public_key *) WARN_UNUSED_RESULT;

/* Counts changes of keys, so that copies of the keyring can be renewed. */
uint64_t ledger_keys_version(const struct ledger *);

/* Call back for each key: to copy the keyring. */
void ledger_each_key(struct ledger *,
    void (*each)(void *context, const struct ident *,
        const struct public_key *),
    void *context);

/* ---- long decisions ----
 *
 * A decision that touches very many accounts can give way: it stands still
 * and others ask the ledger, which is then as it was before, whole.
 *
 *     the deciding thread                 others
 *     ledger_draft_begin
 *     ledger_decide ...
 *       pause ---> ledger_draft_hide(true)
 *                                  ---->  questions, closing groups
 *                  ledger_draft_hide(false) <----
 *       ... goes on
 *     ledger_draft_keep, or _drop
 *
 * Between begin and the end only the decision's own thread calls anything
 * while the draft is shown.  While it is hidden everything may be asked,
 * but no order decided, nothing replayed and nothing frozen.  Never hidden
 * are failures.  Nothing of what is decided depends on the pauses.
 */

/*
 * These orders will be decided soon: what they will read is fetched from
 * memory, for all of them side by side.  Changes nothing.
 */
#define LEDGER_FORESEEN 8U /* so many at most */
void ledger_foresee(
    struct ledger *, const struct order *const *, size_t count);

/* May deciding it, or trying it, take long?  Reads, decides nothing. */
bool ledger_takes_long(struct ledger *, const struct order *);
bool ledger_proposal_takes_long(struct ledger *, uint64_t proposal);

/*
 * Have this called during a draft, again and again, at points where no
 * view into the ledger is held and where it may hide the draft and show it
 * again.  NULL: never.
 */
void ledger_set_pause(
    struct ledger *, void (*pause)(void *context), void *context);

/* Begin, when nothing is decided; keep what was decided, or forget it.
 * After ledger_decide accepted it, it must be kept.  Failures are sticky. */
void ledger_draft_begin(struct ledger *);
void ledger_draft_hide(struct ledger *, bool hidden);
void ledger_draft_keep(struct ledger *);
void ledger_draft_drop(struct ledger *);

/*
 * Replay: decide the order at the entry's time and require the same bytes.
 * 0, or -1 with the entry and what differed named in *failure.
 */
int ledger_replay(struct ledger *, const struct entry *,
    const struct order *, struct failure *) WARN_UNUSED_RESULT;

/* ---- groups ---- */

/* Entries and bytes in the open group. */
uint64_t ledger_group_count(const struct ledger *);
size_t ledger_group_bytes(const struct ledger *);

/*
 * Close the open group, which is not empty: append header, entries and the
 * checkpoint signed with secret to out.  The ledger keeps its own copy of
 * the entries for reading until ledger_durable.  *first is the group's
 * first index.
 */
int ledger_close_group(struct ledger *, const struct secret_key *,
    struct buffer *out, uint64_t *first) WARN_UNUSED_RESULT;

/* The same but for the signature, which takes longer than the rest and needs
 * no ledger: checkpoint_sign_text completes the group.  *text: where in out
 * the checkpoint's text begins.  Both: 0, or -1 and the ledger has failed. */
int ledger_close_group_unsigned(struct ledger *, struct buffer *out,
    uint64_t *first, size_t *text) WARN_UNUSED_RESULT;

/* All entries below size are in the archive now. */
void ledger_durable(struct ledger *, uint64_t size);

/* For replays: forget the open group's bytes (the journal has them). */
void ledger_drop_group(struct ledger *);

/*
 * Read an entry, durable or not, into out; split it into *entry, whose
 * views point into out.  0, or -1.
 */
int ledger_entry(struct ledger *, uint64_t index, struct buffer *out,
    struct entry *) WARN_UNUSED_RESULT;

/* Proofs over the tree: a source of subtree roots. */
struct merkle_source ledger_tree_source(struct ledger *);

/*
 * Write what the kernel keeps outside the tables (size, time, tree) into
 * the state, so that it can be frozen.  To be called right before
 * state_freeze or state_save, with no group open and everything durable
 * or about to be.
 */
void ledger_settle(struct ledger *);

#endif
