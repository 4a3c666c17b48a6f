/*
 * Inside the ledger: the struct behind ledger.h, and the context that an
 * operation decides in.  Only files of ledger/ include this.
 *
 * Checks call context_refuse, which keeps the status that comes first in
 * the status table.  So the precedence holds whatever the order of the
 * checks is; a check that needs what an earlier one did not find is left
 * out.
 */
#ifndef POSITO_LEDGER_CONTEXT_H
#define POSITO_LEDGER_CONTEXT_H

#include "dormancy.h"
#include "foresight.h"
#include "history.h"
#include "ledger.h"
#include "meta.h"
#include "order_id.h"
#include "ordinary.h"
#include "recent.h"
#include "record.h"
#include "shelf.h"
#include "tree.h"

/* Most accounts one operation can touch. */
#define CONTEXT_LEGS_MAX POSTINGS_MAX

/*
 * What one operation does to one account: minor is posted (debit positive,
 * 0: nothing), the held sides change.
 */
struct leg {
    struct account_id id;
    struct party party;
    int64_t minor;
    int64_t debits_held; /* change */
    int64_t credits_held;
    int64_t locked; /* change of what a share has locked beside it */
    bool by_rule;   /* a rule posts it: no limit or scope of the signer */
    struct account before;
    struct account after;
    size_t total; /* its place in totals */
    const char *field; /* of the line, to name in a refusal */
    struct state_place account_place;
};

/* The control total that some legs belong to. */
struct total {
    struct account_id id;
    struct account account;
    struct state_place place;
};

/* Where control totals were found; they are used again and again. */
#define CONTEXT_TOTALS_KEPT 8
struct kept_total {
    struct account_id id;
    struct state_place place;
};

/* A change of what somebody has in a pool. */
struct stake_change {
    bool used;
    uint32_t pool;
    uint32_t contributor;
    struct amount change;
    const char *field;
};

/* What a redemption says of notice: see notice.h. */
struct notice_use {
    bool redeems; /* the plan takes money out of a pool by its rule */
    bool cited;
    bool back; /* a reversal: what was taken is given back */
    uint64_t index;
};

struct context {
    struct ledger *ledger;
    struct state *state;
    const struct order *order; /* being decided; NULL when reading back */
    struct signing_key key; /* that signs */
    struct order_id_place id_place; /* where the order's id belongs */
    struct instant now;
    uint64_t index; /* the entry's, if accepted */
    uint32_t line;  /* of a batch's body, from 1; 0: none */
    bool check_signer; /* order->signer must be the key of that name */
    bool founding;  /* inside genesis: nobody's permission is asked */
    bool show_all;  /* write postings to effects also for LITERAL verbs */
    bool trying;    /* nothing of it will be kept */

    /* The order of a proposal is decided as if this key signed it, only to
     * see whether it may: see context_refuse. */
    bool as_approver;
    uint32_t approver_refusals; /* set of APPROVER_... */
    uint32_t signer_kinds;      /* KIND_BIT of all who have signed */
    bool pending;               /* others will sign before it takes effect */

    /* what became of a proposal; phase PROPOSAL_NONE: none is concerned */
    enum proposal_phase proposal;
    uint32_t need;
    uint32_t have;

    enum status status;  /* the first refusal in precedence, or ACCEPTED */
    struct bytes field;  /* of that refusal */

    const struct book *book; /* first one acted on; NULL: none yet */
    struct date date;        /* its business date when it was acted on */

    /* the plan: see posting.h */
    bool opposite;     /* a reversal: legs and stakes are turned round */
    bool across_books; /* legs may be in different books */
    bool by_rule;      /* the legs that are added now are by rule */
    bool activity;     /* of a share's owner: see dormancy.h */
    bool own_scope;    /* the verb itself says what the key must reach */
    uint32_t cash_person; /* whose cash the plan moves; 0: that of its only
                             leg beside the drawer's */
    const char *only_field; /* name this field in refusals of legs; NULL */
    size_t leg_count;
    struct leg legs[CONTEXT_LEGS_MAX]; /* in this order: see draft.c */
    size_t total_count;
    struct total totals[CONTEXT_LEGS_MAX];
    struct kept_total kept_totals[CONTEXT_TOTALS_KEPT];
    struct stake_change stake;
    struct notice_use notice;

    struct foresight foresight; /* of the lines that come next */
    struct ordinary ordinary;

    /* of a batch or genesis */
    uint64_t accepted; /* lines */
    uint64_t refused;
    uint64_t bad_line; /* that refused everything, from 1; 0: none */
    enum status bad_line_status;
};

/* Why a key may not approve. */
#define APPROVER_WRONG_KIND 1U
#define APPROVER_OUT_OF_SCOPE 2U
#define APPROVER_OWN_ACCOUNT 4U

