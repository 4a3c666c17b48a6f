/*
 * The auditor's replay: it accepts what the ledger wrote, and names the
 * entry of whatever was done to it afterwards: by anybody, or by somebody
 * who holds the log's key and signs the whole journal anew.
 */
#include "ledger_fixture.h"
#include "scratch.h"

#include "../protocol/sign.h"
#include "../tools/files.h"
#include "../tools/replay.h"

#include <posito/encoding.h>

#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PADDING 4096
#define SAMPLES 500

struct audit {
    struct ledger_fixture fixture;
    struct buffer journal; /* the bytes of its one segment */
    char folder[PATH_MAX]; /* of the journal under test */
    struct hash digest;    /* of the fixture's state */
    uint64_t entries;
    struct failure failure; /* of the last replay */
    struct replay_result result;
};

/* ---- a journal with a bit of everything ---- */

static void accept(struct ledger_fixture *f, enum status status)
{
    if (status != STATUS_ACCEPTED)
        fail_msg("%s: %.*s", status_name(status), (int)f->line.length,
            (const char *)f->line.data);
}

static void make_entries(struct ledger_fixture *f)
{
    char line[300];
    ledger_fixture_found(f);
    ledger_fixture_close_group(f);
    accept(f, ledger_fixture_send(f, "ana",
                  "deposit member=m1 via=la amount=USD250.00 purpose=I "
                  "memo=julio%%20%%C3%%B1"));
    accept(f, ledger_fixture_send(f, "ana",
                  "deposit member=m2 via=la amount=USD40.00 purpose=F"));
    ledger_fixture_close_group(f);

    /* A key that signs in the group that registers it ... */
    (void)snprintf(line, sizeof line,
        "key-add key=new public=%s kind=teller owner=sup country=US "
        "scope=us",
        ledger_fixture_public("new"));
    accept(f, ledger_fixture_prove(f, "board", "new", line));
    accept(f, ledger_fixture_send(f, "new",
                  "transfer from=m1 to=m2 amount=USD1.00 purpose=F"));
    /* ... that changes, and signs on both sides of the change ... */
    (void)snprintf(line, sizeof line, "key-rotate key=ana public=%s",
        ledger_fixture_public("ana2"));
    accept(f, ledger_fixture_prove(f, "board", "ana2", line));
    ledger_fixture_close_group(f);
}

/* Signed by the name's second key, as after a key-rotate. */
static void send_as(struct ledger_fixture *f, const char *key,
    const char *by, const char *text)
{
    struct secret_key secret = ledger_fixture_secret(key);
    uint8_t random[10] = {(uint8_t)f->next_id++};
    struct ulid id = ulid_make((uint64_t)f->clock.ms, random);
    buffer_clear(&f->line);
    buffer_clear(&f->body);
    buffer_format(&f->line, "%s id=", text);
    ulid_append(&f->line, &id);
    buffer_format(&f->line, " by=%s", by);
    sign_order(&f->line, ledger_id(f->ledger), &secret);
    accept(f, ledger_fixture_again(
                  f, buffer_bytes(&f->line), buffer_bytes(&f->body)));
    f->clock.ms += 1000;
}

static void make_more_entries(struct ledger_fixture *f)
{
    char until[INSTANT_LENGTH + 1] = {0};
    struct buffer text = buffer_over(until, INSTANT_LENGTH);
    instant_append(&text, (struct instant){f->clock.ms + 5000});
    send_as(f, "ana2", "ana",
        "withdraw member=m1 via=la amount=USD9.00 purpose=F");
    accept(f, ledger_fixture_send(f, "sup",
                  "hold from=us/m1/share/USD to=us/m2/share/USD "
                  "amount=USD7.00 until=%s purpose=F",
                  until));
    accept(f, ledger_fixture_send(f, "board",
                  "key-revoke key=new reason=lost"));
    ledger_fixture_close_group(f);
    f->clock.ms += 60000; /* the hold ends with the next entry */
    accept(f, ledger_fixture_batch(f, "sup", "all",
                  "deposit member=m1 via=la amount=USD1.25 purpose=I\n"
                  "transfer from=m1 to=m2 amount=USD0.25 purpose=F\n"));
    accept(f, ledger_fixture_batch(f, "sup", "each",
                  "deposit member=m1 via=la amount=USD1.25 purpose=I\n"
                  "deposit member=nobody via=la amount=USD1.25 purpose=I\n"
                  "no such line\n"));
    accept(f, ledger_fixture_send(f, "sup",
                  "reverse entry=2 reason=twice"));
    ledger_fixture_close_group(f);
}

