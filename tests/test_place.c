/*
 * Places: whatever happens between two uses of a place, it finds what was
 * written last, and so does a lookup.  Random writes by place and by key,
 * amendments, deletions, marks taken back, drafts hidden, shown, kept and
 * dropped, saves, records fetched ahead or found by where they were kept;
 * beside them a model of two arrays.  The cache is as small as it can be, and
 * others that are read wear it out all the time.
 */
#include "random_operation.h"
#include "scratch.h"

#include "../ledger/state.h"
#include "../ledger/state_layers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEYS 24
#define STEPS 20000
#define VALUE_MAX 200
#define OTHERS 400

/* What a layer of the model says of a key. */
struct said {
    bool says;
    bool there;
    size_t length;
    uint8_t value[VALUE_MAX];
};

struct soak {
    uint64_t foreseen; /* records */
    uint64_t recalled; /* that were where they had been kept */
    uint32_t kept[KEYS];
    uint64_t kept_in[KEYS]; /* layer */
    struct state *state;
    struct random_source random;
    struct state_place places[KEYS];
    size_t mark;
    bool marked;
    bool hidden;
    struct said base[KEYS];
    struct said draft[KEYS];
    struct said before[KEYS]; /* the mark */
};

static enum table table_of(unsigned number)
{
    return number % 2 == 0 ? TABLE_ACCOUNT : TABLE_PARTY;
}

static struct bytes key_of(unsigned number)
{
    static uint8_t keys[KEYS][8];

    memset(keys[number], 0, sizeof keys[number]);
    keys[number][7] = (uint8_t)number;
    return bytes_of(keys[number], sizeof keys[number]);
}

static uint64_t below(struct soak *s, uint64_t limit)
{
    return random_below(&s->random, limit);
}

/* ---- the model ---- */

static struct said *top(struct soak *s)
{
    return state_draft_open(s->state) && !s->hidden ? s->draft : s->base;
}

static const struct said *expected(struct soak *s, unsigned number)
{
    const struct said *said = &top(s)[number];

    return said->says ? said : &s->base[number];
}

static void model_put(struct soak *s, unsigned number, struct bytes value)
{
    struct said *said = &top(s)[number];

    *said = (struct said){ .says = true, .there = true, .length = value.length };
    memcpy(said->value, value.data, value.length);
}

static void model_amend(
    struct soak *s, unsigned number, struct bytes head, struct bytes more)
{
    struct said said = *expected(s, number);

    if (!said.there || said.length < head.length)
        said.length = head.length;
    memcpy(said.value, head.data, head.length);
    memcpy(said.value + said.length, more.data, more.length);
    model_put(s, number, bytes_of(said.value, said.length + more.length));
}

/* ---- both ---- */

/* The same by the place, by a new one and by no place. */
static void check(struct soak *s, unsigned number)
{
    struct state_place fresh = { 0 };
    struct bytes one = bytes_of(NULL, 0);
    struct bytes two = bytes_of(NULL, 0);
    struct bytes three = bytes_of(NULL, 0);
    enum table table = table_of(number);
    struct bytes key = key_of(number);
    const struct said *said = expected(s, number);
    bool found = state_get(s->state, table, key, &one);

    assert_int_equal(found, said->there);
    assert_true(!found ||
        bytes_equal(one, bytes_of(said->value, said->length)));
    assert_int_equal(
        state_get_at(s->state, table, key, &s->places[number], &two), found);
    assert_int_equal(
        state_get_at(s->state, table, key, &fresh, &three), found);
    assert_true(!found || bytes_equal(one, two));
    assert_true(!found || bytes_equal(one, three));
}

