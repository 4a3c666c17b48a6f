/*
 * Day counts: published examples, and properties of each rule.
 */
#include "../ledger/daycount.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

static struct date day(const char *text)
{
    struct date date = {0};

    assert_true(date_parse(bytes_text(text), &date));
    return date;
}

/* 10^-12 of a year, half up. */
static int64_t parts_of(struct year_fraction part)
{
    __extension__ typedef __int128 wide;

    return (int64_t)(((wide)part.numerator * 2000000000000 + part.denominator) /
                     (2 * (wide)part.denominator));
}

/* ISDA, "EMU and Market Conventions: Recent Developments" (1998), the
 * examples of actual/actual: by ISDA, ICMA (then ISMA) and AFB.  coupon and
 * months: the regular period that holds the last date. */
static const struct {
    const char *from, *to, *coupon;
    uint16_t months;
    int64_t isda, icma, afb;
} actual[] = {
    {"2003-11-01", "2004-05-01", "2003-11-01", 6, 497724380567, 500000000000,
        497267759563},
    /* short first period, of a yearly coupon */
    {"1999-02-01", "1999-07-01", "1998-07-01", 12, 410958904110, 410958904110,
        410958904110},
    /* printed with ten decimals: 1.0013773486 */
    {"1999-07-01", "2000-07-01", "1999-07-01", 12, 1001377348604, 1000000000000,
        1000000000000},
    /* long first period */
    {"2002-08-15", "2003-07-15", "2003-01-15", 6, 915068493151, 915760869565,
        915068493151},
    {"2003-07-15", "2004-01-15", "2003-07-15", 6, 504004790778, 500000000000,
        504109589041},
    /* short final period */
    {"1999-07-30", "2000-01-30", "1999-07-30", 6, 503892506924, 500000000000,
        504109589041},
    {"2000-01-30", "2000-06-30", "2000-01-30", 6, 415300546448, 417582417582,
        415300546448},
};

static void actual_actual_is_as_isda_published(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof actual / sizeof *actual; i++) {
        struct daycount_terms terms = {
            .coupon = day(actual[i].coupon), .coupon_months = actual[i].months};
        struct date from = day(actual[i].from);
        struct date to = day(actual[i].to);
        struct year_fraction part;

        assert_true(daycount_fraction(DAYCOUNT_ACT_ACT, from, to, NULL, &part));
        assert_int_equal(parts_of(part), actual[i].isda);
        assert_true(
            daycount_fraction(DAYCOUNT_ACT_ACT_ICMA, from, to, &terms, &part));
        assert_int_equal(parts_of(part), actual[i].icma);
        assert_true(
            daycount_fraction(DAYCOUNT_ACT_ACT_AFB, from, to, NULL, &part));
        assert_int_equal(parts_of(part), actual[i].afb);
    }
}

/* The same paper: a long final period of a quarterly coupon that falls on
 * last days, 1999-11-30 to 2000-04-30: 91/(91 x 4) + 61/(92 x 4). */
static void month_end_coupons_stay_on_month_ends(void **state)
{
    (void)state;
    struct daycount_terms terms = {.coupon = day("1999-11-30"),
        .coupon_months = 3,
        .coupon_month_end = true};
    struct year_fraction part;

    assert_true(daycount_fraction(DAYCOUNT_ACT_ACT_ICMA, day("1999-11-30"),
        day("2000-04-30"), &terms, &part));
    assert_int_equal(part.numerator, 153);
    assert_int_equal(part.denominator, 368);
    assert_int_equal(parts_of(part), 415760869565);
}

/* Periods that span coupon dates, from OpenGamma Strata's tests: days of
 * each period touched, over its days and four a year. */