/* A day closed with the digest of the state after the group before. */
static void close_day(struct ledger_fixture *f, uint64_t size,
    const struct hash *digest, uint32_t format)
{
    char text[64] = {0};
    struct buffer out = buffer_over(text, sizeof text - 1);
    base64_append(&out, bytes_of(digest->data, sizeof digest->data));
    accept(f, ledger_fixture_send(f, "sup",
                  "day-close book=us date=2026-11-23 sealed=%llu digest=%s "
                  "format=%u",
                  (unsigned long long)size, text, format));
    ledger_fixture_close_group(f);
}

/* ---- putting it on the disk and replaying ---- */

static void write_segment(
    struct audit *a, const char *name, struct bytes bytes)
{
    char path[PATH_MAX];
    struct failure failure = {{0}};
    scratch_join(path, a->folder, name);
    (void)unlink(path);
    if (files_create(path, 0600, bytes, &failure) != 0)
        fail_msg("%s", failure.text);
}

static int replay_with(struct audit *a, struct replay_options *options)
{
    struct replay *replay = NULL;
    options->folder = a->folder;
    if (options->threads == 0)
        options->threads = 1;
    a->failure.text[0] = '\0';
    int result = replay_run(&replay, options, &a->failure);
    if (replay != NULL)
        a->result = *replay_result(replay);
    replay_close(replay);
    return result;
}

static int replay_bytes(struct audit *a, struct bytes journal)
{
    struct replay_options options = {0};
    write_segment(a, "00000000000000000000.posito", journal);
    return replay_with(a, &options);
}

/* The replay fails and its message has the words. */
static void expect_fault(struct audit *a, int result, const char *words)
{
    if (result == 0)
        fail_msg("accepted; expected: %s", words);
    if (strstr(a->failure.text, words) == NULL)
        fail_msg("\"%s\"; expected: %s", a->failure.text, words);
}

static int setup(void **state)
{
    struct audit *a = calloc(1, sizeof *a);
    uint8_t zeros[PADDING] = {0};
    assert_non_null(a);
    *state = a;
    ledger_fixture_open(&a->fixture);
    make_entries(&a->fixture);
    make_more_entries(&a->fixture);
    a->digest = ledger_fixture_digest(&a->fixture);
    a->entries = ledger_size(a->fixture.ledger);
    a->journal = buffer_empty();
    buffer_append(&a->journal, buffer_bytes(&a->fixture.groups));
    buffer_append(&a->journal, bytes_of(zeros, sizeof zeros));
    scratch_make(a->folder);
    write_segment(
        a, "00000000000000000000.posito", buffer_bytes(&a->journal));
    return 0;
}

static int teardown(void **state)
{
    struct audit *a = *state;
    ledger_fixture_close(&a->fixture);
    buffer_free(&a->journal);
    scratch_remove(a->folder);
    free(a);
    return 0;
}

/* ---- signing the journal anew, as a holder of the log's key can ---- */

/* One group for each entry, as they stand in entries. */
static void sign_anew(
    struct audit *a, const struct buffer *entries, size_t count,
    struct buffer *out)
{
    struct secret_key secret = ledger_fixture_secret("log");
    const struct note_key *key = ledger_log_key(a->fixture.ledger);
    struct merkle tree;
    merkle_clear(&tree);
    for (size_t i = 0; i < count; i++) {
        struct bytes rest = buffer_bytes(&entries[i]);
        struct entry entry;
        struct buffer note = buffer_empty();
        struct checkpoint checkpoint = {.size = i + 1};
        assert_true(entry_skip(&rest, &entry));
        struct hash leaf = merkle_leaf(entry.leaf);
        merkle_append(&tree, &leaf);
        checkpoint.root = merkle_root(&tree);
        (void)snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s",
            key->name);
        checkpoint_append_note(&note, &checkpoint, key, &secret);
        buffer_format(out, "group %zu 1 %zu\n", i,
            entries[i].length + note.length);
        buffer_append(out, buffer_bytes(&entries[i]));
        buffer_append(out, buffer_bytes(&note));
        buffer_free(&note);
    }
}

