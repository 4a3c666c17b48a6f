/*
 * Fast and plain come to the same: random batches are decided by a ledger
 * that foresees, keeps places and caches, decides ordinary transfers in one
 * go, saves now and then and gives way in drafts, and by one that looks
 * everything up each time and never saves.  Between the batches whatever
 * transfers depend on changes: frozen and closed parties, who has died,
 * limits and scopes of signers, policy, holds, days.  Answers, entries and
 * the digest of the state are equal byte for byte.
 */
#include "cycle_fixture.h"
#include "ledger_fixture.h"
#include "ledger_table.h"
#include "random_operation.h"

#include "../ledger/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 300
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

    switch (random_below(random, 24)) {
    case 23:
        buffer_format(out,
            "transfer from=%s to=%s amount=MXN%u.00 purpose=F\n", one, other,
            cents % 7);
        break;
    case 22:
        buffer_format(out,
            "deposit member=%s via=la amount=MXN9.00 purpose=I\n", one);
        break;
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
    struct way *way, const char *key, const char *mode, const char *body)
{
    bool draft = random_below(&way->random, 3) == 0;
    enum status status;

    if (random_below(&way->random, 2) == 0)
        (void)ledger_fixture_digest(way->f); /* saves */
    if (!draft)
        return ledger_fixture_batch(way->f, key, mode, body);
    ledger_draft_begin(way->f->ledger);
    ledger_set_pause(way->f->ledger, pause, way);
    status = ledger_fixture_batch(way->f, key, mode, body);
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
    static const struct {
        const char *key;
        const char *line;
    } singles[] = {
        { "sup", "party-freeze party=m2 block=out order=x" },
        { "sup", "party-unfreeze party=m2 reason=x" },
        { "sup", "party-freeze party=m3 block=in order=x" },
        { "sup", "party-unfreeze party=m3 reason=x" },
        { "sup", "party-unfreeze party=m2 reason=x" },
        { "sup", "party-unfreeze party=m3 reason=x" },
        { "sup", "party-unfreeze party=m2 reason=x" },
        { "sup", "party-unfreeze party=m3 reason=x" },
        { "sup", "party-open party=later kind=member book=us parent=c2 "
                 "country=US" },
        { "ana", "deposit member=m1 via=la amount=USD500.00 purpose=I" },
        { "ana", "deposit member=n1 via=la amount=USD700.00 purpose=I" },
        { "sup", "party-close party=new1 reason=x" },
        { "ana", "hold from=us/m1/share/USD to=us/la/drawer/USD "
                 "amount=USD300.00 until=2026-12-20T00:00:00.000Z purpose=I" },
        { "ana", "beneficiary-set member=o1 parts=m2:1 "
                 "designation=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" },
        { "sup", "succession-open member=o1 "
                 "evidence=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" },
    };

    choice %= sizeof singles / sizeof *singles;
    (void)ledger_fixture_send(
        f, singles[choice].key, "%s", singles[choice].line);
}

/* In the last third, large transfers are a supervisor's; and at last shares
 * without activity fall dormant. */
static void set_policy(struct ledger_fixture *f, int round)
{
    if (round == ROUNDS * 2 / 3)
        (void)ledger_fixture_send(f, "board",
            "policy-set verb=transfer over=USD70.00 need=1 "
            "kinds=supervisor");
    if (round == ROUNDS * 5 / 6)
        (void)ledger_fixture_send(f, "board",
            "dormancy-set book=us dormant=1 unclaimed=2");
}

/* A day ends; now and then many, so that shares fall dormant. */
static void close_days(struct ledger_fixture *f, uint64_t choice)
{
    char to[DATE_LENGTH + 1] = "";
    struct buffer text = buffer_over(to, DATE_LENGTH);
    struct date date = cycle_fixture_date(f, "us");

    if (choice % 16 != 0)
        return;
    date.days += choice % 64 == 0 ? 40 : 1;
    date_append(&text, date);
    cycle_fixture_close_until(f, "us", to);
}

/* Who signs a batch: without limits, with them, for part of the world. */
static const char *signer(struct random_source *random)
{
    static const char *const keys[] = { "ana", "ana", "ana", "ana", "ana",
        "ana", "any", "any", "sup", "lim", "tc1", "xana", "m4key" };

    return keys[random_below(random, sizeof keys / sizeof *keys)];
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
        const char *key = signer(&random);
        uint64_t choice = random_next(&random);

        make_batch(&random, &body);
        accepted += send_fast(&way, key, mode, (const char *)body.data) ==
            STATUS_ACCEPTED;
        (void)ledger_fixture_batch(
            plain, key, mode, (const char *)body.data);
        compare(fast, plain);
        send_single(fast, choice);
        send_single(plain, choice);
        compare(fast, plain);
        set_policy(fast, i);
        set_policy(plain, i);
        compare(fast, plain);
        close_days(fast, choice >> 32);
        close_days(plain, choice >> 32);
    }
    assert_true(accepted > ROUNDS / 3);
    assert_true(way.pauses > 0);
    assert_true(fast->ledger->ordinary_lines > ROUNDS / 2);
    assert_true(plain->ledger->ordinary_lines == 0);
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

