/*
 * The bank test: 64 connections send a hundred thousand signed transfers
 * with pipelining while questions are asked; sums hold, each
 * acknowledgement is in the journal once, after kill -9 too.
 */
#include "load.h"

#include "../tools/keyring_folder.h"

#include <posito/client.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CONNECTIONS 64
#define TRANSFERS 100000
#define WINDOW 64

static void *send_all(void *context)
{
    struct load_sender *sender = context;
    (void)load_send(sender);
    return NULL;
}

/* ---- questions meanwhile ---- */

struct asker {
    struct load *load;
    atomic_bool stop;
    unsigned asked;
    bool wrong;
    char seen[512];
    struct failure failure;
};

/* In every trial balance the share total is what was deposited, to the
 * cent: transfers only move it. */
static const char whole[] = "role=share class=liability currency=USD";
static const char total[] = "balance=USD1000000.00";

static void *ask_all(void *context)
{
    struct asker *asker = context;
    struct client *client = NULL;
    struct buffer out = buffer_empty();
    struct ident name = ident_of("teller0");
    enum status status = STATUS_ACCEPTED;
    if (client_connect(&client, asker->load->address, 60000,
            &asker->failure) != 0 ||
        client_login(client, &name, &asker->load->tellers[0].secret, &status,
            &asker->failure) != 0)
        asker->wrong = true;
    while (!asker->wrong && !atomic_load(&asker->stop)) {
        buffer_clear(&out);
        if (client_ask(client, bytes_text("trial book=us"), bytes_of(NULL, 0),
                &out, &status, &asker->failure) != 0)
            break;
        buffer_char(&out, '\0');
        const char *row = strstr((const char *)out.data, whole);
        const char *end = row == NULL ? NULL : strchr(row, '\n');
        const char *sum = row == NULL ? NULL : strstr(row, total);
        asker->wrong = end == NULL || sum == NULL || sum > end;
        (void)snprintf(
            asker->seen, sizeof asker->seen, "%s", (const char *)out.data);
        asker->asked++;
    }
    buffer_free(&out);
    client_close(client);
    return NULL;
}

static void test_sums_hold_and_acks_are_kept(void **state)
{
    (void)state;
    static struct load load;
    static struct load_sender senders[CONNECTIONS];
    pthread_t threads[CONNECTIONS], questions;
    struct asker asker = {.load = &load};
    size_t acked = 0;

    if (load_found(&load) != 0)
        fail_msg("%s", load.failure.text);
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        senders[i] = (struct load_sender){
            .load = &load, .number = i, .window = WINDOW};
        if (load_sender_prepare(
                &senders[i], TRANSFERS / CONNECTIONS + (i < 32)) != 0)
            fail_msg("%s", senders[i].failure.text);
    }
    assert_int_equal(
        pthread_create(&questions, NULL, ask_all, &asker), 0);
    for (unsigned i = 0; i < CONNECTIONS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, send_all, &senders[i]), 0);
    for (unsigned i = 0; i < CONNECTIONS; i++)
        (void)pthread_join(threads[i], NULL);
    atomic_store(&asker.stop, true);
    (void)pthread_join(questions, NULL);

    for (unsigned i = 0; i < CONNECTIONS; i++) {
        if (senders[i].failure.text[0] != '\0')
            fail_msg("connection %u: %s", i, senders[i].failure.text);
        for (size_t k = 0; k < senders[i].count; k++)
            acked += senders[i].orders[k].fate == LOAD_ACKED;
    }
    assert_int_equal(acked, TRANSFERS);
    if (asker.wrong)
        fail_msg("a question saw: %s %s", asker.seen, asker.failure.text);
    assert_true(asker.asked > 0);

    load_kill(&load);
    if (load_start(&load) != 0 || load_stop(&load) != 0 ||
        load_find_all(&load, senders, CONNECTIONS) != 0 ||
        load_audit(&load, "check") != 0)
        fail_msg("%s", load.failure.text);
    for (unsigned i = 0; i < CONNECTIONS; i++)
        load_sender_free(&senders[i]);
    load_remove(&load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_hold_and_acks_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