static int replay_anew(struct audit *a, const struct buffer *entries,
    size_t count, struct replay_options *options)
{
    struct buffer journal = buffer_empty();
    sign_anew(a, entries, count, &journal);
    write_segment(
        a, "00000000000000000000.posito", buffer_bytes(&journal));
    buffer_free(&journal);
    return replay_with(a, options);
}

static void copy_entries(const struct audit *a, struct buffer *out)
{
    for (size_t i = 0; i < a->fixture.entry_count; i++) {
        out[i] = buffer_empty();
        buffer_append(&out[i], buffer_bytes(&a->fixture.entries[i]));
    }
}

static void free_entries(struct buffer *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_free(&entries[i]);
}

static void replace(
    struct buffer *text, const char *old, const char *new_text)
{
    size_t length = strlen(old);
    uint8_t *at = memmem(text->data, text->length, old, length);
    assert_non_null(at);
    assert_int_equal(length, strlen(new_text));
    memcpy(at, new_text, length);
}

#define ENTRIES_MAX 32

/* ---- tests ---- */

static void test_accepts(void **state)
{
    struct audit *a = *state;
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        struct replay_options options = {
            .threads = threads, .digest_at = 3};
        if (replay_with(a, &options) != 0)
            fail_msg("%s", a->failure.text);
        assert_int_equal(a->result.entries, a->entries);
        assert_memory_equal(&a->result.digest, &a->digest, 32);
        struct hash root = merkle_root(ledger_tree(a->fixture.ledger));
        assert_memory_equal(&a->result.root, &root, 32);
        assert_true(a->result.has_digest_at);
        assert_memory_not_equal(&a->result.digest_at, &a->digest, 32);
        assert_int_equal(
            a->result.bytes, a->fixture.groups.length);
        assert_true(a->result.signatures > a->entries);
    }
}

/* A fresh copy signed anew, with nothing changed, is accepted: so that the
 * tests below fail for the reason they say. */
static void test_accepts_signed_anew(void **state)
{
    struct audit *a = *state;
    struct buffer entries[ENTRIES_MAX];
    struct replay_options options = {0};
    copy_entries(a, entries);
    if (replay_anew(a, entries, a->entries, &options) != 0)
        fail_msg("%s", a->failure.text);
    assert_memory_equal(&a->result.digest, &a->digest, 32);
    free_entries(entries, a->entries);
}

static void flip(struct audit *a, size_t position, unsigned bit)
{
    uint8_t *at = &a->journal.data[position];
    *at ^= (uint8_t)(1U << bit);
    int result = replay_bytes(a, buffer_bytes(&a->journal));
    if (result == 0)
        fail_msg("byte %zu, bit %u: accepted", position, bit);
    if (strstr(a->failure.text, "entry ") == NULL &&
        strstr(a->failure.text, "entries ") == NULL)
        fail_msg("byte %zu: no entry named: %s", position, a->failure.text);
    *at ^= (uint8_t)(1U << bit);
}

static void test_flips(void **state)
{
    struct audit *a = *state;
    bool all = getenv("POSITO_LONG") != NULL;
    size_t length = a->journal.length;
    size_t step = all ? 1 : length / SAMPLES;
    for (size_t i = 0; i < length; i += step)
        flip(a, i, (unsigned)(i * 7 / 3) % 8);
    flip(a, length - 1, 0);
    assert_int_equal(replay_bytes(a, buffer_bytes(&a->journal)), 0);
}

static void test_cuts(void **state)
{
    struct audit *a = *state;
    size_t end = a->fixture.groups.length;
    for (size_t i = 1; i < end; i += end / 60)
        expect_fault(a,
            replay_bytes(a, bytes_of(a->journal.data, i)), "entry ");
    expect_fault(a, replay_bytes(a, bytes_of(a->journal.data, end - 1)),
        "entry 9");
    assert_int_equal(
        replay_bytes(a, bytes_of(a->journal.data, end)), 0);
}

