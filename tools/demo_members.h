/*
 * What some members do in the season: term shares, beneficiaries, standing
 * rules and what arrives by them, savings locked for the return, notices to
 * a club's pool; and, on the working day, a succession.
 *
 * They are the first members of the first clubs, and m01042, who is shown.
 */
#ifndef POSITO_TOOLS_DEMO_MEMBERS_H
#define POSITO_TOOLS_DEMO_MEMBERS_H

#include "demo_send.h"

#define DEMO_SAVERS 12
#define DEMO_SHOWN 1042 /* m01042 */

/* Number of the member who is first in the i-th club. */
size_t demo_saver(const struct demo_plan *, size_t i);

/* The member's federation: its teller, drawer and treasurer. */
const struct demo_federation *demo_federation_of(
    const struct demo_plan *, size_t member);

/* On 2000-01-03, and after the sheets of each month's last day. */
int demo_members_join(struct play *) WARN_UNUSED_RESULT;
int demo_members_january(struct play *) WARN_UNUSED_RESULT;
int demo_members_february(struct play *) WARN_UNUSED_RESULT;
int demo_members_march(struct play *) WARN_UNUSED_RESULT;

/* One has died: the first of two beneficiaries is paid. */
int demo_members_succession(struct play *) WARN_UNUSED_RESULT;

#endif
