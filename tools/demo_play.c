#include "demo_play.h"

#include "../protocol/answer.h"
#include "keyring_folder.h"

#include <posito/client.h>
#include <posito/encoding.h>
#include <posito/merkle.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNTER_LINES 300
/* Batches under way at once: enough to keep the daemon busy. */
#define WINDOW 8

struct play {
    struct demo_plan *plan;
    const char *folder;
    struct client *client;
    struct failure *failure;
    uint64_t orders;  /* signed lines accepted */
    uint64_t lines;   /* lines in their bodies */
    size_t under_way; /* answers still to be read */
    uint64_t index;   /* of the entry answered last */
};

/* ---- sending ---- */

/* Read one whole answer; it must be "ok", with no line refused. */
static int expect_ok(struct play *play)
{
    struct bytes line;
    bool last = false;
    while (!last)
        if (client_read(play->client, &line, &last, play->failure) != 0)
            return -1;
    if (!bytes_start_with(line, "ok"))
        return failure_set(play->failure, "the daemon refused: %.*s",
            (int)line.length, (const char *)line.data);
    struct bytes rest;
    enum answer_kind kind;
    if (answer_open(line, &kind, &rest) &&
        !bytes_decimal(
            answer_find(rest, "index"), NUMBER_MAX, &play->index))
        play->index = 0;
    play->under_way--;
    play->orders++;
    return 0;
}

static int drain(struct play *play, size_t leave)
{
    while (play->under_way > leave)
        if (expect_ok(play) != 0)
            return -1;
    return 0;
}

/* Sign the line as `by` and send it; at most WINDOW answers stay open. */
static int order(struct play *play, const char *by, struct buffer *line,
    struct bytes body)
{
    struct keyfile key;
    struct ident name = ident_of(by);
    if (keyring_folder_open(play->folder, by, &key, play->failure) != 0)
        return -1;
    int result = client_sign(
        play->client, line, &name, &key.secret, play->failure);
    keyfile_forget(&key);
    if (result != 0 ||
        client_send(play->client, buffer_bytes(line), body, play->failure) != 0)
        return -1;
    play->under_way++;
    return drain(play, WINDOW - 1);
}

/* One batch, all its lines or none. */
static int batch(struct play *play, const char *by, struct buffer *lines)
{
    struct bytes rest = buffer_bytes(lines), line;
    uint64_t count = 0;
    while (bytes_next_line(&rest, &line))
        count++;
    struct bytes body = buffer_bytes(lines);
    struct hash root = merkle_root_of_lines(body);
    struct buffer head = buffer_empty();
    buffer_format(&head, "batch mode=all lines=%" PRIu64 " root=", count);
    base64_append(&head, bytes_of(root.data, sizeof root.data));
    int result = order(play, by, &head, body);
    play->lines += count;
    buffer_free(&head);
    buffer_clear(lines);
    return result;
}

static int say(struct play *play, const char *by, const char *text)
{
    struct buffer line = buffer_empty();
    buffer_text(&line, text);
    int result = order(play, by, &line, bytes_of(NULL, 0));
    buffer_free(&line);
    return result;
}

/* What needs two signatures: proposed by one key, approved by another. */
static int two_sign(
    struct play *play, const char *by, const char *second, const char *text)
{
    char approve[64];
    if (drain(play, 0) != 0 || say(play, by, text) != 0 ||
        drain(play, 0) != 0)
        return -1;
    (void)snprintf(approve, sizeof approve,
        "approve proposal=%" PRIu64, play->index);
    return say(play, second, approve) == 0 ? drain(play, 0) : -1;
}

/* ---- the season ---- */

static int enrol(struct play *play)
{
    struct buffer lines = buffer_empty();
    demo_open_clubs(play->plan, &lines);
    int result = batch(play, "treasurer.us", &lines);
    for (size_t i = 0; result == 0 && i < DEMO_CLUBS; i++) {
        const struct demo_club *club = &play->plan->clubs[i];
        demo_open_members(play->plan, club, &lines);
        if (lines.length > 0)
            result = batch(play, "treasurer.us", &lines);
    }
    buffer_free(&lines);
    return result;
}

