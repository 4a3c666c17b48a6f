/*
 * Signed notes: the published example, golden notes written by another
 * implementation, and what must be refused.  Ed25519: the keys and
 * signatures that our rule keeps out.
 */
#include <posito/encoding.h>
#include <posito/note.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "random_operation.h"

#define DASH "\xe2\x80\x94 "

/* ---- Ed25519 ---- */

static struct public_key key_from_hex(const char *hex)
{
    struct public_key key;
    assert_true(hex_decode(bytes_text(hex), key.data, sizeof key.data));
    return key;
}

/* RFC 8032 section 7.1, TEST 1 and TEST 3. */
static void published_signatures_come_out(void **state)
{
    (void)state;
    static const struct {
        const char *seed, *public, *message, *signature;
    } rows[] = {
        { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
            "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
        { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1"
            "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
    };
    for (size_t i = 0; i < 2; i++) {
        struct secret_key secret;
        struct public_key key = key_from_hex(rows[i].public);
        struct signature signature, expected;
        uint8_t message[2];
        size_t length = strlen(rows[i].message) / 2;
        assert_true(hex_decode(bytes_text(rows[i].seed), secret.data, 32));
        memcpy(secret.data + 32, key.data, 32);
        assert_true(
            hex_decode(bytes_text(rows[i].message), message, length));
        assert_true(hex_decode(
            bytes_text(rows[i].signature), expected.data, 64));
        signature_make(&signature, bytes_of(message, length), &secret);
        assert_memory_equal(signature.data, expected.data, 64);
        assert_true(public_key_valid(&key));
        assert_true(
            signature_check(&signature, bytes_of(message, length), &key));
        assert_false(signature_check(&signature, bytes_text("x"), &key));
    }
}

struct pair {
    struct public_key public_key;
    struct secret_key secret_key;
};

static struct pair pair_of(uint8_t first)
{
    struct pair pair;
    uint8_t seed[32];
    for (size_t i = 0; i < 32; i++)
        seed[i] = (uint8_t)(first + i);
    (void)crypto_sign_seed_keypair(
        pair.public_key.data, pair.secret_key.data, seed);
    return pair;
}

/* The order of the base point, little-endian. */
static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12,
    0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };

static void signatures_have_one_form(void **state)
{
    (void)state;
    struct pair pair = pair_of(0);
    struct signature good, bad;
    struct bytes message = bytes_text("deposit");
    signature_make(&good, message, &pair.secret_key);
    assert_true(signature_check(&good, message, &pair.public_key));
    for (size_t bit = 0; bit < 512; bit++) {
        bad = good;
        bad.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(signature_check(&bad, message, &pair.public_key));
    }
    /* S + L stands for the same scalar, and is refused. */
    bad = good;
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)bad.data[32 + i] + order[i];
        bad.data[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(carry, 0);
    assert_false(signature_check(&bad, message, &pair.public_key));
}

/* The points of order 1, 2, 4 and 8; by the sign bit, twice. */
static const char *const small_order[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
};

static void keys_of_small_order_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof small_order / sizeof *small_order; i++) {
        struct public_key key = key_from_hex(small_order[i]);
        struct signature signature = { { 1 } }; /* R = identity, S = 0 */
        assert_false(public_key_valid(&key));
        assert_false(signature_check(&signature, bytes_text("m"), &key));
        key.data[31] ^= 0x80;
        assert_false(public_key_valid(&key));
        assert_false(signature_check(&signature, bytes_text("m"), &key));
    }
}

/* y from p to 2^255 - 1 stands for y - p. */
static void keys_have_one_form(void **state)
{
    (void)state;
    for (unsigned y = 0; y < 19; y++)
        for (unsigned sign = 0; sign < 2; sign++) {
            struct public_key key;
            memset(key.data, 0xff, sizeof key.data);
            key.data[0] = (uint8_t)(0xed + y);
            key.data[31] = sign ? 0xff : 0x7f;
            assert_false(public_key_valid(&key));
        }
}