/* What is put makes the version another one; what is read does not. */
static void write(struct soak *s, unsigned number)
{
    uint8_t value[VALUE_MAX];
    enum table table = table_of(number);
    struct bytes key = key_of(number);
    struct bytes bytes = bytes_of(value, below(s, VALUE_MAX / 4));
    struct bytes head;
    struct bytes old = bytes_of(NULL, 0);
    uint64_t version = state_version(s->state, table);

    random_bytes(&s->random, value, sizeof value);
    check(s, number);
    assert_int_equal(state_version(s->state, table), version);
    switch (below(s, 5)) {
    case 0:
        state_put(s->state, table, key, bytes);
        model_put(s, number, bytes);
        break;
    case 1:
        state_delete(s->state, table, key);
        top(s)[number] = (struct said){ .says = true };
        break;
    case 2:
        model_put(s, number, bytes);
        state_put_at(s->state, table, key, &s->places[number], bytes,
            below(s, 2) * VALUE_MAX);
        break;
    default:
        if (!state_get(s->state, table, key, &old))
            old.length = 0;
        if (old.length + bytes.length > VALUE_MAX)
            bytes.length = 0;
        head = bytes_of(value + VALUE_MAX / 2, below(s, VALUE_MAX / 8));
        model_amend(s, number, head, bytes);
        state_amend_at(s->state, table, key, &s->places[number], head, bytes,
            below(s, 2) * VALUE_MAX);
        break;
    }
    assert_int_not_equal(state_version(s->state, table), version);
    check(s, number);
}

static void set_mark(struct soak *s)
{
    s->mark = state_mark(s->state);
    memcpy(s->before, top(s), sizeof s->before);
    s->marked = true;
}

/* What is written while a draft is hidden is always taken back. */
static void end_mark(struct soak *s)
{
    if (!s->marked)
        return;
    if (s->hidden || below(s, 2) == 0) {
        state_rollback(s->state, s->mark);
        memcpy(top(s), s->before, sizeof s->before);
    } else {
        state_release(s->state, s->mark);
    }
    s->marked = false;
}

static void keep_draft(struct soak *s)
{
    for (unsigned i = 0; i < KEYS; i++)
        if (s->draft[i].says)
            s->base[i] = s->draft[i];
    state_draft_keep(s->state);
}

static void change_draft(struct soak *s)
{
    end_mark(s);
    if (!state_draft_open(s->state)) {
        memset(s->draft, 0, sizeof s->draft);
        state_draft_begin(s->state);
    } else if (s->hidden || below(s, 2) == 0) {
        s->hidden = !s->hidden;
        state_draft_hide(s->state, s->hidden);
    } else if (below(s, 2) == 0) {
        keep_draft(s);
    } else {
        state_draft_drop(s->state);
    }
}

static void save(struct soak *s)
{
    struct failure failure = { "" };

    end_mark(s);
    if (s->hidden) {
        s->hidden = false;
        state_draft_hide(s->state, false);
    }
    if (state_draft_open(s->state))
        keep_draft(s);
    assert_int_equal(state_save(s->state, &failure), 0);
}

/* ---- others, to fill the cache ---- */

static struct bytes other_value(uint64_t number)
{
    static uint8_t value[VALUE_MAX];

    memset(value, (int)number, sizeof value);
    return bytes_of(value, sizeof value);
}

static void put_others(struct soak *s)
{
    struct failure failure = { "" };

    for (uint64_t i = 0; i < OTHERS; i++)
        state_put(s->state, TABLE_HOLD, bytes_of(&i, sizeof i),
            other_value(i));
    assert_int_equal(state_save(s->state, &failure), 0);
    assert_true(state_thaw_waits(s->state));
    while (state_tend(s->state, 64))
        ;
}

static void read_others(struct soak *s)
{
    for (int i = 0; i < 5; i++) {
        uint64_t number = below(s, OTHERS);
        struct bytes value;

        assert_true(state_get(s->state, TABLE_HOLD,
            bytes_of(&number, sizeof number), &value));
        assert_true(bytes_equal(value, other_value(number)));
    }
}

/* What is fetched ahead is used soon, late, or after it is no more. */
static void foresee(struct soak *s)
{
    for (unsigned i = 0; i < KEYS; i++) {
        struct state_place *place = &s->places[i];

        if (below(s, 6) != 0)
            continue;
        if (below(s, 2) == 0)
            *place = (struct state_place){ 0 };
        state_foresee(s->state, table_of(i), key_of(i), place);
        state_foresee_record(
            s->state, table_of(i), place, below(s, VALUE_MAX));
        s->foreseen += place->foreseen != NULL;
    }
}

