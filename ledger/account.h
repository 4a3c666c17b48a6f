/*
 * Accounts: one record for each book, party, role and currency.
 *
 * The account of party 0 is the control total of its book, role and
 * currency: the sum over all parties, kept up with each posting, so that a
 * trial balance reads a few records.  It has no history.
 *
 * An account comes into being with its first posting, or with the first
 * hold that touches it.  Its record is the account's head, described here,
 * and after it the newest part of its history (history.h).
 *
 * Most accounts' numbers are small, and a record is the shorter for it: in
 * its short form, which it has whenever its numbers fit, the head of a share
 * takes 41 bytes instead of 81.  The first byte says which form it is.
 */
#ifndef POSITO_LEDGER_ACCOUNT_H
#define POSITO_LEDGER_ACCOUNT_H

#include "layout.h"
#include "state.h"

#include <posito/chart.h>
#include <posito/date.h>

/* Key in TABLE_ACCOUNT: book u8, currency u8, role u8, 0, party be32. */
#define ACCOUNT_ID_LENGTH 8

struct account_id {
    uint8_t data[ACCOUNT_ID_LENGTH];
};

#define ACCOUNT_CONTROL 0U /* party number of the control totals */

static inline struct account_id account_id_of(
    uint8_t book, enum currency currency, enum role role, uint32_t party)
{
    struct account_id id = { { book, (uint8_t)currency, (uint8_t)role } };

    layout_put_be32(id.data + 4, party);
    return id;
}

static inline bool account_id_equal(
    const struct account_id *a, const struct account_id *b)
{
    return memcmp(a->data, b->data, sizeof a->data) == 0;
}

static inline uint8_t account_id_book(const struct account_id *id)
{
    return id->data[0];
}

static inline enum currency account_id_currency(const struct account_id *id)
{
    return (enum currency)id->data[1];
}

static inline enum role account_id_role(const struct account_id *id)
{
    return (enum role)id->data[2];
}

static inline uint32_t account_id_party(const struct account_id *id)
{
    return layout_get_be32(id->data + 4);
}

/* The control total that the account belongs to. */
static inline struct account_id account_id_control(
    const struct account_id *id)
{
    struct account_id control = *id;

    layout_put_be32(control.data + 4, ACCOUNT_CONTROL);
    return control;
}

/* Sums never fall, and each is below 2^63. */
struct account {
    int64_t debits;
    int64_t credits;
    int64_t debits_held; /* what open holds would debit */
    int64_t credits_held;
    uint64_t postings; /* of a control total: of all its accounts */
    uint64_t opened;   /* entry that first posted; 0 if postings is 0 */
    uint64_t last;     /* entry that last posted; 0 if postings is 0 */

    /* Of accounts that earn dividends, else 0; see earning.h. */
    struct date since;
    int64_t balance_days;
    int64_t locked; /* in the same party's share.locked */
    struct date active; /* last activity: see dormancy.h */
};

/* A share that is no control total. */
static inline bool account_earns(const struct account_id *id)
{
    return account_id_role(id) == ROLE_SHARE &&
        account_id_party(id) != ACCOUNT_CONTROL;
}

/* ---- bytes ---- */

#define ACCOUNT_HEAD_MAX 81
#define ACCOUNT_SIDES_MAX 16

/* Do the numbers fit the short form?  And does a record, which is not empty,
 * have that? */
bool account_is_short(const struct account *);
static inline bool account_has_short_form(struct bytes record)
{
    return record.data[0] != 0;
}

/* The head; value is as long as the longest, the length is returned. */
size_t account_encode(uint8_t value[ACCOUNT_HEAD_MAX],
    const struct account_id *, const struct account *);
size_t account_head_length(const struct account_id *, bool is_short);

/* Debits and credits as they were at some time, in the account's form. */
size_t account_sides_length(bool is_short);
void account_put_sides(
    uint8_t *at, bool is_short, int64_t debits, int64_t credits);
void account_get_sides(
    const uint8_t *at, bool is_short, int64_t *debits, int64_t *credits);

/* ---- records ---- */

/* False, and all zero, if there is no such account or storage failed. */
bool account_load(struct state *, const struct account_id *,
    struct account *);
/* After a change that is no posting; a posting of an account that is no
 * control total is stored by history_post.  Its history stays. */
void account_store(struct state *, const struct account_id *,
    const struct account *);

/* The same of an account that is read and then written: its place. */
bool account_load_at(struct state *, const struct account_id *,
    struct state_place *, struct account *);
/* Of such an account its postings alone, and the whole record as a view
 * that lives as that of state_get; false likewise. */
bool account_postings_at(struct state *, const struct account_id *,
    struct state_place *, uint64_t *postings, struct bytes *record);
void account_store_at(struct state *, const struct account_id *,
    struct state_place *, const struct account *);

/* Post to it: debit positive.  False on overflow. */
bool account_post(struct account *, int64_t minor, uint64_t entry)
    WARN_UNUSED_RESULT;

/* On the role's normal side: a share of 25.00 is +2500. */
int64_t account_balance(const struct account *, enum role);

/* What holds take from the available balance: the side that decreases. */
int64_t account_held(const struct account *, enum role);

/* Balance less held; may be below zero where the role allows it. */
int64_t account_available(const struct account *, enum role);

/* Nothing posted that does not cancel out, and nothing held. */
bool account_is_zero(const struct account *);

#endif
