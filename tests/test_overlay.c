/*
 * Records in memory: what is put is found, lists are in order, and a
 * record costs no more than DESIGN.md allows.
 */
#include "../ledger/overlay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* As if drawn: the words of a plain generator. */
static struct overlay_seed seed_of(uint64_t number)
{
    struct overlay_seed made;
    uint8_t *bytes = (uint8_t *)&made;
    for (size_t i = 0; i < sizeof made; i++) {
        number = number * 6364136223846793005U + 1442695040888963407U;
        bytes[i] = (uint8_t)(number >> 56);
    }
    return made;
}

static struct overlay_seed seed;

static struct overlay_name name_of(enum table table, const char *key)
{
    return overlay_name(&seed, table, bytes_text(key));
}

static void assert_says(
    const struct overlay *overlay, const char *key, const char *value)
{
    struct overlay_name name = name_of(TABLE_PARTY, key);
    const struct overlay_record *record = overlay_find(overlay, &name);
    assert_non_null(record);
    assert_false(overlay_deleted(record));
    assert_true(bytes_equal_text(overlay_key(record), key));
    assert_true(bytes_equal_text(overlay_value(record), value));
}

static void put_text(
    struct overlay *overlay, const char *key, const char *value)
{
    struct overlay_name name = name_of(TABLE_PARTY, key);
    assert_non_null(overlay_put(overlay, &name, bytes_text(value)));
}

static void a_record_is_put_deleted_and_forgotten(void **state)
{
    (void)state;
    struct overlay *overlay = overlay_new();
    struct overlay_name name = name_of(TABLE_PARTY, "m1042");
    struct overlay_name other = name_of(TABLE_KEY, "m1042");
    assert_null(overlay_find(overlay, &name));
    assert_int_equal(overlay_records(overlay), 0);
    assert_int_equal(overlay_bytes(overlay), 0);

    put_text(overlay, "m1042", "one");
    assert_says(overlay, "m1042", "one");
    assert_null(overlay_find(overlay, &other));
    put_text(overlay, "m1042", "");
    assert_says(overlay, "m1042", "");
    assert_int_equal(overlay_records(overlay), 1);

    assert_non_null(overlay_delete(overlay, &name));
    assert_true(overlay_deleted(overlay_find(overlay, &name)));
    assert_int_equal(overlay_records(overlay), 1);

    overlay_forget(overlay, &name);
    assert_null(overlay_find(overlay, &name));
    assert_int_equal(overlay_records(overlay), 0);
    overlay_forget(overlay, &other);

    put_text(overlay, "m1042", "again");
    assert_says(overlay, "m1042", "again");
    assert_int_equal(overlay_records(overlay), 1);
    overlay_free(overlay);
    overlay_free(NULL);
}

static void a_value_may_grow_and_be_a_view_of_itself(void **state)
{
    (void)state;
    struct overlay *overlay = overlay_new();
    struct overlay_name name = name_of(TABLE_PARTY, "grower");
    char text[STATE_VALUE_MAX + 1] = "";
    for (size_t length = 1; length <= STATE_VALUE_MAX; length++) {
        text[length - 1] = (char)('a' + length % 26);
        put_text(overlay, "grower", text);
        assert_says(overlay, "grower", text);
        struct bytes view = overlay_value(overlay_find(overlay, &name));
        assert_non_null(overlay_put(overlay, &name, view));
        assert_says(overlay, "grower", text);
    }
    put_text(overlay, "short", "x");
    struct bytes view = overlay_value(overlay_find(overlay, &name));
    struct overlay_name shorter = name_of(TABLE_PARTY, "short");
    assert_non_null(overlay_put(overlay, &shorter, view));
    assert_says(overlay, "short", text);

    /* Room left behind is not listed. */
    struct overlay_list list;
    assert_int_equal(overlay_list(overlay, TABLE_PARTY, bytes_text(""),
                         &list), 0);
    assert_int_equal(list.count, 2);
    free(list.items);
    /* Growing by half each time costs at most three times the end. */
    assert_in_range(overlay_bytes(overlay), 2 * STATE_VALUE_MAX,
        5 * STATE_VALUE_MAX);
    overlay_free(overlay);
}

