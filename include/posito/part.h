/*
 * Parts of a whole by name: how an agreement, a member's standing rule or
 * the funding of a loan divides an amount.
 *
 *     club.jalpa:0.25,federal:0.25,municipal:0.25,state:0.25
 *
 * A PARTS value is 1 to 16 of name `:` rate joined by commas.  Names ascend
 * (by bytes) and are distinct, no rate is zero.  Whether the rates must sum
 * to one is for the operation to say.
 */
#ifndef POSITO_PART_H
#define POSITO_PART_H

#include <posito/amount.h>
#include <posito/ident.h>

#define PARTS_MAX 16

struct part {
    struct ident name;
    struct rate rate;
};

/*
 * Read the next part of a PARTS view.  False at its end.  The view was
 * checked when it was decoded, so nothing else can go wrong.
 */
bool parts_next(struct bytes *rest, struct part *);

/* How many there are. */
size_t parts_count(struct bytes parts);

/* Do the rates sum to exactly one? */
bool parts_are_whole(struct bytes parts);

/*
 * Share out an amount by the rates (which need not be whole: only their
 * proportions count), as minor_allocate does; shares has room for
 * PARTS_MAX.  False if the rates are too large or too fine to be weighed:
 * more than 18 digits between the largest and the finest.
 */
bool parts_allocate(int64_t minor, struct bytes parts, int64_t *shares)
    WARN_UNUSED_RESULT;

#endif