static void test_garbage(void **state)
{
    struct audit *a = *state;
    a->journal.data[a->fixture.groups.length + 100] = 'x';
    expect_fault(
        a, replay_bytes(a, buffer_bytes(&a->journal)), "entry 12");
    buffer_clear(&a->journal);
    buffer_append(&a->journal, buffer_bytes(&a->fixture.groups));
    buffer_append(&a->journal, buffer_bytes(&a->fixture.groups));
    expect_fault(a, replay_bytes(a, buffer_bytes(&a->journal)), "entry 12");
}

/* Any entry dropped from the middle, the rest signed anew. */
static void test_missing_entry(void **state)
{
    struct audit *a = *state;
    struct buffer entries[ENTRIES_MAX];
    struct replay_options options = {0};
    copy_entries(a, entries);
    struct buffer dropped = entries[4];
    memmove(&entries[4], &entries[5],
        (a->entries - 5) * sizeof entries[0]);
    expect_fault(a, replay_anew(a, entries, a->entries - 1, &options),
        "entry 4: it is numbered 5");
    buffer_free(&dropped);
    free_entries(entries, a->entries - 1);
}

static void test_missing_segment(void **state)
{
    struct audit *a = *state;
    struct replay_options options = {0};
    struct bytes rest = buffer_bytes(&a->fixture.groups);
    /* Three groups: 0 to 2, then one of entries 3 to 5, then 6 on. */
    const uint8_t *third = memmem(rest.data, rest.length, "group 6 ", 8);
    const uint8_t *second = memmem(rest.data, rest.length, "group 3 ", 8);
    assert_non_null(second);
    assert_non_null(third);
    write_segment(a, "00000000000000000000.posito",
        bytes_of(rest.data, (size_t)(second - rest.data)));
    write_segment(a, "00000000000000000003.posito",
        bytes_of(second, (size_t)(third - second)));
    write_segment(a, "00000000000000000006.posito",
        bytes_of(third, rest.length - (size_t)(third - rest.data)));
    assert_int_equal(replay_with(a, &options), 0);
    char path[PATH_MAX];
    scratch_join(path, a->folder, "00000000000000000003.posito");
    assert_int_equal(unlink(path), 0);
    expect_fault(a, replay_with(a, &options), "entry 3");
    scratch_join(path, a->folder, "00000000000000000000.posito");
    assert_int_equal(unlink(path), 0);
    expect_fault(a, replay_with(a, &options), "entries 0 to 5");
    scratch_join(path, a->folder, "00000000000000000006.posito");
    assert_int_equal(unlink(path), 0);
    expect_fault(a, replay_with(a, &options), "no journal");
}

static void test_pinned_ledger(void **state)
{
    struct audit *a = *state;
    struct hash id = *ledger_id(a->fixture.ledger);
    struct replay_options options = {.ledger = &id};
    assert_int_equal(replay_with(a, &options), 0);
    id.data[0] ^= 1;
    expect_fault(a, replay_with(a, &options), "another ledger");
}

/* ---- by a holder of the log's key ---- */

static void test_edited_amount(void **state)
{
    struct audit *a = *state;
    struct buffer entries[ENTRIES_MAX];
    struct replay_options options = {0};
    copy_entries(a, entries);
    replace(&entries[1], "amount=USD250.00", "amount=USD950.00");
    expect_fault(a, replay_anew(a, entries, a->entries, &options),
        "entry 1: the signature by ana does not fit the line");
    free_entries(entries, a->entries);

    /* ana's key changed meanwhile, so it was checked twice; sup's not. */
    copy_entries(a, entries);
    replace(&entries[7], "amount=USD7.00", "amount=USD8.00");
    expect_fault(a, replay_anew(a, entries, a->entries, &options),
        "entry 7: the signature by sup does not fit the line");
    free_entries(entries, a->entries);
}

