/*
 * The published programme, brought into a ledger: 429 projects of eight
 * years, shared out exactly; the printed total is one dollar more than its
 * years, and stays so.
 */
#include "cycle_fixture.h"
#include "document.h"

#include "../ledger/report_project.h"
#include "../tools/programme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void read_programme(struct programme *out)
{
    struct buffer text = buffer_empty();
    struct failure failure = { "" };

    assert_true(document_read("tests/data/three-for-one.csv", &text));
    if (programme_parse(buffer_bytes(&text), out, &failure) != 0)
        fail_msg("%s", failure.text);
    buffer_free(&text);
}

static void figures_are_the_published_ones(void **state)
{
    struct programme p;

    (void)state;
    read_programme(&p);
    assert_int_equal(p.count, 8);
    assert_int_equal(p.projects, 429);
    assert_int_equal(p.investment, 1682366900);
    assert_true(p.printed);
    assert_int_equal(p.printed_projects, 429);
    assert_int_equal(p.printed_investment, 1682367000);
    assert_int_equal(p.years[0].year, 1993);
    assert_int_equal(p.years[0].projects, 7);
    assert_int_equal(p.years[0].investment, 60367500);
    assert_int_equal(p.years[7].year, 2000);
    assert_int_equal(p.years[7].projects, 117);
    assert_int_equal(p.years[7].investment, 634920600);
}

static void both_totals_are_shown(void **state)
{
    static const char *const says[] = { "sum of the years", "16,823,669.00",
        "printed total", "16,823,670.00", "printed less sum", "1.00" };
    static const char *const dice[] = { "suma de los años",
        "total impreso", "impreso menos suma" };
    char text[4000] = "";
    struct programme p;
    FILE *out = fmemopen(text, sizeof text - 1, "w");

    (void)state;
    assert_non_null(out);
    read_programme(&p);
    programme_show(out, &p, LANGUAGE_EN);
    (void)fflush(out);
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        assert_non_null(strstr(text, says[i]));
    rewind(out);
    programme_show(out, &p, LANGUAGE_ES);
    (void)fclose(out);
    for (size_t i = 0; i < sizeof dice / sizeof *dice; i++)
        assert_non_null(strstr(text, dice[i]));
}

static void bad_files_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "year,projects,investment_usd\n",
        "1993,7,603675\n",
        "year,projects\n1993,7\n",
        "year,projects,investment_usd\n1993,7\n",
        "year,projects,investment_usd\n1993,0,603675\n",
        "year,projects,investment_usd\n1993,7,6036.75\n",
        "year,projects,investment_usd\n1993,7,-1\n",
        "year,projects,investment_usd\n1994,1,1\n1993,1,1\n",
        "year,projects,investment_usd\n1993,7,603675",
        ("# Printed totals: many projects, 3.\nyear,projects,investment_usd\n"
         "1993,7,603675\n"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct failure failure = { "" };
        struct programme p;

        if (programme_parse(bytes_text(bad[i]), &p, &failure) == 0)
            fail_msg("taken: %s", bad[i]);
    }
}

/* ---- all of it through a ledger ---- */

static const char founding_body[] =
    "currency code=USD digits=2\n"
    "book book=mx country=MX date=1993-01-04\n"
    "policy-set verb=agreement-set need=1 kinds=board\n"
    "policy-set verb=party-open need=1 kinds=board\n"
    "policy-set verb=milestone need=1 kinds=board\n"
    "policy-set verb=draw need=1 kinds=board\n"
    "party-open party=tre kind=officer book=mx country=MX\n"
    "party-open party=zac kind=federation book=mx country=MX\n"
    "party-open party=c1 kind=club book=mx parent=zac country=US\n"
    "party-open party=c2 kind=club book=mx parent=zac country=US\n"
    "party-open party=c3 kind=club book=mx parent=zac country=US\n"
    "party-open party=bank kind=correspondent book=mx country=MX\n"
    "key board board tre all\n"
    "key fed federation.treasurer tre all\n"
    "key aud auditor tre all\n";

/* With the programme's rules, which begin before the book, in genesis. */
static void found(
    struct ledger_fixture *f, const struct programme_names *names)
{
    struct buffer body = buffer_empty();
    char head[200];

