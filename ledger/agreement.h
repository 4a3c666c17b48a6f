/*
 * Matching rules and caps: their records.  Layouts in bytes stand in
 * FORMAT.md.
 *
 * A rule is rows by date; the one in force is the latest that began by
 * then.  Its levels (club, federal, state ...) have parts of a budget that
 * sum to one.  A cap is the most that a level pledges in a fiscal year (a
 * calendar year), over all projects of the rule or to any one of them.
 */
#ifndef POSITO_LEDGER_AGREEMENT_H
#define POSITO_LEDGER_AGREEMENT_H

#include "record.h"

/* Longest name of a rule or level. */
#define AGREEMENT_NAME_MAX 20

/* Room for the parts of 16 levels as a line spells them. */
#define AGREEMENT_PARTS_MAX 640

struct agreement {
    struct ident name;
    struct date from;
    uint64_t set; /* entry */
    uint16_t length;
    char parts[AGREEMENT_PARTS_MAX]; /* a PARTS value of that length */
};

/* The row in force on a date, or one by its first date. */
bool agreement_on(struct state *, const struct ident *, struct date,
    struct agreement *) WARN_UNUSED_RESULT;
bool agreement_find(struct state *, const struct ident *, struct date from,
    struct agreement *) WARN_UNUSED_RESULT;
void agreement_put(struct state *, const struct agreement *);

/* Is there any row of that name; has any of them that level? */
bool agreement_exists(struct state *, const struct ident *);
bool agreement_has_level(
    struct state *, const struct ident *, const struct ident *level);

struct bytes agreement_parts(const struct agreement *);

/* ---- caps ---- */

/* What a cap is about. */
struct cap {
    struct ident agreement;
    struct ident level;
    uint32_t year;
    enum cap_span per;
    enum currency currency;
    int64_t amount;
    uint64_t set; /* entry */
};

/* Fills in amount and entry; false: there is no cap. */
bool agreement_find_cap(struct state *, struct cap *) WARN_UNUSED_RESULT;
void agreement_put_cap(struct state *, const struct cap *);

/* What the level has pledged in that year over all projects of the rule;
 * per and amount of the cap are not looked at. */
int64_t agreement_used(struct state *, const struct cap *);
void agreement_put_used(struct state *, const struct cap *, int64_t);

#endif