static void test_edited_body(void **state)
{
    struct audit *a = *state;
    struct buffer entries[ENTRIES_MAX];
    struct replay_options options = {0};
    copy_entries(a, entries);
    replace(&entries[9], "amount=USD1.25", "amount=USD9.25");
    expect_fault(
        a, replay_anew(a, entries, a->entries, &options), "entry 9: ");
    free_entries(entries, a->entries);
}

static void test_edited_effect(void **state)
{
    struct audit *a = *state;
    struct buffer entries[ENTRIES_MAX];
    struct replay_options options = {0};
    copy_entries(a, entries);
    replace(&entries[11], "+ us/m2/share/USD 40.00",
        "+ us/m1/share/USD 40.00");
    expect_fault(
        a, replay_anew(a, entries, a->entries, &options), "entry 11");
    free_entries(entries, a->entries);
}

static void test_swapped_signatures(void **state)
{
    struct audit *a = *state;
    struct buffer entries[ENTRIES_MAX];
    struct replay_options options = {0};
    uint8_t one[89];
    copy_entries(a, entries);
    uint8_t *first =
        memmem(entries[1].data, entries[1].length, " sig=", 5);
    uint8_t *second =
        memmem(entries[2].data, entries[2].length, " sig=", 5);
    assert_non_null(first);
    assert_non_null(second);
    memcpy(one, first, sizeof one);
    memcpy(first, second, sizeof one);
    memcpy(second, one, sizeof one);
    expect_fault(a, replay_anew(a, entries, a->entries, &options),
        "entry 1: the signature by ana does not fit the line");
    free_entries(entries, a->entries);
}

/* An order that its key signed but may not give: put in by the log. */
static void forge(struct audit *a, const char *key, const char *by,
    const char *text, const char *expected)
{
    struct buffer entries[ENTRIES_MAX];
    struct replay_options options = {0};
    struct buffer line = buffer_empty();
    struct secret_key secret = ledger_fixture_secret(key);
    struct ulid id = {{9}};
    size_t leaf;
    size_t count = a->entries;
    copy_entries(a, entries);
    buffer_format(&line, "%s id=", text);
    ulid_append(&line, &id);
    buffer_format(&line, " by=%s", by);
    sign_order(&line, ledger_id(a->fixture.ledger), &secret);
    entries[count] = buffer_empty();
    entry_append(&entries[count], count,
        ledger_time(a->fixture.ledger), date_of(2026, 11, 23),
        buffer_bytes(&line), bytes_of("", 0), bytes_of("", 0), &leaf);
    expect_fault(
        a, replay_anew(a, entries, count + 1, &options), expected);
    buffer_free(&line);
    free_entries(entries, count + 1);
}

static void test_forged_orders(void **state)
{
    struct audit *a = *state;
    /* What the entry would be is right; who signs it is not. */
    forge(a, "lim", "lim",
        "deposit member=m1 via=la amount=USD100.01 purpose=F", "entry 12");
    forge(a, "aud", "aud",
        "deposit member=m1 via=la amount=USD1.00 purpose=F", "entry 12");
    forge(a, "new", "new",
        "deposit member=m1 via=la amount=USD1.00 purpose=F", "entry 12");
    forge(a, "ana", "ana",
        "deposit member=m1 via=la amount=USD1.00 purpose=F",
        "entry 12: the signature by ana does not fit the line");
    forge(a, "ghost", "ghost",
        "deposit member=m1 via=la amount=USD1.00 purpose=F",
        "entry 12: signed by ghost, a key that nobody had registered");
    forge(a, "sup", "sup",
        "withdraw member=m1 via=la amount=USD5000.00 purpose=F",
        "entry 12");
}

/* The same forged entry, but one that is allowed, is accepted: so that the
 * refusals above are about the permission. */
