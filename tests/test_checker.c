/*
 * The checker of signatures: it says what libsodium says, makes
 * multiples for keys that sign often and for no others, lets libsodium see
 * a part of what they accept, and never accuses by itself.
 */
#include "../protocol/checker.h"

#include <pthread.h>
#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define USES 4U           /* before multiples are made, in most tests */
#define NEVER 1000000000U /* so that hardly anything is checked twice */

struct pair {
    struct public_key public_key;
    struct secret_key secret;
};

static struct pair make_pair(unsigned number)
{
    struct pair pair;
    uint8_t seed[32] = {(uint8_t)number, (uint8_t)(number >> 8), 1};
    (void)crypto_sign_seed_keypair(
        pair.public_key.data, pair.secret.data, seed);
    return pair;
}

/* A signature over a number by that key. */
struct signed_number {
    uint8_t text[4];
    struct signature signature;
};

static struct signed_number sign_number(
    const struct pair *pair, unsigned number)
{
    struct signed_number made = {
        .text = {(uint8_t)number, (uint8_t)(number >> 8),
            (uint8_t)(number >> 16), 0}};
    signature_make(&made.signature, bytes_of(made.text, 4), &pair->secret);
    return made;
}

static bool ask(struct checker *checker, const struct signed_number *made,
    const struct pair *pair)
{
    return signature_check_by(checker_face(checker), &made->signature,
        bytes_of(made->text, 4), &pair->public_key);
}

/* So many sound signatures by the key, all accepted. */
static void sign_often(
    struct checker *checker, const struct pair *pair, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct signed_number made = sign_number(pair, i);
        if (!ask(checker, &made, pair))
            fail_msg("signature %u was refused", i);
    }
}

static struct checker *open_checker(unsigned uses, unsigned one_in)
{
    struct checker_rules rules = checker_usual();
    rules.uses = uses;
    rules.one_in = one_in;
    struct checker *checker = checker_new(&rules);
    assert_non_null(checker);
    return checker;
}

/* ---- who has multiples ---- */

static void test_made_after_uses(void **state)
{
    struct checker *checker = open_checker(USES, NEVER);
    struct pair pair = make_pair(1);
    (void)state;
    sign_often(checker, &pair, USES);
    assert_int_equal(checker_count(checker).made, 0);
    sign_often(checker, &pair, 1);
    assert_int_equal(checker_count(checker).made, 1);
    assert_int_equal(checker_count(checker).by_multiples, 0);
    sign_often(checker, &pair, 10);
    assert_int_equal(checker_count(checker).by_multiples, 10);
    assert_int_equal(checker_count(checker).made, 1);
    checker_free(checker);
}

/* Far more keys than places: those that sign once leave those alone that
 * sign again and again. */
static void test_seldom_drives_nobody_out(void **state)
{
    struct checker *checker = open_checker(USES, NEVER);
    struct pair often = make_pair(1);
    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        struct pair once = make_pair(2 + i);
        sign_often(checker, &once, 1);
        sign_often(checker, &often, 1);
    }
    struct checker_counts counts = checker_count(checker);
    assert_int_equal(counts.made, 1);
    assert_int_equal(counts.by_multiples, 3000 - USES - 1);
    checker_free(checker);
}

/* Whole generations of tellers, each more than there are places for: the
 * keys of the last one get places too. */
static void test_old_keys_give_way(void **state)
{
    enum { KEYS = 700, TURNS = 3 };
    struct checker *checker = open_checker(1, NEVER);
    (void)state;
    for (unsigned generation = 0; generation < TURNS; generation++)
        for (unsigned key = 0; key < KEYS; key++) {
            struct pair pair = make_pair(generation * KEYS + key);
            sign_often(checker, &pair, 6);
        }
    /* The first 512 alone if places were held for ever. */
    struct checker_counts counts = checker_count(checker);
    assert_in_range(counts.made, 700, KEYS * TURNS);
    checker_free(checker);
}

/* ---- libsodium has the last word ---- */

static bool accept_all(const struct key_multiples *multiples,
    const struct signature *signature, struct bytes message)
{
    (void)multiples;
    (void)signature;
    (void)message;
    return true;
}

static bool accept_none(const struct key_multiples *multiples,
    const struct signature *signature, struct bytes message)
{
    (void)multiples;
    (void)signature;
    (void)message;
    return false;
}

#define FORGED 4000

/* Flip a bit of each; how many are accepted, and which? */
static unsigned send_forged(
    struct checker *checker, const struct pair *pair, bool accepted[FORGED])
{
    unsigned count = 0;
    for (unsigned i = 0; i < FORGED; i++) {
        struct signed_number made = sign_number(pair, i);
        made.signature.data[i % 64] ^= (uint8_t)(1U << i / 64 % 8);
        accepted[i] = ask(checker, &made, pair);
        count += accepted[i];
    }
    return count;
}

