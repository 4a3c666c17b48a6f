/* The reserve of large pages: what is kept, what is made ready, what goes
 * back. */
#include "../ledger/pages.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static bool is_zero(const uint8_t *piece)
{
    return piece[0] == 0 && memcmp(piece, piece + 1, PAGES_LARGE - 1) == 0;
}

static void rest(void)
{
    const struct timespec step = {.tv_nsec = 1000 * 1000};
    (void)nanosleep(&step, NULL);
}

static void without_a_reserve_nothing_is_kept(void **state)
{
    (void)state;
    uint8_t *piece = pages_piece_take();
    assert_non_null(piece);
    memset(piece, 1, PAGES_LARGE);
    pages_piece_give(piece);
    pages_piece_give(NULL);
    assert_int_equal(pages_reserve_count(), 0);
    piece = pages_piece_zero();
    assert_true(is_zero(piece));
    pages_piece_give(piece);
}

static void what_is_given_back_is_taken_again(void **state)
{
    (void)state;
    uint8_t *pieces[4];
    pages_reserve_open(0, 3);
    for (size_t i = 0; i < 4; i++) {
        pieces[i] = pages_piece_take();
        memset(pieces[i], 0xAA, PAGES_LARGE);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pages_reserve_count(), i);
        pages_piece_give(pieces[i]);
    }
    /* The fourth went to the system. */
    assert_int_equal(pages_reserve_count(), 3);
    uint8_t *again = pages_piece_take();
    assert_ptr_equal(again, pieces[2]);
    uint8_t *zero = pages_piece_zero();
    assert_ptr_equal(zero, pieces[1]);
    assert_true(is_zero(zero));
    assert_int_equal(pages_reserve_count(), 1);
    pages_reserve_end();
    assert_int_equal(pages_reserve_count(), 0);
    pages_piece_give(again);
    pages_piece_give(zero);
    assert_int_equal(pages_reserve_count(), 0);
    /* There is nothing to keep: it ends at once. */
    pages_reserve_run(rest);
}

static void *keep(void *none)
{
    pages_reserve_run(rest);
    return none;
}

/* At most ten seconds. */
static void await_count(size_t count)
{
    const struct timespec step = {.tv_nsec = 1000 * 1000};
    for (int i = 0; i < 10000 && pages_reserve_count() != count; i++)
        (void)nanosleep(&step, NULL);
    assert_int_equal(pages_reserve_count(), count);
}

static void the_keeper_makes_ready_and_gives_back(void **state)
{
    (void)state;
    pthread_t keeper;
    void *pieces[5];
    pages_reserve_open(2, 5);
    assert_int_equal(pthread_create(&keeper, NULL, keep, NULL), 0);
    await_count(2);
    for (size_t i = 0; i < 5; i++)
        pieces[i] = pages_piece_take();
    await_count(2);
    for (size_t i = 0; i < 5; i++)
        pages_piece_give(pieces[i]);
    /* Five at most are kept, and nobody wants them. */
    await_count(2);
    pages_reserve_end();
    assert_int_equal(pthread_join(keeper, NULL), 0);
    assert_int_equal(pages_reserve_count(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_reserve_nothing_is_kept),
        cmocka_unit_test(what_is_given_back_is_taken_again),
        cmocka_unit_test(the_keeper_makes_ready_and_gives_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
