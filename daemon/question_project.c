#include "question_inside.h"

#include "../ledger/report_project.h"

#include <posito/encoding.h>

/* ---- spelling ---- */

static void write_rate(struct buffer *out, const char *key, struct rate rate)
{
    answer_word(out, key, "");
    rate_append(out, rate);
}

static void write_money(struct buffer *out, const char *key, int64_t minor,
    enum currency currency)
{
    answer_amount(out, key, (struct amount){minor, currency});
}

static void write_sums(struct buffer *out, const struct project_sums *sums,
    enum currency currency)
{
    write_money(out, "pledged", sums->pledged, currency);
    write_money(out, "received", sums->received, currency);
    write_money(out, "drawn", sums->drawn, currency);
    write_money(out, "returned", sums->returned, currency);
    write_money(out, "balance", report_project_balance(sums), currency);
}

static void write_terms(struct buffer *out, const struct project *terms)
{
    const struct category_row *category = category_row(terms->category);
    answer_word(out, "category", category->name);
    answer_word(out, "productive", category->productive ? "yes" : "no");
    answer_bytes(out, "place", bytes_of(terms->place, terms->place_length));
}

/* Write all rows and the verdict, or the refusal. */
static int finish(const struct question *q, struct question_rows *rows,
    int result, enum status status, const char *field)
{
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, field);
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&rows->text));
        answer_ok(q->out);
        answer_number(q->out, "rows", rows->count);
        answer_end(q->out);
    }
    if (rows->text.failed)
        result = -1;
    buffer_free(&rows->text);
    return result;
}

/* ---- project ---- */

static void write_head(
    struct question_rows *rows, const struct project_report *p)
{
    struct buffer *out = &rows->text;
    enum currency currency = p->terms.currency;
    rows->count++;
    answer_row(out);
    answer_ident(out, "project", &p->name);
    answer_ident(out, "book", &p->book);
    answer_ident(out, "club", &p->club);
    answer_word(out, "state",
        p->closed ? "closed" : p->frozen ? "frozen" : "open");
    write_terms(out, &p->terms);
    answer_ident(out, "agreement", &p->terms.agreement);
    answer_date(out, "start", p->terms.start);
    write_money(out, "budget", p->terms.budget, currency);
    write_sums(out, &p->sums, currency);
    write_money(out, "releasable", p->releasable, currency);
    answer_end(out);
}

static void write_levels(
    struct question_rows *rows, const struct project_report *p)
{
    struct buffer *out = &rows->text;
    for (size_t i = 0; i < p->level_count; i++) {
        const struct project_level *level = &p->levels[i];
        rows->count++;
        answer_row(out);
        answer_ident(out, "level", &level->name);
        write_money(out, "budget", level->budget, p->terms.currency);
        write_money(out, "pledged", level->pledged, p->terms.currency);
        if (level->out != 0)
            answer_number(out, "out", level->out);
        answer_end(out);
    }
}

static void write_sources(
    struct question_rows *rows, const struct project_report *p)
{
    struct buffer *out = &rows->text;
    for (size_t i = 0; i < p->source_count; i++) {
        const struct source_report *source = &p->sources[i];
        rows->count++;
        answer_row(out);
        answer_ident(out, "source", &source->name);
        answer_ident(out, "level", &source->level);
        answer_ident(out, "from", &source->giver);
        write_rate(out, "share", source->percent);
        write_sums(out, &source->sums, p->terms.currency);
        answer_end(out);
    }
}

static void write_milestones(
    struct question_rows *rows, const struct project_report *p)
{
    struct buffer *out = &rows->text;
    for (size_t i = 0; i < p->milestone_count; i++) {
        const struct milestone *milestone = &p->milestones[i];
        rows->count++;
        answer_row(out);
        answer_ident(out, "milestone", &milestone->name);
        write_rate(out, "part",
            report_project_percent(milestone->part, MATCHING_WHOLE));
        if (milestone->reached != 0) {
            answer_number(out, "entry", milestone->reached);
            answer_hash(out, "evidence", &milestone->evidence);
        }
        answer_end(out);
    }
}

static void add_pledge(void *context, const struct ident *source,
    const struct pledge *pledge, enum currency currency)
{
    struct question_rows *rows = context;
    struct buffer *out = &rows->text;
    rows->count++;
    answer_row(out);
    answer_number(out, "pledge", pledge->index);
    answer_ident(out, "source", source);
    answer_word(out, "state", pledge_phase_name(pledge->phase));
    write_money(out, "amount", pledge->amount, currency);
    write_money(out, "left", pledge->left, currency);
    answer_date(out, "until", pledge->until);
    answer_end(out);
}

static void add_link(void *context, const struct ident *other,
    enum link link, uint64_t entry)
{
    struct question_rows *rows = context;
    rows->count++;
    answer_row(&rows->text);
    answer_word(&rows->text, "link", link_name(link));
    answer_ident(&rows->text, "project", other);
    answer_number(&rows->text, "entry", entry);
    answer_end(&rows->text);
}