static void test_forged_are_refused(void **state)
{
    struct checker *checker = open_checker(USES, NEVER);
    struct pair pair = make_pair(1);
    bool accepted[FORGED];
    (void)state;
    assert_int_equal(send_forged(checker, &pair, accepted), 0);
    assert_int_equal(checker_count(checker).made, 0);
    sign_often(checker, &pair, USES + 2);
    assert_int_equal(checker_count(checker).made, 1);
    assert_int_equal(send_forged(checker, &pair, accepted), 0);
    checker_free(checker);
}

/* Were our arithmetic to accept everything, one in so many would still be
 * caught, and nobody can tell which. */
static void test_what_is_drawn(void **state)
{
    struct checker_rules rules = {
        .keys = 4, .uses = USES, .one_in = 8, .accepts = accept_all};
    struct pair pair = make_pair(1);
    bool accepted[2][FORGED];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct checker *checker = checker_new(&rules);
        assert_non_null(checker);
        sign_often(checker, &pair, USES + 1);
        unsigned count = send_forged(checker, &pair, accepted[i]);
        /* 500 of 4,000 are drawn, give or take 21 */
        assert_in_range(FORGED - count, 350, 650);
        struct checker_counts counts = checker_count(checker);
        assert_int_equal(counts.by_multiples, FORGED);
        assert_int_equal(counts.twice, FORGED - count);
        checker_free(checker);
    }
    assert_memory_not_equal(accepted[0], accepted[1], sizeof accepted[0]);
}

static void test_usual_rules_draw(void **state)
{
    struct checker_rules rules = checker_usual();
    struct checker *checker = checker_new(&rules);
    struct pair pair = make_pair(1);
    (void)state;
    assert_non_null(checker);
    sign_often(checker, &pair, 6400);
    struct checker_counts counts = checker_count(checker);
    assert_int_equal(counts.made, 1);
    assert_in_range(counts.by_multiples, 6300, 6399);
    /* 100, give or take 10 */
    assert_in_range(counts.twice, 40, 160);
    checker_free(checker);
}

/* Were it to accept nothing, nobody would be accused. */
static void test_nobody_is_accused(void **state)
{
    struct checker_rules rules = {
        .keys = 4, .uses = USES, .one_in = NEVER, .accepts = accept_none};
    struct checker *checker = checker_new(&rules);
    struct pair pair = make_pair(1);
    (void)state;
    assert_non_null(checker);
    sign_often(checker, &pair, 50);
    struct checker_counts counts = checker_count(checker);
    assert_int_equal(counts.by_multiples, 0);
    /* Multiples that refuse a sound signature are not kept. */
    assert_int_equal(counts.made, 0);
    checker_free(checker);
}

/* A key outside the main subgroup has no multiples; libsodium decides. */
static void test_key_that_is_none(void **state)
{
    struct checker *checker = open_checker(0, NEVER);
    struct pair pair = make_pair(1);
    struct signed_number made = sign_number(&pair, 1);
    (void)state;
    memset(pair.public_key.data, 0, sizeof pair.public_key.data);
    for (int i = 0; i < 5; i++)
        assert_false(ask(checker, &made, &pair));
    assert_int_equal(checker_count(checker).made, 0);
    checker_free(checker);
}

/* ---- many threads ---- */

#define THREADS 4

struct worker {
    struct checker *checker;
    unsigned number;
    unsigned wrong;
    pthread_t thread;
};

/* Each with keys of its own and shared ones, sound and forged, and more
 * keys than places, so that some lose theirs while others check by them. */
static void *check_many(void *context)
{
    struct worker *worker = context;
    for (unsigned i = 0; i < 1500; i++) {
        unsigned key = i % 3 == 0 ? i % 7 : worker->number * 5000 + i % 900;
        struct pair pair = make_pair(key);
        struct signed_number made = sign_number(&pair, i);
        bool sound = i % 5 != 0;
        if (!sound)
            made.text[3] = 1;
        if (ask(worker->checker, &made, &pair) != sound)
            worker->wrong++;
    }
    return NULL;
}

static void test_threads(void **state)
{
    struct worker workers[THREADS];
    struct checker *checker = open_checker(0, 8);
    (void)state;
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.checker = checker, .number = i};
        assert_int_equal(
            pthread_create(&workers[i].thread, NULL, check_many, &workers[i]),
            0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        assert_int_equal(workers[i].wrong, 0);
    }
    assert_true(checker_count(checker).made > 7);
    checker_free(checker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_after_uses),
        cmocka_unit_test(test_seldom_drives_nobody_out),
        cmocka_unit_test(test_old_keys_give_way),
        cmocka_unit_test(test_forged_are_refused),
        cmocka_unit_test(test_what_is_drawn),
        cmocka_unit_test(test_usual_rules_draw),
        cmocka_unit_test(test_nobody_is_accused),
        cmocka_unit_test(test_key_that_is_none),
        cmocka_unit_test(test_threads),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
