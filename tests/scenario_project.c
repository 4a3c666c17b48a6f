#include "scenario_inside.h"

#include "../ledger/report_project.h"

/* Answers about projects as rows of a scenario: see scenarios/README.md. */

static void append_word(struct buffer *out, const char *word)
{
    buffer_char(out, ' ');
    buffer_text(out, word);
}

static void append_ident(struct buffer *out, const struct ident *name)
{
    buffer_char(out, ' ');
    buffer_append(out, ident_bytes(name));
}

static void append_money(struct buffer *out, const char *word, int64_t minor,
    enum currency currency)
{
    append_word(out, word);
    buffer_char(out, ' ');
    amount_append_digits(out, (struct amount){ minor, currency });
}

static void append_number(
    struct buffer *out, const char *word, uint64_t number)
{
    append_word(out, word);
    buffer_char(out, ' ');
    buffer_decimal(out, number);
}

static void append_sums(struct buffer *out, const struct project_sums *sums,
    enum currency currency)
{
    append_money(out, "pledged", sums->pledged, currency);
    append_money(out, "received", sums->received, currency);
    append_money(out, "drawn", sums->drawn, currency);
    append_money(out, "returned", sums->returned, currency);
}

static void append_percent(struct buffer *out, struct rate rate)
{
    buffer_char(out, ' ');
    rate_append(out, rate);
    buffer_char(out, '%');
}

/* ---- project ---- */

static void pledge_row(void *context, const struct ident *source,
    const struct pledge *pledge, enum currency currency)
{
    struct buffer *out = context;

    buffer_text(out, "pledge ");
    buffer_decimal(out, pledge->index);
    append_ident(out, source);
    append_word(out, pledge_phase_name(pledge->phase));
    append_money(out, "", pledge->amount, currency);
    append_money(out, "left", pledge->left, currency);
    buffer_char(out, ' ');
    date_append(out, pledge->until);
    buffer_char(out, '\n');
}

static void link_row(void *context, const struct ident *other, enum link as,
    uint64_t entry)
{
    struct buffer *out = context;

    (void)entry;
    buffer_text(out, link_name(as));
    append_ident(out, other);
    buffer_char(out, '\n');
}

static void entry_row(void *context, const struct project_entry *entry)
{
    struct buffer *out = context;

    buffer_decimal(out, entry->index);
    buffer_char(out, ' ');
    date_append(out, entry->date);
    append_word(out, operation_row(entry->verb)->verb);
    buffer_char(out, '\n');
}

static void level_rows(struct buffer *out, const struct project_report *p)
{
    for (size_t i = 0; i < p->level_count; i++) {
        const struct project_level *level = &p->levels[i];

        buffer_text(out, "level");
        append_ident(out, &level->name);
        append_money(out, "budget", level->budget, p->terms.currency);
        append_money(out, "pledged", level->pledged, p->terms.currency);
        append_word(out, level->out != 0 ? "out\n" : "\n");
    }
}

static void source_rows(struct buffer *out, const struct project_report *p)
{
    for (size_t i = 0; i < p->source_count; i++) {
        const struct source_report *source = &p->sources[i];

        buffer_text(out, "source");
        append_ident(out, &source->name);
        append_ident(out, &source->level);
        append_ident(out, &source->giver);
        append_percent(out, source->percent);
        append_sums(out, &source->sums, p->terms.currency);
        buffer_char(out, '\n');
    }
}

static void milestone_rows(
    struct buffer *out, const struct project_report *p)
{
    for (size_t i = 0; i < p->milestone_count; i++) {
        const struct milestone *milestone = &p->milestones[i];

        buffer_text(out, "milestone");
        append_ident(out, &milestone->name);
        append_percent(out,
            report_project_percent(milestone->part, MATCHING_WHOLE));
        append_word(out, milestone->reached != 0 ? "reached\n" : "\n");
    }
}

static void head_row(struct buffer *out, const struct project_report *p)
{
    buffer_append(out, ident_bytes(&p->name));
    append_ident(out, &p->book);
    append_ident(out, &p->club);
    append_word(out, p->closed ? "closed" : p->frozen ? "frozen" : "open");
    append_word(out, category_row(p->terms.category)->name);
    append_money(out, "budget", p->terms.budget, p->terms.currency);
    append_sums(out, &p->sums, p->terms.currency);
    append_money(out, "releasable", p->releasable, p->terms.currency);
    buffer_char(out, '\n');
}

int scenario_ask_project(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    struct buffer last = buffer_empty();
    const struct project_visitor visitor = { &last, pledge_row, link_row,
        entry_row };
    struct project_report report;
    int result = report_project(ledger, who, &op->as.project.project,
        &report, &visitor, status);

    if (result == 0 && *status == STATUS_ACCEPTED) {
        head_row(out, &report);
        level_rows(out, &report);
        source_rows(out, &report);
        milestone_rows(out, &report);
        buffer_append(out, buffer_bytes(&last));
    }
    buffer_free(&last);
    return result;
}

/* ---- projects ---- */

static void projects_row(void *context, const struct projects_row *row)
{
    struct buffer *out = context;

    buffer_append(out, ident_bytes(&row->name));
    append_ident(out, &row->club);
    append_word(out, row->closed ? "closed" : "open");
    append_word(out, category_row(row->terms.category)->name);
    append_sums(out, &row->sums, row->terms.currency);
    buffer_char(out, '\n');
}

int scenario_ask_projects(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    const struct projects_fields *f = &op->as.projects;
    const struct projects_query query = {
        .party = OPERATION_HAS(op, projects, party) ? &f->party : NULL,
        .year = (uint32_t)f->year,
        .before =
            OPERATION_HAS(op, projects, before) ? f->before : UINT64_MAX,
    };

    return report_projects(ledger, who, &query, projects_row, out, status);
}

/* ---- programme ---- */

static void programme_row(void *context, const struct programme_row *row)
{
    struct buffer *out = context;

    if (row->year == 0)
        buffer_text(out, "total");
    else
        buffer_decimal(out, row->year);
    append_word(out, currency_code(row->currency));
    append_number(out, "projects", row->projects);
    append_number(out, "clubs", row->clubs);
    append_number(out, "places", row->places);
    append_money(out, "invested", row->invested, row->currency);
    append_number(out, "productive", row->productive);
    append_percent(out,
        report_project_percent(
            (int64_t)row->productive, (int64_t)row->projects));
    for (size_t i = 0; i < row->level_count; i++) {
        append_ident(out, &row->levels[i].name);
        append_money(out, "", row->levels[i].invested, row->currency);
    }
    buffer_char(out, '\n');
}

int scenario_ask_programme(struct ledger *ledger, const struct ident *who,
    const struct operation *op, struct buffer *out, enum status *status)
{
    const struct programme_fields *f = &op->as.programme;

    return report_programme(ledger, who, &f->book,
        OPERATION_HAS(op, programme, from) ? (uint32_t)f->from : 0,
        OPERATION_HAS(op, programme, to) ? (uint32_t)f->to : 9999,
        programme_row, out, status);
}
