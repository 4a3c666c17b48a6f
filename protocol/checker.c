#include "checker.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 4U /* of a set */
#define KEYS 512U

/* Making multiples costs as much as nine checks by them save; twice that,
 * for keys that stop signing soon after. */
#define USES 18U
#define USES_MAX 100000U /* so that a key of the past gives way some day */
#define ONE_IN 64U

/* Multiples that somebody may be checking with while they lose their
 * place: whoever lets go last frees them. */
struct shared {
    atomic_uint holders;
    struct key_multiples *multiples;
};

struct place {
    struct public_key key;
    unsigned uses;         /* 0: the place is free */
    struct shared *shared; /* NULL: not made yet */
};

struct checker {
    struct checker_rules rules;
    struct signature_checker face;
    uint8_t secret[crypto_shorthash_KEYBYTES]; /* for drawing lots */
    atomic_uint_fast64_t by_multiples;
    atomic_uint_fast64_t twice;
    atomic_uint_fast64_t made;
    pthread_mutex_t lock; /* of the places */
    size_t sets;
    struct place places[][PLACES];
};

/* Nobody outside can know what is drawn. */
static uint64_t draw(
    const struct checker *checker, const void *data, size_t length)
{
    uint64_t lot;
    uint8_t hash[crypto_shorthash_BYTES];
    (void)crypto_shorthash(hash, data, length, checker->secret);
    memcpy(&lot, hash, sizeof lot);
    return lot;
}

/* ---- multiples, shared ---- */

static struct shared *shared_new(const struct public_key *key)
{
    struct shared *shared = malloc(sizeof *shared);
    if (shared == NULL)
        return NULL;
    atomic_init(&shared->holders, 1);
    shared->multiples = key_multiples_new(key);
    if (shared->multiples == NULL) {
        free(shared);
        return NULL;
    }
    return shared;
}

static struct shared *shared_hold(struct shared *shared)
{
    if (shared != NULL)
        (void)atomic_fetch_add(&shared->holders, 1);
    return shared;
}

static void shared_drop(struct shared *shared)
{
    if (shared == NULL || atomic_fetch_sub(&shared->holders, 1) != 1)
        return;
    key_multiples_free(shared->multiples);
    free(shared);
}

/* ---- places, under the lock ---- */

static struct place *set_of(
    struct checker *checker, const struct public_key *key)
{
    uint64_t lot = draw(checker, key->data, sizeof key->data);
    return checker->places[lot % checker->sets];
}

/* NULL: it has none. */
static struct place *find_place(struct place *set, const struct public_key *key)
{
    for (unsigned i = 0; i < PLACES; i++)
        if (set[i].uses > 0 && memcmp(&set[i].key, key, sizeof *key) == 0)
            return &set[i];
    return NULL;
}

/* NULL: the others are used more. */
static struct place *claim_place(
    struct place *set, const struct public_key *key)
{
    struct place *least = &set[0];
    for (unsigned i = 1; i < PLACES; i++)
        if (set[i].uses < least->uses)
            least = &set[i];
    if (least->uses > 0 && --least->uses > 0)
        return NULL;
    shared_drop(least->shared);
    *least = (struct place){.key = *key};
    return least;
}

/* Count a use.  The multiples, held for the caller, or NULL; *make: the
 * caller shall make them. */
static struct shared *use_key(
    struct checker *checker, const struct public_key *key, bool *make)
{
    struct shared *found = NULL;
    *make = false;
    (void)pthread_mutex_lock(&checker->lock);
    struct place *set = set_of(checker, key);
    struct place *place = find_place(set, key);
    if (place == NULL)
        place = claim_place(set, key);
    if (place != NULL) {
        if (place->uses < USES_MAX)
            place->uses++;
        *make = place->shared == NULL && place->uses > checker->rules.uses;
        found = shared_hold(place->shared);
    }
    (void)pthread_mutex_unlock(&checker->lock);
    return found;
}

static void put_multiples(struct checker *checker, const struct public_key *key,
    struct shared *shared)
{
    (void)pthread_mutex_lock(&checker->lock);
    struct place *place = find_place(set_of(checker, key), key);
    if (place != NULL && place->shared == NULL) {
        place->shared = shared_hold(shared);
        (void)atomic_fetch_add(&checker->made, 1);
    }
    (void)pthread_mutex_unlock(&checker->lock);
}

/* ---- checking ---- */

/* Multiples are kept that accept what libsodium has just accepted. */
static void make_multiples(struct checker *checker,
    const struct signature *signature, struct bytes message,
    const struct public_key *key)
{
    struct shared *fresh = shared_new(key);
    if (fresh != NULL &&
        checker->rules.accepts(fresh->multiples, signature, message))
        put_multiples(checker, key, fresh);
    shared_drop(fresh);
}

static bool is_drawn(struct checker *checker, const struct signature *signature)
{
    uint64_t lot = draw(checker, signature->data, sizeof signature->data);
    (void)atomic_fetch_add(&checker->by_multiples, 1);
    if (lot % checker->rules.one_in != 0)
        return false;
    (void)atomic_fetch_add(&checker->twice, 1);
    return true;
}

static bool check(void *context, const struct signature *signature,
    struct bytes message, const struct public_key *key)
{
    struct checker *checker = context;
    bool make;
    struct shared *shared = use_key(checker, key, &make);
    bool accepted = shared != NULL && checker->rules.accepts(shared->multiples,
                                          signature, message);
    shared_drop(shared);
    if (accepted && !is_drawn(checker, signature))
        return true;
    if (!signature_check(signature, message, key))
        return false;
    if (make)
        make_multiples(checker, signature, message, key);
    return true;
}

/* ---- life ---- */

struct checker_rules checker_usual(void)
{
    return (struct checker_rules){.keys = KEYS,
        .uses = USES,
        .one_in = ONE_IN,
        .accepts = key_multiples_check};
}

struct checker *checker_new(const struct checker_rules *rules)
{
    size_t sets = (rules->keys + PLACES - 1) / PLACES;
    if (sets == 0)
        sets = 1;
    struct checker *checker =
        calloc(1, sizeof *checker + sets * sizeof checker->places[0]);
    if (checker == NULL)
        return NULL;
    checker->rules = *rules;
    checker->face = (struct signature_checker){check, checker};
    checker->sets = sets;
    randombytes_buf(checker->secret, sizeof checker->secret);
    (void)pthread_mutex_init(&checker->lock, NULL);
    return checker;
}

void checker_free(struct checker *checker)
{
    if (checker == NULL)
        return;
    for (size_t i = 0; i < checker->sets; i++)
        for (unsigned j = 0; j < PLACES; j++)
            shared_drop(checker->places[i][j].shared);
    (void)pthread_mutex_destroy(&checker->lock);
    free(checker);
}

const struct signature_checker *checker_face(struct checker *checker)
{
    return &checker->face;
}

struct checker_counts checker_count(const struct checker *checker)
{
    return (struct checker_counts){
        .by_multiples = atomic_load(&checker->by_multiples),
        .twice = atomic_load(&checker->twice),
        .made = atomic_load(&checker->made),
    };
}
