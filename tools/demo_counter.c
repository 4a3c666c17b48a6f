#include "demo_counter.h"

#include "../protocol/answer.h"
#include "demo_members.h"

#include <posito/client.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COUNTER_LINES 300
#define HOLD_DAYS 30
#define BRINGS_CASH 20000 /* m20000 */

/* ---- the morning ---- */

/* Each teller opens a drawer and gets a float, with the supervisor. */
static int open_drawers(struct play *play)
{
    struct buffer lines = buffer_empty();
    int result;
    demo_open_drawers(play->plan, &lines);
    result = demo_send_batch(play, "treasurer.us", &lines);
    for (size_t i = 0; result == 0 && i < play->plan->federation_count; i++) {
        const struct demo_federation *f = &play->plan->federations[i];
        result = demo_send(
            play, f->teller.text, "drawer-open drawer=%s", f->drawer.text);
        if (result == 0)
            result = demo_send_two(play, f->teller.text, "supervisor.us",
                "cash-move from=us/%s/drawer/USD to=us/%s/drawer/USD "
                "amount=USD2500.00", f->office.text, f->drawer.text);
    }
    buffer_free(&lines);
    return result;
}

/* ---- the day ---- */

/* Single lines: deposits, withdrawals, transfers. */
static int single_lines(struct play *play)
{
    struct buffer line = buffer_empty();
    int result = 0;
    for (size_t i = 0; result == 0 && i < COUNTER_LINES; i++) {
        struct demo_plan *plan = play->plan;
        const struct demo_federation *f =
            &plan->federations[i % plan->federation_count];
        size_t who = 1 + (size_t)demo_draw(plan, DEMO_MEMBERS);
        struct ident a = demo_member(who);
        struct ident b = demo_member(who % DEMO_MEMBERS + 1);
        int64_t cents = 100 + (int64_t)demo_draw(plan, 400);
        buffer_clear(&line);
        if (i % 3 == 0 || plan->saved[who] < cents) {
            buffer_format(&line, "deposit member=%s via=%s amount=", a.text,
                f->drawer.text);
            plan->saved[who] += cents;
        } else if (i % 3 == 1) {
            buffer_format(&line, "withdraw member=%s via=%s amount=", a.text,
                f->drawer.text);
            plan->saved[who] -= cents;
        } else {
            buffer_format(&line, "transfer from=%s to=%s amount=", a.text,
                b.text);
            plan->saved[who] -= cents;
            plan->saved[who % DEMO_MEMBERS + 1] += cents;
        }
        amount_append(&line, (struct amount){cents, CURRENCY_USD});
        buffer_text(&line, i % 3 == 2 ? " purpose=F" : " purpose=I");
        result = demo_send_buffer(play, f->teller.text, &line);
    }
    buffer_free(&line);
    return result == 0 ? demo_send_drain(play, 0) : -1;
}

static int pay_memberships(struct play *play)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < DEMO_SAVERS; i++) {
        size_t number = demo_saver(play->plan, i);
        const struct demo_federation *f =
            demo_federation_of(play->plan, number);
        struct ident name = demo_member(number);
        result = demo_send(play, f->teller.text,
            "membership member=%s via=%s amount=USD5.00", name.text,
            f->drawer.text);
    }
    return result;
}

/* Thirty days from now, by this machine's clock. */
static void append_until(struct buffer *line)
{
    int64_t seconds = (int64_t)time(NULL) + HOLD_DAYS * INT64_C(86400);
    instant_append(line, (struct instant){seconds * 1000});
}

/* Places a hold: play->index is its entry. */
static int place_hold(struct play *play, const struct demo_federation *f)
{
    struct ident from = demo_member(demo_saver(play->plan, 0));
    struct ident to = demo_member(demo_saver(play->plan, 6));
    struct buffer line = buffer_empty();
    buffer_format(&line,
        "hold from=us/%s/share/USD to=us/%s/share/USD amount=USD20.00 until=",
        from.text, to.text);
    append_until(&line);
    buffer_text(&line, " purpose=F");
    int result = demo_send_drain(play, 0) != 0 ||
            demo_send_buffer(play, f->teller.text, &line) != 0
        ? -1
        : demo_send_drain(play, 0);
    buffer_free(&line);
    return result;
}

/* One is captured in part, one given back. */
static int hold(struct play *play)
{
    const struct demo_federation *f =
        demo_federation_of(play->plan, demo_saver(play->plan, 0));
    if (place_hold(play, f) != 0 ||
        demo_send(play, f->teller.text,
            "capture hold=%" PRIu64 " amount=USD12.00 rest=release",
            play->index) != 0 ||
        place_hold(play, f) != 0)
        return -1;
    return demo_send(
        play, f->teller.text, "release hold=%" PRIu64, play->index);
}

