/*
 * Parts of a whole: read, summed and shared out.
 */
#include <posito/part.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void parts_are_read_in_order(void **state)
{
    struct bytes parts = bytes_text("club:0.25,state:3");
    struct bytes rest = parts;
    struct part part;

    (void)state;
    assert_int_equal(parts_count(parts), 2);
    assert_true(parts_next(&rest, &part));
    assert_true(bytes_equal_text(ident_bytes(&part.name), "club"));
    assert_true(part.rate.digits == 25 && part.rate.scale == 2);
    assert_true(parts_next(&rest, &part));
    assert_true(bytes_equal_text(ident_bytes(&part.name), "state"));
    assert_true(part.rate.digits == 3 && part.rate.scale == 0);
    assert_false(parts_next(&rest, &part));
}

static void whole_is_exactly_one(void **state)
{
    static const struct {
        const char *parts;
        bool whole;
    } rows[] = {
        { "a:1", true },
        { "a:0.25,b:0.25,c:0.25,d:0.25", true },
        { "a:0.5,b:0.25,c:0.25", true },
        { "a:0.999999999999,b:0.000000000001", true },
        { "a:0.333333333333,b:0.333333333333,c:0.333333333333", false },
        { "a:0.333333333334,b:0.333333333333,c:0.333333333333", true },
        { "a:0.5", false },
        { "a:0.5,b:0.6", false },
        { "a:999999999999999999,b:0.000000000001", false },
        { "a:999999999999999999,b:999999999999999999,c:999999999999999999,"
          "d:999999999999999999,e:999999999999999999,f:999999999999999999,"
          "g:999999999999999999,h:999999999999999999,i:999999999999999999,"
          "j:999999999999999999", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (parts_are_whole(bytes_text(rows[i].parts)) != rows[i].whole)
            fail_msg("%s", rows[i].parts);
}

/* 100 by thirds: the remainders are equal, the earlier name goes first. */
static void amounts_are_shared_exactly(void **state)
{
    int64_t shares[PARTS_MAX];

    (void)state;
    assert_true(parts_allocate(100, bytes_text("a:1,b:1,c:1"), shares));
    assert_true(shares[0] == 34 && shares[1] == 33 && shares[2] == 33);
    assert_true(parts_allocate(
        101, bytes_text("a:0.25,b:0.25,c:0.25,d:0.25"), shares));
    assert_true(shares[0] == 26 && shares[1] == 25 && shares[2] == 25 &&
        shares[3] == 25);
    assert_true(
        parts_allocate(5, bytes_text("a:0.5,b:0.25,c:0.25"), shares));
    assert_true(shares[0] == 3 && shares[1] == 1 && shares[2] == 1);
    assert_true(parts_allocate(0, bytes_text("a:1"), shares));
    assert_int_equal(shares[0], 0);
    assert_false(parts_allocate(1,
        bytes_text("a:999999999999999999,b:0.000000000001"), shares));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_read_in_order),
        cmocka_unit_test(whole_is_exactly_one),
        cmocka_unit_test(amounts_are_shared_exactly),
    };

    return cmocka_run_group_tests_name("part", tests, NULL, NULL);
}
