/*
 * Drafts of the state against a plain map: whatever is written, marked,
 * rolled back, hidden, kept, dropped, flushed and put together, in any
 * order, each side reads and scans what it should.
 */
#include "../ledger/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scratch.h"

#define TABLES 3
#define KEYS 48
#define FILLERS 1100
#define FILLER_BYTES 600 /* all: more than a draft leaves unnoted */
#define MARKS_MAX 4
#define SCANS 3

static const enum table tables[TABLES] = {
    TABLE_PARTY, TABLE_ACCOUNT, TABLE_EXPIRY};

/* A value is its number, written out; 0: no record. */
struct map {
    uint32_t value[TABLES][KEYS];
    uint32_t filler; /* all fillers' value, 0: none */
};

struct side {
    struct map now;
    size_t count; /* of open marks */
    size_t marks[MARKS_MAX];
    struct map marked[MARKS_MAX];
};

/* A scan that is open, and what it must still give. */
struct open_scan {
    struct state_scan *scan;
    struct map saw;
    size_t table;
    size_t next;
    uint8_t prefix; /* of keys: their first letter; 0: all */
};

struct pair {
    char folder[PATH_MAX];
    struct state *state;
    uint64_t random;
    uint32_t made; /* values so far */
    struct side below;
    struct side draft;
    bool open;
    bool hidden;
    bool frozen;
    size_t pending; /* records, when the draft was begun */
    bool counted;   /* frozen ones, which may go, were not among them */
    struct open_scan scans[SCANS];
};

static uint32_t draw(struct pair *pair, uint32_t below)
{
    pair->random = pair->random * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(pair->random >> 33) % below;
}

static struct side *side_of(struct pair *pair)
{
    return pair->open && !pair->hidden ? &pair->draft : &pair->below;
}

/* Keys in order: a00 to a23, b24 to b47. */
static struct bytes key_of(char text[8], size_t number)
{
    (void)snprintf(text, 8, "%c%02zu", number < KEYS / 2 ? 'a' : 'b', number);
    return bytes_of(text, 3);
}

/* Of different lengths, so that records outgrow their room. */
static struct bytes value_of(char text[128], uint32_t number)
{
    (void)snprintf(text, 128, "%u", number);
    for (size_t i = strlen(text); i < number % 90; i++) {
        text[i] = '.';
        text[i + 1] = '\0';
    }
    return bytes_text(text);
}

static void assert_value(struct bytes value, uint32_t number)
{
    char text[128];
    assert_true(bytes_equal(value, value_of(text, number)));
}

/* ---- scans ---- */

static void scan_open(struct pair *pair, struct open_scan *open)
{
    *open = (struct open_scan){
        .saw = side_of(pair)->now,
        .table = draw(pair, TABLES),
        .prefix = (uint8_t)(draw(pair, 2) ? 0 : 'a' + draw(pair, 2)),
    };
    open->scan = state_scan_open(pair->state, tables[open->table],
        bytes_of(&open->prefix, open->prefix != 0));
    assert_non_null(open->scan);
}

/* False at its end. */
static bool scan_step(struct open_scan *open)
{
    struct bytes key;
    struct bytes value;
    char text[8];
    const uint32_t *values = open->saw.value[open->table];
    while (open->next < KEYS &&
           (values[open->next] == 0 ||
               (open->prefix != 0 &&
                   (open->prefix == 'a') != (open->next < KEYS / 2))))
        open->next++;
    if (open->next == KEYS) {
        assert_false(state_scan_next(open->scan, &key, &value));
        state_scan_close(open->scan);
        open->scan = NULL;
        return false;
    }
    assert_true(state_scan_next(open->scan, &key, &value));
    assert_true(bytes_equal(key, key_of(text, open->next)));
    assert_value(value, values[open->next++]);
    return true;
}

/* A filler's value: its number and the map's, again and again. */
static struct bytes filler_of(
    uint32_t value[FILLER_BYTES / 4], char key[8], uint32_t i, uint32_t number)
{
    for (size_t k = 0; k < FILLER_BYTES / 4; k++)
        value[k] = k % 2 == 0 ? i : number;
    (void)snprintf(key, 8, "%u", i);
    return bytes_of(value, FILLER_BYTES);
}