static void coupon_periods_are_summed(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *coupon;
        bool month_end;
        int days[2], of[2];
    } known[] = {
        {"2011-10-01", "2011-11-12", "2012-02-29", true, {42, 0}, {91, 1}},
        {"2011-10-01", "2012-01-12", "2012-02-29", true, {60, 43}, {91, 91}},
        {"2011-07-01", "2011-08-12", "2012-02-29", true, {42, 0}, {92, 1}},
        {"2011-07-01", "2011-11-12", "2012-02-29", true, {61, 73}, {92, 91}},
        {"2011-10-01", "2012-01-12", "2012-02-29", false, {59, 44}, {92, 92}},
        {"2011-08-31", "2011-11-12", "2011-08-31", true, {73, 0}, {91, 1}},
        {"2011-08-31", "2012-01-12", "2011-08-31", true, {91, 43}, {91, 91}},
        {"2012-02-29", "2012-04-01", "2012-02-29", false, {32, 0}, {90, 1}},
        {"2012-02-29", "2012-06-01", "2012-02-29", false, {90, 3}, {90, 92}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct daycount_terms terms = {.coupon = day(known[i].coupon),
            .coupon_months = 3,
            .coupon_month_end = known[i].month_end};
        struct year_fraction part;
        int64_t above = (int64_t)known[i].days[0] * known[i].of[1] +
                        (int64_t)known[i].days[1] * known[i].of[0];
        int64_t below = 4 * (int64_t)known[i].of[0] * known[i].of[1];

        assert_true(daycount_fraction(DAYCOUNT_ACT_ACT_ICMA, day(known[i].from),
            day(known[i].to), &terms, &part));
        assert_int_equal(part.numerator * below, above * part.denominator);
    }
}

/* The first two: the example of the French text (FBF, "Définitions communes
 * à plusieurs additifs techniques").  The others: ISDA's rule for more than
 * a year, by hand: back from the end, 28 February to 29 February where there
 * is one. */
static void afb_counts_years_back(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        int64_t numerator, denominator;
    } known[] = {
        {"1994-02-10", "1997-06-30", 3 * 365 + 140, 365},
        {"1994-02-10", "1994-06-30", 140, 365},
        {"2004-02-28", "2008-02-27", 3 * 366 + 365, 366},
        {"2004-02-28", "2008-02-28", 4 * 365 + 1, 365},
        {"2004-02-28", "2008-02-29", 4 * 365 + 1, 365},
        {"2004-02-29", "2008-02-28", 4, 1},
        {"2004-02-29", "2009-02-28", 5, 1},
        {"2004-03-01", "2009-02-28", 4 * 365 + 364, 365},
        {"1900-01-01", "2900-01-01", 1000, 1},
    };
    struct year_fraction part;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_true(daycount_fraction(DAYCOUNT_ACT_ACT_AFB, day(known[i].from),
            day(known[i].to), NULL, &part));
        assert_int_equal(part.numerator * known[i].denominator,
            known[i].numerator * part.denominator);
    }
}

/* ISDA, "30/360 day count conventions" (2008-12-22), the workbook's
 * examples: bond basis, Eurobond basis; and 30E/360 ISDA with its maturity
 * (examples 2 and 3; -1: not among that sheet's). */
static const struct {
    const char *from, *to;
    int bond, euro;
} thirty[] = {
    {"2006-08-20", "2007-02-20", 180, 180},
    {"2007-02-20", "2007-08-20", 180, 180},
    {"2007-08-20", "2008-02-20", 180, 180},
    {"2008-02-20", "2008-08-20", 180, 180},
    {"2006-08-31", "2007-02-28", 178, 178},
    {"2007-02-28", "2007-08-31", 183, 182},
    {"2007-08-31", "2008-02-29", 179, 179},
    {"2008-02-29", "2008-08-31", 182, 181},
    {"2008-08-31", "2009-02-28", 178, 178},
    {"2009-02-28", "2009-08-31", 183, 182},
    {"2006-01-31", "2006-02-28", 28, 28},
    {"2006-01-30", "2006-02-28", 28, 28},
    {"2006-02-28", "2006-03-03", 5, 5},
    {"2006-02-14", "2006-02-28", 14, 14},
    {"2006-09-30", "2006-10-31", 30, 30},
    {"2006-10-31", "2006-11-28", 28, 28},
    {"2007-08-31", "2008-02-28", 178, 178},
    {"2008-02-28", "2008-08-28", 180, 180},
    {"2008-02-28", "2008-08-30", 182, 182},
    {"2008-02-28", "2008-08-31", 183, 182},
    {"2007-02-26", "2008-02-28", 362, 362},
    {"2007-02-26", "2008-02-29", 363, 363},
    {"2008-02-29", "2009-02-28", 359, 359},
    {"2008-02-28", "2008-03-30", 32, 32},
    {"2008-02-28", "2008-03-31", 33, 32},
};

