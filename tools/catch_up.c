#include "catch_up.h"

#include "../protocol/answer.h"
#include "confirm.h"
#include "speech.h"

#include <posito/date.h>
#include <posito/ident.h>

#include <string.h>

#define TEXT(view) (int)(view).length, (const char *)(view).data
#define SATURDAY 5 /* as date_weekday counts */
#define DATE_MEMORY 16

struct catch_up {
    struct session *session;
    enum language language;
    struct ident book;
    struct date to;
    struct date from; /* open when we came */
    struct date open; /* now */
    struct date today;
};

struct date_text {
    char text[DATE_MEMORY];
};

static struct date_text date_text(struct date date)
{
    struct date_text out = {{0}};
    struct buffer text = buffer_over(out.text, sizeof out.text - 1);
    date_append(&text, date);
    return out;
}

/* ---- what is asked for ---- */

static bool parse_words(
    struct catch_up *work, const char *const *words, size_t count)
{
    bool has_book = false;
    bool has_to = false;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(words[i], "book=", 5) == 0 && !has_book)
            has_book = ident_parse(bytes_text(words[i] + 5), &work->book);
        else if (strncmp(words[i], "to=", 3) == 0 && !has_to)
            has_to = date_parse(bytes_text(words[i] + 3), &work->to);
        else
            return false;
    }
    return has_book && has_to;
}

/* ---- where the book stands ---- */

/* The date of the book in "us:2026-11-23,mx:2026-11-23". */
static bool find_date(
    struct bytes list, const struct ident *book, struct date *out)
{
    struct bytes name = ident_bytes(book);
    while (list.length > 0) {
        size_t end = 0;
        while (end < list.length && list.data[end] != ',')
            end++;
        if (end > name.length && list.data[name.length] == ':' &&
            bytes_equal(bytes_of(list.data, name.length), name))
            return date_parse(bytes_of(list.data + name.length + 1,
                                  end - name.length - 1),
                out);
        list = bytes_after(list, end < list.length ? end + 1 : end);
    }
    return false;
}

static enum outcome ask_date(struct catch_up *work)
{
    struct buffer answer = buffer_empty();
    struct bytes text;
    struct bytes line;
    struct bytes rest = bytes_of("", 0);
    enum answer_kind kind;
    struct instant now;
    enum outcome outcome =
        session_ask(work->session, VERB_STATUS, &answer);
    text = buffer_bytes(&answer);
    if (outcome == OUTCOME_ACCEPTED && bytes_next_line(&text, &line) &&
        answer_open(line, &kind, &rest) &&
        instant_parse(answer_find(rest, "time"), &now))
        work->today = instant_date(now);
    if (outcome == OUTCOME_ACCEPTED &&
        !find_date(answer_find(rest, "books"), &work->book, &work->open))
        outcome = session_usage(work->session, STATUS_UNKNOWN_BOOK,
            status_sentence(STATUS_UNKNOWN_BOOK, work->language));
    buffer_free(&answer);
    return outcome;
}

/* ---- before it begins ---- */

/* As many days as one question may be about. */
#define PAGE_DAYS 400

static bool is_weekday(struct date date)
{
    return date_weekday(date) < SATURDAY;
}

/* What a row of the calendar adds to the weekdays: a holiday one less, a
 * Saturday that is worked one more. */
static int correction(struct bytes rest)
{
    bool worked = bytes_equal_text(answer_find(rest, "open"), "yes");
    struct date date;
    if (!date_parse(answer_find(rest, "date"), &date))
        return 0;
    return (int)worked - (int)is_weekday(date);
}

/* The days worked from one date to another, at most PAGE_DAYS of them. */
static enum outcome count_page(struct catch_up *work, struct date from,
    struct date to, int32_t *count)
{
    struct buffer question = buffer_empty();
    struct buffer answer = buffer_empty();
    struct bytes text;
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    enum outcome outcome;
    buffer_format(&question, "calendar book=%.*s from=%s to=%s",
        TEXT(ident_bytes(&work->book)), date_text(from).text,
        date_text(to).text);
    outcome = session_ask_line(
        work->session, VERB_CALENDAR, buffer_bytes(&question), &answer);
    text = buffer_bytes(&answer);
    if (outcome == OUTCOME_REFUSED)
        show_answer(&work->session->show, VERB_CALENDAR, text);
    for (; from.days <= to.days; from.days++)
        *count += is_weekday(from);
    while (outcome == OUTCOME_ACCEPTED && bytes_next_line(&text, &line))
        if (answer_open(line, &kind, &rest) && kind == ANSWER_ROW)
            *count += correction(rest);
    buffer_free(&question);
    buffer_free(&answer);
    return outcome;
}

/* The days that will be closed: the open one, and those worked behind it
 * and before the last. */
static enum outcome count_days(struct catch_up *work, int32_t *count)
{
    struct date from = {work->open.days + 1};
    enum outcome outcome = OUTCOME_ACCEPTED;
    *count = 1;
    while (outcome == OUTCOME_ACCEPTED && from.days < work->to.days) {
        struct date to = {work->to.days - 1};
        if (to.days - from.days >= PAGE_DAYS)
            to.days = from.days + PAGE_DAYS - 1;
        outcome = count_page(work, from, to, count);
        from.days = to.days + 1;
    }
    return outcome;
}

