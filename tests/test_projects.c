/*
 * Random projects through the real ledger: pledges, lapses, receipts,
 * draws, reversals, returns.  After every step each source's money is where
 * the record says and nobody has gone first; at the end every trust account
 * is at zero and nothing was lost or made.
 */
#include "cycle_fixture.h"
#include "random_operation.h"

#include "../ledger/context.h"
#include "../ledger/report_project.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PROJECTS 200
#define STEPS 24
#define CENTS(n) (unsigned long long)((n) / 100), (unsigned)((n) % 100)
#define EVIDENCE "evidence=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

__extension__ typedef __int128 wide;

struct soak {
    struct ledger_fixture *f;
    struct random_source random;
    char name[16];
    int64_t paid_out; /* drawn to the bank, all projects */
    bool steady;      /* the weights did not change since the first draw */
    uint64_t looked;  /* how often that was so, and something drawn */
    uint64_t reversible[STEPS * 2];
    size_t reversible_count;
    uint64_t accepted[VERB_COUNT];
};

static const char *const givers[][2] = {
    { "club", "c1" }, { "club", "c2" }, { "club", "cx" }, { "club", "zac" },
    { "federal", "fund.f" }, { "state", "fund.s" }, { "municipal", "fund.m" },
};
#define GIVERS (sizeof givers / sizeof *givers)

static uint64_t below(struct soak *s, uint64_t limit)
{
    return random_below(&s->random, limit);
}

/* ---- what must hold ---- */

static void ignore_pledge(void *context, const struct ident *source,
    const struct pledge *pledge, enum currency currency)
{
    (void)context;
    (void)source;
    (void)pledge;
    (void)currency;
}

static void ignore_link(void *context, const struct ident *other,
    enum link as, uint64_t entry)
{
    (void)context;
    (void)other;
    (void)as;
    (void)entry;
}

static void ignore_entry(void *context, const struct project_entry *entry)
{
    (void)context;
    (void)entry;
}

static void look(struct soak *s, struct project_report *out)
{
    const struct project_visitor visitor = { NULL, ignore_pledge,
        ignore_link, ignore_entry };
    struct ident who = ident_of("aud");
    struct ident name = ident_of(s->name);
    enum status status;

    assert_int_equal(report_project(s->f->ledger, &who, &name, out,
                         &visitor, &status), 0);
    assert_int_equal(status, STATUS_ACCEPTED);
}

static int64_t balance(struct soak *s, const struct ident *party,
    const char *role)
{
    char text[100];

    (void)snprintf(text, sizeof text, "mx/%.*s/%s/MXN", (int)party->length,
        party->text, role);
    return ledger_fixture_balance(s->f, text);
}

static int64_t weight(const struct source_report *source)
{
    return source->sums.pledged - source->sums.returned;
}

/* While weights stay, no source pays beyond its share, rounded up. */
static void check_fair(struct soak *s, const struct project_report *p)
{
    wide weights = 0;

    if (p->sums.drawn == 0)
        s->steady = true;
    s->looked += s->steady && p->sums.drawn > 0;
    for (size_t i = 0; i < p->source_count; i++)
        weights += weight(&p->sources[i]);
    for (size_t i = 0; i < p->source_count && s->steady; i++) {
        int64_t paid = p->sources[i].sums.drawn;

        assert_true((wide)(paid - 1) * weights <
                        (wide)p->sums.drawn * weight(&p->sources[i]) ||
            paid == 0);
    }
}

static void check_project(struct soak *s)
{
    struct project_report p;
    int64_t open = 0;

    look(s, &p);
    for (size_t i = 0; i < p.source_count; i++) {
        const struct source_report *source = &p.sources[i];
        int64_t trust = balance(s, &source->name, "trust");
        int64_t pledge = balance(s, &source->name, "pledge");

        assert_int_equal(trust, report_project_balance(&source->sums));
        assert_int_equal(
            pledge, source->sums.pledged - source->sums.received);
        assert_true(trust >= 0 && pledge >= 0);
        open += pledge;
    }
    assert_int_equal(balance(s, &p.name, "commitment"), open);
    check_fair(s, &p);
}

/* ---- steps ---- */

static bool tell(struct soak *s, enum verb verb, enum status status)
{
    if (status != STATUS_ACCEPTED)
        return false;
    s->accepted[verb]++;
    return true;
}

#define SEND(s, verb, key, ...) \
    tell((s), (verb), ledger_fixture_send((s)->f, (key), __VA_ARGS__))

