/*
 * Twenty thousand random operations against a model that knows nothing of
 * the ledger but what money does: it says beforehand whether each line is
 * accepted, and agrees with every balance afterwards.
 */
#include "ledger_fixture.h"
#include "ledger_table.h"
#include "random_operation.h"

#include "../ledger/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OPERATIONS 20000
#define MEMBERS 5
#define CLUBS 2
#define HOLDS_MAX 4000

static const char *const members[MEMBERS] = { "m1", "m2", "m3", "n1", "n2" };
static const int club_of[MEMBERS] = { 0, 0, 0, 1, 1 };
static const char *const clubs[CLUBS] = { "c1", "c2" };

struct model_hold {
    uint64_t index;
    int from, to;
    int64_t left;
    int64_t until;
};

/* Everything in cents; money in the drawer is above zero. */
struct model {
    int64_t share[MEMBERS];
    int64_t held[MEMBERS];
    int64_t pool[CLUBS];
    int64_t federation;
    int64_t stake[MEMBERS];
    int64_t lent[CLUBS];
    int64_t drawer;
    size_t hold_count;
    struct model_hold holds[HOLDS_MAX];
    uint64_t last_transfer; /* entry, and what it moved */
    int last_from, last_to;
    int64_t last_amount;
};

struct soak {
    struct ledger_fixture *f;
    struct random_source random;
    struct model model;
    uint64_t accepted;
};

static int below(struct soak *s, uint64_t limit)
{
    return (int)random_below(&s->random, limit);
}

static int64_t available(const struct model *m, int member)
{
    return m->share[member] - m->held[member];
}

/* Send as key; the model says whether it is accepted. */
static bool send(struct soak *s, const char *key, bool expected,
    const char *format, ...) PRINTF_LIKE(4, 5);
static bool send(struct soak *s, const char *key, bool expected,
    const char *format, ...)
{
    char line[400];
    va_list arguments;
    enum status status;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    status = ledger_fixture_send(s->f, key, "%s", line);
    if ((status == STATUS_ACCEPTED) != expected)
        fail_msg("%s: %s, not as the model has it", line,
            status_name(status));
    s->accepted += expected;
    return expected;
}

/* Dollars and cents as "12.34". */
#define MONEY "USD%lld.%02lld"
#define CENTS(minor) (long long)((minor) / 100), (long long)((minor) % 100)

/* Before a line at the present time, holds end whose time has come: the
 * model forgets them only once a line is accepted, as the ledger does. */
static void expire(struct soak *s, struct model *m, int64_t now)
{
    (void)s;
    for (size_t i = 0; i < m->hold_count; i++) {
        struct model_hold *hold = &m->holds[i];

        if (hold->left > 0 && hold->until <= now) {
            m->held[hold->from] -= hold->left;
            hold->left = 0;
        }
    }
}

/* ---- one operation of each kind ---- */

static void do_deposit(struct soak *s, int64_t amount)
{
    int i = below(s, MEMBERS);

    if (!send(s, "ana", true,
            "deposit member=%s via=la amount=" MONEY " purpose=I",
            members[i], CENTS(amount)))
        return;
    s->model.share[i] += amount;
    s->model.drawer += amount;
}

static void do_withdraw(struct soak *s, int64_t amount)
{
    int i = below(s, MEMBERS);
    bool good = available(&s->model, i) >= amount &&
        s->model.drawer >= amount;

    if (!send(s, "ana", good,
            "withdraw member=%s via=la amount=" MONEY " purpose=F",
            members[i], CENTS(amount)))
        return;
    s->model.share[i] -= amount;
    s->model.drawer -= amount;
}

static void do_transfer(struct soak *s, int64_t amount)
{
    struct model *m = &s->model;
    int from = below(s, MEMBERS);
    int to = below(s, MEMBERS);
    bool good = from != to && available(m, from) >= amount;

    if (!send(s, "ana", good,
            "transfer from=%s to=%s amount=" MONEY " purpose=C",
            members[from], members[to], CENTS(amount)))
        return;
    m->share[from] -= amount;
    m->share[to] += amount;
    m->last_transfer = s->f->decision.index;
    m->last_from = from;
    m->last_to = to;
    m->last_amount = amount;
}

