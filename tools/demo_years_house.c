/* The two houses: what their banks pay, what they share out, what they owe
 * each other. */
#include "demo_years_inside.h"

#include "../protocol/answer.h"

#include <inttypes.h>
#include <stdio.h>

/* A year's. */
static const struct {
    const char *currency, *interest, *dividend;
} money[] = {
    {"USD", "6000.00", "4000.00"},
    {"MXN", "9000.00", "6000.00"},
};

static const char *const other_side[] = {"treasurer.mx", NULL};

/* ---- what they earn ---- */

enum { EARN, EARNED, SHARED };

static int earn_of(
    struct years *years, enum years_book book, unsigned step, int year)
{
    const char *name = years_book_name(book);
    const char *currency = money[book].currency;
    struct play *play = &years->play;
    if (step == EARN)
        return demo_send_for(play, &years->interest[book], "treasurer.us",
            "journal-entry post=%s/bank.%s/nostro/%s:%s,"
            "%s/%s/income.interest/%s:-%s "
            "reason=interest%%20on%%20deposits",
            name, name, currency, money[book].interest, name, name, currency,
            money[book].interest);
    if (step == SHARED)
        return years_approve(years, &years->dividend[book], other_side);
    if (years_approve(years, &years->interest[book], other_side) != 0)
        return -1;
    return demo_send_for(play, &years->dividend[book], "treasurer.us",
        "dividend-declare book=%s month=%04d-12 amount=%s%s basis=daily",
        name, year, currency, money[book].dividend);
}

/* The bank pays interest, and most of it is shared out: each with a
 * signature from either side of the border. */
static int earn(struct years *years, void *subject, unsigned step)
{
    int year, month, day;
    (void)subject;
    date_split(years->today, &year, &month, &day);
    return earn_of(years, YEARS_US, step, year) == 0
        ? earn_of(years, YEARS_MX, step, year)
        : -1;
}

/* ---- what they owe each other ---- */

static void read_balance(
    struct bytes row, const char *account, int64_t *minor)
{
    struct amount amount;
    if (bytes_equal_text(answer_find(row, "account"), account) &&
        amount_parse(answer_find(row, "balance"), &amount) == AMOUNT_SPELLED)
        *minor = amount.minor;
}

/* What the house of the us owes the other one, and claims of it. */
static int ask_debts(struct years *years, int64_t *owed, int64_t *claimed)
{
    struct buffer out = buffer_empty();
    struct bytes rest, line, row;
    enum answer_kind kind;
    int result = years_ask(years, &out, "party party=us");
    *owed = *claimed = 0;
    rest = buffer_bytes(&out);
    while (result == 0 && bytes_next_line(&rest, &line))
        if (answer_open(line, &kind, &row) && kind == ANSWER_ROW) {
            read_balance(row, "us/us/due.to/USD", owed);
            read_balance(row, "us/us/due.from/USD", claimed);
        }
    buffer_free(&out);
    return result;
}

/* One side of a wire: what it owed, what it was owed, and its bank. */
static int post_wire(struct years *years, enum years_book book, int64_t owed,
    int64_t claimed)
{
    const char *name = years_book_name(book);
    struct {
        const char *owner, *role;
        int64_t minor;
    } legs[] = {
        {name, "due.to", owed},
        {name, "due.from", -claimed},
        {book == YEARS_US ? "bank.us" : "bank.mx", "nostro", claimed - owed},
    };
    struct buffer line = buffer_empty();
    const char *separator = "";
    buffer_text(&line, "journal-entry post=");
    for (size_t i = 0; i < sizeof legs / sizeof legs[0]; i++) {
        int64_t units = legs[i].minor < 0 ? -legs[i].minor : legs[i].minor;
        if (units == 0)
            continue;
        buffer_format(&line, "%s%s/%s/%s/USD:%s%" PRId64 ".%02" PRId64,
            separator, name, legs[i].owner, legs[i].role,
            legs[i].minor < 0 ? "-" : "", units / 100, units % 100);
        separator = ",";
    }
    buffer_text(&line, " reason=wire");
    int result = demo_send_for(&years->play, &years->settlement[book],
        "treasurer.us", "%.*s", (int)line.length, (const char *)line.data);
    buffer_free(&line);
    return result;
}

enum { WIRE, WIRED };

/* Clubs' pools are in one book, their projects in the other: twice a month
 * the difference goes by wire. */
static int settle(struct years *years, void *subject, unsigned step)
{
    int64_t owed, claimed;
    (void)subject;
    if (step == WIRED)
        return years_approve(
                   years, &years->settlement[YEARS_US], other_side) == 0
            ? years_approve(years, &years->settlement[YEARS_MX], other_side)
            : -1;
    if (ask_debts(years, &owed, &claimed) != 0)
        return -1;
    if (owed == 0 && claimed == 0)
        return 0;
    years_later(years, 1, YEARS_BOTH, settle, NULL, WIRED);
    return post_wire(years, YEARS_US, owed, claimed) == 0
        ? post_wire(years, YEARS_MX, claimed, owed)
        : -1;
}

void years_plan_house(struct years *years)
{
    for (size_t i = 0; i < years->programme.count; i++) {
        int year = (int)years->programme.years[i].year;
        for (int month = 1; month <= 12; month++) {
            years_on(years, date_of(year, month, 4), YEARS_BOTH, settle,
                NULL, WIRE);
            years_on(years, date_of(year, month, 18), YEARS_BOTH, settle,
                NULL, WIRE);
        }
        years_on(
            years, date_of(year, 12, 10), YEARS_BOTH, earn, NULL, EARN);
        years_on(
            years, date_of(year, 12, 14), YEARS_BOTH, earn, NULL, EARNED);
        years_on(
            years, date_of(year, 12, 18), YEARS_BOTH, earn, NULL, SHARED);
    }
}