static void keys_off_the_subgroup_are_refused(void **state)
{
    (void)state;
    struct pair pair = pair_of(0);
    assert_true(public_key_valid(&pair.public_key));
    /* A good key plus a point of order 8, 4 or 2: of mixed order. */
    for (size_t i = 0; i < sizeof small_order / sizeof *small_order; i++) {
        struct public_key small = key_from_hex(small_order[i]), mixed;
        if (i == 1)
            continue; /* the neutral element */
        assert_int_equal(crypto_core_ed25519_add(mixed.data,
                             pair.public_key.data, small.data), 0);
        assert_memory_not_equal(mixed.data, pair.public_key.data, 32);
        assert_false(public_key_valid(&mixed));
    }
    /* No point has y = 2: x^2 would be no square. */
    struct public_key off = { { 2 } };
    assert_false(public_key_valid(&off));
}

/* ---- names and verifier keys ---- */

static void names_are_checked(void **state)
{
    (void)state;
    static const char *const good[] = { "a", "example.com/foo",
        "posito.example/ledger", "caf\xc3\xa9", "a=b", "\xe2\x80\x94",
        "\xf0\x9f\x8c\xbd" };
    static const char *const bad[] = { "", "a b", " ", "a+b", "+", "a\tb",
        "a\nb", "a\x01", "a\x7f", "a\xc2\x80", "a\xc2\x85", "a\xc2\xa0",
        "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x8a", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
        "a\xc3", "\xff" };
    char longest[NOTE_NAME_MAX + 2];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!note_name_valid(bytes_text(good[i])))
            fail_msg("\"%s\"", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (note_name_valid(bytes_text(bad[i])))
            fail_msg("bad row %zu", i);
    memset(longest, 'a', sizeof longest);
    assert_true(note_name_valid(bytes_of(longest, NOTE_NAME_MAX)));
    assert_false(note_name_valid(bytes_of(longest, NOTE_NAME_MAX + 1)));
    assert_false(note_name_valid(bytes_of("a\0b", 3)));
}

#define EXAMPLE_KEY \
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

/* Golden values of the keys with seeds 00..1f and 20..3f, made by another
 * implementation (Python's cryptography). */
#define LOG_KEY                                            \
    "posito.example/ledger+adf3f31d+"                      \
    "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
#define WITNESS_KEY              \
    "witness.example/mx+cc838c2e+" \
    "BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"

static struct note_key key_read(const char *text)
{
    struct note_key key;
    assert_true(note_key_parse(bytes_text(text), &key));
    return key;
}

static void keys_have_golden_spellings(void **state)
{
    (void)state;
    static const char *const rows[] = { EXAMPLE_KEY, LOG_KEY, WITNESS_KEY };
    static const uint32_t ids[] = { 0x530d903a, 0xadf3f31d, 0xcc838c2e };
    for (size_t i = 0; i < 3; i++) {
        struct buffer text = buffer_empty();
        struct note_key key = key_read(rows[i]);
        assert_int_equal(key.id, ids[i]);
        assert_int_equal(key.type, i == 2 ? NOTE_COSIGNATURE : NOTE_LOG);
        note_key_append(&text, &key);
        assert_true(bytes_equal_text(buffer_bytes(&text), rows[i]));
        buffer_free(&text);
    }
    struct note_key made;
    struct pair pair = pair_of(32);
    assert_true(note_key_make(&made, bytes_text("witness.example/mx"),
        NOTE_COSIGNATURE, &pair.public_key));
    struct note_key read = key_read(WITNESS_KEY);
    assert_memory_equal(&made, &read, sizeof made);
    assert_false(note_key_make(
        &made, bytes_text("a b"), NOTE_LOG, &pair.public_key));
}