static void a_list_is_in_order_of_the_keys(void **state)
{
    (void)state;
    static const char *const sorted[] = {"a", "ab", "abcdefgh", "abcdefgh1",
        "abcdefgh12", "abcdefgi", "b", "ba"};
    static const size_t mixed[] = {3, 0, 7, 5, 1, 6, 4, 2};
    struct overlay *overlay = overlay_new();
    struct overlay_name elsewhere = name_of(TABLE_KEY, "abc");
    struct overlay_name forgotten = name_of(TABLE_PARTY, "abx");
    struct overlay_name deleted = name_of(TABLE_PARTY, sorted[4]);
    assert_non_null(overlay_put(overlay, &elsewhere, bytes_text("")));
    assert_non_null(overlay_put(overlay, &forgotten, bytes_text("")));
    overlay_forget(overlay, &forgotten);
    for (size_t i = 0; i < 8; i++)
        put_text(overlay, sorted[mixed[i]], sorted[mixed[i]]);
    assert_non_null(overlay_delete(overlay, &deleted));

    struct overlay_list list;
    assert_int_equal(overlay_list(overlay, TABLE_PARTY, bytes_text(""),
                         &list), 0);
    assert_int_equal(list.count, 8);
    for (size_t i = 0; i < 8; i++) {
        const struct overlay_record *record = list.items[i].record;
        assert_true(bytes_equal_text(overlay_key(record), sorted[i]));
        assert_int_equal(overlay_deleted(record), i == 4);
    }
    free(list.items);
    assert_int_equal(overlay_list(overlay, TABLE_PARTY, bytes_text("ab"),
                         &list), 0);
    assert_int_equal(list.count, 5);
    free(list.items);
    assert_int_equal(overlay_list(overlay, TABLE_BOOK, bytes_text(""),
                         &list), 0);
    assert_int_equal(list.count, 0);
    assert_null(list.items);
    overlay_free(overlay);
}

/* Many, of all lengths, some of which begin alike. */
static void a_long_list_is_in_order_of_the_keys(void **state)
{
    (void)state;
    struct overlay *overlay = overlay_new();
    uint32_t random = 1;
    for (int i = 0; i < 20000; i++) {
        char key[30];
        random = random * 1664525U + 1013904223U;
        (void)snprintf(key, sizeof key, "%.*s%u", (int)(random >> 30) * 4,
            "alikealikealike", (random >> 8) % 30000);
        put_text(overlay, key, key);
    }
    struct overlay_list list;
    assert_int_equal(overlay_list(overlay, TABLE_PARTY, bytes_text(""),
                         &list), 0);
    assert_int_equal(list.count, overlay_records(overlay));
    for (size_t i = 1; i < list.count; i++)
        assert_true(bytes_compare(overlay_key(list.items[i - 1].record),
                        overlay_key(list.items[i].record)) < 0);
    free(list.items);
    overlay_free(overlay);
}

/* In parts the whole of it goes. */
static void it_is_freed_in_parts(void **state)
{
    (void)state;
    struct overlay *overlay = overlay_new_for(1000000);
    unsigned parts = 1;
    char key[20];
    for (int i = 0; i < 50000; i++) {
        (void)snprintf(key, sizeof key, "k%d", i);
        put_text(overlay, key, "more than two pieces of memory's worth of "
                               "records, so that there are several");
    }
    assert_true(overlay_memory(overlay) > 16 << 20);
    size_t memory = overlay_memory(overlay);
    while (overlay_free_part(overlay))
        parts++;
    assert_int_equal(parts, memory / (2 << 20));
}

#define MANY 100000

