#include "demo_years_inside.h"

#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- worked days ---- */

/* Holidays with a fixed date; a Saturday's or Sunday's is not moved. */
static const struct {
    enum years_book book;
    int month, day;
} holidays[] = {
    {YEARS_US, 1, 1},
    {YEARS_US, 7, 4},
    {YEARS_US, 12, 25},
    {YEARS_MX, 1, 1},
    {YEARS_MX, 2, 5},   /* Constitución */
    {YEARS_MX, 3, 21},  /* natalicio de Benito Juárez */
    {YEARS_MX, 5, 1},   /* Día del Trabajo */
    {YEARS_MX, 9, 16},  /* Independencia */
    {YEARS_MX, 11, 20}, /* Revolución */
    {YEARS_MX, 12, 25},
};

#define HOLIDAYS (sizeof holidays / sizeof holidays[0])

const char *years_book_name(enum years_book book)
{
    return book == YEARS_US ? "us" : "mx";
}

/* The fourth Thursday of November. */
static bool is_thanksgiving(struct date date, int month, int day)
{
    return month == 11 && date_weekday(date) == 3 && day >= 22 && day <= 28;
}

static bool is_holiday(enum years_book book, struct date date)
{
    int year, month, day;
    date_split(date, &year, &month, &day);
    for (size_t i = 0; i < HOLIDAYS; i++)
        if (holidays[i].book == book && holidays[i].month == month &&
            holidays[i].day == day)
            return true;
    return book == YEARS_US && is_thanksgiving(date, month, day);
}

static bool is_worked(enum years_book book, struct date date)
{
    if (date_weekday(date) >= 5)
        return false;
    if (book == YEARS_BOTH)
        return !is_holiday(YEARS_US, date) && !is_holiday(YEARS_MX, date);
    return !is_holiday(book, date);
}

void years_holidays(const struct years *years, struct buffer *lines)
{
    struct date date = {years->first.days + 1};
    for (; date.days <= years->last.days + 31; date.days++)
        for (enum years_book book = YEARS_US; book <= YEARS_MX; book++) {
            if (date_weekday(date) >= 5 || !is_holiday(book, date))
                continue;
            buffer_format(lines, "calendar-set book=%s date=",
                years_book_name(book));
            date_append(lines, date);
            buffer_text(lines, " open=no\n");
        }
}

/* ---- events ---- */

static struct years_day *day_of(struct years *years, struct date date)
{
    return &years->days[date.days - years->first.days];
}

static void append(struct years_day *day, struct years_event *event)
{
    event->next = NULL;
    if (day->first == NULL)
        day->end = &day->first;
    *day->end = event;
    day->end = &event->next;
}

void years_on(struct years *years, struct date date, enum years_book book,
    years_act *act, void *subject, unsigned step)
{
    struct years_event *event;
    if (date.days < years->today.days)
        date = years->today;
    while (!is_worked(book, date))
        date.days++;
    if (date.days > years->last.days)
        return;
    event = malloc(sizeof *event);
    if (event == NULL) {
        years->failed = true;
        return;
    }
    *event = (struct years_event){book, act, subject, step, NULL};
    append(day_of(years, date), event);
}

void years_later(struct years *years, int32_t days, enum years_book book,
    years_act *act, void *subject, unsigned step)
{
    years_on(years, (struct date){years->today.days + days}, book, act,
        subject, step);
}

/* What happens may add to the same day. */
static int run_events(struct years *years)
{
    struct years_day *day = day_of(years, years->today);
    int result = 0;
    while (result == 0 && day->first != NULL) {
        struct years_event *event = day->first;
        day->first = event->next;
        result = event->act(years, event->subject, event->step);
        free(event);
        if (years->failed)
            result = failure_set(years->play.failure, "out of memory");
    }
    return result;
}

/* ---- closing ---- */

static uint32_t last_year(const struct years *years)
{
    return years->programme.years[years->programme.count - 1].year;
}

static int close_year(struct years *years, enum years_book book, int year)
{
    years->closed_years++;
    return demo_send(&years->play,
        book == YEARS_US ? "board.us" : "board.mx",
        "year-close book=%s year=%04d reserve=0.1", years_book_name(book),
        year);
}

int years_close_last(struct years *years)
{
    int year = (int)last_year(years);
    return close_year(years, YEARS_US, year) == 0
        ? close_year(years, YEARS_MX, year)
        : -1;
}

static int close_month(struct years *years, enum years_book book, int year,
    int month)
{
    const char *name = years_book_name(book);
    years->closed_months++;
    if (demo_send(&years->play,
            book == YEARS_US ? "supervisor.us" : "supervisor.mx",
            "month-close book=%s month=%04d-%02d", name, year, month) != 0)
        return -1;
    return month < 12 || (uint32_t)year == last_year(years)
        ? 0
        : close_year(years, book, year);
}

/* The day, and the month and year that end with it. */
static int close_day(struct years *years, enum years_book book)
{
    struct date next = {years->today.days + 1};
    struct buffer line = buffer_empty();
    int year, month, day, next_year, next_month;
    int result;
    if (!is_worked(book, years->today))
        return 0;
    while (!is_worked(book, next))
        next.days++;
    buffer_format(&line, "day-close book=%s date=", years_book_name(book));
    date_append(&line, years->today);
    result = demo_send_buffer(&years->play,
        book == YEARS_US ? "supervisor.us" : "supervisor.mx", &line);
    buffer_free(&line);
    years->closed_days++;
    date_split(years->today, &year, &month, &day);
    date_split(next, &next_year, &next_month, &day);
    if (result == 0 && month != next_month)
        result = close_month(years, book, year, month);
    return result;
}

/* What of the year has been sent; its answers may be under way. */
static void say_year(const struct years *years, int year)
{
    for (size_t i = 0; i < years->programme.count; i++) {
        const struct programme_year *one = &years->programme.years[i];
        char memory[40];
        struct buffer text = buffer_over(memory, sizeof memory);
        if (one->year != (uint32_t)year)
            continue;
        show_digits(&text, (struct amount){one->investment, CURRENCY_USD});
        printf("  %d: %" PRIu64 " projects, %.*s dollars, every day closed\n",
            year, one->projects, (int)text.length, memory);
    }
}

int years_run(struct years *years, struct date stop)
{
    int result = 0;
    for (; result == 0 && years->today.days < stop.days;
         years->today.days++) {
        int year, month, day;
        date_split(years->today, &year, &month, &day);
        result = run_events(years);
        for (enum years_book book = YEARS_US;
             result == 0 && book <= YEARS_MX; book++)
            result = close_day(years, book);
        if (result == 0 && month == 12 && day == 31)
            say_year(years, year);
    }
    if (result == 0)
        result = run_events(years);
    return result == 0 ? demo_send_drain(&years->play, 0) : -1;
}
