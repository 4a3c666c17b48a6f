/*
 * The cache: whatever it forgets, it never says anything but what was put
 * last; it stays within its bound; what is used stays.
 */
#include "../ledger/cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

static struct overlay_seed seed;

#define KEYS 3000

struct soak {
    struct cache *cache;
    struct random_source random;
    uint32_t said[KEYS]; /* 0: nothing was put, or it was forgotten */
    uint32_t made;
};

static uint32_t below(struct soak *soak, uint32_t limit)
{
    return (uint32_t)random_below(&soak->random, limit);
}

static struct overlay_name name_of(const uint64_t *key)
{
    return overlay_name(&seed, *key % 2 == 0 ? TABLE_ACCOUNT : TABLE_PARTY,
        bytes_of(key, sizeof *key));
}

/* Of a length that follows from the number. */
static struct bytes value_of(uint8_t *data, uint32_t number)
{
    size_t length = 4 + number * 2654435761U % 251;
    if (number % 97 == 0)
        length = STATE_VALUE_MAX;
    memset(data, (int)number, length);
    memcpy(data, &number, sizeof number);
    return bytes_of(data, length);
}

static void put(struct soak *soak, uint64_t key, bool add)
{
    uint8_t data[STATE_VALUE_MAX];
    struct overlay_name name = name_of(&key);
    struct bytes known;
    if (add && cache_get(soak->cache, &name, &known))
        return;
    struct bytes value = value_of(data, ++soak->made);
    if (add)
        cache_add(soak->cache, &name, value);
    else
        cache_put(soak->cache, &name, value);
    soak->said[key] = soak->made;
}

static bool check(struct soak *soak, uint64_t key)
{
    uint8_t data[STATE_VALUE_MAX];
    struct overlay_name name = name_of(&key);
    struct bytes value;
    if (!cache_get(soak->cache, &name, &value))
        return false;
    assert_int_not_equal(soak->said[key], 0);
    assert_true(bytes_equal(value, value_of(data, soak->said[key])));
    return true;
}

static void random_step(struct soak *soak, size_t bytes)
{
    uint64_t key = below(soak, KEYS);
    struct overlay_name name = name_of(&key);
    switch (below(soak, 8)) {
    case 0:
        cache_forget(soak->cache, &name);
        soak->said[key] = 0;
        assert_false(check(soak, key));
        break;
    case 1:
    case 2:
        put(soak, key, true);
        break;
    case 3:
        cache_make_room(soak->cache);
        break;
    case 4:
        put(soak, key, false);
        break;
    default:
        (void)check(soak, key);
        break;
    }
    assert_in_range(cache_bytes(soak->cache), 0, bytes);
    assert_in_range(cache_records(soak->cache), 0, KEYS);
}

/* From the least that it can have to enough for all of them. */
static void it_says_what_was_put_last_or_nothing(void **unused)
{
    (void)unused;
    for (size_t bytes = CACHE_BYTES_MIN; bytes <= 4 << 20; bytes *= 4) {
        static struct soak soak;
        size_t found = 0;
        soak = (struct soak){.random = {bytes}, .cache = cache_new(bytes)};
        assert_non_null(soak.cache);
        for (int i = 0; i < 200000; i++)
            random_step(&soak, bytes);
        for (uint64_t key = 0; key < KEYS; key++)
            found += check(&soak, key);
        assert_int_equal(found, cache_records(soak.cache));
        if (bytes < 1 << 20)
            assert_true(cache_turns(soak.cache) > 50);
        cache_free(soak.cache);
    }
    cache_free(NULL);
}

/* Adding leaves everything where it is, however little room there is. */
static void a_view_lives_until_something_is_put(void **unused)
{
    (void)unused;
    static struct soak soak;
    soak = (struct soak){.cache = cache_new(CACHE_BYTES_MIN)};
    struct bytes views[KEYS];
    uint32_t said[KEYS];
    for (int round = 0; round < 50; round++) {
        size_t count = 0;
        for (uint64_t key = 0; key < KEYS; key++) {
            struct overlay_name name = name_of(&key);
            put(&soak, key, true);
            said[count] = soak.said[key];
            count += cache_get(soak.cache, &name, &views[count]);
        }
        for (size_t i = 0; i < count; i++) {
            uint8_t data[STATE_VALUE_MAX];
            assert_true(bytes_equal(views[i], value_of(data, said[i])));
        }
        for (int i = 0; i < 8; i++)
            put(&soak, (uint64_t)round * 8 + (uint64_t)i, false);
        cache_make_room(soak.cache);
    }
    cache_free(soak.cache);
}

#define MANY 300000

static bool many_known(struct cache *cache, uint64_t key)
{
    struct overlay_name name = overlay_name(
        &seed, TABLE_ACCOUNT, bytes_of(&key, sizeof key));
    struct bytes value;
    return cache_get(cache, &name, &value);
}

static void many_put(struct cache *cache, uint64_t key)
{
    static const uint8_t value[100];
    struct overlay_name name = overlay_name(
        &seed, TABLE_ACCOUNT, bytes_of(&key, sizeof key));
    cache_put(cache, &name, bytes_of(value, sizeof value));
}

/* Nearly all stay, at any number: each doubling of the buckets' count is
 * passed in small steps. */
static void nearly_all_stay_while_there_is_memory(void **unused)
{
    (void)unused;
    struct cache *cache = cache_new(256 << 20);
    size_t least = SIZE_MAX;
    for (uint64_t key = 0; key < MANY; key++) {
        many_put(cache, key);
        if (key > 1000) {
            size_t kept = cache_records(cache) * 10000 / (key + 1);
            least = kept < least ? kept : least;
        }
    }
    assert_in_range(least, 9930, 10000);
    assert_false(cache_is_full(cache));
    /* 120 bytes each in the ring, 32 in the buckets. */
    assert_in_range(cache_bytes(cache), 0, (size_t)MANY * 156 + (4 << 20));
    cache_free(cache);
}

/* A third of what there is room for is read again and again, ten times as
 * much comes by once. */
static void what_is_used_stays(void **unused)
{
    (void)unused;
    struct cache *cache = cache_new(16 << 20);
    size_t found = 0;
    const uint64_t used = 30000;
    for (uint64_t key = 0; key < used; key++)
        many_put(cache, key);
    for (uint64_t key = used; key < 10 * used; key++) {
        many_put(cache, key);
        (void)many_known(cache, key * 2654435761U % used);
    }
    for (uint64_t key = 0; key < used; key++)
        found += many_known(cache, key);
    assert_true(cache_is_full(cache));
    assert_in_range(found, used * 8 / 10, used);
    assert_in_range(cache_bytes(cache), 0, 16 << 20);
    cache_free(cache);
}

int main(void)
{
    struct random_source random = {20261126};
    random_bytes(&random, &seed, sizeof seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_was_put_last_or_nothing),
        cmocka_unit_test(a_view_lives_until_something_is_put),
        cmocka_unit_test(nearly_all_stay_while_there_is_memory),
        cmocka_unit_test(what_is_used_stays),
    };
    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