static void do_reverse(struct soak *s)
{
    struct model *m = &s->model;
    bool good = m->last_transfer != 0 && m->last_amount > 0 &&
        available(m, m->last_to) >= m->last_amount;

    if (!send(s, "sup", good, "reverse entry=%llu reason=x",
            (unsigned long long)m->last_transfer))
        return;
    m->share[m->last_from] += m->last_amount;
    m->share[m->last_to] -= m->last_amount;
    m->last_amount = 0;
}

static void do_contribute(struct soak *s, int64_t amount)
{
    struct model *m = &s->model;
    int i = below(s, MEMBERS);
    int club = below(s, CLUBS);
    bool good = club == club_of[i] && available(m, i) >= amount;

    if (!send(s, "ana", good,
            "contribute member=%s club=%s amount=" MONEY " purpose=C",
            members[i], clubs[club], CENTS(amount)))
        return;
    m->share[i] -= amount;
    m->pool[club] += amount;
    m->stake[i] += amount;
}

static void do_redeem(struct soak *s, int64_t amount)
{
    struct model *m = &s->model;
    int i = below(s, MEMBERS);
    int club = club_of[i];
    bool good = m->stake[i] >= amount && m->pool[club] >= amount;

    if (!send(s, "fed", good,
            "pool-redeem member=%s club=%s amount=" MONEY " purpose=C",
            members[i], clubs[club], CENTS(amount)))
        return;
    m->share[i] += amount;
    m->pool[club] -= amount;
    m->stake[i] -= amount;
}

static void do_lend(struct soak *s, int64_t amount)
{
    struct model *m = &s->model;
    int club = below(s, CLUBS);
    bool back = below(s, 2) == 1;
    bool good = back ? m->lent[club] >= amount && m->federation >= amount
                     : m->pool[club] >= amount;
    int64_t sign = back ? -amount : amount;

    if (!send(s, "fed", good,
            "pool-lend from=%s to=%s amount=" MONEY " purpose=C",
            back ? "zac" : clubs[club], back ? clubs[club] : "zac",
            CENTS(amount)))
        return;
    m->pool[club] -= sign;
    m->federation += sign;
    m->lent[club] += sign;
}

static void do_hold(struct soak *s, int64_t amount)
{
    struct model *m = &s->model;
    int from = below(s, MEMBERS);
    int to = below(s, MEMBERS);
    int64_t until = s->f->clock.ms + 1000 * (1 + below(s, 300));
    struct buffer text = buffer_empty();
    bool good = from != to && available(m, from) >= amount &&
        m->hold_count < HOLDS_MAX;

    if (m->hold_count == HOLDS_MAX)
        return;
    instant_append(&text, (struct instant){ until });
    if (send(s, "ana", good,
            "hold from=us/%s/share/USD to=us/%s/share/USD amount=" MONEY
            " until=%.*s purpose=I",
            members[from], members[to], CENTS(amount), (int)text.length,
            (const char *)text.data)) {
        m->holds[m->hold_count++] = (struct model_hold){
            s->f->decision.index, from, to, amount, until
        };
        m->held[from] += amount;
    }
    buffer_free(&text);
}

static void do_capture(struct soak *s, int64_t amount)
{
    struct model *m = &s->model;
    struct model_hold *hold;
    bool keep = below(s, 2) == 1;
    bool good;

    if (m->hold_count == 0)
        return;
    hold = &m->holds[m->hold_count - 1 -
        (size_t)below(s, m->hold_count < 20 ? m->hold_count : 20)];
    good = hold->left >= amount;
    if (!send(s, "ana", good, "capture hold=%llu amount=" MONEY " rest=%s",
            (unsigned long long)hold->index, CENTS(amount),
            keep ? "keep" : "release"))
        return;
    m->share[hold->from] -= amount;
    m->share[hold->to] += amount;
    m->held[hold->from] -= keep ? amount : hold->left;
    hold->left = keep ? hold->left - amount : 0;
}

static void do_release(struct soak *s)
{
    struct model *m = &s->model;
    struct model_hold *hold;

    if (m->hold_count == 0)
        return;
    hold = &m->holds[below(s, m->hold_count)];
    if (!send(s, "ana", hold->left > 0, "release hold=%llu",
            (unsigned long long)hold->index))
        return;
    m->held[hold->from] -= hold->left;
    hold->left = 0;
}