static void other_keys_are_refused(void **state)
{
    (void)state;
    struct note_key key;
    struct buffer text = buffer_empty();
    static const char *const bad[] = { "", "+", "++", "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/foo+530d903a+",
        /* another id, name, type; upper case; other lengths */
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+30d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        EXAMPLE_KEY "=", (EXAMPLE_KEY "\n"), (" " EXAMPLE_KEY) };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (note_key_parse(bytes_text(bad[i]), &key))
            fail_msg("\"%s\"", bad[i]);
    /* An id that fits does not save a key of small order, nor a name with
     * a space; a type we don't know has no key of ours. */
    struct public_key small = key_from_hex(small_order[3]);
    assert_true(note_key_make(&key, bytes_text("a"), NOTE_LOG, &small));
    note_key_append(&text, &key);
    assert_false(note_key_parse(buffer_bytes(&text), &key));
    buffer_clear(&text);
    struct pair pair = pair_of(0);
    assert_true(note_key_make(
        &key, bytes_text("a"), (enum note_key_type)2, &pair.public_key));
    note_key_append(&text, &key);
    assert_false(note_key_parse(buffer_bytes(&text), &key));
    buffer_free(&text);
}

/* ---- notes ---- */

#define EXAMPLE_TEXT "This is an example message.\n"
#define EXAMPLE_LINE                                                       \
    DASH "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAl" \
         "TgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
#define EXAMPLE_NOTE EXAMPLE_TEXT "\n" EXAMPLE_LINE

static enum note_verdict open_with(const char *note, const char *key)
{
    struct note_key read = key_read(key);
    struct bytes text;
    return note_open(bytes_text(note), &read, 1, &text, NULL);
}

/* signed-note.md */
static void the_published_note_opens(void **state)
{
    (void)state;
    struct note_key keys[2] = { key_read(LOG_KEY), key_read(EXAMPLE_KEY) };
    struct bytes text;
    bool seen[2] = { true, false };
    assert_int_equal(
        note_open(bytes_text(EXAMPLE_NOTE), keys, 2, &text, seen),
        NOTE_VALID);
    assert_true(bytes_equal_text(text, EXAMPLE_TEXT));
    assert_true(!seen[0] && seen[1]);
    assert_int_equal(open_with(EXAMPLE_NOTE, LOG_KEY), NOTE_UNKNOWN);
    assert_int_equal(
        note_open(bytes_text(EXAMPLE_NOTE), NULL, 0, &text, NULL),
        NOTE_UNKNOWN);
}

/* A single changed bit anywhere, and it is valid no more. */
static void every_flipped_bit_is_noticed(void **state)
{
    (void)state;
    struct note_key key = key_read(EXAMPLE_KEY);
    char note[] = EXAMPLE_NOTE;
    size_t length = strlen(note);
    size_t seen[4] = { 0 };
    for (size_t bit = 0; bit < length * 8; bit++) {
        struct bytes text;
        note[bit / 8] = (char)(note[bit / 8] ^ (1 << bit % 8));
        seen[note_open(bytes_of(note, length), &key, 1, &text, NULL)]++;
        note[bit / 8] = (char)(note[bit / 8] ^ (1 << bit % 8));
    }
    assert_int_equal(seen[NOTE_VALID], 0);
    assert_true(seen[NOTE_FORGED] > 100);
    assert_true(seen[NOTE_UNKNOWN] > 10);
    assert_true(seen[NOTE_MALFORMED] > 10);
    for (size_t cut = 0; cut < length; cut++) {
        struct bytes text;
        assert_int_not_equal(
            note_open(bytes_of(note, cut), &key, 1, &text, NULL),
            NOTE_VALID);
    }
}

#define GOLDEN_TEXT                                               \
    "posito.example/ledger\n8\n"                                  \
    "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
#define GOLDEN_LOG_LINE                                           \
    DASH "posito.example/ledger rfPzHS2RMXKAiLGn84hAZcl+nOOt4Rb7" \
         "slroT6VuZCN4B8lF9KZ8dpdhBk6q0OAo0RCJ6zBL7oXmJE/OnfLA8yJR0Aw=\n"
#define GOLDEN_WITNESS_LINE                                         \
    DASH "witness.example/mx zIOMLgAAAABrBLwndccT+jc9rXR9i/G0stwM"  \
         "ieyxZ1+TDSHJ1nLFjaWIIKYeBuJaoBBzyKtciwUz/94ePRYSBtfzg1rV" \
         "fUg27frzCw==\n"
