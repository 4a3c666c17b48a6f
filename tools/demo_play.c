#include "demo_play.h"

#include "keyring_folder.h"

#include <posito/client.h>
#include <posito/encoding.h>
#include <posito/merkle.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
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
                f->office.text);
            plan->saved[who] += cents;
        } else if (i % 3 == 1) {
            buffer_format(&line, "withdraw member=%s via=%s amount=", a.text,
                f->office.text);
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

static int season(struct play *play, int64_t *pooled)
{
    static const char *const dates[] = {
        "2000-01-03", "2000-01-31", "2000-02-29", "2000-03-31", "2000-04-03"};
    if (enrol(play) != 0 || close_days(play, dates[0], dates[1]) != 0)
        return -1;
    printf("  enrolled %d members in %d clubs\n", DEMO_MEMBERS, DEMO_CLUBS);
    for (unsigned i = 0; i < DEMO_MONTHS; i++) {
        if (month(play, i, pooled) != 0)
            return -1;
        if (i + 1 == DEMO_MONTHS && (drain(play, 0) != 0 ||
            lend(play, pooled) != 0))
            return -1;
        if (close_days(play, dates[i + 1], dates[i + 2]) != 0)
            return -1;
        printf("  %s: the clubs' collection sheets are in\n", dates[i + 1]);
        (void)fflush(stdout);
    }
    /* The counters pay the season's cash into the bank, then settle what
     * one book owes the other: 1,000 dollars at 9.40 pesos. */
    return say(play, "treasurer.us",
        "journal-entry post=us/us/due.from/USD:1000.00,"
        "us/us/due.to/USD:-1000.00,mx/mx/due.from/MXN:9400.00,"
        "mx/mx/due.to/MXN:-9400.00 reason=mutual%20line%20of%20credit");
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
    printf("  2000-04-03: a working day at the counters\n");
    if (counter(&play) != 0)
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
