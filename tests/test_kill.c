/*
 * kill -9 at random moments: nothing acknowledged is lost, every start
 * succeeds, sums hold, and an order sent again with the same bytes takes
 * effect once.  100 kills; 2,000 with POSITO_LONG.
 */
#include "load.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define CONNECTIONS 4
#define ORDERS 400 /* more than a connection gets done in one life */
#define KILLS 100
#define KILLS_LONG 2000
#define ROUNDS_PER_BATCH 10 /* fresh orders every so many kills */

static void *send_all(void *context)
{
    (void)load_send(context);
    return NULL;
}

/* Send from all connections, and kill the daemon after 1 to 30 ms. */
static void live_and_die(
    struct load *load, struct load_sender *senders, unsigned round)
{
    pthread_t threads[CONNECTIONS];
    const struct timespec life = {
        .tv_nsec = (1 + (long)(round * 7919U % 30U)) * 1000 * 1000};
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        senders[i].failure.text[0] = '\0';
        assert_int_equal(
            pthread_create(&threads[i], NULL, send_all, &senders[i]), 0);
    }
    (void)nanosleep(&life, NULL);
    load_kill(load);
    for (unsigned i = 0; i < CONNECTIONS; i++)
        (void)pthread_join(threads[i], NULL);
}

static void finish(struct load *load, struct load_sender *senders)
{
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        senders[i].failure.text[0] = '\0';
        if (load_send(&senders[i]) != 0)
            fail_msg("%s", senders[i].failure.text);
        for (size_t k = 0; k < senders[i].count; k++)
            assert_int_equal(senders[i].orders[k].fate, LOAD_ACKED);
    }
    if (load_stop(load) != 0 ||
        load_find_all(load, senders, CONNECTIONS) != 0)
        fail_msg("%s", load->failure.text);
}

static void test_nothing_acknowledged_is_lost(void **state)
{
    (void)state;
    static struct load load;
    struct load_sender senders[CONNECTIONS];
    unsigned kills = getenv("POSITO_LONG") != NULL ? KILLS_LONG : KILLS;

    if (load_found(&load) != 0)
        fail_msg("%s", load.failure.text);
    for (unsigned round = 0; round < kills; round++) {
        if (round % ROUNDS_PER_BATCH == 0) {
            for (unsigned i = 0; i < CONNECTIONS; i++) {
                senders[i] = (struct load_sender){.load = &load,
                    .number = round * CONNECTIONS + i,
                    .window = 1 + round % 17};
                if (load_sender_prepare(&senders[i], ORDERS) != 0)
                    fail_msg("%s", senders[i].failure.text);
            }
        }
        live_and_die(&load, senders, round);
        if (load_start(&load) != 0)
            fail_msg("after kill %u: %s", round, load.failure.text);
        if (round % ROUNDS_PER_BATCH != ROUNDS_PER_BATCH - 1)
            continue;
        finish(&load, senders);
        for (unsigned i = 0; i < CONNECTIONS; i++)
            load_sender_free(&senders[i]);
        if (load_start(&load) != 0)
            fail_msg("%s", load.failure.text);
    }
    if (load_stop(&load) != 0 || load_audit(&load, "check") != 0)
        fail_msg("%s", load.failure.text);
    load_remove(&load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_acknowledged_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