/* Anything from a cent to a bit more than there is. */
static int64_t some(struct soak *s, int64_t most)
{
    uint64_t limit = most > 3 && below(s, 3) > 0 ? (uint64_t)most / 2
                                                : (uint64_t)most + 1;

    return 1 + (int64_t)below(s, limit + 1);
}

static void keep_reversible(struct soak *s)
{
    if (s->reversible_count < STEPS * 2)
        s->reversible[s->reversible_count++] = s->f->decision.index;
}

static void pledge(struct soak *s, const struct project_report *p)
{
    const char *const *giver = givers[below(s, GIVERS)];
    struct date until = cycle_fixture_date(s->f, "mx");
    char date[DATE_LENGTH + 1] = "";
    struct buffer text = buffer_over(date, DATE_LENGTH);
    int64_t most = 0;
    int64_t amount;

    for (size_t i = 0; i < p->level_count; i++)
        if (bytes_equal_text(ident_bytes(&p->levels[i].name), giver[0]))
            most = p->levels[i].budget - p->levels[i].pledged;
    if (most == 0)
        return;
    amount = below(s, 2) == 0 ? most : some(s, most);
    until.days += 1 + (int32_t)below(s, 20);
    date_append(&text, until);
    if (SEND(s, VERB_PLEDGE, "board",
            "pledge project=%s level=%s from=%s amount=MXN%llu.%02u "
            "until=%s",
            s->name, giver[0], giver[1], CENTS(amount), date))
        s->steady = false;
}

static void receive(struct soak *s, const struct project_report *p)
{
    const struct source_report *source;
    bool pool;
    int64_t rest;

    if (p->source_count == 0)
        return;
    source = &p->sources[below(s, p->source_count)];
    pool = bytes_equal_text(ident_bytes(&source->level), "club") &&
        below(s, 2) == 0;
    rest = source->sums.pledged - source->sums.received;
    rest = below(s, 3) > 0 && rest > 0 ? rest : some(s, rest);
    if (SEND(s, VERB_RECEIVE, "board",
            "receive project=%s level=%.*s from=%.*s via=%.*s "
            "amount=MXN%llu.%02u",
            s->name, (int)source->level.length, source->level.text,
            (int)source->giver.length, source->giver.text,
            pool ? (int)source->giver.length : 8,
            pool ? source->giver.text : "bancomer", CENTS(rest)))
        keep_reversible(s);
}

static void draw(struct soak *s, const struct project_report *p)
{
    int64_t amount = some(s, p->releasable);

    if (SEND(s, VERB_DRAW, "xsup",
            "draw project=%s amount=MXN%llu.%02u via=bancomer " EVIDENCE,
            s->name, CENTS(amount))) {
        struct project_report after;

        keep_reversible(s);
        look(s, &after);
        assert_int_equal(after.sums.drawn - p->sums.drawn, amount);
        s->paid_out += amount;
    }
}

static bool reach(struct soak *s, const char *milestone)
{
    return SEND(s, VERB_MILESTONE, "xsup",
               "milestone project=%s milestone=%s " EVIDENCE, s->name,
               milestone) &&
        SEND(s, VERB_APPROVE, "mx.sup", "approve proposal=%llu",
            (unsigned long long)s->f->decision.index);
}

static void give_back(struct soak *s, int64_t amount)
{
    if (SEND(s, VERB_RETURN, "xsup",
            "return project=%s via=bancomer amount=MXN%llu.%02u", s->name,
            CENTS(amount))) {
        keep_reversible(s);
        s->steady = false;
    }
}

static void reverse(struct soak *s)
{
    struct project_report before;
    struct project_report after;

    if (s->reversible_count == 0)
        return;
    look(s, &before);
    if (!SEND(s, VERB_REVERSE, "xsup", "reverse entry=%llu reason=x",
            (unsigned long long)
                s->reversible[below(s, s->reversible_count)]))
        return;
    s->steady = false;
    look(s, &after);
    s->paid_out += after.sums.drawn - before.sums.drawn;
}

static void withdraw(struct soak *s)
{
    struct state_scan *scan = state_scan_open(
        s->f->state, TABLE_PLEDGE_DUE, bytes_of("\1", 1));
    struct bytes key;
    struct bytes value;
    uint64_t index = 0;

    assert_non_null(scan);
    if (state_scan_next(scan, &key, &value)) {
        struct cursor in = cursor_open(bytes_after(key, 5));

        index = cursor_be64(&in);
    }
    state_scan_close(scan);
    if (index != 0 &&
        SEND(s, VERB_PLEDGE_WITHDRAW, "board",
            "pledge-withdraw pledge=%llu reason=x",
            (unsigned long long)index))
        s->steady = false;
}

