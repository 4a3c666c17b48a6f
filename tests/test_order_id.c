/*
 * Ids of orders: the bytes of their records, ids found again whatever they
 * have in common, how few bytes they take at every rate, and that a table
 * which does not hang together is noticed.
 */
#include "random_operation.h"
#include "scratch.h"

#include "../ledger/order_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct ids {
    char folder[PATH_MAX];
    struct state *state;
    struct random_source random;
};

static int open_ids(void **state)
{
    struct ids *ids = test_malloc(sizeof *ids);
    struct failure failure = { .text = "" };
    char inside[PATH_MAX];
    struct state_options options = { .folder = inside,
        .map_bytes = (uint64_t)1 << 28,
        .temporary = true };

    *ids = (struct ids){ .random = { 20261127 } };
    scratch_make(ids->folder);
    scratch_join(inside, ids->folder, "state");
    if (state_open(&ids->state, &options, &failure) != 0)
        fail_msg("%s", failure.text);
    *state = ids;
    return 0;
}

static int close_ids(void **state)
{
    struct ids *ids = *state;

    state_close(ids->state);
    scratch_remove(ids->folder);
    test_free(ids);
    return 0;
}

static void save(struct ids *ids)
{
    struct failure failure = { .text = "" };

    if (state_save(ids->state, &failure) != 0)
        fail_msg("%s", failure.text);
}

static struct ulid id_at(struct ids *ids, uint64_t ms)
{
    uint8_t random[10];

    random_bytes(&ids->random, random, sizeof random);
    return ulid_make(ms, random);
}

static bool find(struct ids *ids, uint32_t key, const struct ulid *id,
    uint64_t *found)
{
    struct order_id_place place = { 0 };

    return order_id_find(ids->state, key, id, &place, found);
}

static void put(struct ids *ids, uint32_t key, const struct ulid *id,
    uint64_t entry)
{
    struct order_id_place place = { 0 };

    order_id_put(ids->state, key, id, &place, entry);
}

static void expect_entry(
    struct ids *ids, uint32_t key, const struct ulid *id, uint64_t entry)
{
    uint64_t found = 0;

    assert_true(find(ids, key, id, &found));
    assert_int_equal(found, entry);
}

static void expect_none(
    struct ids *ids, uint32_t key, const struct ulid *id)
{
    uint64_t found;

    assert_false(find(ids, key, id, &found));
}

static void expect_count(struct ids *ids, uint64_t expected)
{
    const char *why = NULL;
    uint64_t count;

    if (!order_id_count(ids->state, &count, &why))
        fail_msg("%s", why);
    assert_int_equal(count, expected);
}

/* ---- bytes ---- */

/* All records, a line each: key=value. */
static void expect_records(struct ids *ids, const char *expected)
{
    struct buffer text = buffer_empty();
    struct state_scan *scan =
        state_scan_open(ids->state, TABLE_ORDER_ID, bytes_of("", 0));
    struct bytes key;
    struct bytes value;

    assert_non_null(scan);
    while (state_scan_next(scan, &key, &value)) {
        for (size_t i = 0; i < key.length; i++)
            buffer_format(&text, "%02x", key.data[i]);
        buffer_char(&text, '=');
        for (size_t i = 0; i < value.length; i++)
            buffer_format(&text, "%02x", value.data[i]);
        buffer_char(&text, '\n');
    }
    state_scan_close(scan);
    buffer_u8(&text, 0);
    assert_string_equal((const char *)text.data, expected);
    buffer_free(&text);
}