static void put_many(struct overlay *overlay, uint8_t first)
{
    for (uint32_t i = 0; i < MANY; i++) {
        uint8_t key[8] = {0};
        uint8_t value[80] = {first};
        memcpy(key + 2, &i, sizeof i);
        memcpy(value + 8, &i, sizeof i);
        struct overlay_name name = overlay_name(
            &seed, TABLE_ACCOUNT, bytes_of(key, sizeof key));
        assert_non_null(
            overlay_put(overlay, &name, bytes_of(value, sizeof value)));
    }
}

static void find_many(const struct overlay *overlay, uint8_t first)
{
    for (uint32_t i = 0; i < MANY; i++) {
        uint8_t key[8] = {0};
        memcpy(key + 2, &i, sizeof i);
        struct overlay_name name = overlay_name(
            &seed, TABLE_ACCOUNT, bytes_of(key, sizeof key));
        struct bytes value = overlay_value(overlay_find(overlay, &name));
        assert_int_equal(value.length, 80);
        assert_int_equal(value.data[0], first);
        assert_memory_equal(value.data + 8, &i, sizeof i);
    }
}

/* DESIGN.md: at most 256 bytes for a record that was changed. */
static void many_records_are_found_and_stay_small(void **state)
{
    (void)state;
    struct overlay *overlay = overlay_new();
    put_many(overlay, 1);
    size_t memory = overlay_memory(overlay);
    find_many(overlay, 1);
    assert_int_equal(overlay_records(overlay), MANY);
    assert_in_range(overlay_bytes(overlay), 88 * MANY, 160 * MANY);
    assert_in_range(memory, 88 * MANY, 256 * MANY);

    struct overlay_name absent = name_of(TABLE_ACCOUNT, "absent");
    assert_null(overlay_find(overlay, &absent));

    overlay_clear(overlay);
    assert_int_equal(overlay_records(overlay), 0);
    assert_int_equal(overlay_bytes(overlay), 0);
    struct overlay_list list;
    assert_int_equal(overlay_list(overlay, TABLE_ACCOUNT, bytes_text(""),
                         &list), 0);
    assert_int_equal(list.count, 0);
    put_many(overlay, 2);
    find_many(overlay, 2);
    assert_int_equal(overlay_memory(overlay), memory);
    overlay_free(overlay);
}

/* Who doesn't know the seed cannot choose keys that fall together. */
static void the_hash_depends_on_the_seed_and_the_table(void **state)
{
    (void)state;
    const struct overlay_seed other = seed_of(2);
    size_t same_seed = 0, same_table = 0;
    for (int i = 0; i < 1000; i++) {
        char key[20];
        snprintf(key, sizeof key, "m%d", i);
        uint32_t hash = name_of(TABLE_PARTY, key).hash;
        same_seed +=
            overlay_name(&other, TABLE_PARTY, bytes_text(key)).hash == hash;
        same_table += name_of(TABLE_KEY, key).hash == hash;
    }
    assert_int_equal(same_seed, 0);
    assert_int_equal(same_table, 0);
}

/* Keys of a family, as a client might choose them or the ledger gives them:
 * they differ in few bits, and not in those that are easy to hash. */
static struct bytes member_of(int family, uint32_t number, uint8_t key[64])
{
    uint8_t digits[5];
    for (size_t i = 0; i < 5; i++)
        digits[i] = (uint8_t)('a' + (number >> 4 * i) % 16);
    memset(key, 'x', 64);
    switch (family) {
    case 0: /* names */
        return bytes_of(key, (size_t)snprintf((char *)key, 64, "m%u", number));
    case 1: /* account ids, be32 in the middle of nothing */
        memset(key, 0, 8);
        for (int i = 0; i < 4; i++)
            key[4 + i] = (uint8_t)(number >> (24 - 8 * i));
        return bytes_of(key, 8);
    case 2: /* the first block of each history */
        memset(key, 0, 12);
        memcpy(key + 4, &number, 4);
        return bytes_of(key, 12);
    case 3: /* one long name, its start or its end, or here and there */
        memcpy(key, digits, 5);
        return bytes_of(key, 31);
    case 4:
        memcpy(key + 59, digits, 5);
        return bytes_of(key, 64);
    case 5:
        for (size_t i = 0; i < 5; i++)
            key[i * 8] = digits[i];
        return bytes_of(key, 40);
    default: /* words that change places */
        for (size_t i = 0; i < 5; i++)
            memset(key + i * 8, digits[i], 8);
        return bytes_of(key, 64);
    }
}