static bool confirmed(const struct catch_up *work, int32_t days)
{
    const struct settings *settings = work->session->settings;
    FILE *out = work->session->show.out;
    (void)fprintf(out,
        say(work->language,
            "Book %.*s is open on %s. Days to close one by one until %s is "
            "open,\nby the book's calendar: %d.\n",
            "El libro %.*s está abierto en %s. Días por cerrar uno por uno "
            "hasta abrir %s,\nsegún el calendario del libro: %d.\n"),
        TEXT(ident_bytes(&work->book)), date_text(work->open).text,
        date_text(work->to).text, (int)days);
    if (work->to.days > work->today.days)
        (void)fprintf(out,
            say(work->language,
                "Mind: that lies after today, %s. A day that is closed "
                "stays closed.\n",
                "Cuidado: eso es después de hoy, %s. Un día cerrado se "
                "queda cerrado.\n"),
            date_text(work->today).text);
    if (!confirm_wanted(settings) ||
        confirm_ask(say(
            work->language, "Close them? y/n", "¿Cerrarlos? s/n")))
        return true;
    (void)fputs(say(work->language, "No day was closed.\n",
                    "No se cerró ningún día.\n"),
        out);
    return false;
}

/* ---- a day ---- */

static void say_stopped(const struct catch_up *work)
{
    (void)fprintf(work->session->show.errors,
        say(work->language,
            "Stopped: the day %s was not closed. Mend that and run the "
            "same command again.\n",
            "Detenido: el día %s no se cerró. Corrija eso y repita la "
            "misma orden.\n"),
        date_text(work->open).text);
}

static enum outcome close_day(struct catch_up *work)
{
    char book[40];
    char date[32];
    const char *words[] = {"day-close", book, date};
    struct date before = work->open;
    enum outcome outcome;
    (void)snprintf(
        book, sizeof book, "book=%.*s", TEXT(ident_bytes(&work->book)));
    (void)snprintf(
        date, sizeof date, "date=%s", date_text(before).text);
    outcome = session_run(work->session, words, 3);
    if (outcome == OUTCOME_REFUSED)
        say_stopped(work);
    else if (outcome != OUTCOME_ACCEPTED)
        (void)fprintf(work->session->show.errors,
            say(work->language,
                "Stopped at the day %s. Run the same command again: it goes "
                "on from the day that is open then.\n",
                "Detenido en el día %s. Repita la misma orden: sigue desde "
                "el día que esté abierto.\n"),
            date_text(before).text);
    if (outcome == OUTCOME_ACCEPTED)
        outcome = ask_date(work);
    if (outcome != OUTCOME_ACCEPTED || work->open.days > before.days)
        return outcome;
    (void)fprintf(work->session->show.errors,
        say(work->language,
            "Stopped: closing the day %s waits for another signature. Once "
            "it took effect run the same command again.\n",
            "Detenido: cerrar el día %s espera otra firma. Cuando se "
            "ejecute repita la misma orden.\n"),
        date_text(before).text);
    return OUTCOME_REFUSED;
}

/* ---- what is to be done next ---- */

static void next_month(int *year, int *month)
{
    *year += *month == 12;
    *month = *month == 12 ? 1 : *month + 1;
}

/* The months that were open when we came and are over now. */
static void remind_of_months(const struct catch_up *work)
{
    FILE *out = work->session->show.out;
    int year;
    int month;
    int last_year;
    int last_month;
    int day;
    date_split(work->from, &year, &month, &day);
    date_split(work->open, &last_year, &last_month, &day);
    if (year == last_year && month == last_month)
        return;
    (void)fputs(say(work->language, "Ready for month-close now:\n",
                    "Ya pueden cerrarse con month-close:\n"),
        out);
    for (; year != last_year || month != last_month;
         next_month(&year, &month))
        (void)fprintf(out, "  posito month-close book=%.*s month=%04d-%02d\n",
            TEXT(ident_bytes(&work->book)), year, month);
}

static void report(const struct catch_up *work)
{
    if (work->session->settings->json)
        return;
    (void)fprintf(work->session->show.out,
        say(work->language, "Book %.*s is open on %s.\n",
            "El libro %.*s está abierto en %s.\n"),
        TEXT(ident_bytes(&work->book)), date_text(work->open).text);
    remind_of_months(work);
}

/* Who may not sign, or not see the book, need not be asked whether to. */
static enum outcome begin(struct catch_up *work)
{
    enum outcome outcome = session_need_key(work->session);
    int32_t days;
    if (outcome != OUTCOME_ACCEPTED || work->session->settings->json)
        return outcome;
    outcome = count_days(work, &days);
    if (outcome == OUTCOME_REFUSED)
        say_stopped(work);
    if (outcome == OUTCOME_ACCEPTED && !confirmed(work, days))
        return OUTCOME_USAGE;
    return outcome;
}

enum outcome catch_up_run(
    struct session *session, const char *const *words, size_t count)
{
    struct catch_up work = {
        .session = session, .language = session->settings->language};
    enum outcome outcome;
    if (!parse_words(&work, words, count))
        return session_usage(session, STATUS_MISSING_FIELD,
            say(work.language,
                "posito catch-up book=BOOK to=DATE, for example book=us "
                "to=2026-12-01",
                "posito catch-up book=LIBRO to=FECHA, por ejemplo book=us "
                "to=2026-12-01"));
    outcome = ask_date(&work);
    if (outcome != OUTCOME_ACCEPTED)
        return outcome;
    work.from = work.open;
    if (work.open.days < work.to.days) {
        outcome = begin(&work);
        if (outcome != OUTCOME_ACCEPTED)
            return outcome;
    }
    while (outcome == OUTCOME_ACCEPTED && work.open.days < work.to.days)
        outcome = close_day(&work);
    report(&work);
    return outcome;
}