#define GOLDEN_NOTE GOLDEN_TEXT "\n" GOLDEN_LOG_LINE GOLDEN_WITNESS_LINE
#define GOLDEN_TIME UINT64_C(1795472423)

static void golden_notes_are_written(void **state)
{
    (void)state;
    struct pair log = pair_of(0), witness = pair_of(32);
    struct note_key keys[2] = { key_read(LOG_KEY), key_read(WITNESS_KEY) };
    struct buffer note = buffer_empty();
    struct bytes text;
    bool seen[2];
    buffer_text(&note, GOLDEN_TEXT "\n");
    note_sign(&note, bytes_text(GOLDEN_TEXT), &keys[0], &log.secret_key);
    note_cosign(&note, bytes_text(GOLDEN_TEXT), &keys[1],
        &witness.secret_key, GOLDEN_TIME);
    assert_true(bytes_equal_text(buffer_bytes(&note), GOLDEN_NOTE));
    assert_int_equal(
        note_open(buffer_bytes(&note), keys, 2, &text, seen), NOTE_VALID);
    assert_true(bytes_equal_text(text, GOLDEN_TEXT));
    assert_true(seen[0] && seen[1]);
    buffer_free(&note);
}

static void cosignatures_cover_time_and_text(void **state)
{
    (void)state;
    struct pair witness = pair_of(32);
    struct note_key key = key_read(WITNESS_KEY);
    assert_int_equal(open_with(GOLDEN_TEXT "\n" GOLDEN_WITNESS_LINE,
                         WITNESS_KEY), NOTE_VALID);
    /* the time is in the first base64 characters after the id */
    assert_int_equal(open_with(GOLDEN_TEXT "\n" DASH
        "witness.example/mx zIOMLgAAAABrBLwodccT+jc9rXR9i/G0stwM"
        "ieyxZ1+TDSHJ1nLFjaWIIKYeBuJaoBBzyKtciwUz/94ePRYSBtfzg1rV"
        "fUg27frzCw==\n", WITNESS_KEY), NOTE_FORGED);
    assert_int_equal(open_with("x" GOLDEN_TEXT "\n" GOLDEN_WITNESS_LINE,
                         WITNESS_KEY), NOTE_FORGED);

    /* A witness's plain signature is no cosignature, nor the reverse. */
    struct buffer note = buffer_empty();
    struct bytes text;
    buffer_text(&note, GOLDEN_TEXT "\n");
    note_sign(&note, bytes_text(GOLDEN_TEXT), &key, &witness.secret_key);
    assert_int_equal(
        note_open(buffer_bytes(&note), &key, 1, &text, NULL), NOTE_FORGED);
    key.type = NOTE_LOG;
    assert_int_equal(note_open(bytes_text(GOLDEN_TEXT "\n"
                         GOLDEN_WITNESS_LINE), &key, 1, &text, NULL),
        NOTE_FORGED);
    buffer_free(&note);
}

static void cosignatures_are_for_short_texts(void **state)
{
    (void)state;
    struct pair witness = pair_of(32);
    struct note_key key = key_read(WITNESS_KEY);
    for (size_t more = 0; more < 2; more++) {
        char memory[NOTE_COSIGNED_TEXT_MAX + 1];
        size_t length = NOTE_COSIGNED_TEXT_MAX + more;
        struct buffer note = buffer_empty();
        struct bytes text;
        memset(memory, 'a', sizeof memory);
        memory[length - 1] = '\n';
        buffer_append(&note, bytes_of(memory, length));
        buffer_char(&note, '\n');
        size_t before = note.length;
        note_cosign(&note, bytes_of(memory, length), &key,
            &witness.secret_key, UINT64_MAX);
        assert_int_equal(note.failed, more == 1);
        if (!note.failed)
            assert_int_equal(
                note_open(buffer_bytes(&note), &key, 1, &text, NULL),
                NOTE_VALID);
        else
            assert_int_equal(note.length, before);
        note.failed = false;
        note.length = before;
        buffer_text(&note, GOLDEN_WITNESS_LINE);
        assert_int_equal(
            note_open(buffer_bytes(&note), &key, 1, &text, NULL),
            NOTE_FORGED);
        buffer_free(&note);
    }
}