static void next_day(struct soak *s)
{
    char date[DATE_LENGTH + 1] = "";
    struct buffer text = buffer_over(date, DATE_LENGTH);

    date_append(&text, cycle_fixture_date(s->f, "mx"));
    CYCLE_SEND(s->f, "board", "day-close book=mx date=%s", date);
    s->accepted[VERB_DAY_CLOSE]++;
    s->steady = false;
}

static void step(struct soak *s)
{
    struct project_report p;
    uint64_t kind = below(s, 20);

    look(s, &p);
    if (kind < 6)
        pledge(s, &p);
    else if (kind < 11)
        receive(s, &p);
    else if (kind < 15)
        draw(s, &p);
    else if (kind < 16)
        (void)reach(s, below(s, 2) == 0 ? "a" : "b");
    else if (kind < 17)
        reverse(s);
    else if (kind < 18)
        give_back(s, some(s, report_project_balance(&p.sums)));
    else if (kind < 19)
        next_day(s);
    else if (below(s, 3) == 0)
        withdraw(s);
    check_project(s);
}

/* ---- a project's life ---- */

static void open_project(struct soak *s, int number)
{
    static const char *const rules[] = { "alone", "half", "mixed", "third",
        "quarter" };
    int64_t budget = 1 + (int64_t)below(s, below(s, 4) == 0 ? 30 : 2000000);

    (void)snprintf(s->name, sizeof s->name, "p%d", number);
    s->reversible_count = 0;
    s->steady = true;
    CYCLE_SEND(s->f, "board",
        "project-register project=%s book=mx club=c1 agreement=%s "
        "category=water place=Jerez budget=MXN%llu.%02u "
        "milestones=a:0.333333,b:0.666667",
        s->name, rules[below(s, 5)], CENTS(budget));
}

/* All goes back, and it is closed: every trust account is at zero. */
static void close_project(struct soak *s)
{
    struct project_report p;
    int64_t left;

    for (int i = 0; i < 25; i++)
        next_day(s); /* whatever is pledged lapses */
    look(s, &p);
    left = report_project_balance(&p.sums);
    if (left > 0)
        give_back(s, left);
    look(s, &p);
    for (size_t i = 0; i < p.source_count; i++) {
        const struct project_sums *sums = &p.sources[i].sums;

        assert_int_equal(balance(s, &p.sources[i].name, "trust"), 0);
        assert_int_equal(balance(s, &p.sources[i].name, "pledge"), 0);
        assert_int_equal(sums->received, sums->drawn + sums->returned);
    }
    CYCLE_SEND(s->f, "board", "project-close project=%s reason=done",
        s->name);
}

static void begin(struct soak *s)
{
    static const char *const lines[] = {
        "agreement-set agreement=alone from=2026-11-01 parts=club:1",
        "agreement-set agreement=half from=2026-11-01 "
        "parts=club:0.5,federal:0.5",
        "agreement-set agreement=mixed from=2026-11-01 "
        "parts=club:0.25,federal:0.25,state:0.5",
        "agreement-set agreement=third from=2026-11-01 "
        "parts=club:0.333333333334,federal:0.333333333333,"
        "state:0.333333333333",
        "agreement-set agreement=quarter from=2026-11-01 "
        "parts=club:0.25,federal:0.25,municipal:0.25,state:0.25",
        "policy-set verb=party-open need=1 kinds=board",
        "party-open party=fund.f kind=funder book=mx country=MX",
        "party-open party=fund.s kind=funder book=mx country=MX",
        "party-open party=fund.m kind=funder book=mx country=MX",
        "policy-set verb=deposit need=1 kinds=board",
        "policy-set verb=contribute need=1 kinds=board",
        "deposit member=m1 via=bank amount=MXN99000000.00 purpose=C",
        "contribute member=m1 club=c1 amount=MXN99000000.00 purpose=C",
        "deposit member=n1 via=bank amount=MXN50000.00 purpose=C",
        "contribute member=n1 club=c2 amount=MXN50000.00 purpose=C",
        "deposit member=x1 via=bancomer amount=MXN500000.00 purpose=C",
        "contribute member=x1 club=cx amount=MXN500000.00 purpose=C",
    };
    char line[200];

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        CYCLE_SEND(s->f, "board", "%s", lines[i]);
    (void)snprintf(line, sizeof line,
        "key-add key=mx.sup public=%s kind=supervisor owner=sup country=MX "
        "scope=mx",
        ledger_fixture_public("mx.sup"));
    assert_int_equal(ledger_fixture_prove(s->f, "board", "mx.sup", line),
        STATUS_ACCEPTED);
    s->f->quick = true;
}