/* ---- what makes a transfer extraordinary ---- */

/*
 * Each case: what is sent by the supervisor or the teller before, who signs
 * a batch with a line that is ordinary otherwise, and what becomes of it.
 */
static const struct extraordinary {
    const char *before[3]; /* "key line"; NULL: no more */
    const char *key;
    const char *line;
    enum status status;
    const char *approver; /* the batch needs a second key; NULL: it doesn't */
} extraordinary[] = {
    { { NULL }, "ana", "transfer from=m1 to=m2 amount=USD1.00 purpose=F",
        STATUS_ACCEPTED,
        NULL },
    { { NULL }, "own", "transfer from=m1 to=m2 amount=USD1.00 purpose=F",
        STATUS_ACCEPTED,
        NULL },
    { { "sup party-freeze party=m1 block=out order=x" }, "ana",
        "transfer from=m1 to=m2 amount=USD1.00 purpose=F",
        STATUS_PARTY_FROZEN,
        NULL },
    { { "sup party-freeze party=m1 block=out order=x" }, "ana",
        "transfer from=m2 to=m1 amount=USD1.00 purpose=F",
        STATUS_ACCEPTED,
        NULL },
    { { "sup party-freeze party=m2 block=in order=x" }, "ana",
        "transfer from=m1 to=m2 amount=USD1.00 purpose=F",
        STATUS_PARTY_FROZEN,
        NULL },
    { { "ana beneficiary-set member=m1 parts=m2:1 "
        "designation=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
          "sup succession-open member=m1 "
          "evidence=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" },
        "ana", "transfer from=m1 to=m2 amount=USD1.00 purpose=F",
        STATUS_IN_SUCCESSION,
        NULL },
    { { "ana transfer from=m3 to=m1 amount=USD50.00 purpose=F",
          "sup party-close party=m3 reason=x" },
        "ana", "transfer from=m1 to=m3 amount=USD1.00 purpose=F",
        STATUS_PARTY_CLOSED,
        NULL },
    { { NULL }, "own", "transfer from=m1 to=m4 amount=USD1.00 purpose=F",
        STATUS_OWN_ACCOUNT,
        NULL },
    { { NULL }, "own", "transfer from=m4 to=m1 amount=USD1.00 purpose=F",
        STATUS_OWN_ACCOUNT,
        NULL },
    { { NULL }, "own", "transfer from=m1 to=m2 amount=USD9.00 purpose=F",
        STATUS_OVER_LIMIT,
        NULL },
    { { NULL }, "any", "transfer from=m1 to=x1 amount=USD1.00 purpose=F",
        STATUS_OTHER_BOOK,
        NULL },
    { { NULL }, "ana", "transfer from=m1 to=m2 amount=USD0.00 purpose=F",
        STATUS_AMOUNT_NOT_POSITIVE,
        NULL },
    { { NULL }, "ana", "transfer from=m1 to=m1 amount=USD1.00 purpose=F",
        STATUS_SAME_ACCOUNT,
        NULL },
    { { NULL }, "xana", "transfer from=m1 to=m2 amount=USD1.00 purpose=F",
        STATUS_OUT_OF_SCOPE,
        NULL },
    { { NULL }, "tc1", "transfer from=m1 to=n1 amount=USD1.00 purpose=F",
        STATUS_OUT_OF_SCOPE,
        NULL },
    { { NULL }, "ana", "transfer from=m1 to=m2 amount=USD50.01 purpose=F",
        STATUS_INSUFFICIENT,
        NULL },
    { { "ana hold from=us/m1/share/USD to=us/la/drawer/USD amount=USD49.00 "
        "until=2026-12-20T00:00:00.000Z purpose=I" },
        "ana", "transfer from=m1 to=m2 amount=USD1.00 purpose=F",
        STATUS_INSUFFICIENT,
        NULL },
    { { "board policy-set verb=transfer over=USD0.50 need=1 "
        "kinds=supervisor" },
        "ana", "transfer from=m1 to=m2 amount=USD1.00 purpose=F",
        STATUS_WRONG_KIND,
        NULL },
    { { "sup day-close book=us date=2026-11-23" }, "ana",
        "transfer from=m1 to=m2 amount=USD1.00 purpose=F", STATUS_ACCEPTED,
        NULL },
    /* m1 was posted to today, but its owner has done nothing. */
    { { "sup day-close book=us date=2026-11-23",
          "ana transfer from=m2 to=m1 amount=USD1.00 purpose=F" },
        "ana", "transfer from=m1 to=m2 amount=USD1.00 purpose=F",
        STATUS_ACCEPTED,
        NULL },
    /* Decided for the approver first, as if he had signed, then for good. */
    { { "board policy-set verb=batch need=2 kinds=teller" }, "ana",
        "transfer from=m1 to=m2 amount=USD1.00 purpose=F", STATUS_ACCEPTED,
        "any" },
    { { "board policy-set verb=batch need=2 kinds=teller" }, "ana",
        "transfer from=m4 to=m1 amount=USD1.00 purpose=F",
        STATUS_OWN_ACCOUNT, "own" },
    { { "board policy-set verb=batch need=2 kinds=teller" }, "ana",
        "transfer from=m1 to=m2 amount=USD1.00 purpose=F",
        STATUS_OUT_OF_SCOPE, "xana" },
    /* The entry's date is that of the book. */
    { { "sup day-close book=us date=2026-11-23" }, "xana",
        "transfer from=x1 to=cx amount=USD1.00 purpose=F", STATUS_ACCEPTED,
        NULL },
};

