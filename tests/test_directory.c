/*
 * The directory: what was entered is found, under its name and as long as it
 * holds, and it stays within its bounds.
 */
#include "../ledger/directory.h"

#include <posito/attributes.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LARGE ((size_t)64 << 20)
#define SMALL ((size_t)1 << 20) /* it has what it begins with, 32,768 sets */

static struct directory *open_one(size_t bytes)
{
    struct directory *directory = directory_new(bytes);

    assert_non_null(directory);
    directory_turn_to(directory, 1, 1);
    return directory;
}

static struct ident name_of(unsigned number)
{
    char text[16];

    (void)snprintf(text, sizeof text, "m%u", number);
    return ident_of(text);
}

/* Some hash of a number; the directory takes any. */
static uint32_t hash_of(unsigned number)
{
    return number * 0x9E3779B1U;
}

static void enter(struct directory *directory, unsigned number)
{
    struct ident name = name_of(number);
    struct directory_entry entry = {
        .party = number, .kept = number + 7, .book = (uint8_t)(number % 3) };

    directory_enter(directory, hash_of(number), &name, &entry);
}

/* If it is found, it is what was entered. */
static bool knows(struct directory *directory, unsigned number)
{
    struct ident name = name_of(number);
    struct directory_entry entry;

    if (!directory_find(directory, hash_of(number), &name, &entry))
        return false;
    assert_int_equal(entry.party, number);
    assert_int_equal(entry.kept, number + 7);
    assert_int_equal(entry.book, number % 3);
    return true;
}

static unsigned known_below(struct directory *directory, unsigned end)
{
    unsigned known = 0;

    for (unsigned i = 1; i < end; i++)
        known += knows(directory, i);
    return known;
}

static void what_was_entered_is_found(void **unused)
{
    struct directory *directory = open_one(LARGE);
    struct ident name = ident_of("m5");
    struct ident longer = ident_of("m50");
    struct directory_entry entry = { .party = 9, .kept = 2, .book = 1 };

    (void)unused;
    assert_false(knows(directory, 5));
    enter(directory, 5);
    assert_true(knows(directory, 5));
    /* Of the same hash, another name; of the name, another hash. */
    assert_false(directory_find(directory, hash_of(5), &longer, &entry));
    assert_false(directory_find(directory, hash_of(5) + 1, &name, &entry));
    /* What is entered again replaces what was there. */
    directory_enter(directory, hash_of(5), &name,
        &(struct directory_entry){ .party = 5, .kept = 77, .book = 2 });
    assert_true(directory_find(directory, hash_of(5), &name, &entry));
    assert_int_equal(entry.kept, 77);
    directory_free(directory);
}

static void names_have_at_most_eighteen_characters(void **unused)
{
    struct directory *directory = open_one(LARGE);
    struct ident most = ident_of("abcdefghijklmnopqr");
    struct ident more = ident_of("abcdefghijklmnopqrs");
    struct directory_entry entry = { .party = 1, .kept = 1, .book = 0 };

    (void)unused;
    assert_int_equal(most.length, DIRECTORY_NAME_MAX);
    directory_enter(directory, 1, &most, &entry);
    assert_true(directory_find(directory, 1, &most, &entry));
    assert_false(directory_find(directory, 1, &more, &entry));
    directory_enter(directory, 2, &more, &entry);
    assert_false(directory_find(directory, 2, &more, &entry));
    directory_free(directory);
}

static void another_version_or_layer_forgets_all(void **unused)
{
    struct directory *directory = open_one(LARGE);

    (void)unused;
    enter(directory, 3);
    directory_turn_to(directory, 1, 1);
    assert_true(knows(directory, 3));
    directory_turn_to(directory, 2, 1);
    assert_false(knows(directory, 3));
    enter(directory, 3);
    assert_true(knows(directory, 3));
    directory_turn_to(directory, 2, 2);
    assert_false(knows(directory, 3));
    directory_turn_to(directory, 1, 1);
    assert_false(knows(directory, 3));
    directory_free(directory);
}

/* Four of one hash have their places, two of them beside; the fifth pushes
 * out one of the others. */
static void a_full_set_gives_up_one(void **unused)
{
    struct directory *directory = open_one(LARGE);
    struct ident names[5];
    struct directory_entry entry = { .party = 1, .kept = 1, .book = 0 };
    unsigned found = 0;

    (void)unused;
    for (unsigned i = 0; i < 5; i++) {
        for (unsigned j = 0; i == 4 && j < 4; j++)
            assert_true(directory_find(directory, 4, &names[j], &entry));
        names[i] = name_of(i);
        entry.party = i;
        directory_enter(directory, 4, &names[i], &entry);
    }
    assert_true(directory_find(directory, 4, &names[4], &entry));
    assert_int_equal(entry.party, 4);
    for (unsigned i = 0; i < 5; i++)
        found += directory_find(directory, 4, &names[i], &entry);
    assert_int_equal(found, 4);
    /* Said anew, it takes no place more. */
    directory_enter(directory, 4, &names[4], &entry);
    found = 0;
    for (unsigned i = 0; i < 5; i++)
        found += directory_find(directory, 4, &names[i], &entry);
    assert_int_equal(found, 4);
    directory_free(directory);
}

/* With room it grows until most are known; without, it forgets, no more. */
static void it_grows_within_its_bound(void **unused)
{
    static const unsigned count = 100000;
    struct directory *large = open_one(LARGE);
    struct directory *small = open_one(SMALL);

    (void)unused;
    for (int round = 0; round < 4; round++)
        for (unsigned i = 1; i < count; i++) {
            enter(large, i);
            enter(small, i);
        }
    assert_in_range(known_below(large, count), count * 9 / 10, count);
    assert_in_range(known_below(small, count), 30000, 65536);
    directory_free(large);
    directory_free(small);
    directory_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_entered_is_found),
        cmocka_unit_test(names_have_at_most_eighteen_characters),
        cmocka_unit_test(another_version_or_layer_forgets_all),
        cmocka_unit_test(a_full_set_gives_up_one),
        cmocka_unit_test(it_grows_within_its_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
