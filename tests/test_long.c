/*
 * Long decisions that give way at every pause there is: what is seen there
 * is the ledger as it was before, whatever is asked; what is decided is
 * what would have been decided without; and nothing of a draft stays that
 * was dropped.
 */
#include "cycle_fixture.h"

#include "../ledger/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MEMBERS 40

/* Who looks at the ledger at the pauses. */
struct watcher {
    struct ledger_fixture *f;
    struct hash before;   /* of the state */
    int64_t payable;
    uint64_t size;
    uint32_t open_month;
    uint64_t pauses;
    const char *rehearsal; /* tried at each pause; NULL: nothing */
};

static uint32_t open_month(struct ledger_fixture *f)
{
    const struct ident name = ident_of("us");

    return context_find_book(f->ledger, &name)->open_month;
}

/* With buffers of its own: the fixture's hold the order being decided. */
static void rehearse(const struct watcher *watcher)
{
    struct ledger_fixture other = *watcher->f;

    other.line = buffer_empty();
    other.body = buffer_empty();
    assert_int_equal(
        ledger_fixture_try(&other, "sup", "%s", watcher->rehearsal),
        STATUS_ACCEPTED);
    assert_true(other.decision.effects.length > 0);
    buffer_free(&other.line);
    buffer_free(&other.body);
}

static void look(const struct watcher *watcher)
{
    struct hash now = ledger_fixture_snapshot(watcher->f);

    assert_memory_equal(&now, &watcher->before, sizeof now);
    assert_int_equal(
        ledger_fixture_balance(watcher->f, "us/us/dividend.payable/USD"),
        watcher->payable);
    assert_int_equal(ledger_size(watcher->f->ledger), watcher->size);
    assert_int_equal(open_month(watcher->f), watcher->open_month);
}

static void on_pause(void *context)
{
    struct watcher *watcher = context;
    struct ledger *ledger = watcher->f->ledger;

    watcher->pauses++;
    ledger_draft_hide(ledger, true);
    look(watcher);
    if (watcher->rehearsal != NULL) {
        rehearse(watcher);
        look(watcher);
    }
    ledger_draft_hide(ledger, false);
    assert_false(ledger_failed(ledger));
}

static void watch(struct watcher *watcher, struct ledger_fixture *f)
{
    *watcher = (struct watcher){
        .f = f,
        .before = ledger_fixture_snapshot(f),
        .payable = ledger_fixture_balance(f, "us/us/dividend.payable/USD"),
        .size = ledger_size(f->ledger),
        .open_month = open_month(f),
        .rehearsal = "month-close book=us month=2026-11",
    };
    ledger_set_pause(f->ledger, on_pause, watcher);
    ledger_draft_begin(f->ledger);
}

/* Members with savings, a dividend declared, the month over. */
static void prepare(struct ledger_fixture *f)
{
    CYCLE_SEND(f, "board",
        "journal-entry post=us/bank/nostro/USD:1000.00,"
        "us/us/income.interest/USD:-1000.00 reason=interest");
    CYCLE_SEND(f, "board", "tax-withhold book=us rate=0.1 from=2026-11-01");
    for (int i = 0; i < MEMBERS; i++) {
        CYCLE_SEND(f, "sup",
            "party-open party=p%d kind=member book=us parent=c1 country=US",
            i);
        CYCLE_SEND(f, "ana",
            "deposit member=p%d via=bank amount=USD%d.00 purpose=I", i,
            100 + i);
    }
    CYCLE_SEND(f, "board",
        "dividend-declare book=us month=2026-11 amount=USD99.99 "
        "basis=daily");
    cycle_fixture_close_until(f, "us", "2026-12-01");
    ledger_fixture_close_group(f);
}

static void expect_closed(struct ledger_fixture *f)
{
    ledger_set_pause(f->ledger, NULL, NULL);
    assert_int_equal(
        ledger_fixture_balance(f, "us/us/dividend.payable/USD"), 0);
    assert_int_equal(
        open_month(f), (uint32_t)(2026 * 12 + 11));
    cycle_fixture_check(f);
}

static void test_close(void **state)
{
    struct ledger_fixture *f = *state;
    struct watcher watcher;

    prepare(f);
    watch(&watcher, f);
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    ledger_draft_keep(f->ledger);
    assert_true(watcher.pauses >= 2 * MEMBERS);
    expect_closed(f);
}

/* The last signature decides it, after two rehearsals. */
static void test_approval(void **state)
{
    struct ledger_fixture *f = *state;
    struct watcher watcher;
    uint64_t proposal;

    CYCLE_SEND(f, "board",
        "policy-set verb=month-close need=2 kinds=supervisor,board");
    prepare(f);
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    assert_int_equal(f->decision.proposal, PROPOSAL_OPEN);
    proposal = f->decision.index;
    assert_true(ledger_proposal_takes_long(f->ledger, proposal));
    ledger_fixture_close_group(f);
    watch(&watcher, f);
    CYCLE_SEND(f, "board", "approve proposal=%llu",
        (unsigned long long)proposal);
    assert_int_equal(f->decision.proposal, PROPOSAL_DONE);
    ledger_draft_keep(f->ledger);
    assert_true(watcher.pauses >= 3 * MEMBERS);
    expect_closed(f);
}

/* Tried in a draft, refused in a draft, and then done. */
static void test_dropped(void **state)
{
    struct ledger_fixture *f = *state;
    struct watcher watcher;

    prepare(f);
    watch(&watcher, f);
    assert_int_equal(
        ledger_fixture_try(f, "sup", "month-close book=us month=2026-11"),
        STATUS_ACCEPTED);
    ledger_draft_drop(f->ledger);
    assert_true(watcher.pauses > 0);
    look(&watcher);
    ledger_draft_begin(f->ledger);
    assert_int_equal(ledger_fixture_send(f, "sup",
                         "month-close book=us month=2026-12"),
        STATUS_PERIOD_OPEN);
    ledger_draft_keep(f->ledger);
    look(&watcher);
    ledger_set_pause(f->ledger, NULL, NULL);
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    expect_closed(f);
}

/* A batch, some of whose lines are refused. */
static void test_batch(void **state)
{
    struct ledger_fixture *f = *state;
    struct watcher watcher;
    struct buffer lines = buffer_empty();

    prepare(f);
    for (int i = 0; i < MEMBERS; i++)
        buffer_format(&lines,
            "transfer from=p%d to=p%d amount=USD%d.00 purpose=F\n", i,
            (i + 1) % MEMBERS, i % 2 == 0 ? 10 : 5000);
    buffer_char(&lines, '\0');
    watch(&watcher, f);
    assert_int_equal(ledger_fixture_batch(
                         f, "ana", "each", (const char *)lines.data),
        STATUS_ACCEPTED);
    ledger_draft_keep(f->ledger);
    assert_true(f->decision.accepted > 0);
    assert_true(f->decision.refused > 0);
    assert_true(watcher.pauses >= MEMBERS);
    ledger_set_pause(f->ledger, NULL, NULL);
    cycle_fixture_check(f);
    buffer_free(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_close),
        LEDGER_TEST(test_approval),
        LEDGER_TEST(test_dropped),
        LEDGER_TEST(test_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
