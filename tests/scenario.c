#include "scenario.h"

#include "scenario_inside.h"

#include "cycle_fixture.h"
#include "document.h"

#include "../ledger/record.h"

#include <stdlib.h>
#include <string.h>

/* ---- the clock ---- */

static bool step_at(struct scenario *s, struct bytes rest)
{
    struct instant now;

    if (!instant_parse(rest, &now))
        return scenario_fail(s, s->step.number, "which instant?");
    s->fixture.clock = now;
    return true;
}

static bool step_after(struct scenario *s, struct bytes rest)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {
        { "ms", 1 },
        { "seconds", 1000 },
        { "minutes", 60000 },
        { "hours", 3600000 },
        { "days", 86400000 },
    };
    uint64_t count;

    if (!bytes_decimal(scenario_word(&rest), 1000000, &count))
        return scenario_fail(s, s->step.number, "how long?");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (bytes_equal_text(rest, units[i].name)) {
            s->fixture.clock.ms += (int64_t)count * units[i].ms;
            return true;
        }
    }
    return scenario_fail(
        s, s->step.number, "ms, seconds, minutes, hours or days?");
}

/* close-days BOOK DATE */
static bool step_close_days(struct scenario *s, struct bytes rest)
{
    struct bytes word = scenario_word(&rest);
    char book[IDENT_LENGTH_MAX + 1] = "";
    char to[DATE_LENGTH + 1] = "";
    struct date date;

    if (word.length > IDENT_LENGTH_MAX || !date_parse(rest, &date))
        return scenario_fail(s, s->step.number, "which days?");
    memcpy(book, word.data, word.length);
    memcpy(to, rest.data, DATE_LENGTH);
    cycle_fixture_close_until(&s->fixture, book, to);
    return true;
}

/* ---- looking ---- */

/* stake POOL PARTY USD7.00 */
static bool step_stake(struct scenario *s, struct bytes rest)
{
    struct state *state = s->fixture.state;
    struct ident pool_name;
    struct ident party_name;
    struct party pool;
    struct party party;
    struct amount amount;
    int64_t stake;

    if (!ident_parse(scenario_word(&rest), &pool_name) ||
        !ident_parse(scenario_word(&rest), &party_name) ||
        amount_parse(rest, &amount) != AMOUNT_SPELLED ||
        !record_find_party(state, &pool_name, &pool) ||
        !record_find_party(state, &party_name, &party))
        return scenario_fail(s, s->step.number, "whose stake?");
    stake =
        record_stake(state, pool.number, party.number, amount.currency);
    if (stake != amount.minor)
        return scenario_fail(s, s->step.number, "it is %lld",
            (long long)stake);
    return true;
}

/* ---- steps ---- */

static bool step_found(struct scenario *s, struct bytes rest)
{
    (void)rest;
    ledger_fixture_found(&s->fixture);
    return true;
}

static bool step_close_group(struct scenario *s, struct bytes rest)
{
    (void)rest;
    ledger_fixture_close_group(&s->fixture);
    return true;
}

static const struct {
    const char *word;
    bool (*run)(struct scenario *, struct bytes rest);
} steps[] = {
    { "found", step_found },
    { "at", step_at },
    { "after", step_after },
    { "close-days", step_close_days },
    { "balance", scenario_balance },
    { "stake", step_stake },
    { "close-group", step_close_group },
    { "raw:", scenario_raw },
    { "again", scenario_again },
    { "try", scenario_try },
    { "genesis", scenario_genesis },
};

static bool run_step(struct scenario *s)
{
    struct bytes rest = s->step.head;
    struct bytes word = scenario_word(&rest);

    s->totals->steps++;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (bytes_equal_text(word, steps[i].word))
            return steps[i].run(s, rest);
    return scenario_send(s);
}

static bool run(struct scenario *s)
{
    if (!document_read(s->path, &s->text))
        return scenario_fail(s, 0, "cannot be read");
    s->rest = buffer_bytes(&s->text);
    if (s->rest.length == 0 || s->rest.data[s->rest.length - 1] != '\n')
        return scenario_fail(s, 0, "the last line does not end");
    while (scenario_next_step(s))
        if (!run_step(s))
            return false;
    return s->failure->text[0] == '\0' && scenario_end(s);
}

bool scenario_run(const char *path, struct scenario_totals *totals,
    struct failure *failure)
{
    struct scenario *s = calloc(1, sizeof *s);
    bool good;

    if (s == NULL) {
        (void)failure_set(failure, "out of memory");
        return false;
    }
    s->path = path;
    s->totals = totals;
    s->failure = failure;
    s->text = buffer_empty();
    s->line = buffer_empty();
    s->body = buffer_empty();
    ledger_fixture_open(&s->fixture);
    good = run(s);
    ledger_fixture_close(&s->fixture);
    for (size_t i = 0; i < s->label_count; i++) {
        buffer_free(&s->labels[i].line);
        buffer_free(&s->labels[i].body);
    }
    buffer_free(&s->text);
    buffer_free(&s->line);
    buffer_free(&s->body);
    free(s);
    return good;
}