static void test_forge_control(void **state)
{
    struct audit *a = *state;
    struct buffer entries[ENTRIES_MAX];
    struct replay_options options = {0};
    struct buffer line = buffer_empty();
    struct secret_key secret = ledger_fixture_secret("sup");
    struct ulid id = {{9}};
    size_t leaf;
    copy_entries(a, entries);
    buffer_text(&line,
        "deposit member=m1 via=la amount=USD1.00 purpose=F id=");
    ulid_append(&line, &id);
    buffer_text(&line, " by=sup");
    sign_order(&line, ledger_id(a->fixture.ledger), &secret);
    for (size_t i = 0; i < 2; i++) {
        entries[a->entries + i] = buffer_empty();
        entry_append(&entries[a->entries + i], a->entries + i,
            ledger_time(a->fixture.ledger), date_of(2026, 11, 23),
            buffer_bytes(&line), bytes_of("", 0), bytes_of("", 0), &leaf);
    }
    if (replay_anew(a, entries, a->entries + 1, &options) != 0)
        fail_msg("%s", a->failure.text);
    /* The same order a second time moves nothing, so it is no entry. */
    expect_fault(a, replay_anew(a, entries, a->entries + 2, &options),
        "entry 13");
    buffer_free(&line);
    free_entries(entries, a->entries + 2);
}

/* The last entry dropped: the journal is sound in itself, and only a
 * checkpoint that somebody kept tells. */
static void test_dropped_entry(void **state)
{
    struct audit *a = *state;
    struct buffer entries[ENTRIES_MAX];
    struct replay_options options = {0};
    struct buffer note = buffer_empty();
    struct secret_key secret = ledger_fixture_secret("log");
    struct checkpoint kept = {.size = a->entries,
        .root = merkle_root(ledger_tree(a->fixture.ledger))};
    (void)snprintf(kept.origin, sizeof kept.origin, "%s",
        ledger_origin(a->fixture.ledger));
    checkpoint_append_note(
        &note, &kept, ledger_log_key(a->fixture.ledger), &secret);
    copy_entries(a, entries);
    assert_int_equal(
        replay_anew(a, entries, a->entries - 1, &options), 0);
    options.pins[0].name = "kept";
    options.pins[0].note = buffer_bytes(&note);
    options.pin_count = 1;
    expect_fault(a, replay_anew(a, entries, a->entries - 1, &options),
        "entry 11: the journal ends before it, but kept has seen 12");
    assert_int_equal(replay_anew(a, entries, a->entries, &options), 0);

    /* Another journal of the same length. */
    kept.root.data[5] ^= 4;
    buffer_clear(&note);
    checkpoint_append_note(
        &note, &kept, ledger_log_key(a->fixture.ledger), &secret);
    options.pins[0].note = buffer_bytes(&note);
    expect_fault(a, replay_anew(a, entries, a->entries, &options),
        "entry 11: up to it the journal is not the one that kept");
    note.data[3] ^= 1;
    expect_fault(a, replay_anew(a, entries, a->entries, &options),
        "kept: not a checkpoint");
    buffer_free(&note);
    free_entries(entries, a->entries);
}

