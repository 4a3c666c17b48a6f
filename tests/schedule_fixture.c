#include "schedule_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct date loan_day(const char *text)
{
    struct date date = {0};

    assert_true(date_parse(bytes_text(text), &date));
    return date;
}

void loan_begin(struct loan *loan, enum schedule_method method,
    int64_t principal, const char *yearly, uint16_t instalments)
{
    *loan = (struct loan){.tranches = {{loan_day("2026-01-15"), principal}}};
    loan->terms = (struct schedule_terms){
        .method = method,
        .tranches = loan->tranches,
        .tranche_count = 1,
        .start = loan->tranches[0].date,
        .period = 1,
        .instalments = instalments,
        .rounding = ROUND_HALF_AWAY,
        .unit = 1,
    };
    assert_true(rate_parse(bytes_text(yearly), &loan->terms.yearly));
}

void loan_check(const struct loan *loan)
{
    int64_t disbursed = 0;
    int64_t capitalised = 0;
    int64_t principal = 0;
    int64_t before = 0;

    assert_in_range(loan->count, 1, SCHEDULE_ROWS_MAX);
    for (size_t i = 0; i < loan->count; i++) {
        const struct instalment *row = &loan->rows[i];

        if (i > 0)
            assert_true(row->due.days > row[-1].due.days);
        assert_int_equal(row->opening, before);
        assert_true(row->principal >= 0 && row->interest >= 0);
        assert_int_equal(row->total, row->principal + row->interest + row->fee);
        assert_int_equal(row->closing,
            row->opening + row->disbursed + row->capitalised - row->principal);
        before = row->closing;
        disbursed += row->disbursed;
        capitalised += row->capitalised;
        principal += row->principal;
    }
    int64_t tranches = 0;
    for (size_t i = 0; i < loan->terms.tranche_count; i++)
        tranches += loan->terms.tranches[i].minor;
    assert_int_equal(disbursed, tranches);
    assert_int_equal(principal, disbursed + capitalised);
    assert_int_equal(before, 0);
}

void loan_make(struct loan *loan)
{
    assert_int_equal(schedule_make(&loan->terms, loan->rows, SCHEDULE_ROWS_MAX,
                         &loan->count),
        SCHEDULE_MADE);
    loan_check(loan);
}

int64_t loan_interest(const struct loan *loan)
{
    int64_t sum = 0;

    for (size_t i = 0; i < loan->count; i++)
        sum += loan->rows[i].interest;
    return sum;
}