static void bytes_of_records(void **state)
{
    struct ids *ids = *state;
    const uint8_t random[10] = { 0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6,
        0xA7, 0xA8, 0xA9 };
    struct ulid id = ulid_make(0x0193ABCD1234, random);

    expect_records(ids, "");
    put(ids, 5, &id, 0);
    expect_records(ids,
        "0193abcd08=01" "1234" "a0a1a2a3a4a5a6a7a8a9" "05" "00" "\n");
    put(ids, 300, &id, 130);
    id = ulid_make(0x0193ABCE0000, random);
    put(ids, 5, &id, 131);
    expect_records(ids,
        "0193abcd08=01" "1234" "a0a1a2a3a4a5a6a7a8a9" "05" "00"
        "1234" "a0a1a2a3a4a5a6a7a8a9" "ac02" "8201" "\n"
        "0193abce08=01" "0000" "a0a1a2a3a4a5a6a7a8a9" "05" "8301" "\n");
}

/* 36 ids of 14 bytes fill a leaf; with one more it is divided by the ninth
 * digit, and nothing else. */
static void bytes_of_divided(void **state)
{
    struct ids *ids = *state;
    const uint8_t random[10] = { 0 };
    struct bytes value;

    for (unsigned i = 0; i < 37; i++) {
        struct ulid id = ulid_make(
            UINT64_C(0x019300000000) + (i % 2) * 0x1000 + i, random);

        put(ids, 1, &id, 1 + i);
    }
    expect_count(ids, 37);
    assert_true(state_get(ids->state, TABLE_ORDER_ID,
        bytes_of("\x01\x93\x00\x00\x08", 5), &value));
    assert_int_equal(value.length, 3);
    assert_memory_equal(value.data, "\x00\x03\x00", 3);
    assert_true(state_get(ids->state, TABLE_ORDER_ID,
        bytes_of("\x01\x93\x00\x00\x00\x09", 6), &value));
    assert_int_equal(value.length, 1 + 19 * 14);
    assert_memory_equal(value.data + 1 + 14,
        "\x00\x02" "\0\0\0\0\0\0\0\0\0\0" "\x01" "\x02", 14);
    assert_true(state_get(ids->state, TABLE_ORDER_ID,
        bytes_of("\x01\x93\x00\x00\x10\x09", 6), &value));
    assert_int_equal(value.length, 1 + 18 * 14);
    assert_memory_equal(value.data + 1,
        "\x10\x01" "\0\0\0\0\0\0\0\0\0\0" "\x01" "\x02", 14);
}

/* ---- found again ---- */

#define MANY 6000

struct sent {
    uint32_t key;
    struct ulid id;
};

/* What the ids of a test have in common. */
typedef struct sent draw(struct ids *, unsigned);

static struct sent as_time_goes(struct ids *ids, unsigned i)
{
    return (struct sent){ i % 3, id_at(ids, 1764201600000 + i / 40) };
}

static struct sent one_a_minute(struct ids *ids, unsigned i)
{
    return (struct sent){ 7,
        id_at(ids, 1764201600000 + (uint64_t)i * 60000) };
}

static struct sent of_any_time(struct ids *ids, unsigned i)
{
    return (struct sent){ i,
        id_at(ids, random_next(&ids->random) >> 16) };
}

static struct sent of_one_moment(struct ids *ids, unsigned i)
{
    return (struct sent){ i % 2, id_at(ids, 1764201600000) };
}

/* Many keys may choose the same id. */
static struct sent the_same(struct ids *ids, unsigned i)
{
    const uint8_t random[10] = { 1, 2, 3 };

    (void)ids;
    return (struct sent){ i, ulid_make(1764201600000, random) };
}

static struct sent alike_to_the_end(struct ids *ids, unsigned i)
{
    uint8_t random[10] = { 1, 2, 3 };

    (void)ids;
    random[8] = (uint8_t)(i >> 8);
    random[9] = (uint8_t)i;
    return (struct sent){ UINT32_MAX - i % 5,
        ulid_make(1764201600000, random) };
}

static void expect_others_are_not_there(
    struct ids *ids, const struct sent *sent)
{
    struct ulid other = sent->id;

    other.data[15] ^= 0x80;
    other.data[9] ^= 0x11;
    expect_none(ids, sent->key, &other);
    expect_none(ids, sent->key ^ 0x40000000, &sent->id);
}

