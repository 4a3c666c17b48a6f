/*
 * A federation whose policy asks for several signatures.
 *
 *     us (2026-11-23)                        mx (2026-11-23)
 *       zac  federation                        fzac  federation
 *         c1   club: m1 m2 m3                    cx    club: x1
 *         c2   club: n1 n2                     zo   office
 *       la   office       bank correspondent
 *
 *     key     kind                  scope  country  owner
 *     fed.us  federation.treasurer  all    US       tre
 *     fed.mx  federation.treasurer  all    MX       trem
 *     board   board                 all    US       dir
 *     zac.t   federation.treasurer  zac    US       tre
 *     c1.t    club.treasurer        zac    US       m3
 *     c2.t    club.treasurer        zac    US       n2
 *     ana     teller                us     US       ana   limit 900 USD
 *     bea     teller                us     US       bea
 *     mex     teller                mx     MX       trem
 *     sup     supervisor            us     US       sup
 *     xsup    supervisor            all    US       sup
 *     aud     auditor               all    US       sup
 *
 *     transfer above 500.00 USD   2 of teller, supervisor, club.treasurer
 *     pool-lend                   3, the clubs in the majority
 *     journal-entry               2, one in each country
 *     party-open                  2 of teller, supervisor, lapse 1 day
 *     key-add, key-revoke, policy-set: what holds without policy
 */
#ifndef POSITO_TESTS_QUORUM_FIXTURE_H
#define POSITO_TESTS_QUORUM_FIXTURE_H

#include "ledger_table.h"

int quorum_fixture_setup(void **state);

#define QUORUM_TEST(function)                   \
    cmocka_unit_test_setup_teardown(            \
        function, quorum_fixture_setup, quorum_fixture_finish)

/* check_ledger, replay to the same digest, and close. */
int quorum_fixture_finish(void **state);

/* The last answer was ok with proposal=open need= have=. */
void quorum_fixture_open(struct ledger_fixture *, uint64_t need,
    uint64_t have);

/* The last answer was ok with this phase. */
void quorum_fixture_ended(struct ledger_fixture *, enum proposal_phase);

#endif