/* One cent above what the law wants reported, in two deposits. */
static int bring_cash(struct play *play)
{
    static const char *const amounts[] = {"USD5000.00", "USD5000.01"};
    const struct demo_federation *f =
        demo_federation_of(play->plan, BRINGS_CASH);
    struct ident name = demo_member(BRINGS_CASH);
    int result = 0;
    for (size_t i = 0; result == 0 && i < 2; i++)
        result = demo_send(play, f->teller.text,
            "deposit member=%s via=%s amount=%s purpose=F", name.text,
            f->drawer.text, amounts[i]);
    return result;
}

/* A deposit to the wrong member, taken back by the supervisor. */
static int take_back(struct play *play)
{
    const struct demo_federation *f = &play->plan->federations[0];
    if (demo_send_now(play, f->teller.text,
            "deposit member=m00078 via=%s amount=USD50.00 purpose=F",
            f->drawer.text) != 0)
        return -1;
    return demo_send(play, "supervisor.us",
        "reverse entry=%" PRIu64 " reason=wrong%%20member", play->index);
}

/* Two orders that never take effect: one refused by who should have signed
 * it too, one withdrawn by who gave it. */
static int dispute(struct play *play)
{
    if (demo_send_now(play, "treasurer.us",
            "journal-entry post=us/us/expense.other/USD:750.00,"
            "us/bank.us/nostro/USD:-750.00 reason=a%%20banner") != 0 ||
        demo_send(play, "treasurer.mx",
            "reject proposal=%" PRIu64 " reason=no%%20invoice",
            play->index) != 0 ||
        demo_send_now(play, "treasurer.us",
            "journal-entry post=us/us/expense.other/USD:500.00,"
            "us/bank.us/nostro/USD:-500.00 reason=bank%%20charges") != 0)
        return -1;
    return demo_send(play, "treasurer.us",
        "withdraw-proposal proposal=%" PRIu64, play->index);
}

int demo_counter(struct play *play)
{
    printf("  2000-04-03: a working day at the counters, each teller with"
           " a drawer\n");
    if (open_drawers(play) != 0 || single_lines(play) != 0 ||
        pay_memberships(play) != 0 || hold(play) != 0 ||
        bring_cash(play) != 0 || take_back(play) != 0 ||
        dispute(play) != 0 || demo_members_succession(play) != 0)
        return -1;
    printf("    %d single lines, %d memberships, two holds, cash above"
           " 10,000.00,\n    a mistake taken back, one order rejected and one"
           " withdrawn, a succession\n", COUNTER_LINES, DEMO_SAVERS);
    return demo_send_drain(play, 0);
}

/* ---- the evening ---- */

/* Pieces that make up an amount, from the largest denomination down. */
static void append_pieces(struct buffer *line, int64_t cents)
{
    static const int64_t values[] = {
        10000, 5000, 2000, 1000, 500, 100, 25, 10, 5, 1};
    bool first = true;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        int64_t count = cents / values[i];
        if (count == 0)
            continue;
        if (!first)
            buffer_char(line, ',');
        amount_append(line, (struct amount){values[i], CURRENCY_USD});
        buffer_format(line, "x%" PRId64, count);
        cents -= count * values[i];
        first = false;
    }
}

/* What the ledger says the drawer holds. */
static int expected(struct play *play, const struct demo_federation *f,
    int64_t *cents)
{
    struct buffer line = buffer_empty(), out = buffer_empty();
    enum status status = STATUS_ACCEPTED;
    enum answer_kind kind;
    struct bytes rest;
    struct amount amount = {0, CURRENCY_USD};
    buffer_format(
        &line, "balance account=us/%s/drawer/USD", f->drawer.text);
    int result = client_ask(play->client, buffer_bytes(&line),
        bytes_of(NULL, 0), &out, &status, play->failure);
    struct bytes answer = buffer_bytes(&out);
    struct bytes first;
    if (result == 0 &&
        (!bytes_next_line(&answer, &first) ||
            !answer_open(first, &kind, &rest) || kind != ANSWER_OK ||
            amount_parse(answer_find(rest, "balance"), &amount) !=
                AMOUNT_SPELLED))
        result = failure_set(play->failure, "no balance of a drawer");
    *cents = amount.minor;
    buffer_free(&line);
    buffer_free(&out);
    return result;
}

int demo_counter_close(struct play *play)
{
    struct buffer line = buffer_empty();
    int result = 0;
    for (size_t i = 0; result == 0 && i < play->plan->federation_count; i++) {
        const struct demo_federation *f = &play->plan->federations[i];
        int64_t cents = 0;
        result = expected(play, f, &cents);
        if (strcmp(f->name.text, "chicago") == 0)
            cents -= 5;
        buffer_clear(&line);
        buffer_format(&line, "drawer-close drawer=%s pieces=", f->drawer.text);
        append_pieces(&line, cents);
        if (result == 0)
            result = demo_send_buffer(play, f->teller.text, &line);
        if (result == 0)
            result = demo_send_drain(play, 0);
    }
    buffer_free(&line);
    return result;
}