static void add_entry(void *context, const struct project_entry *entry)
{
    struct question_rows *rows = context;
    rows->count++;
    answer_row(&rows->text);
    answer_number(&rows->text, "entry", entry->index);
    answer_date(&rows->text, "date", entry->date);
    answer_word(&rows->text, "verb", operation_row(entry->verb)->verb);
    answer_end(&rows->text);
}

int question_project(const struct question *q)
{
    struct question_rows last = {.text = buffer_empty()};
    struct question_rows rows = {.text = buffer_empty()};
    const struct project_visitor visitor = {
        &last, add_pledge, add_link, add_entry};
    struct project_report project;
    enum status status;
    int result = report_project(q->ledger, &q->peer->key,
        &q->op->as.project.project, &project, &visitor, &status);
    if (result == 0 && status == STATUS_ACCEPTED) {
        write_head(&rows, &project);
        write_levels(&rows, &project);
        write_sources(&rows, &project);
        write_milestones(&rows, &project);
        buffer_append(&rows.text, buffer_bytes(&last.text));
        rows.count += last.count;
    }
    if (last.text.failed)
        result = -1;
    buffer_free(&last.text);
    return finish(q, &rows, result, status, "project");
}

/* ---- projects ---- */

static void add_project(void *context, const struct projects_row *project)
{
    struct question_rows *rows = context;
    struct buffer *out = &rows->text;
    rows->count++;
    answer_row(out);
    answer_ident(out, "project", &project->name);
    answer_ident(out, "book", &project->book);
    answer_ident(out, "club", &project->club);
    answer_word(out, "state", project->closed ? "closed" : "open");
    write_terms(out, &project->terms);
    answer_date(out, "start", project->terms.start);
    write_sums(out, &project->sums, project->terms.currency);
    answer_number(out, "opened", project->opened);
    answer_end(out);
}

int question_projects(const struct question *q)
{
    const struct projects_fields *f = &q->op->as.projects;
    struct question_rows rows = {.text = buffer_empty()};
    enum status status;
    const struct projects_query query = {
        .party = OPERATION_HAS(q->op, projects, party) ? &f->party : NULL,
        .year = f->year > 9999 ? 9999 : (uint32_t)f->year,
        .before =
            OPERATION_HAS(q->op, projects, before) ? f->before : UINT64_MAX,
    };
    int result = report_projects(q->ledger, &q->peer->key, &query,
        add_project, &rows, &status);
    return finish(q, &rows, result, status, "party");
}

/* ---- programme ---- */

struct programme {
    struct question_rows years;
    struct question_rows levels;
    struct question_rows totals;
};

static void write_figures(
    struct buffer *out, const struct programme_row *row)
{
    int64_t projects = (int64_t)row->projects;
    int64_t average = 0;
    (void)!minor_times_ratio(
        row->invested, 1, projects, ROUND_HALF_AWAY, &average);
    answer_number(out, "projects", row->projects);
    answer_number(out, "clubs", row->clubs);
    answer_number(out, "places", row->places);
    write_money(out, "invested", row->invested, row->currency);
    write_money(out, "average", average, row->currency);
    answer_number(out, "productive", row->productive);
    write_rate(out, "share",
        report_project_percent((int64_t)row->productive, projects));
    answer_end(out);
}

static void add_programme(void *context, const struct programme_row *row)
{
    struct programme *programme = context;
    struct question_rows *rows =
        row->year == 0 ? &programme->totals : &programme->years;
    struct buffer *levels = &programme->levels.text;
    rows->count++;
    answer_row(&rows->text);
    if (row->year == 0)
        answer_word(&rows->text, "total", currency_code(row->currency));
    else
        answer_number(&rows->text, "year", row->year);
    write_figures(&rows->text, row);
    for (size_t i = 0; i < row->level_count && row->year != 0; i++) {
        programme->levels.count++;
        answer_row(levels);
        answer_ident(levels, "level", &row->levels[i].name);
        answer_number(levels, "year", row->year);
        write_money(
            levels, "invested", row->levels[i].invested, row->currency);
        answer_end(levels);
    }
}

static void append_rows(
    struct question_rows *to, struct question_rows *from)
{
    buffer_append(&to->text, buffer_bytes(&from->text));
    to->count += from->count;
    to->text.failed = to->text.failed || from->text.failed;
    buffer_free(&from->text);
}

static uint32_t year_or(bool given, uint64_t year, uint32_t otherwise)
{
    return !given ? otherwise : year > 9999 ? 9999 : (uint32_t)year;
}

int question_programme(const struct question *q)
{
    const struct programme_fields *f = &q->op->as.programme;
    struct programme programme = {
        {.text = buffer_empty()},
        {.text = buffer_empty()},
        {.text = buffer_empty()},
    };
    enum status status;
    int result = report_programme(q->ledger, &q->peer->key, &f->book,
        year_or(OPERATION_HAS(q->op, programme, from), f->from, 0),
        year_or(OPERATION_HAS(q->op, programme, to), f->to, 9999),
        add_programme, &programme, &status);
    append_rows(&programme.years, &programme.totals);
    append_rows(&programme.years, &programme.levels);
    return finish(q, &programme.years, result, status,
        status == STATUS_BAD_RANGE ? "from" : "book");
}
