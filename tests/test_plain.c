/*
 * Fast and plain come to the same: random batches are decided by a ledger
 * that foresees, keeps places and caches, saves now and then and gives way
 * in drafts, and by one that looks everything up each time and never saves.
 * Answers, entries and the digest of the state are equal byte for byte.
 */
#include "ledger_fixture.h"
#include "ledger_table.h"
#include "random_operation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 150
#define LINES_MAX 40

static const char *const names[] = { "m1", "m2", "m3", "n1", "n2", "o1",
    "x1", "m4", "nobody", "c1", "new1", "new2", "new3" };

/* Some are so rare that all of memory has forgotten them in between. */
static const char *const rare[] = { "r1", "r2", "r3", "r4", "r5", "r6", "r7",
    "r8" };
#define RARE (sizeof rare / sizeof *rare)

static const char *name(struct random_source *random)
{
    if (random_below(random, 400) == 0)
        return rare[random_below(random, RARE)];
    return names[random_below(random, sizeof names / sizeof *names)];
}

/* Some are refused: unknown, twice the same, not enough, wrong digits. */
static void add_line(struct random_source *random, struct buffer *out)
{
    const char *one = name(random);
    const char *other = name(random);
    unsigned cents = (unsigned)random_below(random, 90000);

    switch (random_below(random, 16)) {
    case 0:
    case 1:
    case 2:
        buffer_format(out,
            "deposit member=%s via=la amount=USD%u.%02u purpose=I\n", one,
            cents / 100, cents % 100);
        break;
    case 3:
        buffer_format(out,
            "withdraw member=%s via=la amount=USD%u.%02u purpose=I\n", one,
            cents / 300, cents % 100);
        break;
    case 4:
        buffer_format(out,
            "contribute member=%s club=c1 amount=USD%u.00 purpose=C\n", one,
            cents / 400);
        break;
    case 5:
        buffer_format(out,
            "party-open party=%s kind=member book=us parent=c1 country=US\n",
            one);
        break;
    case 6:
        buffer_format(out, "deposit member=%s via=la amount=USD1 purpose=I\n",
            one);
        break;
    case 7:
        buffer_format(out,
            "membership member=%s via=la amount=USD5.00 purpose=I\n", one);
        break;
    default:
        buffer_format(out,
            "transfer from=%s to=%s amount=USD%u.%02u purpose=F\n", one,
            other, cents / 1000, cents % 100);
        break;
    }
}

static void make_batch(struct random_source *random, struct buffer *out)
{
    size_t lines = 1 + random_below(random, LINES_MAX);

    buffer_clear(out);
    for (size_t i = 0; i < lines; i++)
        add_line(random, out);
    buffer_char(out, '\0');
    assert_false(out->failed);
}

/* ---- the fast one ---- */

struct way {
    struct ledger_fixture *f;
    struct random_source random;
    uint64_t pauses;
};

/* Others look at the ledger as it was before, and that fills the cache. */
static void pause(void *context)
{
    struct way *way = context;

    if (random_below(&way->random, 4) != 0)
        return;
    way->pauses++;
    ledger_draft_hide(way->f->ledger, true);
    for (size_t i = 0; i < RARE; i++) {
        char account[64];

        (void)snprintf(account, sizeof account, "us/%s/share/USD", rare[i]);
        (void)ledger_fixture_balance(way->f, account);
    }
    ledger_draft_hide(way->f->ledger, false);
}

static enum status send_fast(
    struct way *way, const char *mode, const char *body)
{
    bool draft = random_below(&way->random, 3) == 0;
    enum status status;

    if (random_below(&way->random, 2) == 0)
        (void)ledger_fixture_digest(way->f); /* saves */
    if (!draft)
        return ledger_fixture_batch(way->f, "ana", mode, body);
    ledger_draft_begin(way->f->ledger);
    ledger_set_pause(way->f->ledger, pause, way);
    status = ledger_fixture_batch(way->f, "ana", mode, body);
    ledger_set_pause(way->f->ledger, NULL, NULL);
    if (status == STATUS_ACCEPTED)
        ledger_draft_keep(way->f->ledger);
    else
        ledger_draft_drop(way->f->ledger);
    return status;
}

