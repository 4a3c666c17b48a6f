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

static const struct overlay_seed seed = {{1, 2, 3}};

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
    static const struct overlay_seed other = {{1, 2, 4}};
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

/*
 * What is poured stays as easy to find at any moment as if it had been put
 * in any order: slots looked at are counted, as in a long run of slots the
 * work would grow with the square of what is poured.
 */
#define POURED 50000
static void pouring_heaps_nothing_up(void **state)
{
    (void)state;
    struct overlay *from = overlay_new();
    struct overlay *into = overlay_new();
    for (int i = 0; i < POURED; i++) {
        char key[20];
        snprintf(key, sizeof key, "m%d", i);
        put_text(from, key, "poured");
        if (i % 10 == 0)
            put_text(into, key, "newer");
    }
    size_t place = 0;
    int more = 1;
    while (more > 0) {
        more = overlay_pour(into, from, false, &place, 500);
        assert_in_range(more, 0, 1);
        assert_in_range(overlay_steps(into), overlay_records(into),
            4 * overlay_records(into));
    }
    assert_int_equal(overlay_records(into), POURED);
    for (int i = 0; i < POURED; i++) {
        char key[20];
        snprintf(key, sizeof key, "m%d", i);
        assert_says(into, key, i % 10 == 0 ? "newer" : "poured");
    }
    overlay_free(from);
    overlay_free(into);
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
        cmocka_unit_test(pouring_heaps_nothing_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
