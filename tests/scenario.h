/*
 * Scenarios: text tables that say what is sent to a ledger, what it
 * answers, and what the books say afterwards.  tests/scenarios/README.md
 * explains the tables to those who read and write them.
 *
 * What the runner sees to without being told:
 *   - a line that is refused, tried, asked or repeated leaves the state as
 *     it was, to the byte;
 *   - at the end check_ledger finds nothing;
 *   - at the end the whole journal, replayed with all its signatures in an
 *     empty ledger, gives the same bytes and the same digest;
 *   - every accepted line decodes and encodes to itself.
 */
#ifndef POSITO_TESTS_SCENARIO_H
#define POSITO_TESTS_SCENARIO_H

#include <posito/failure.h>
#include <posito/operation.h>

#define SCENARIO_STATUSES 1000

/* What was seen, over as many scenarios as one likes. */
struct scenario_totals {
    bool status_seen[SCENARIO_STATUSES]; /* by number */
    uint64_t accepted[VERB_COUNT];       /* entries and lines of bodies */
    uint64_t reversed[VERB_COUNT];       /* what was reversed */
    uint64_t steps;
    uint64_t entries;
};

/*
 * Run one file and add to totals.  False with the file, the line and what
 * differs in *failure.  A storage failure fails the cmocka test at once.
 */
bool scenario_run(const char *path, struct scenario_totals *,
    struct failure *) WARN_UNUSED_RESULT;

#endif