/* Another log's checkpoint after a group. */
static void test_foreign_log(void **state)
{
    struct audit *a = *state;
    struct buffer entries[ENTRIES_MAX];
    struct replay_options options = {0};
    copy_entries(a, entries);
    struct buffer journal = buffer_empty();
    sign_anew(a, entries, 1, &journal);
    uint8_t *sig = memmem(journal.data, journal.length, "\xE2\x80\x94 ", 4);
    assert_non_null(sig);
    sig[4] ^= 1; /* another name */
    write_segment(
        a, "00000000000000000000.posito", buffer_bytes(&journal));
    expect_fault(a, replay_with(a, &options), "not signed by the log");
    sig[4] ^= 1;
    /* A digit of the signature proper, after name and key id. */
    sig[4 + strlen(ledger_origin(a->fixture.ledger)) + 20] ^= 2;
    write_segment(
        a, "00000000000000000000.posito", buffer_bytes(&journal));
    expect_fault(a, replay_with(a, &options), "entry 0: the ");
    buffer_free(&journal);
    free_entries(entries, a->entries);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* ---- many signatures by one key ---- */

#define MANY 60 /* enough for the key's multiples to be made and used */

static void send_many(struct audit *a)
{
    struct ledger_fixture *f = &a->fixture;
    for (int i = 0; i < MANY; i++) {
        accept(f, ledger_fixture_send(f, "sup",
                      "transfer from=m1 to=m2 amount=USD0.01 purpose=F"));
        ledger_fixture_close_group(f);
    }
}

static int replay_by(struct audit *a, bool libsodium, struct bytes journal)
{
    struct replay_options options = {.libsodium = libsodium};
    write_segment(a, "00000000000000000000.posito", journal);
    return replay_with(a, &options);
}

static void test_who_checked(void **state)
{
    struct audit *a = *state;
    send_many(a);
    struct hash digest = ledger_fixture_digest(&a->fixture);
    struct bytes journal = buffer_bytes(&a->fixture.groups);
    assert_int_equal(replay_by(a, true, journal), 0);
    uint64_t signatures = a->result.signatures;
    assert_int_equal(a->result.by_libsodium, signatures);
    assert_memory_equal(&a->result.digest, &digest, 32);
    assert_int_equal(replay_by(a, false, journal), 0);
    assert_int_equal(a->result.signatures, signatures);
    assert_memory_equal(&a->result.digest, &digest, 32);
    /* The teller's and the log's: without the first ones, and, where it
     * was drawn, one in 64. */
    assert_in_range(
        signatures - a->result.by_libsodium, MANY, 2 * MANY - 20);
}

/* The last order's signature, and the log's after it, a bit flipped. */
static void test_forged_after_many(void **state)
{
    static const char *words[] = {
        "the signature by sup does not fit", "log's signature"};
    struct audit *a = *state;
    char entry[32];
    send_many(a);
    struct buffer *groups = &a->fixture.groups;
    (void)snprintf(entry, sizeof entry, "entry %llu: ",
        (unsigned long long)ledger_size(a->fixture.ledger) - 1);
    uint8_t *order = groups->data + groups->length;
    while (memcmp(order, " sig=", 5) != 0)
        order--;
    uint8_t *at[] = {order + 20, groups->data + groups->length - 20};
    for (int which = 0; which < 2; which++)
        for (int libsodium = 0; libsodium < 2; libsodium++) {
            uint8_t was = *at[which];
            *at[which] = was == 'A' ? 'B' : 'A';
            int result = replay_by(
                a, libsodium != 0, buffer_bytes(groups));
            expect_fault(a, result, words[which]);
            expect_fault(a, result, entry);
            *at[which] = was;
        }
}

/* ---- seals ---- */

/* A seal of the state at any size is computed again ... */
static void test_seal(void **state)
{
    struct audit *a = *state;
    close_day(&a->fixture, a->entries, &a->digest, state_format());
    assert_int_equal(
        replay_bytes(a, buffer_bytes(&a->fixture.groups)), 0);
    assert_int_equal(a->result.seals.fitting, 1);
    assert_int_equal(a->result.seals.foreign, 0);
}

/* ... if it is of the layout this program knows; one that an older or newer
 * program made accuses nobody. */
static void test_seal_of_another_format(void **state)
{
    struct audit *a = *state;
    close_day(&a->fixture, a->entries, &a->digest, state_format() - 1);
    assert_int_equal(
        replay_bytes(a, buffer_bytes(&a->fixture.groups)), 0);
    assert_int_equal(a->result.seals.fitting, 0);
    assert_int_equal(a->result.seals.foreign, 1);
}

/* ... so that one of another state is found out. */
static void test_wrong_seal(void **state)
{
    struct audit *a = *state;
    char words[64];
    close_day(&a->fixture, a->entries - 1, &a->digest, state_format());
    (void)snprintf(words, sizeof words,
        "entry %llu: it seals another state",
        (unsigned long long)a->entries);
    expect_fault(
        a, replay_bytes(a, buffer_bytes(&a->fixture.groups)), words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_accepts),
        TEST(test_accepts_signed_anew),
        TEST(test_flips),
        TEST(test_cuts),
        TEST(test_garbage),
        TEST(test_missing_entry),
        TEST(test_missing_segment),
        TEST(test_pinned_ledger),
        TEST(test_edited_amount),
        TEST(test_edited_body),
        TEST(test_edited_effect),
        TEST(test_swapped_signatures),
        TEST(test_forged_orders),
        TEST(test_forge_control),
        TEST(test_dropped_entry),
        TEST(test_foreign_log),
        TEST(test_who_checked),
        TEST(test_forged_after_many),
        TEST(test_seal),
        TEST(test_seal_of_another_format),
        TEST(test_wrong_seal),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