static void find_all(struct ids *ids, const struct sent *all, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        expect_entry(ids, all[i].key, &all[i].id, 3 * i);
        expect_others_are_not_there(ids, &all[i]);
    }
    expect_count(ids, count);
}

/* With the place of the one sent, which is another's then. */
static void look_for_another(
    struct ids *ids, const struct sent *sent, struct order_id_place *place)
{
    struct ulid other = sent->id;
    uint64_t found;

    other.data[0] ^= 0x40;
    assert_false(
        order_id_find(ids->state, sent->key, &other, place, &found));
}

/* Saved now and then, some put twice with the first one taken back, some
 * with a place that is not theirs. */
static void put_and_find(struct ids *ids, draw *next)
{
    struct order_id_place last = { 0 };
    struct sent *all = test_calloc(MANY, sizeof *all);

    for (unsigned i = 0; i < MANY; i++) {
        struct order_id_place place = { 0 };
        uint64_t found;

        all[i] = next(ids, i);
        assert_false(order_id_find(
            ids->state, all[i].key, &all[i].id, &place, &found));
        if (random_below(&ids->random, 7) == 0) {
            size_t mark = state_mark(ids->state);

            order_id_put(ids->state, all[i].key, &all[i].id, &place,
                3 * i + 1);
            state_rollback(ids->state, mark);
            expect_none(ids, all[i].key, &all[i].id);
        }
        if (random_below(&ids->random, 1500) == 0)
            save(ids);
        if (i > 0 && random_below(&ids->random, 5) == 0)
            place = last;
        if (random_below(&ids->random, 5) == 0)
            look_for_another(ids, &all[i], &place);
        order_id_put(ids->state, all[i].key, &all[i].id, &place, 3 * i);
        last = place;
    }
    find_all(ids, all, MANY);
    save(ids);
    find_all(ids, all, MANY);
    test_free(all);
}

static void found_as_time_goes(void **state)
{
    put_and_find(*state, as_time_goes);
}

static void found_one_a_minute(void **state)
{
    put_and_find(*state, one_a_minute);
}

static void found_of_any_time(void **state)
{
    put_and_find(*state, of_any_time);
}

static void found_of_one_moment(void **state)
{
    put_and_find(*state, of_one_moment);
}

static void found_the_same(void **state)
{
    put_and_find(*state, the_same);
}

static void found_alike_to_the_end(void **state)
{
    put_and_find(*state, alike_to_the_end);
}

/* The records do not depend on what was saved or taken back meanwhile. */
static void same_records(void **state)
{
    struct ids *ids = *state;
    struct ids *other;
    struct failure failure;
    struct hash mine;
    struct hash its;

    (void)open_ids((void **)&other);
    for (unsigned i = 0; i < MANY; i++) {
        struct ulid id = id_at(ids, 1764201600000 + i / 30);
        size_t mark = state_mark(ids->state);

        put(ids, 1, &id, 4 * i);
        if (i % 3 == 0) {
            state_rollback(ids->state, mark);
            put(ids, 1, &id, 4 * i);
        } else {
            state_release(ids->state, mark);
        }
        if (i % 997 == 0)
            save(ids);
        put(other, 1, &id, 4 * i);
    }
    save(ids);
    save(other);
    assert_int_equal(state_digest(ids->state, &mine, &failure), 0);
    assert_int_equal(state_digest(other->state, &its, &failure), 0);
    assert_memory_equal(&mine, &its, sizeof mine);
    (void)close_ids((void **)&other);
}

/* ---- how many bytes ---- */

/* In LMDB: a record's head and its place in the page, table, checksum. */
#define LMDB_RECORD (8 + 2 + 1 + 8)

static double bytes_each(struct ids *ids)
{
    struct state_scan *scan =
        state_scan_open(ids->state, TABLE_ORDER_ID, bytes_of("", 0));
    struct bytes key;
    struct bytes value;
    size_t bytes = 0;

    assert_non_null(scan);
    while (state_scan_next(scan, &key, &value)) {
        bytes += LMDB_RECORD + key.length + value.length;
        assert_true(value.length <= 513);
    }
    state_scan_close(scan);
    return (double)bytes / MANY;
}