static const struct {
    const char *from, *to, *maturity;
    int days;
} thirty_isda[] = {
    {"2009-02-20", "2009-08-20", "2009-08-20", 180},
    {"2006-02-28", "2006-08-31", "2012-02-29", 180},
    {"2006-08-31", "2007-02-28", "2012-02-29", 180},
    {"2007-08-31", "2008-02-29", "2012-02-29", 180},
    {"2011-08-31", "2012-02-29", "2012-02-29", 179},
    {"2006-01-31", "2006-02-28", "2008-02-29", 30},
    {"2006-02-28", "2006-03-03", "2008-02-29", 3},
    {"2006-02-14", "2006-02-28", "2008-02-29", 16},
    {"2007-08-31", "2008-02-28", "2008-02-29", 178},
    {"2007-02-28", "2008-02-28", "2008-02-29", 358},
    {"2007-02-28", "2008-02-29", "2008-02-29", 359},
    {"2008-02-29", "2009-02-28", "2008-02-29", 360},
    {"2008-02-29", "2008-03-30", "2008-02-29", 30},
    {"2008-02-29", "2008-03-31", "2008-02-29", 30},
};

static void thirty_days_are_as_isda_published(void **state)
{
    (void)state;
    struct date none = {0};

    for (size_t i = 0; i < sizeof thirty / sizeof *thirty; i++) {
        struct date from = day(thirty[i].from);
        struct date to = day(thirty[i].to);

        assert_int_equal(
            daycount_30(DAYCOUNT_30_360, from, to, none), thirty[i].bond);
        assert_int_equal(
            daycount_30(DAYCOUNT_30E_360, from, to, none), thirty[i].euro);
    }
    for (size_t i = 0; i < sizeof thirty_isda / sizeof *thirty_isda; i++)
        assert_int_equal(
            daycount_30(DAYCOUNT_30E_360_ISDA, day(thirty_isda[i].from),
                day(thirty_isda[i].to), day(thirty_isda[i].maturity)),
            thirty_isda[i].days);
}

/* The end-of-February rules, as D. A. Wheeler, "YEARFRAC Incompatibilities"
 * (2008), states basis 0. */
static void february_ends_are_thirty_in_the_us(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        int days;
    } known[] = {
        {"2007-02-28", "2008-02-29", 360},
        {"2008-02-29", "2009-02-28", 360},
        {"2007-02-28", "2007-03-31", 30},
        {"2007-02-28", "2007-08-31", 180},
        {"2008-02-28", "2008-03-31", 33},
        {"2006-08-31", "2007-02-28", 178},
        {"2007-01-15", "2007-02-28", 43},
    };
    struct date none = {0};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(daycount_30(DAYCOUNT_30_360_US, day(known[i].from),
                             day(known[i].to), none),
            known[i].days);
}

static void fixed_years_are_days_over_their_days(void **state)
{
    (void)state;
    struct year_fraction part;

    assert_true(daycount_fraction(
        DAYCOUNT_ACT_365, day("2000-01-01"), day("2001-01-01"), NULL, &part));
    assert_int_equal(part.numerator, 366);
    assert_int_equal(part.denominator, 365);
    assert_true(daycount_fraction(
        DAYCOUNT_ACT_360, day("2000-01-01"), day("2000-12-26"), NULL, &part));
    assert_int_equal(part.numerator, 1);
    assert_int_equal(part.denominator, 1);
}