static void keep(struct soak *s, unsigned number)
{
    s->kept[number] = state_keep(s->state, &s->places[number]);
    s->kept_in[number] = state_layer(s->state);
    assert_true(s->kept[number] == 0 || s->kept_in[number] != 0);
}

/* A new place, from what was kept in this layer, perhaps long ago. */
static void recall(struct soak *s, unsigned number)
{
    struct state_place place = { 0 };

    if (s->kept[number] == 0 || s->kept_in[number] != state_layer(s->state))
        return;
    state_recall(s->state, table_of(number), key_of(number),
        s->kept[number], below(s, VALUE_MAX), &place);
    s->places[number] = place;
    check(s, number);
    s->recalled += s->places[number].record == place.foreseen;
}

/* ---- versions ---- */

struct view {
    uint64_t versions[2]; /* of the tables of even and of odd keys */
    struct said said[KEYS];
};

static void view(struct soak *s, struct view *out)
{
    for (unsigned i = 0; i < KEYS; i++)
        out->said[i] = *expected(s, i);
    for (unsigned i = 0; i < 2; i++)
        out->versions[i] = state_version(s->state, table_of(i));
}

static bool says_the_same(const struct said *a, const struct said *b)
{
    return a->there == b->there && (!a->there || (a->length == b->length &&
        memcmp(a->value, b->value, a->length) == 0));
}

/* Versions only rise, and do if anything else can be read than before. */
static void check_versions(struct soak *s, const struct view *before)
{
    static struct view now;

    view(s, &now);
    for (unsigned i = 0; i < KEYS; i++) {
        uint64_t was = before->versions[i % 2];

        assert_true(now.versions[i % 2] >= was);
        if (!says_the_same(&now.said[i], &before->said[i]))
            assert_int_not_equal(now.versions[i % 2], was);
    }
}

static void step(struct soak *s)
{
    static struct view before;
    unsigned number = (unsigned)below(s, KEYS / 3);

    view(s, &before);
    read_others(s);
    if (below(s, 3) == 0)
        foresee(s);
    recall(s, number);
    switch (below(s, 20)) {
    case 0:
        end_mark(s);
        set_mark(s);
        break;
    case 1:
        end_mark(s);
        break;
    case 2:
    case 3:
        change_draft(s);
        break;
    case 4:
        if (below(s, 10) == 0)
            save(s);
        else
            state_draft_step(s->state);
        (void)state_tend(s->state, below(s, 40));
        break;
    default:
        if (s->hidden && !s->marked)
            set_mark(s);
        /* A third of the keys is written seldom. */
        write(s, (unsigned)below(s, below(s, 50) == 0 ? KEYS : KEYS / 3));
        break;
    }
    check(s, (unsigned)below(s, KEYS));
    check(s, number);
    if (below(s, 2) == 0)
        keep(s, number);
    check_versions(s, &before);
    assert_false(state_failed(s->state));
}

static void a_place_finds_what_a_lookup_finds(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        static struct soak s;
        struct failure failure = { "" };
        char folder[PATH_MAX];
        char inside[PATH_MAX];

        s = (struct soak){ .random = { seed } };
        scratch_make(folder);
        scratch_join(inside, folder, "state");
        assert_int_equal(state_open(&s.state,
                             &(struct state_options){ .folder = inside,
                                 .map_bytes = UINT64_C(1) << 28,
                                 .cache_bytes = CACHE_BYTES_MIN,
                                 .temporary = true },
                             &failure), 0);
        put_others(&s);
        for (int i = 0; i < STEPS; i++)
            step(&s);
        assert_true(cache_turns(s.state->cache) > 500);
        save(&s);
        for (unsigned i = 0; i < KEYS; i++)
            check(&s, i);
        assert_true(s.foreseen > STEPS / 10);
        assert_true(s.recalled > STEPS / 10);
        state_close(s.state);
        scratch_remove(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_finds_what_a_lookup_finds),
    };

    return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