/* Day-closes must arrive after the sheets they close. */
static int close_day(struct play *play, struct date date)
{
    static const char *const books[][2] = {
        {"us", "supervisor.us"}, {"mx", "supervisor.mx"}};
    int result = drain(play, 0);
    for (size_t i = 0; result == 0 && i < 2; i++) {
        struct buffer line = buffer_empty();
        buffer_format(&line, "day-close book=%s date=", books[i][0]);
        date_append(&line, date);
        result = order(play, books[i][1], &line, bytes_of(NULL, 0));
        buffer_free(&line);
    }
    return result == 0 ? drain(play, 0) : -1;
}

/* Close every weekday from one date until another is open: the first may
 * have had business, the others had none. */
static int close_days(struct play *play, const char *from, const char *to)
{
    struct date date;
    struct date last;
    int result = 0;
    if (!date_parse(bytes_text(from), &date) ||
        !date_parse(bytes_text(to), &last))
        return -1;
    for (; result == 0 && date.days < last.days; date.days++)
        if ((date.days + 3) % 7 < 5) /* day 0 was a Thursday */
            result = close_day(play, date);
    return result;
}

static int lend(struct play *play, const int64_t *pooled)
{
    struct buffer line = buffer_empty();
    int result = 0;
    for (size_t i = 0; result == 0 && i < DEMO_CLUBS; i++) {
        const struct demo_club *club = &play->plan->clubs[i];
        const struct demo_federation *f =
            &play->plan->federations[club->federation];
        int64_t quarter = pooled[i] / 4;
        if (quarter <= 0)
            continue;
        buffer_clear(&line);
        buffer_format(&line, "pool-lend from=%s to=%s amount=",
            club->name.text, f->name.text);
        amount_append(&line, (struct amount){quarter, CURRENCY_USD});
        buffer_text(&line, " purpose=C");
        result = order(play, f->treasurer.text, &line, bytes_of(NULL, 0));
    }
    buffer_free(&line);
    return result;
}

static int month(struct play *play, unsigned number, int64_t *pooled)
{
    struct buffer lines = buffer_empty();
    int result = 0;
    for (size_t i = 0; result == 0 && i < DEMO_CLUBS; i++) {
        const struct demo_club *club = &play->plan->clubs[i];
        pooled[i] = demo_sheet(play->plan, club, number, &lines);
        if (lines.length > 0)
            result = batch(play,
                play->plan->federations[club->federation].teller.text, &lines);
    }
    if (result == 0) {
        demo_sheet_mx(play->plan, &lines);
        result = batch(play, "teller.mx", &lines);
    }
    buffer_free(&lines);
    return result;
}

/* Single lines at the counter: deposits, withdrawals, transfers. */
static int counter(struct play *play)
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
        result = order(play, f->teller.text, &line, bytes_of(NULL, 0));
    }
    buffer_free(&line);
    return result == 0 ? drain(play, 0) : -1;
}

/* The bank pays interest, and the treasurers share out most of it: each
 * with a signature from either side of the border. */
static int earn(struct play *play)
{
    if (two_sign(play, "treasurer.us", "treasurer.mx",
            "journal-entry post=us/bank.us/nostro/USD:12000.00,"
            "us/us/income.interest/USD:-12000.00 "
            "reason=interest%20on%20deposits") != 0 ||
        two_sign(play, "treasurer.us", "board.mx",
            "dividend-declare book=us month=2000-03 amount=USD9000.00 "
            "basis=daily") != 0)
        return -1;
    printf("  2000-03-31: 9,000.00 declared as dividend, signed on both"
           " sides\n");
    return 0;
}

static int close_months(struct play *play)
{
    static const char *const months[] = {"2000-01", "2000-02", "2000-03"};
    for (size_t i = 0; i < sizeof months / sizeof months[0]; i++) {
        char us[64], mx[64];
        (void)snprintf(us, sizeof us, "month-close book=us month=%s",
            months[i]);
        (void)snprintf(mx, sizeof mx, "month-close book=mx month=%s",
            months[i]);
        if (say(play, "supervisor.us", us) != 0 ||
            say(play, "supervisor.mx", mx) != 0)
            return -1;
    }
    printf("  2000-04-03: three months closed, the dividend is in %d"
           " shares\n", DEMO_MEMBERS);
    return drain(play, 0);
}