/* ---- which signatures count ---- */

static void unknown_signatures_are_ignored(void **state)
{
    (void)state;
    /* same name, other id; other name, same id; a kind of any length */
    assert_int_equal(open_with(EXAMPLE_TEXT "\n"
        DASH "example.com/foo AAAAAAA=\n" EXAMPLE_LINE
        DASH "example.com/bar Uw2QOgA=\n"
        DASH "x AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        EXAMPLE_KEY), NOTE_VALID);
    assert_int_equal(open_with(EXAMPLE_TEXT "\n"
        DASH "example.com/foo AAAAAAA=\n", EXAMPLE_KEY), NOTE_UNKNOWN);
}

static void a_known_signature_that_fails_refuses_all(void **state)
{
    (void)state;
    /* the right id and too little or too much behind it */
    static const char *const lines[] = {
        DASH "example.com/foo Uw2QOgA=\n",
        DASH "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAl"
             "TgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQMA\n",
        DASH "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAl"
             "TgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQMAAAAAAAAAAAAAAAAAAAAA"
             "AAAA\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct buffer note = buffer_empty();
        buffer_text(&note, EXAMPLE_NOTE);
        buffer_text(&note, lines[i]);
        buffer_char(&note, '\0');
        assert_int_equal(
            open_with((const char *)note.data, EXAMPLE_KEY), NOTE_FORGED);
        buffer_clear(&note);
        buffer_text(&note, EXAMPLE_TEXT "\n");
        buffer_text(&note, lines[i]);
        buffer_text(&note, EXAMPLE_LINE);
        buffer_char(&note, '\0');
        assert_int_equal(
            open_with((const char *)note.data, EXAMPLE_KEY), NOTE_FORGED);
        buffer_free(&note);
    }
    assert_int_equal(
        open_with("Another" EXAMPLE_NOTE, EXAMPLE_KEY), NOTE_FORGED);
    assert_int_equal(
        open_with(EXAMPLE_NOTE EXAMPLE_LINE, EXAMPLE_KEY), NOTE_VALID);
}

static void many_signatures_are_taken(void **state)
{
    (void)state;
    static const struct {
        unsigned others;
        enum note_verdict verdict;
    } rows[] = { { 0, NOTE_VALID }, { 15, NOTE_VALID }, { 99, NOTE_VALID },
        { 100, NOTE_MALFORMED } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buffer note = buffer_empty();
        buffer_text(&note, EXAMPLE_TEXT "\n");
        for (unsigned k = 0; k < rows[i].others; k++)
            buffer_format(&note, DASH "other-%u AAAAAAA=\n", k);
        buffer_text(&note, EXAMPLE_LINE);
        buffer_char(&note, '\0');
        assert_int_equal(open_with((const char *)note.data, EXAMPLE_KEY),
            rows[i].verdict);
        buffer_free(&note);
    }
}

static void notes_split_at_the_last_blank_line(void **state)
{
    (void)state;
    struct pair log = pair_of(0);
    struct note_key key = key_read(LOG_KEY);
    static const char *const texts[] = { "a\n\nb\n", "\n", "\n\n", "a\n\n\n",
        "a\n\n" DASH "posito.example/ledger AAAAAAA=\n" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct buffer note = buffer_empty();
        struct bytes text;
        buffer_text(&note, texts[i]);
        buffer_char(&note, '\n');
        note_sign(&note, bytes_text(texts[i]), &key, &log.secret_key);
        assert_int_equal(
            note_open(buffer_bytes(&note), &key, 1, &text, NULL),
            NOTE_VALID);
        assert_true(bytes_equal_text(text, texts[i]));
        buffer_free(&note);
    }
}

static void what_is_no_note_is_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "\n", "\n\n", "a", EXAMPLE_TEXT,
        EXAMPLE_TEXT "\n",                           /* no signature */
        EXAMPLE_TEXT EXAMPLE_LINE,                   /* no blank line */
        EXAMPLE_LINE,
        EXAMPLE_NOTE "\n",
        EXAMPLE_NOTE "x",
        EXAMPLE_NOTE "x\n",
        EXAMPLE_NOTE DASH "example.com/foo AAAAAAA=", /* cut short */
        EXAMPLE_NOTE "- example.com/foo AAAAAAA=\n",
        EXAMPLE_NOTE DASH "\n",
        EXAMPLE_NOTE DASH "name\n",
        EXAMPLE_NOTE DASH "name \n",
        EXAMPLE_NOTE DASH " AAAAAAA=\n",
        EXAMPLE_NOTE DASH "name AAAAAA==\n",          /* an id alone */
        EXAMPLE_NOTE DASH "name AAAAAAB=\n",          /* trailing bits */
        EXAMPLE_NOTE DASH "name AAAAAAA\n",
        EXAMPLE_NOTE DASH "name AAAAAAA= \n",
        EXAMPLE_NOTE DASH "name  AAAAAAA=\n",
        EXAMPLE_NOTE DASH "name AAAA=AAA\n",
        EXAMPLE_NOTE DASH "na+me AAAAAAA=\n",
        EXAMPLE_NOTE DASH "na\xc2\xa0me AAAAAAA=\n",
        EXAMPLE_NOTE DASH "na\xe2\x80\x83me AAAAAAA=\n",
        EXAMPLE_NOTE DASH "na\xffme AAAAAAA=\n",
        "\x01" EXAMPLE_NOTE, "\t" EXAMPLE_NOTE, "a\r\n" EXAMPLE_NOTE,
        "\xff" EXAMPLE_NOTE, "\xc3" EXAMPLE_NOTE };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (open_with(bad[i], EXAMPLE_KEY) != NOTE_MALFORMED)
            fail_msg("row %zu: %s", i, bad[i]);
    struct note_key key = key_read(EXAMPLE_KEY);
    struct bytes text;
    assert_int_equal(note_open(bytes_of("a\0\n\n", 4), &key, 1, &text, NULL),
        NOTE_MALFORMED);
}