    ledger_fixture_open(f);
    (void)snprintf(head, sizeof head,
        "version=1 origin=ledger.example/programme log=%s chart=1",
        ledger_fixture_public("log"));
    buffer_text(&body, founding_body);
    programme_rules(names, &body);
    buffer_char(&body, '\0');
    if (ledger_fixture_genesis(f, "board", head, (char *)body.data) !=
        STATUS_ACCEPTED)
        fail_msg("founding: %s in line %llu: %s",
            status_name(f->decision.status),
            (unsigned long long)f->decision.line,
            status_name(f->decision.line_status));
    buffer_free(&body);
    f->quick = true;
}

static uint64_t send_all(struct ledger_fixture *f, struct bytes lines)
{
    struct bytes line;
    uint64_t sent = 0;

    for (; bytes_next_line(&lines, &line); sent++)
        CYCLE_SEND(f, "board", "%.*s", (int)line.length,
            (const char *)line.data);
    return sent;
}

struct seen {
    const struct programme *programme;
    size_t years;
    struct programme_row total;
};

static int64_t level(const struct programme_row *row, const char *name)
{
    for (size_t i = 0; i < row->level_count; i++)
        if (bytes_equal_text(ident_bytes(&row->levels[i].name), name))
            return row->levels[i].invested;
    return 0;
}

/* A third or a quarter each, but for a cent a project. */
static void see_row(void *context, const struct programme_row *row)
{
    struct seen *seen = context;
    const struct programme_year *year;
    int64_t part;

    if (row->year == 0) {
        seen->total = *row;
        return;
    }
    year = &seen->programme->years[seen->years++];
    assert_int_equal(row->year, year->year);
    assert_int_equal(row->projects, year->projects);
    assert_int_equal(row->invested, year->investment);
    assert_int_equal(row->level_count, row->year < 1999 ? 3 : 4);
    part = year->investment / (row->year < 1999 ? 3 : 4);
    for (size_t i = 0; i < row->level_count; i++)
        assert_in_range(row->levels[i].invested,
            part - (int64_t)year->projects, part + (int64_t)year->projects);
}

static void all_of_it_goes_through_a_ledger(void **state)
{
    const struct ident clubs[] = { ident_of("c1"), ident_of("c2"),
        ident_of("c3") };
    const struct programme_names names = {
        .book = ident_of("mx"),
        .rule = ident_of("programme"),
        .federal = ident_of("sedesol"),
        .state = ident_of("zacgov"),
        .municipal = ident_of("towns"),
        .bank = ident_of("bank"),
        .clubs = clubs,
        .club_count = 3,
    };
    struct ident who = ident_of("aud");
    struct ident book = ident_of("mx");
    struct buffer lines = buffer_empty();
    struct ledger_fixture f;
    struct programme p;
    struct seen seen = { .programme = &p };
    enum status status;
    uint64_t sent = 0;

    (void)state;
    read_programme(&p);
    found(&f, &names);
    assert_false(programme_lines(&p, &names, 1992, &lines));
    for (uint32_t year = 1993; year <= 2000; year++) {
        char day[DATE_LENGTH + 1];

        (void)snprintf(day, sizeof day, "%u-01-02", year);
        cycle_fixture_close_until(&f, "mx", day);
        buffer_clear(&lines);
        assert_true(programme_lines(&p, &names, year, &lines));
        sent += send_all(&f, buffer_bytes(&lines));
    }
    /* Register, milestone, draw, close; pledge and receive a level. */
    assert_int_equal(sent, 219 * (4 + 2 * 3) + 210 * (4 + 2 * 4));
    assert_int_equal(report_programme(f.ledger, &who, &book, 0, 9999,
                         see_row, &seen, &status), 0);
    assert_int_equal(status, STATUS_ACCEPTED);
    assert_int_equal(seen.years, 8);
    assert_int_equal(seen.total.projects, 429);
    assert_int_equal(seen.total.invested, 1682366900);
    assert_int_equal(seen.total.clubs, 3);
    assert_int_equal(level(&seen.total, "club") +
            level(&seen.total, "federal") + level(&seen.total, "state") +
            level(&seen.total, "municipal"),
        1682366900);
    assert_int_equal(
        ledger_fixture_balance(&f, "mx/bank/nostro/USD"), 0);
    cycle_fixture_check(&f);
    buffer_free(&lines);
    ledger_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_the_published_ones),
        cmocka_unit_test(both_totals_are_shown),
        cmocka_unit_test(bad_files_are_refused),
        cmocka_unit_test(all_of_it_goes_through_a_ledger),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