#define FAMILY 50000U
#define SPREAD 131072U
#define SPREAD_OVER 41567 /* slots that so many drawn by chance fall into */
static void keys_that_are_alike_are_spread(void **state)
{
    (void)state;
    static bool taken[SPREAD];
    for (uint64_t number = 1; number <= 4; number++) {
        const struct overlay_seed drawn = seed_of(number);
        for (int family = 0; family < 7; family++) {
            size_t spread = 0;
            memset(taken, 0, sizeof taken);
            for (uint32_t i = 0; i < FAMILY; i++) {
                uint8_t key[64];
                struct bytes bytes = member_of(family, i, key);
                uint32_t hash = overlay_name(&drawn, TABLE_PARTY, bytes).hash;
                spread += !taken[hash % SPREAD];
                taken[hash % SPREAD] = true;
            }
            assert_in_range(spread, SPREAD_OVER - 600, FAMILY);
        }
    }
}

/* Every byte of a key of any length counts, and so does the length. */
static void every_byte_counts(void **state)
{
    (void)state;
    uint8_t key[STATE_KEY_MAX] = {0};
    uint32_t shorter = 0;
    for (size_t length = 1; length <= sizeof key; length++) {
        struct bytes bytes = bytes_of(key, length);
        uint32_t hash = overlay_name(&seed, TABLE_PARTY, bytes).hash;
        assert_int_not_equal(hash, shorter);
        shorter = hash;
        for (size_t i = 0; i < length; i++) {
            key[i] = 1;
            assert_int_not_equal(
                overlay_name(&seed, TABLE_PARTY, bytes).hash, hash);
            key[i] = 0;
        }
    }
}

/* Deleted, with a value, or saying nothing: as it was before. */
static void what_was_there_is_restored(void **state)
{
    (void)state;
    struct overlay *before = overlay_new();
    struct overlay *now = overlay_new();
    struct overlay_name deleted = name_of(TABLE_PARTY, "deleted");
    struct overlay_name silent = name_of(TABLE_PARTY, "silent");
    struct overlay_record *moved;
    assert_int_equal(overlay_place(before, &silent), 0);
    assert_non_null(overlay_hold(before, &silent, 0, 0, &moved));
    assert_int_equal(overlay_place(before, &silent), OVERLAY_FIRST);
    assert_in_range(overlay_end(before), OVERLAY_FIRST + 1, 10);
    assert_non_null(overlay_delete(before, &deleted));
    put_text(before, "short", "a");
    put_text(now, "short", "a");
    put_text(now, "short", "a value that has moved");
    put_text(now, "deleted", "b");
    put_text(now, "silent", "c");
    put_text(now, "other", "d");
    overlay_restore(now, before);
    assert_says(now, "short", "a");
    assert_says(now, "other", "d");
    assert_true(overlay_deleted(overlay_find(now, &deleted)));
    assert_null(overlay_find(now, &silent));
    assert_int_equal(overlay_records(now), 3);
    overlay_free(before);
    overlay_free(now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_put_deleted_and_forgotten),
        cmocka_unit_test(a_value_may_grow_and_be_a_view_of_itself),
        cmocka_unit_test(a_list_is_in_order_of_the_keys),
        cmocka_unit_test(a_long_list_is_in_order_of_the_keys),
        cmocka_unit_test(it_is_freed_in_parts),
        cmocka_unit_test(many_records_are_found_and_stay_small),
        cmocka_unit_test(the_hash_depends_on_the_seed_and_the_table),
        cmocka_unit_test(keys_that_are_alike_are_spread),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(what_was_there_is_restored),
    };
    seed = seed_of(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