static void prepare(struct ledger_fixture *f)
{
    static const char *const members[] = { "m1", "m2", "m3", "m4", "n1" };
    static const char *const others[] = { "x1", "cx" };
    char line[256];

    ledger_fixture_open(f);
    ledger_fixture_found(f);
    f->quick = true;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        assert_int_equal(ledger_fixture_send(f, "ana",
                             "deposit member=%s via=la amount=USD50.00 "
                             "purpose=I", members[i]), STATUS_ACCEPTED);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(ledger_fixture_send(f, "xana",
                             "deposit member=%s via=zo amount=USD50.00 "
                             "purpose=I", others[i]), STATUS_ACCEPTED);
    (void)snprintf(line, sizeof line,
        "key-add key=own public=%s kind=teller owner=m4 country=US scope=us "
        "limit=USD8.00", ledger_fixture_public("own"));
    assert_int_equal(
        ledger_fixture_prove(f, "board", "own", line), STATUS_ACCEPTED);
}

static void send_before(struct ledger_fixture *f, const char *text)
{
    char key[16];
    int length = 0;

    assert_int_equal(sscanf(text, "%15s %n", key, &length), 1);
    assert_int_equal(
        ledger_fixture_send(f, key, "%s", text + length), STATUS_ACCEPTED);
}

static void decide_case(
    struct ledger_fixture *f, const struct extraordinary *e, bool plain)
{
    char body[512];
    enum status status;

    prepare(f);
    if (plain)
        ledger_set_plain(f->ledger);
    for (size_t i = 0; i < 3 && e->before[i] != NULL; i++)
        send_before(f, e->before[i]);
    /* The line twice: what the first leaves is what the second finds. */
    (void)snprintf(body, sizeof body, "%s\n%s\n", e->line, e->line);
    status = ledger_fixture_batch(f, e->key, "all", body);
    if (e->approver != NULL && status == STATUS_ACCEPTED)
        status = ledger_fixture_send(f, e->approver,
            "approve proposal=%llu", (unsigned long long)f->decision.index);
    if (status == STATUS_LINE_REFUSED)
        status = f->decision.line_status;
    assert_int_equal(status, e->status);
}

static void extraordinary_ones_are_noticed(void **state)
{
    uint64_t ordinary = 0;

    (void)state;
    for (size_t i = 0; i < sizeof extraordinary / sizeof *extraordinary; i++) {
        struct ledger_fixture fast;
        struct ledger_fixture plain;

        print_message("%s: %s\n", extraordinary[i].key, extraordinary[i].line);
        decide_case(&fast, &extraordinary[i], false);
        decide_case(&plain, &extraordinary[i], true);
        compare(&fast, &plain);
        compare_ends(&fast, &plain);
        ordinary += fast.ledger->ordinary_lines;
        ledger_fixture_close(&fast);
        ledger_fixture_close(&plain);
    }
    assert_true(ordinary > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_come_to_the_same),
        cmocka_unit_test(extraordinary_ones_are_noticed),
    };

    return cmocka_run_group_tests_name("fast and plain", tests, NULL, NULL);
}