static void keep_total(void *context, const struct programme_row *row)
{
    if (row->year == 0)
        *(struct programme_row *)context = *row;
}

/* What the programme says was invested is what the draws paid out. */
static void check_programme(struct soak *s)
{
    struct programme_row total = { .projects = 0 };
    struct ident who = ident_of("aud");
    struct ident book = ident_of("mx");
    enum status status;
    int64_t levels = 0;

    assert_int_equal(report_programme(s->f->ledger, &who, &book, 0, 9999,
                         keep_total, &total, &status), 0);
    assert_int_equal(status, STATUS_ACCEPTED);
    assert_int_equal(total.projects, PROJECTS);
    assert_int_equal(total.invested, s->paid_out);
    for (size_t i = 0; i < total.level_count; i++)
        levels += total.levels[i].invested;
    assert_int_equal(levels, s->paid_out);
}

static void random_projects(void **state)
{
    static const enum verb used[] = { VERB_PLEDGE, VERB_PLEDGE_WITHDRAW,
        VERB_RECEIVE, VERB_DRAW, VERB_RETURN, VERB_REVERSE,
        VERB_MILESTONE };
    struct soak s = { .f = *state, .random = { 31 } };

    begin(&s);
    for (int i = 0; i < PROJECTS; i++) {
        open_project(&s, i);
        if (below(&s, 3) > 0)
            (void)(reach(&s, "a") && reach(&s, "b"));
        for (int k = 0; k < STEPS; k++)
            step(&s);
        close_project(&s);
    }
    check_programme(&s);
    assert_true(s.looked > 100);
    for (size_t i = 0; i < sizeof used / sizeof *used; i++)
        if (s.accepted[used[i]] < 20)
            fail_msg("%s was accepted %llu times only",
                operation_row(used[i])->verb,
                (unsigned long long)s.accepted[used[i]]);
    cycle_fixture_check(s.f);
}

/* ---- who may see an entry ---- */

static enum status may_see(
    struct ledger_fixture *f, const char *key, uint64_t index)
{
    struct buffer bytes = buffer_empty();
    struct ident who = ident_of(key);
    struct entry entry;
    enum status status;

    assert_int_equal(ledger_entry(f->ledger, index, &bytes, &entry), 0);
    assert_int_equal(
        report_may_see(f->ledger, &who, &entry, &status), 0);
    buffer_free(&bytes);
    return status;
}

static void entries_are_open(void **state)
{
    struct ledger_fixture *f = *state;
    uint64_t deposit;
    uint64_t draw;

    CYCLE_SEND(f, "board", "agreement-set agreement=alone from=2026-11-01 "
                           "parts=club:1");
    CYCLE_SEND(f, "board", "project-register project=red book=us club=c3 "
                           "agreement=alone category=trade place=Jerez "
                           "budget=USD9.00 milestones=a:1");
    assert_int_equal(may_see(f, "club", 2), STATUS_ACCEPTED);
    CYCLE_SEND(f, "ana", "deposit member=o1 via=bank amount=USD9.00 "
                         "purpose=I");
    deposit = f->decision.index;
    CYCLE_SEND(f, "board", "pledge project=red level=club from=c3 "
                           "amount=USD9.00 until=2026-12-01");
    CYCLE_SEND(f, "board", "receive project=red level=club from=c3 "
                           "via=bank amount=USD9.00");
    draw = f->decision.index;
    CYCLE_SEND(f, "xsup", "reverse entry=%llu reason=x",
        (unsigned long long)draw);
    assert_int_equal(may_see(f, "club", deposit), STATUS_OUT_OF_SCOPE);
    assert_int_equal(may_see(f, "club", draw), STATUS_ACCEPTED);
    assert_int_equal(may_see(f, "club", draw + 1), STATUS_ACCEPTED);
    CYCLE_SEND(f, "xsup", "reverse entry=%llu reason=x",
        (unsigned long long)deposit);
    assert_int_equal(may_see(f, "club", draw + 2), STATUS_OUT_OF_SCOPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(entries_are_open),
        LEDGER_TEST(random_projects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