static void bad_dates_and_terms_are_refused(void **state)
{
    (void)state;
    struct year_fraction part;
    struct daycount_terms terms = {
        .coupon = day("2000-01-01"), .coupon_months = 5};

    for (unsigned i = 0; i < DAYCOUNT_COUNT; i++)
        assert_false(daycount_fraction((enum daycount)i, day("2000-01-02"),
            day("2000-01-01"), &terms, &part));
    assert_false(daycount_fraction(DAYCOUNT_ACT_ACT_ICMA, day("2000-01-01"),
        day("2000-01-02"), NULL, &part));
    assert_false(daycount_fraction(DAYCOUNT_ACT_ACT_ICMA, day("2000-01-01"),
        day("2000-01-02"), &terms, &part));
    terms.coupon_months = 0;
    assert_false(daycount_fraction(DAYCOUNT_ACT_ACT_ICMA, day("2000-01-01"),
        day("2000-01-02"), &terms, &part));
    assert_false(daycount_fraction(DAYCOUNT_30E_360_ISDA, day("2000-01-01"),
        day("2000-01-02"), NULL, &part));
    terms.coupon_months = 12;
    assert_false(daycount_fraction(DAYCOUNT_ACT_ACT_ICMA, day("2999-01-01"),
        day("2999-12-31"), &terms, &part));
}

static void names_are_inverses(void **state)
{
    (void)state;
    enum daycount found;

    for (unsigned i = 0; i < DAYCOUNT_COUNT; i++) {
        assert_true(daycount_parse(
            bytes_text(daycount_name((enum daycount)i)), &found));
        assert_int_equal(found, i);
    }
    assert_false(daycount_parse(bytes_text("act/366"), &found));
    assert_false(daycount_parse(bytes_text(""), &found));
}

static struct date some_day(struct random_source *random)
{
    return (struct date){-20000 + (int32_t)random_below(random, 100000)};
}

static int compare(struct year_fraction a, struct year_fraction b)
{
    int64_t left = a.numerator * b.denominator;
    int64_t right = b.numerator * a.denominator;

    return (left > right) - (left < right);
}

/* Zero on the first day; never less on a later one; by the additive rules
 * the parts of a period sum to the whole. */
static void parts_grow_and_add_up(void **state)
{
    (void)state;
    struct random_source random = {11};

    for (int i = 0; i < 20000; i++) {
        struct date a = some_day(&random);
        struct date b = {a.days + (int32_t)random_below(&random, 4000)};
        struct date c = {b.days + (int32_t)random_below(&random, 40)};
        enum daycount rule = (enum daycount)(i % DAYCOUNT_COUNT);
        struct daycount_terms terms = {
            some_day(&random), 3, (i / DAYCOUNT_COUNT) % 2 != 0, {INT32_MAX}};
        struct year_fraction none, first, rest, whole;

        assert_true(daycount_fraction(rule, a, a, &terms, &none));
        assert_int_equal(none.numerator, 0);
        assert_true(daycount_fraction(rule, a, b, &terms, &first));
        assert_true(daycount_fraction(rule, b, c, &terms, &rest));
        assert_true(daycount_fraction(rule, a, c, &terms, &whole));
        if (rule != DAYCOUNT_ACT_ACT_AFB)
            assert_true(compare(first, whole) <= 0);
        if (rule == DAYCOUNT_ACT_365 || rule == DAYCOUNT_ACT_360 ||
            rule == DAYCOUNT_ACT_ACT || rule == DAYCOUNT_ACT_ACT_ICMA) {
            int64_t sum = parts_of(first) + parts_of(rest);
            assert_in_range(sum - parts_of(whole) + 1, 0, 2);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actual_actual_is_as_isda_published),
        cmocka_unit_test(month_end_coupons_stay_on_month_ends),
        cmocka_unit_test(coupon_periods_are_summed),
        cmocka_unit_test(afb_counts_years_back),
        cmocka_unit_test(thirty_days_are_as_isda_published),
        cmocka_unit_test(february_ends_are_thirty_in_the_us),
        cmocka_unit_test(fixed_years_are_days_over_their_days),
        cmocka_unit_test(bad_dates_and_terms_are_refused),
        cmocka_unit_test(names_are_inverses),
        cmocka_unit_test(parts_grow_and_add_up),
    };
    return cmocka_run_group_tests_name("daycount", tests, NULL, NULL);
}