static void look_at_fillers(struct pair *pair, uint32_t number)
{
    for (uint32_t i = draw(pair, 50); i < FILLERS; i += 50) {
        char key[8];
        uint32_t expected[FILLER_BYTES / 4];
        struct bytes filler = filler_of(expected, key, i, number);
        struct bytes value;
        bool found =
            state_get(pair->state, TABLE_HOLD, bytes_text(key), &value);
        assert_int_equal(found, number != 0);
        assert_true(!found || bytes_equal(value, filler));
    }
}

/* All that can be read now. */
static void look(struct pair *pair)
{
    const struct map *map = &side_of(pair)->now;
    look_at_fillers(pair, map->filler);
    for (size_t t = 0; t < TABLES; t++)
        for (size_t i = 0; i < KEYS; i++) {
            char text[8];
            struct bytes value;
            bool found = state_get(
                pair->state, tables[t], key_of(text, i), &value);
            assert_int_equal(found, map->value[t][i] != 0);
            if (found)
                assert_value(value, map->value[t][i]);
        }
    assert_false(state_failed(pair->state));
}

/* ---- what can be done ---- */

static void write_some(struct pair *pair)
{
    for (uint32_t left = draw(pair, 6) + 1; left > 0; left--) {
        char text[8];
        char value[128];
        size_t t = draw(pair, TABLES);
        size_t i = draw(pair, KEYS);
        bool put = draw(pair, 3) > 0;
        uint32_t *at = &side_of(pair)->now.value[t][i];
        *at = put ? ++pair->made : 0;
        if (put)
            state_put(pair->state, tables[t], key_of(text, i),
                value_of(value, *at));
        else
            state_delete(pair->state, tables[t], key_of(text, i));
    }
}

/* Many records at once, in a table of their own. */
static void fill(struct pair *pair)
{
    uint32_t number = ++pair->made;
    for (uint32_t i = 0; i < FILLERS; i++) {
        char key[8];
        uint32_t value[FILLER_BYTES / 4];
        struct bytes filler = filler_of(value, key, i, number);
        state_put(pair->state, TABLE_HOLD, bytes_text(key), filler);
    }
    side_of(pair)->now.filler = number;
}

static void mark_or_end(struct pair *pair)
{
    struct side *side = side_of(pair);
    if (side->count < MARKS_MAX && draw(pair, 2)) {
        side->marked[side->count] = side->now;
        side->marks[side->count++] = state_mark(pair->state);
    } else if (side->count > 0 && draw(pair, 3)) {
        size_t mark = side->marks[--side->count];
        side->now = side->marked[side->count];
        while (state_rollback_part(pair->state, mark, draw(pair, 5) + 1))
            ;
    } else if (side->count > 0) {
        state_release(pair->state, side->marks[--side->count]);
    }
}

/* What the draft says lies over what was written while it was hidden. */
static void begin_or_end(struct pair *pair)
{
    if (!pair->open && pair->below.count == 0) {
        state_draft_begin(pair->state);
        pair->draft.now = pair->below.now;
        pair->open = true;
        pair->pending = state_pending_records(pair->state);
        pair->counted = !pair->frozen;
    } else if (pair->open && !pair->hidden && pair->draft.count == 0) {
        pair->open = false;
        if (draw(pair, 3)) {
            state_draft_keep(pair->state);
            pair->below.now = pair->draft.now;
        } else {
            state_draft_drop(pair->state);
            if (pair->counted)
                assert_int_equal(
                    state_pending_records(pair->state), pair->pending);
        }
    }
    assert_int_equal(state_draft_open(pair->state), pair->open);
}

static void hide_or_show(struct pair *pair)
{
    if (!pair->open || (pair->hidden && pair->below.count > 0))
        return;
    pair->hidden = !pair->hidden;
    state_draft_hide(pair->state, pair->hidden);
}

static void flush(struct pair *pair)
{
    struct failure failure = {{0}};
    if (!pair->frozen && !pair->open && pair->below.count == 0) {
        assert_int_equal(state_freeze(pair->state), 0);
        pair->frozen = true;
    } else if (pair->frozen) {
        assert_int_equal(state_flush(pair->state, &failure), 0);
        state_thaw(pair->state);
        pair->frozen = false;
    }
}

/* While the draft is hidden only what is taken back again is written:
 * that is all its user does. */
static void write_hidden(struct pair *pair)
{
    size_t mark = state_mark(pair->state);
    struct map before = pair->below.now;
    write_some(pair);
    look(pair);
    pair->below.now = before;
    state_rollback(pair->state, mark);
}