/* One id by itself had 48; from one in two seconds on it has half of it. */
static void few_bytes(void **state)
{
    struct ids *ids = *state;

    for (uint64_t a_minute = 30; a_minute < 6000000; a_minute *= 2) {
        size_t mark = state_mark(ids->state);
        double each;

        for (unsigned i = 0; i < MANY; i++) {
            struct ulid id =
                id_at(ids, 1764201600000 + i * UINT64_C(60000) / a_minute);

            put(ids, 17, &id, i);
        }
        each = bytes_each(ids);
        if (each > 24)
            fail_msg("%llu a minute: %.1f bytes each",
                (unsigned long long)a_minute, each);
        state_rollback(ids->state, mark);
    }
}

/* ---- what does not hang together ---- */

static void expect_wrong(struct ids *ids, const char *what)
{
    const char *why = NULL;
    uint64_t count;

    assert_false(order_id_count(ids->state, &count, &why));
    assert_string_equal(why, what);
}

static void expect_wrong_record(
    struct ids *ids, struct bytes key, struct bytes value, const char *what)
{
    size_t mark = state_mark(ids->state);

    state_put(ids->state, TABLE_ORDER_ID, key, value);
    expect_wrong(ids, what);
    state_rollback(ids->state, mark);
    expect_count(ids, 37);
}

#define WRONG(key, value, what) \
    expect_wrong_record(ids, bytes_of(key, sizeof(key) - 1), \
        bytes_of(value, sizeof(value) - 1), what)
#define ITEM "\x10\x01" "\0\0\0\0\0\0\0\0\0\0" "\x01" "\x02"

static void wrong_records(void **state)
{
    struct ids *ids = *state;

    bytes_of_divided(state);
    WRONG("\x01\x93\x00\x00\x08", "\x00\x00\x00", "a divided node is empty");
    WRONG("\x01\x93\x00\x00\x08", "\x00\x07\x00",
        "nodes are not those that the nodes above them name");
    WRONG("\x01\x93\x00\x00\x08", "\x00\x01\x00",
        "nodes are not those that the nodes above them name");
    WRONG("\x01\x93\x00\x00\x08", "\x02",
        "a node is neither leaf nor divided");
    WRONG("\x01\x93\x00\x00\x08", "", "a node is neither leaf nor divided");
    WRONG("\x01\x93\x00\x00\x08", "\x01", "a leaf is empty");
    WRONG("\x01\x93\x00\x00\x10\x09", "\x01" ITEM "\x10",
        "a leaf has half an item");
    WRONG("\x01\x93\x00\x00\x10\x09",
        "\x01\x10\x01" "\0\0\0\0\0\0\0\0\0\0" "\xFF\xFF\xFF\xFF\x7F" "\x02",
        "a leaf has half an item");
    WRONG("\x01\x93\x00\x00\x00\x09", "\x01" ITEM,
        "an id stands in the leaf of others");
    WRONG("\x01\x93\x00\x00\x11\x09", "\x01" ITEM,
        "a key has a digit too many");
    WRONG("\x01\x93\x00\x00\x10\x08", "\x01" ITEM,
        "a key has not the length that it tells");
    WRONG("\x01\x93\x00\x06", "\x01" ITEM,
        "a key has not the length that it tells");
    WRONG("\x01\x93\x00\x01\x10\x09", "\x01" ITEM,
        "nodes are not those that the nodes above them name");
}

#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, open_ids, close_ids)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_of_records),
        TEST(bytes_of_divided),
        TEST(found_as_time_goes),
        TEST(found_one_a_minute),
        TEST(found_of_any_time),
        TEST(found_of_one_moment),
        TEST(found_the_same),
        TEST(found_alike_to_the_end),
        TEST(same_records),
        TEST(few_bytes),
        TEST(wrong_records),
    };

    return cmocka_run_group_tests_name("ids of orders", tests, NULL, NULL);
}
