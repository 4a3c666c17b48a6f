/*
 * Matching: draws are shared out exactly, nobody's money goes first; ten
 * thousand random projects, by arithmetic alone.
 */
#include "../ledger/matching.h"

#include "random_operation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PROJECTS 10000

__extension__ typedef __int128 wide;

/* ---- by hand ---- */

static void pay(struct matching_source *sources, size_t count,
    int64_t amount, const int64_t *expected)
{
    int64_t pays[MATCHING_SOURCES_MAX];

    assert_true(matching_draw(sources, count, amount, pays));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pays[i], expected[i]);
        sources[i].paid += pays[i];
    }
}

static void cents_go_round(void **state)
{
    struct matching_source three[3] = { { 100, 0 }, { 100, 0 }, { 100, 0 } };

    (void)state;
    /* One cent at a time: not always the first one's. */
    pay(three, 3, 1, (const int64_t[]){ 1, 0, 0 });
    pay(three, 3, 1, (const int64_t[]){ 0, 1, 0 });
    pay(three, 3, 1, (const int64_t[]){ 0, 0, 1 });
    pay(three, 3, 4, (const int64_t[]){ 2, 1, 1 });
    pay(three, 3, 293, (const int64_t[]){ 97, 98, 98 });
}

/*
 * The Alabama paradox: by largest remainder of 10 the weights 6, 6, 2 get
 * 4, 4, 2, of 11 they get 5, 5, 1 (Balinski and Young, Fair Representation,
 * 1982).  Here nobody is asked for less than nothing.
 */
static void no_share_falls(void **state)
{
    struct matching_source s[3] = { { 6, 0 }, { 6, 0 }, { 2, 0 } };
    const int64_t weights[3] = { 6, 6, 2 };
    int64_t shares[3];

    (void)state;
    assert_true(minor_allocate(10, weights, 3, shares));
    assert_true(shares[0] == 4 && shares[1] == 4 && shares[2] == 2);
    assert_true(minor_allocate(11, weights, 3, shares));
    assert_true(shares[0] == 5 && shares[1] == 5 && shares[2] == 1);
    pay(s, 3, 10, (const int64_t[]){ 4, 4, 2 });
    pay(s, 3, 1, (const int64_t[]){ 1, 0, 0 });
    pay(s, 3, 3, (const int64_t[]){ 1, 2, 0 });
}

static void who_comes_later_catches_up(void **state)
{
    struct matching_source s[2] = { { 1000, 600 }, { 1000, 0 } };

    (void)state;
    pay(s, 2, 500, (const int64_t[]){ 0, 500 });
    pay(s, 2, 300, (const int64_t[]){ 100, 200 });
}

static void three_and_four_come_out_exact(void **state)
{
    struct matching_source four[4] = { { 2501, 0 }, { 2500, 0 },
        { 2500, 0 }, { 2500, 0 } };

    (void)state;
    pay(four, 4, 3333, (const int64_t[]){ 834, 833, 833, 833 });
    pay(four, 4, 6668, (const int64_t[]){ 1667, 1667, 1667, 1667 });
}

static void bounds(void **state)
{
    struct matching_source s[2] = { { AMOUNT_CAP, 0 }, { AMOUNT_CAP, 0 } };
    int64_t pays[2] = { 7, 7 };

    (void)state;
    assert_true(matching_draw(s, 2, AMOUNT_CAP, pays));
    assert_true(pays[0] == AMOUNT_CAP / 2 + 1 && pays[1] == AMOUNT_CAP / 2);
    assert_false(matching_draw(s, 2, 0, pays));
    assert_false(matching_draw(s, 2, -1, pays));
    assert_false(matching_draw(s, 2, AMOUNT_CAP + 1, pays));
    assert_false(matching_draw(s, 0, 1, pays));
    assert_false(matching_draw(s, MATCHING_SOURCES_MAX + 1, 1, pays));
    s[1].weight = -1;
    assert_false(matching_draw(s, 2, 1, pays));
    s[0].weight = s[1].weight = 0;
    assert_false(matching_draw(s, 2, 1, pays));
}

static void returns(void **state)
{
    const int64_t left[4] = { 1001, 333, 0, 1667 };
    int64_t shares[4];

    (void)state;
    assert_true(matching_return(left, 4, 3001, shares));
    assert_memory_equal(shares, left, sizeof shares);
    assert_true(matching_return(left, 4, 1, shares));
    assert_true(shares[3] == 1 && shares[0] == 0 && shares[2] == 0);
    assert_false(matching_return(left, 4, 3002, shares));
    assert_false(matching_return(left, 4, 0, shares));
}