/* ---- both ---- */

static void compare(struct ledger_fixture *fast, struct ledger_fixture *plain)
{
    const struct decision *a = &fast->decision;
    const struct decision *b = &plain->decision;

    assert_int_equal(a->status, b->status);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->line_status, b->line_status);
    assert_int_equal(a->accepted, b->accepted);
    assert_int_equal(a->refused, b->refused);
    if (a->status == STATUS_ACCEPTED)
        assert_true(bytes_equal(a->effects, b->effects));
}

/* Lines between the batches that change what the batches' lines read. */
static void send_single(struct ledger_fixture *f, uint64_t choice)
{
    static const char *const lines[] = {
        "party-freeze party=m2 direction=out reason=x",
        "party-unfreeze party=m2 direction=out reason=x",
        "party-open party=later kind=member book=us parent=c2 country=US",
        "deposit member=m1 via=la amount=USD500.00 purpose=I",
    };

    (void)ledger_fixture_send(f, "sup", "%s", lines[choice % 4]);
}

static void open_rare(struct ledger_fixture *f, const char *party)
{
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "party-open party=%s kind=member book=us parent=c1 "
                         "country=US", party), STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=%s via=la amount=USD900.00 "
                         "purpose=I", party), STATUS_ACCEPTED);
}

static void run(struct ledger_fixture *fast, struct ledger_fixture *plain,
    uint64_t seed)
{
    struct random_source random = { seed };
    struct way way = { fast, { seed + 1 }, 0 };
    struct buffer body = buffer_empty();
    uint64_t accepted = 0;

    for (size_t i = 0; i < RARE; i++) {
        open_rare(fast, rare[i]);
        open_rare(plain, rare[i]);
    }
    for (int i = 0; i < ROUNDS; i++) {
        const char *mode = random_below(&random, 4) == 0 ? "all" : "each";
        uint64_t choice = random_next(&random);

        make_batch(&random, &body);
        accepted += send_fast(&way, mode, (const char *)body.data) ==
            STATUS_ACCEPTED;
        (void)ledger_fixture_batch(
            plain, "ana", mode, (const char *)body.data);
        compare(fast, plain);
        send_single(fast, choice);
        send_single(plain, choice);
        compare(fast, plain);
    }
    assert_true(accepted > ROUNDS / 2);
    assert_true(way.pauses > 0);
    buffer_free(&body);
}

static void compare_ends(
    struct ledger_fixture *fast, struct ledger_fixture *plain)
{
    struct hash a = ledger_fixture_digest(fast);
    struct hash b = ledger_fixture_digest(plain);

    assert_int_equal(fast->entry_count, plain->entry_count);
    for (size_t i = 0; i < fast->entry_count; i++)
        assert_true(bytes_equal(buffer_bytes(&fast->entries[i]),
            buffer_bytes(&plain->entries[i])));
    assert_memory_equal(&a, &b, sizeof a);
    ledger_table_check_totals(fast);
}

static void both_ways_come_to_the_same(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct ledger_fixture fast;
        struct ledger_fixture plain;

        ledger_fixture_open(&fast);
        ledger_fixture_open(&plain);
        ledger_set_plain(plain.ledger);
        ledger_fixture_found(&fast);
        ledger_fixture_found(&plain);
        fast.quick = true;
        plain.quick = true;
        run(&fast, &plain, seed);
        compare_ends(&fast, &plain);
        ledger_fixture_check_replay(&fast);
        ledger_fixture_close(&fast);
        ledger_fixture_close(&plain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_come_to_the_same),
    };

    return cmocka_run_group_tests_name("fast and plain", tests, NULL, NULL);
}
