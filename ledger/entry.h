/*
 * An entry as the journal has it: text lines.
 *
 *     17 2026-11-23T22:20:23.123Z 2026-11-23     index, time, business date
 *     capture hold=12 ... sig=...                the line as signed
 *     + us/m1042/share/USD 25.00                 effects
 *     + us/la/drawer/USD -25.00
 *
 * These lines with their LFs are the leaf, at most 65,535 bytes, whose
 * SHA-256(00 || leaf) is in the tree.  After the leaf stand the attached
 * lines, to which the leaf is committed: the body of a batch or of genesis
 * (by root= in the signed line), then effect lines that were too many for
 * the leaf (by "+ effects lines=N root=HASH" in the leaf).
 *
 * Effects that come to more than 4,096 bytes stand after the body; so do
 * those of a body that itself begins with "+ " or "- ", which could not be
 * told from them.  Otherwise they stand in the leaf.
 *
 *     + ACCOUNT AMOUNT               a posting; debit positive
 *     + expire hold=N                a hold that ended with this entry
 *     + lapse proposal=N             a proposal that ended with this entry
 *     + proposal until=TIME need=N   the line waits for signatures: of it
 *                                    nothing took effect, and it posts
 *                                    nothing even if it is LITERAL
 *     + approval proposal=N need=N have=N    one more signature, not enough
 *     + effect proposal=N            the last signature: what stands below
 *                                    is what entry N's line did, postings
 *                                    of LITERAL lines included
 *     + report party=NAME direction=in|out date=DATE total=AMOUNT
 *                                    a person's cash of that day is above
 *                                    the threshold, with this entry's
 *     + pledge N waiting             entry N's pledge is above a cap and waits
 *     + pledge N out                 ... its level takes no part from now on
 *     + pledge N lapsed              ... ended by its date
 *     + pledge N open                ... waited and takes effect
 *     + counted AMOUNT expected AMOUNT    what a drawer held, what the
 *                                    books say; the second may be negative
 *     + disclosure apr=21.46 cat=23.7 finance=AMOUNT total=AMOUNT
 *       schedule=HASH (one line)    what a loan costs, as it was approved:
 *                                    rates in percent, finance charge, total
 *                                    of payments, hash of the table
 *     + accepted=N refused=N         what became of a batch's lines
 *     - LINE STATUS                  a refused line of a batch, mode=each;
 *                                    of one that waits: a line that cannot
 *                                    be decoded
 */
#ifndef POSITO_LEDGER_ENTRY_H
#define POSITO_LEDGER_ENTRY_H

#include <posito/date.h>
#include <posito/operation.h>

#define ENTRY_LEAF_MAX 65535
#define ENTRY_EFFECTS_IN_LEAF_MAX 4096

struct entry {
    uint64_t index;
    struct instant time;
    struct date date;
    struct bytes all;     /* leaf and attached lines */
    struct bytes leaf;
    struct bytes line;    /* the signed line, without LF */
    struct bytes body;    /* its body's lines, each with LF; or empty */
    struct bytes effects; /* effect lines, in the leaf or attached */
};

/*
 * Split the first entry off rest.  False if it is not well-formed (an
 * attached root that does not fit is not well-formed either).  The body's
 * length comes from the line's lines=; whether its root fits root= is
 * checked too.  All views point into rest.
 */
bool entry_next(struct bytes *rest, struct entry *) WARN_UNUSED_RESULT;

/*
 * The same without comparing the roots of attached lines: to pass over
 * entries quickly.  What it returns is not yet known to belong together.
 */
bool entry_skip(struct bytes *rest, struct entry *) WARN_UNUSED_RESULT;

/*
 * Append an entry.  effects are complete lines; where they go is decided
 * here.  *leaf_length is set to the bytes of the leaf.
 */
void entry_append(struct buffer *, uint64_t index, struct instant,
    struct date, struct bytes line, struct bytes body, struct bytes effects,
    size_t *leaf_length);

/*
 * Next line of effects.  kind says which fields are set.  False at the end
 * or at a malformed line (then *malformed is true).
 */
enum effect_kind {
    EFFECT_POSTING,
    EFFECT_EXPIRE,
    EFFECT_LAPSE,
    EFFECT_PROPOSAL,
    EFFECT_APPROVAL,
    EFFECT_CARRIED_OUT,
    EFFECT_REPORT,
    EFFECT_PLEDGE_WAITING,
    EFFECT_PLEDGE_OUT,
    EFFECT_PLEDGE_LAPSED,
    EFFECT_PLEDGE_OPEN,
    EFFECT_COUNTED,
    EFFECT_DISCLOSURE,
    EFFECT_COUNTS,
    EFFECT_REFUSED_LINE
};

struct effect {
    enum effect_kind kind;
    struct account_name account; /* POSTING */
    int64_t minor;               /* POSTING */
    uint64_t number;   /* EXPIRE: hold; COUNTS: accepted; REFUSED: line;
                          LAPSE, APPROVAL, CARRIED_OUT: proposal;
                          PLEDGE_...: pledge */
    struct instant until; /* PROPOSAL */
    uint64_t need;        /* PROPOSAL, APPROVAL */
    uint64_t have;        /* APPROVAL */
    struct ident party;     /* REPORT */
    bool in;                /* REPORT: to the house; false: out of it */
    struct date date;       /* REPORT */
    struct amount total;    /* REPORT; COUNTED: the pieces; DISCLOSURE */
    struct amount expected; /* COUNTED */
    uint64_t apr;           /* DISCLOSURE: hundredths of a percent */
    uint64_t cat;           /* DISCLOSURE: tenths of a percent */
    struct amount finance;  /* DISCLOSURE */
    struct hash schedule;   /* DISCLOSURE */
    uint64_t refused;  /* COUNTS */
    enum status status; /* REFUSED_LINE */
};

bool entry_next_effect(struct bytes *effects, struct effect *,
    bool *malformed) WARN_UNUSED_RESULT;

/* Does its line wait for signatures?  Then it did nothing. */
bool entry_waits(const struct entry *);

/* Does it carry out an earlier entry's line?  Sets that entry's index. */
bool entry_carries_out(const struct entry *, uint64_t *proposal);

void entry_append_posting(
    struct buffer *effects, const struct account_name *, int64_t minor);
void entry_append_expire(struct buffer *effects, uint64_t hold);
void entry_append_lapse(struct buffer *effects, uint64_t proposal);
void entry_append_proposal(
    struct buffer *effects, struct instant until, uint64_t need);
void entry_append_approval(struct buffer *effects, uint64_t proposal,
    uint64_t need, uint64_t have);
void entry_append_carried_out(struct buffer *effects, uint64_t proposal);
void entry_append_report(struct buffer *effects, const struct ident *party,
    bool in, struct date, struct amount total);
void entry_append_pledge(
    struct buffer *effects, uint64_t pledge, enum effect_kind);
void entry_append_counted(
    struct buffer *effects, struct amount counted, int64_t expected);
void entry_append_disclosure(struct buffer *effects, uint64_t apr,
    uint64_t cat, struct amount finance, struct amount total,
    const struct hash *schedule);
void entry_append_counts(
    struct buffer *effects, uint64_t accepted, uint64_t refused);
void entry_append_refused(
    struct buffer *effects, uint64_t line, enum status);

#endif