/* Where a decision can go back to. */
struct context_point {
    size_t mark;
    size_t effects;
    int64_t next_expiry_ms;
    int64_t next_lapse_ms;
};

/* The line of a past entry that another one carried out. */
struct carried_out {
    bool loaded;
    uint64_t index;
    struct buffer bytes;
    struct entry entry;
};

struct policy_rows {
    struct quorum *rows;
    size_t count;
    uint32_t first[VERB_COUNT + 1]; /* verb's rows: [first[v], first[v+1]) */
};

/*
 * What a draft puts aside: the ledger's own memory of what the draft has
 * changed.  While the draft is hidden, its values are here and those from
 * before it in the ledger; while it is shown, the other way round.  They
 * are exchanged in place, so pointers into the ledger stay good.
 */
struct aside {
    struct counters counters;
    struct book books[RECORD_BOOKS_MAX];
    struct dormancy dormancy[RECORD_BOOKS_MAX];
    struct policy_rows policy;
    int64_t next_expiry_ms;
    int64_t next_lapse_ms;
    struct buffer effects;
    struct buffer refused;
    struct buffer scratch;
    struct carried_out carried_out;
    struct context context;
    struct context reader;
};

struct draft {
    void (*pause)(void *context); /* NULL: never */
    void *context;
    bool pausable;       /* shown, and no entry appended yet */
    struct aside *aside; /* made by the first draft */
};

struct ledger {
    struct state *state;
    struct archive archive;
    struct failure failure;
    bool failed;
    bool plain; /* see ledger_set_plain */
    struct directory *directory; /* see ordinary.h; NULL: not needed yet */
    uint64_t ordinary_lines; /* see ordinary.h; since it was opened */

    bool founded;
    struct founding founding;
    struct note_key log_key;

    struct instant time; /* of the last entry */
    struct merkle tree;  /* its size is the ledger's */

    /* Copies of what the tables hold, for speed; context_reload. */
    struct counters counters;
    struct book books[RECORD_BOOKS_MAX];
    struct dormancy dormancy[RECORD_BOOKS_MAX];
    struct policy_rows policy;

    /* No open hold ends before this; it may be too early. */
    int64_t next_expiry_ms;
    int64_t next_lapse_ms; /* the same of proposals */

    struct recent recent; /* entries not yet in the archive */

    struct buffer effects; /* of the entry being decided */
    struct buffer refused; /* its lines about refused body lines */
    struct buffer scratch; /* an entry read back */

    struct carried_out carried_out; /* the one that was read last */

    struct context context; /* of the decision in progress */
    struct context reader;  /* for reading postings of past entries */

    struct draft draft;

    struct shelf shelf; /* past entries for reports */
    struct tree_leaves leaves;
};

/* draft.c */
void draft_free(struct draft *);

/* Make the ledger's context ready to decide an order; NULL: none. */
void context_begin(
    struct ledger *, const struct order *, struct instant now);

/* Forget refusal and plan, for the next operation in the same entry. */
void context_clear(struct context *);

/*
 * Keep the refusal that is first in precedence.  field: static; or NULL.
 * With as_approver, what concerns the key and not the order is kept apart,
 * in approver_refusals, and refuses nothing: so one run tells all of it.
 */
void context_refuse(struct context *, enum status, const char *field);
bool context_refused(const struct context *);

/* Remember where the decision stands, or go back there; what c says of the
 * refusal stays. */
struct context_point context_mark(struct context *);
void context_take_back(struct context *, const struct context_point *);

/*
 * Called now and then where a decision goes through many accounts, before
 * each of them, say: if it is a long one, others may be answered here.
 * Changes nothing; but no view into the state or the ledger's buffers may
 * be held across it.  What a scan gave, and pointers to books, may.
 */
void context_pause(struct context *);

/* The entry acts on this book: the first one gives it its date. */
void context_touch(struct context *, const struct book *);

/* Book by name; refuses UNKNOWN_BOOK and returns NULL. */
struct book *context_book(
    struct context *, const struct ident *, const char *field);

/* Party by name; refuses UNKNOWN_PARTY and returns false. */
bool context_party(struct context *, const struct ident *, const char *field,
    struct party *);

/* Refuse OUT_OF_SCOPE unless the signer's scope reaches the party. */
void context_need_party(
    struct context *, const struct party *, const char *field);
void context_need_book(
    struct context *, const struct book *, const char *field);

/* NULL if there is no book of that name. */
struct book *context_find_book(struct ledger *, const struct ident *);

/* Our failure, not the client's: sticky.  Always returns -1. */
int context_fail(struct ledger *, const char *format, ...) PRINTF_LIKE(2, 3);

/* Read the copies again after the state was opened or rolled back.
 * False: storage, or bytes that are no such record. */
bool context_reload(struct ledger *) WARN_UNUSED_RESULT;
bool context_reload_policy(struct ledger *) WARN_UNUSED_RESULT;

#endif