static int season(struct play *play, int64_t *pooled)
{
    static const char *const dates[] = {
        "2000-01-03", "2000-01-31", "2000-02-29", "2000-03-31", "2000-04-03"};
    if (enrol(play) != 0 || close_days(play, dates[0], dates[1]) != 0)
        return -1;
    printf("  enrolled %d members in %d clubs\n", DEMO_MEMBERS, DEMO_CLUBS);
    for (unsigned i = 0; i < DEMO_MONTHS; i++) {
        bool last = i + 1 == DEMO_MONTHS;
        if (month(play, i, pooled) != 0)
            return -1;
        printf("  %s: the clubs' collection sheets are in\n", dates[i + 1]);
        if (last && (drain(play, 0) != 0 || lend(play, pooled) != 0 ||
            earn(play) != 0))
            return -1;
        if (close_days(play, dates[i + 1], dates[i + 2]) != 0)
            return -1;
    }
    return close_months(play);
}

/* ---- the drawers ---- */

/* Each teller opens a drawer and gets a float, with the supervisor. */
static int open_drawers(struct play *play)
{
    struct buffer lines = buffer_empty();
    int result;
    demo_open_drawers(play->plan, &lines);
    result = batch(play, "treasurer.us", &lines);
    for (size_t i = 0; result == 0 && i < play->plan->federation_count; i++) {
        const struct demo_federation *f = &play->plan->federations[i];
        char text[256];
        (void)snprintf(
            text, sizeof text, "drawer-open drawer=%s", f->drawer.text);
        result = say(play, f->teller.text, text);
        (void)snprintf(text, sizeof text,
            "cash-move from=us/%s/drawer/USD to=us/%s/drawer/USD "
            "amount=USD2500.00",
            f->office.text, f->drawer.text);
        if (result == 0)
            result =
                two_sign(play, f->teller.text, "supervisor.us", text);
    }
    buffer_free(&lines);
    return result;
}

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

/* What the ledger says the drawer holds; asked as the auditor. */
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

static int close_drawers(struct play *play)
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
            result =
                order(play, f->teller.text, &line, bytes_of(NULL, 0));
        if (result == 0)
            result = drain(play, 0);
    }
    buffer_free(&line);
    return result;
}

int demo_close(struct demo_plan *plan, const char *folder,
    const char *address, struct failure *failure)
{
    struct play play = {.plan = plan, .folder = folder, .failure = failure};
    struct ident auditor = ident_of("auditor");
    struct keyfile key;
    enum status status = STATUS_ACCEPTED;
    int result = -1;
    if (keyring_folder_open(folder, "auditor", &key, failure) != 0)
        return -1;
    if (client_connect(&play.client, address, 60000, failure) == 0 &&
        client_login(play.client, &auditor, &key.secret, &status, failure) ==
            0)
        result = status == STATUS_ACCEPTED
            ? close_drawers(&play)
            : failure_set(failure, "the auditor could not log in");
    keyfile_forget(&key);
    client_close(play.client);
    return result;
}

int demo_play(struct demo_plan *plan, const char *folder, const char *address,
    struct failure *failure)
{
    struct play play = {.plan = plan, .folder = folder, .failure = failure};
    int64_t *pooled = calloc(DEMO_CLUBS, sizeof *pooled);
    struct timespec start, end;
    int result = -1;
    if (pooled == NULL) {
        (void)failure_set(failure, "out of memory");
        goto out;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    if (client_connect(&play.client, address, 60000, failure) != 0)
        goto out;
    if (season(&play, pooled) != 0 || drain(&play, 0) != 0)
        goto out;
    printf("  2000-04-03: a working day at the counters, each teller with"
           " a drawer\n");
    if (open_drawers(&play) != 0 || counter(&play) != 0)
        goto out;
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    double took = (double)(end.tv_sec - start.tv_sec) +
        (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    printf("  %" PRIu64 " signed orders with %" PRIu64
           " lines in their bodies, each durable, in %.1f s\n",
        play.orders, play.lines, took);
    result = 0;
out:
    client_close(play.client);
    free(pooled);
    return result;
}
