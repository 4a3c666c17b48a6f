/*
 * Reports read an entry from the archive once and check its roots then;
 * what they keep is bounded; and a byte that went bad on the disk is never
 * told as an amount.  Counts readings, not time.
 */
#include "ledger_fixture.h"

#include "../ledger/context.h"
#include "../ledger/report.h"
#include "../ledger/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINES 3000
#define BATCHES 400 /* of 190 kB: more than the shelf holds */

/* Line i deposits i + 1 cents with one of three members. */
static void send_batch(struct ledger_fixture *f)
{
    struct buffer lines = buffer_empty();

    for (unsigned i = 0; i < LINES; i++)
        buffer_format(&lines,
            "deposit member=m%u via=la amount=USD%u.%02u purpose=I\n",
            1 + i % 3, (i + 1) / 100, (i + 1) % 100);
    buffer_char(&lines, '\0');
    assert_int_equal(
        ledger_fixture_batch(f, "ana", "each", (const char *)lines.data),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.refused, 0);
    buffer_free(&lines);
    ledger_fixture_close_group(f);
}

static int open_with_batches(void **state)
{
    struct ledger_fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    ledger_fixture_open(f);
    ledger_fixture_found(f);
    f->quick = true;
    *state = f;
    send_batch(f);
    send_batch(f);
    f->reads = 0;
    return 0;
}

static int close(void **state)
{
    struct ledger_fixture *f = *state;

    ledger_fixture_close(f);
    free(f);
    return 0;
}

struct seen {
    uint64_t rows;
    int64_t next; /* amount that the next row, one line earlier, has */
};

static void on_row(void *context, const struct history_row *row)
{
    struct seen *seen = context;

    if (seen->rows > 0)
        assert_int_equal(row->amount, seen->next);
    seen->next = row->amount == 1 ? LINES - 2 : row->amount - 3;
    seen->rows++;
}

static int ask(struct ledger_fixture *f, uint64_t before, uint64_t rows)
{
    struct ident who;
    struct account_name name;
    struct seen seen = {0};
    enum status status;

    assert_true(ident_parse(bytes_text("ana"), &who));
    assert_true(account_name_parse(bytes_text("us/m1/share/USD"), &name));
    if (report_history(f->ledger, &who, &name, before, rows, on_row, &seen,
            &status) != 0)
        return -1;
    assert_int_equal(status, STATUS_ACCEPTED);
    assert_int_equal(seen.rows, rows);
    return 0;
}

static void a_batch_is_read_once(void **state)
{
    struct ledger_fixture *f = *state;

    for (int i = 0; i < 50; i++)
        assert_int_equal(ask(f, UINT64_MAX, 20), 0);
    assert_int_equal(f->reads, 1);
    /* Before the last batch: the one before it, from its end. */
    for (int i = 0; i < 50; i++)
        assert_int_equal(ask(f, 2, 20), 0);
    assert_int_equal(f->reads, 2);
    assert_int_equal(ask(f, UINT64_MAX, 1000), 0);
    assert_int_equal(f->reads, 2);
}

static size_t shelf_bytes(const struct ledger_fixture *f)
{
    size_t bytes = 0;

    for (size_t i = 0; i < SHELF_SLOTS; i++)
        bytes += f->ledger->shelf.slots[i].bytes.capacity;
    return bytes;
}

static void what_is_kept_is_bounded(void **state)
{
    struct ledger_fixture *f = *state;

    while (ledger_size(f->ledger) < BATCHES)
        send_batch(f);
    for (uint64_t i = BATCHES; i > 1; i--) {
        assert_int_equal(ask(f, i, 5), 0);
        assert_in_range(shelf_bytes(f), 1, SHELF_BYTES);
    }
    /* Many fit; the first that was asked about is there no more. */
    f->reads = 0;
    assert_int_equal(ask(f, 2, 5), 0);
    assert_int_equal(ask(f, 10, 5), 0);
    assert_int_equal(f->reads, 0);
    assert_int_equal(ask(f, BATCHES, 5), 0);
    assert_int_equal(f->reads, 1);
}