static void limits(void **state)
{
    (void)state;
    assert_int_equal(matching_part((struct rate){ 3, 1 }), 300000000000);
    assert_int_equal(matching_part((struct rate){ 1, 0 }), MATCHING_WHOLE);
    assert_int_equal(matching_limit(10001, 300000000000), 3000);
    assert_int_equal(matching_limit(10001, MATCHING_WHOLE), 10001);
    assert_int_equal(
        matching_limit(20 * AMOUNT_CAP, MATCHING_WHOLE), 20 * AMOUNT_CAP);
    assert_int_equal(matching_limit(10001, 0), 0);
}

/* ---- ten thousand random projects ---- */

struct project {
    size_t count;
    struct matching_source list[MATCHING_SOURCES_MAX];
    int64_t trust[MATCHING_SOURCES_MAX];
    wide weights;
    int64_t drawn;
};

/* Sources whose sizes differ by orders of magnitude; some equal ones. */
static void make(struct random_source *random, struct project *p)
{
    uint64_t size = UINT64_C(10);

    memset(p, 0, sizeof *p);
    p->count = 1 + (size_t)random_below(random, MATCHING_SOURCES_MAX);
    for (uint64_t i = random_below(random, 12); i > 0; i--)
        size *= 10;
    for (size_t i = 0; i < p->count; i++) {
        int64_t weight = i > 0 && random_below(random, 3) == 0
            ? p->list[i - 1].weight
            : 1 + (int64_t)random_below(random, size);

        p->list[i].weight = weight;
        p->trust[i] = weight;
        p->weights += weight;
    }
}

/* No source has paid more than its part of what was drawn, rounded up. */
static void check_fair(const struct project *p)
{
    for (size_t i = 0; i < p->count; i++) {
        wide part = (wide)p->drawn * p->list[i].weight;

        assert_true(p->list[i].paid >= 0);
        assert_true((wide)(p->list[i].paid - 1) * p->weights < part);
    }
}

static void draw(struct project *p, int64_t amount)
{
    int64_t pays[MATCHING_SOURCES_MAX];
    int64_t sum = 0;

    assert_true(matching_draw(p->list, p->count, amount, pays));
    p->drawn += amount;
    for (size_t i = 0; i < p->count; i++) {
        assert_true(pays[i] >= 0);
        p->list[i].paid += pays[i];
        p->trust[i] -= pays[i];
        assert_true(p->trust[i] >= 0);
        sum += pays[i];
    }
    assert_int_equal(sum, amount);
    check_fair(p);
}

/* Give back what is left, in some steps. */
static void give_back(struct random_source *random, struct project *p)
{
    int64_t shares[MATCHING_SOURCES_MAX];
    int64_t left = (int64_t)(p->weights - p->drawn);

    while (left > 0) {
        int64_t amount = random_below(random, 2) == 0
            ? left
            : 1 + (int64_t)random_below(random, (uint64_t)left);

        assert_true(matching_return(p->trust, p->count, amount, shares));
        for (size_t i = 0; i < p->count; i++) {
            p->trust[i] -= shares[i];
            assert_true(shares[i] >= 0 && p->trust[i] >= 0);
            left -= shares[i];
        }
    }
    for (size_t i = 0; i < p->count; i++)
        assert_int_equal(p->trust[i], 0);
}

static void ten_thousand_projects(void **state)
{
    struct random_source random = { 20261123 };

    (void)state;
    for (int k = 0; k < PROJECTS; k++) {
        struct project p;
        uint64_t draws = random_below(&random, 12);

        make(&random, &p);
        for (; draws > 0 && p.drawn < p.weights; draws--) {
            uint64_t left = (uint64_t)(p.weights - p.drawn);
            uint64_t most = random_below(&random, 3) == 0 && left > 9
                ? 9 /* a few cents */
                : left;

            draw(&p, 1 + (int64_t)random_below(&random, most));
        }
        /* All of it drawn: each has paid all it had. */
        if (random_below(&random, 2) == 0 && p.drawn < p.weights) {
            draw(&p, (int64_t)(p.weights - p.drawn));
            for (size_t i = 0; i < p.count; i++)
                assert_int_equal(p.list[i].paid, p.list[i].weight);
        }
        give_back(&random, &p);
    }
}

/* The property bites: by largest remainder of each draw it breaks. */
static void plain_remainders_are_unfair(void **state)
{
    const int64_t weights[3] = { 100, 100, 100 };
    struct project p = { .count = 3, .weights = 300 };
    int64_t shares[3];
    int64_t first = 0;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(minor_allocate(1, weights, 3, shares));
        first += shares[0];
        p.drawn++;
    }
    assert_true((wide)(first - 1) * p.weights >= (wide)p.drawn * 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cents_go_round),
        cmocka_unit_test(no_share_falls),
        cmocka_unit_test(who_comes_later_catches_up),
        cmocka_unit_test(three_and_four_come_out_exact),
        cmocka_unit_test(bounds),
        cmocka_unit_test(returns),
        cmocka_unit_test(limits),
        cmocka_unit_test(ten_thousand_projects),
        cmocka_unit_test(plain_remainders_are_unfair),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