/* A batch of transfers, in either mode. */
static void do_batch(struct soak *s)
{
    struct model after = s->model;
    struct buffer body = buffer_empty();
    uint64_t good = 0;
    int lines = 1 + below(s, 8);
    bool all = below(s, 2) == 1;

    for (int i = 0; i < lines; i++) {
        int from = below(s, MEMBERS);
        int to = below(s, MEMBERS);
        int64_t amount = 1 + below(s, 5000);

        buffer_format(&body,
            "transfer from=%s to=%s amount=" MONEY " purpose=I\n",
            members[from], members[to], CENTS(amount));
        if (from == to || available(&after, from) < amount)
            continue;
        after.share[from] -= amount;
        after.share[to] += amount;
        good++;
    }
    buffer_char(&body, '\0');
    (void)ledger_fixture_batch(
        s->f, "ana", all ? "all" : "each", (const char *)body.data);
    if (all && good < (uint64_t)lines) {
        assert_int_equal(s->f->decision.status, STATUS_LINE_REFUSED);
    } else {
        assert_int_equal(s->f->decision.status, STATUS_ACCEPTED);
        assert_int_equal(s->f->decision.accepted, good);
        s->model = after;
        s->accepted++;
    }
    buffer_free(&body);
}

/* ---- the run ---- */

static void step(struct soak *s)
{
    /* 0.01 to 100.00, so that many do not fit. */
    int64_t amount = 1 + below(s, 10000);
    int kind = below(s, 100);

    if (kind < 20)
        do_deposit(s, amount);
    else if (kind < 32)
        do_withdraw(s, amount);
    else if (kind < 57)
        do_transfer(s, amount);
    else if (kind < 61)
        do_reverse(s);
    else if (kind < 67)
        do_contribute(s, amount);
    else if (kind < 71)
        do_redeem(s, amount);
    else if (kind < 76)
        do_lend(s, amount);
    else if (kind < 83)
        do_hold(s, amount);
    else if (kind < 90)
        do_capture(s, amount);
    else if (kind < 94)
        do_release(s);
    else
        do_batch(s);
}

static void compare(struct soak *s, const char *format, const char *party,
    int64_t expected)
{
    char account[64];

    (void)snprintf(account, sizeof account, "us/%s/%s/USD", party, format);
    if (ledger_fixture_balance(s->f, account) != expected)
        fail_msg("%s is %lld, not %lld", account,
            (long long)ledger_fixture_balance(s->f, account),
            (long long)expected);
}

static void compare_all(struct soak *s)
{
    const struct model *m = &s->model;

    for (int i = 0; i < MEMBERS; i++)
        compare(s, "share", members[i], m->share[i]);
    for (int i = 0; i < CLUBS; i++)
        compare(s, "pool", clubs[i], m->pool[i]);
    compare(s, "pool", "zac", m->federation);
    compare(s, "drawer", "la", m->drawer);
    ledger_table_check_totals(s->f);
}

static void test_soak(void **state)
{
    static struct soak soak;
    struct soak *s = &soak;
    static struct model before;

    s->f = *state;
    s->f->quick = true;
    s->random.state = 20261123;
    for (int i = 0; i < OPERATIONS; i++) {
        uint64_t size = ledger_size(s->f->ledger);

        before = s->model;
        expire(s, &s->model, s->f->clock.ms);
        step(s);
        /* Nothing was accepted: nothing ended either. */
        if (ledger_size(s->f->ledger) == size)
            s->model = before;
        if (i % 500 == 0)
            compare_all(s);
        if (i % 97 == 0)
            ledger_fixture_close_group(s->f);
    }
    compare_all(s);
    assert_int_equal(ledger_size(s->f->ledger), s->accepted + 1);
    /* Both outcomes were met often. */
    assert_in_range(s->accepted, OPERATIONS / 4, OPERATIONS * 19 / 20);
    ledger_fixture_check_replay(s->f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_soak),
    };

    return cmocka_run_group_tests_name("ledger model", tests, NULL, NULL);
}