/* One digit of an amount, in the body of entry 1. */
static void flip(struct ledger_fixture *f)
{
    static const char amount[] = "amount=USD29.9";
    struct buffer *entry = &f->entries[1];
    uint8_t *at =
        memmem(entry->data, entry->length, amount, sizeof amount - 1);

    assert_non_null(at);
    at[sizeof amount - 2] ^= 1;
}

static void a_flipped_byte_is_never_an_amount(void **state)
{
    struct ledger_fixture *f = *state;

    /* What was checked before is told from memory, and is right. */
    assert_int_equal(ask(f, 2, 20), 0);
    flip(f);
    assert_int_equal(ask(f, 2, 20), 0);
    assert_int_equal(f->reads, 1);
    /* Read again, it is checked again. */
    shelf_free(&f->ledger->shelf);
    assert_int_equal(ask(f, 2, 20), -1);
    assert_true(ledger_failed(f->ledger));
}

/* The lines of a shelved entry, each by its number. */
static void every_line_is_found(void **state)
{
    struct ledger_fixture *f = *state;
    struct shelved *shelved = shelf_take(f->ledger, 1);
    struct bytes rest;
    struct bytes line;
    struct bytes found;

    assert_non_null(shelved);
    rest = shelved->entry.body;
    for (uint64_t i = 1; i <= LINES; i++) {
        assert_true(bytes_next_line(&rest, &line));
        assert_true(shelf_line(f->ledger, shelved, i, &found));
        assert_ptr_equal(found.data, line.data);
        assert_int_equal(found.length, line.length + 1);
    }
    assert_false(shelf_line(f->ledger, shelved, 0, &found));
    assert_false(shelf_line(f->ledger, shelved, LINES + 1, &found));
    assert_false(ledger_failed(f->ledger));
    shelf_give_back(f->ledger, shelved);
}

/* Effect lines by prefix: sorted or read through, the same first one. */
static void effects_are_found_either_way(void **state)
{
    struct ledger_fixture *f = *state;
    static const char text[] = "+ us/m2/share/USD 2.00\n"
                               "+ us/m1/share/USD 1.00\n"
                               "+ accepted=3 refused=0\n"
                               "+ us/m10/share/USD 10.00\n"
                               "+ us/m1/share/USD -3.00\n";
    struct shelved *shelved = shelf_take(f->ledger, 1);
    struct entry kept;
    struct bytes found;

    assert_non_null(shelved);
    kept = shelved->entry;
    shelved->entry.effects = bytes_text(text);
    for (int i = 0; i < 40; i++) {
        assert_true(shelf_effect(f->ledger, shelved,
            bytes_text("+ us/m1/share/USD "), &found));
        assert_ptr_equal(found.data, text + 23);
        assert_int_equal(found.length, 23);
        assert_true(shelf_effect(f->ledger, shelved,
            bytes_text("+ us/m10/share/USD "), &found));
        assert_true(shelf_effect(f->ledger, shelved,
            bytes_text("+ us/m2/share/USD "), &found));
        assert_ptr_equal(found.data, text);
        assert_false(shelf_effect(f->ledger, shelved,
            bytes_text("+ us/m/share/USD "), &found));
        assert_false(shelf_effect(f->ledger, shelved,
            bytes_text("+ us/m3/share/USD "), &found));
        assert_int_equal(shelved->sorted != NULL, i > 0);
    }
    shelved->entry = kept;
    shelf_give_back(f->ledger, shelved);
}

int main(void)
{
#define BATCHES_TEST(test) \
    cmocka_unit_test_setup_teardown(test, open_with_batches, close)
    const struct CMUnitTest tests[] = {
        BATCHES_TEST(a_batch_is_read_once),
        BATCHES_TEST(what_is_kept_is_bounded),
        BATCHES_TEST(a_flipped_byte_is_never_an_amount),
        BATCHES_TEST(every_line_is_found),
        BATCHES_TEST(effects_are_found_either_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