/* Random pieces of notes, for the sanitizers. */
static void garbage_is_never_valid(void **state)
{
    (void)state;
    struct random_source source = { 11 };
    struct note_key key = key_read(EXAMPLE_KEY);
    static const char *const pieces[] = { "\n", "\n\n", DASH,
        "example.com/foo", " ", "Uw2QOgA=", "Uw2Q", "=", "a", "\xe2", "+" };
    for (unsigned i = 0; i < 50000; i++) {
        struct buffer note = buffer_empty();
        struct bytes text;
        for (size_t k = random_below(&source, 12); k > 0; k--)
            buffer_text(&note, pieces[random_below(
                &source, sizeof pieces / sizeof *pieces)]);
        assert_int_not_equal(
            note_open(buffer_bytes(&note), &key, 1, &text, NULL),
            NOTE_VALID);
        buffer_free(&note);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_signatures_come_out),
        cmocka_unit_test(signatures_have_one_form),
        cmocka_unit_test(keys_of_small_order_are_refused),
        cmocka_unit_test(keys_have_one_form),
        cmocka_unit_test(keys_off_the_subgroup_are_refused),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(keys_have_golden_spellings),
        cmocka_unit_test(other_keys_are_refused),
        cmocka_unit_test(the_published_note_opens),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(golden_notes_are_written),
        cmocka_unit_test(cosignatures_cover_time_and_text),
        cmocka_unit_test(cosignatures_are_for_short_texts),
        cmocka_unit_test(unknown_signatures_are_ignored),
        cmocka_unit_test(a_known_signature_that_fails_refuses_all),
        cmocka_unit_test(many_signatures_are_taken),
        cmocka_unit_test(notes_split_at_the_last_blank_line),
        cmocka_unit_test(what_is_no_note_is_malformed),
        cmocka_unit_test(garbage_is_never_valid),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("note", tests, NULL, NULL);
}