static void act(struct pair *pair)
{
    struct open_scan *scan = &pair->scans[draw(pair, SCANS)];
    uint32_t what = draw(pair, 21);
    if (what < 7 && pair->hidden)
        write_hidden(pair);
    else if (what < 7)
        write_some(pair);
    else if (what < 10 && !pair->hidden)
        mark_or_end(pair);
    else if (what < 12)
        begin_or_end(pair);
    else if (what < 15)
        hide_or_show(pair);
    else if (what < 16)
        state_draft_step(pair->state);
    else if (what < 17 && !pair->hidden && draw(pair, 8) == 0)
        fill(pair);
    else if (what < 18)
        (void)state_tend(pair->state, draw(pair, 200));
    else if (what < 19)
        flush(pair);
    else if (scan->scan == NULL)
        scan_open(pair, scan);
    else
        for (uint32_t left = draw(pair, 20); left > 0; left--)
            if (!scan_step(scan))
                break;
}

static void reopen(struct pair *pair)
{
    const struct state_options options = {
        .folder = pair->folder,
        .map_bytes = 16 << 20,
        .temporary = true,
        .cache_bytes = 1};
    struct failure failure = {{0}};
    assert_int_equal(state_open(&pair->state, &options, &failure), 0);
}

static struct pair *pair_open(uint64_t seed)
{
    struct pair *pair = calloc(1, sizeof *pair);
    assert_non_null(pair);
    char base[PATH_MAX];
    scratch_make(base);
    scratch_join(pair->folder, base, "state");
    pair->random = seed;
    reopen(pair);
    return pair;
}

static void pair_close(struct pair *pair)
{
    char *base_end = strrchr(pair->folder, '/');
    for (size_t i = 0; i < SCANS; i++)
        state_scan_close(pair->scans[i].scan);
    state_close(pair->state);
    *base_end = '\0';
    scratch_remove(pair->folder);
    free(pair);
}

static void a_draft_is_seen_whole_or_not_at_all(void **unused)
{
    (void)unused;
    unsigned rounds = getenv("POSITO_LONG") != NULL ? 200 : 12;
    for (unsigned seed = 1; seed <= rounds; seed++) {
        struct pair *pair = pair_open(seed);
        for (int step = 0; step < 4000; step++) {
            act(pair);
            if (step % 5 == 0)
                look(pair);
        }
        pair_close(pair);
    }
}

/* ---- out of order ---- */

static void put(struct state *state, const char *key, const char *value)
{
    state_put(state, TABLE_PARTY, bytes_text(key), bytes_text(value));
}

/* Each in a state of its own: failures are for ever. */
static void out_of_order_it_fails(void **unused)
{
    (void)unused;
    for (int wrong = 0; wrong < 8; wrong++) {
        struct pair *pair = pair_open(1);
        struct state *state = pair->state;
        put(state, "a", "1");
        if (wrong < 4)
            state_draft_begin(state);
        assert_false(state_failed(state));
        if (wrong == 0)
            state_draft_begin(state);
        if (wrong == 1)
            assert_int_equal(state_freeze(state), -1);
        if (wrong == 2)
            state_draft_hide(state, false);
        if (wrong == 3) {
            (void)state_mark(state);
            state_draft_keep(state);
        }
        if (wrong == 4)
            state_draft_drop(state);
        if (wrong == 5)
            state_draft_hide(state, true);
        if (wrong == 6) {
            (void)state_mark(state);
            state_draft_begin(state);
        }
        if (wrong == 7) {
            state_draft_begin(state);
            state_draft_hide(state, true);
            put(state, "a", "2");
            state_draft_hide(state, false);
        }
        assert_true(state_failed(state));
        pair_close(pair);
    }
}

/* A failure is not hidden with the draft. */
static void a_failure_is_seen_from_both_sides(void **unused)
{
    (void)unused;
    struct pair *pair = pair_open(1);
    struct bytes value;
    put(pair->state, "a", "1");
    state_draft_begin(pair->state);
    state_put(pair->state, TABLE_PARTY, bytes_of("", 0), bytes_text("1"));
    state_draft_hide(pair->state, true);
    assert_true(state_failed(pair->state));
    assert_false(
        state_get(pair->state, TABLE_PARTY, bytes_text("a"), &value));
    pair_close(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draft_is_seen_whole_or_not_at_all),
        cmocka_unit_test(out_of_order_it_fails),
        cmocka_unit_test(a_failure_is_seen_from_both_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
