#include "demo_season.h"

#include "demo_members.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the beginning ---- */

static int enrol(struct play *play)
{
    struct buffer lines = buffer_empty();
    demo_open_clubs(play->plan, &lines);
    int result = demo_send_batch(play, "treasurer.us", &lines);
    for (size_t i = 0; result == 0 && i < DEMO_CLUBS; i++) {
        const struct demo_club *club = &play->plan->clubs[i];
        demo_open_members(play->plan, club, &lines);
        if (lines.length > 0)
            result = demo_send_batch(play, "treasurer.us", &lines);
    }
    buffer_free(&lines);
    if (result == 0)
        printf("  enrolled %d members in %d clubs\n", DEMO_MEMBERS,
            DEMO_CLUBS);
    return result;
}

/* What term shares pay, with a signature from either side of the border. */
static int offer_terms(struct play *play)
{
    if (demo_send_two(play, "treasurer.us", "board.mx",
            "term-set book=us days=30 minimum=USD100.00 rate=0.03 "
            "early=0.01 from=2000-01-03") != 0 ||
        demo_send_two(play, "board.us", "treasurer.mx",
            "term-set book=us days=60 minimum=USD100.00 rate=0.036 "
            "early=0.01 from=2000-01-03") != 0)
        return -1;
    printf("  2000-01-03: term shares of 30 and 60 days are offered, signed"
           " on both sides\n");
    return 0;
}

/* ---- days and months ---- */

/* Day-closes must arrive after the sheets they close. */
static int close_day(struct play *play, struct date date)
{
    static const char *const books[][2] = {
        {"us", "supervisor.us"}, {"mx", "supervisor.mx"}};
    int result = demo_send_drain(play, 0);
    for (size_t i = 0; result == 0 && i < 2; i++) {
        struct buffer line = buffer_empty();
        if (demo_is_holiday(books[i][0], date))
            continue;
        buffer_format(&line, "day-close book=%s date=", books[i][0]);
        date_append(&line, date);
        result = demo_send_buffer(play, books[i][1], &line);
        buffer_free(&line);
    }
    return result == 0 ? demo_send_drain(play, 0) : -1;
}

/* Close every worked day from one date until another is open: the first
 * may have had business, the others had none. */
static int close_days(struct play *play, const char *from, const char *to)
{
    struct date date;
    struct date last;
    int result = 0;
    if (!date_parse(bytes_text(from), &date) ||
        !date_parse(bytes_text(to), &last))
        return failure_set(play->failure, "no date: %s, %s", from, to);
    for (; result == 0 && date.days < last.days; date.days++)
        if (date_weekday(date) < 5)
            result = close_day(play, date);
    return result;
}

static int close_month(struct play *play, const char *month)
{
    if (demo_send(play, "supervisor.us", "month-close book=us month=%s",
            month) != 0 ||
        demo_send(play, "supervisor.mx", "month-close book=mx month=%s",
            month) != 0)
        return -1;
    return demo_send_drain(play, 0);
}

/* ---- the end of a month ---- */

static int send_sheets(struct play *play, unsigned number, int64_t *pooled)
{
    struct buffer lines = buffer_empty();
    int result = 0;
    for (size_t i = 0; result == 0 && i < DEMO_CLUBS; i++) {
        const struct demo_club *club = &play->plan->clubs[i];
        pooled[i] = demo_sheet(play->plan, club, number, &lines);
        if (lines.length > 0)
            result = demo_send_batch(play,
                play->plan->federations[club->federation].teller.text, &lines);
    }
    if (result == 0) {
        demo_sheet_mx(play->plan, number, &lines);
        result = demo_send_batch(play, "teller.mx", &lines);
    }
    buffer_free(&lines);
    return result == 0 ? demo_send_drain(play, 0) : -1;
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
        result = demo_send_buffer(play, f->treasurer.text, &line);
    }
    buffer_free(&line);
    return result;
}

/* The bank pays interest, and the treasurers share out most of it: each
 * with a signature from either side of the border. */
static int earn(struct play *play)
{
    if (demo_send_two(play, "treasurer.us", "treasurer.mx",
            "journal-entry post=us/bank.us/nostro/USD:12000.00,"
            "us/us/income.interest/USD:-12000.00 "
            "reason=interest%%20on%%20deposits") != 0 ||
        demo_send_two(play, "treasurer.us", "board.mx",
            "dividend-declare book=us month=2000-03 amount=USD9000.00 "
            "basis=daily") != 0)
        return -1;
    printf("  2000-03-31: 9,000.00 declared as dividend, signed on both"
           " sides\n");
    return 0;
}

/* Its last day, the first worked day of the next month, and what members
 * do on its last day. */
static const struct month {
    const char *name, *last, *next;
    int (*members)(struct play *);
} months[DEMO_MONTHS] = {
    {"2000-01", "2000-01-31", "2000-02-01", demo_members_january},
    {"2000-02", "2000-02-29", "2000-03-01", demo_members_february},
    {"2000-03", "2000-03-31", "2000-04-03", demo_members_march},
};

static int end_month(struct play *play, unsigned number, int64_t *pooled)
{
    const struct month *month = &months[number];
    if (send_sheets(play, number, pooled) != 0)
        return -1;
    printf("  %s: the clubs' collection sheets are in\n", month->last);
    if (month->members(play) != 0 ||
        (number + 1 == DEMO_MONTHS &&
            (lend(play, pooled) != 0 || earn(play) != 0)) ||
        close_days(play, month->last, month->next) != 0 ||
        close_month(play, month->name) != 0)
        return -1;
    printf("  %s: %s is closed, with what term shares have earned%s\n",
        month->next, month->name,
        number + 1 == DEMO_MONTHS ? " and the dividend" : "");
    return 0;
}

int demo_season(struct play *play)
{
    int64_t *pooled = calloc(DEMO_CLUBS, sizeof *pooled);
    const char *open = "2000-01-03";
    int result;
    if (pooled == NULL)
        return failure_set(play->failure, "out of memory");
    result = enrol(play);
    if (result == 0)
        result = offer_terms(play);
    if (result == 0)
        result = demo_members_join(play);
    for (unsigned i = 0; result == 0 && i < DEMO_MONTHS; i++) {
        result = close_days(play, open, months[i].last);
        if (result == 0)
            result = end_month(play, i, pooled);
        open = months[i].next;
    }
    free(pooled);
    return result;
}
