/*
 * Entries: golden bytes, exact inverses, and what is not an entry.
 */
#include "../ledger/entry.h"
#include "journal_maker.h"

#include <posito/encoding.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIG                                                             \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
    "AAAAAAAAAAAAAAAAAAAAAA=="
#define TAIL " id=01JDBTM5NK0000000000000000 by=la.ana sig=" SIG
#define DEPOSIT \
    "deposit member=m1042 via=la amount=USD25.00 purpose=I" TAIL
#define CAPTURE "capture hold=12 amount=USD25.00 rest=release" TAIL
#define HEAD "17 2026-11-23T22:20:23.123Z 2026-11-23\n"
#define POSTINGS "+ us/m1042/share/USD 25.00\n+ us/la/drawer/USD -25.00\n"

static struct bytes text_of(const char *text)
{
    return bytes_text(text);
}

static void append(struct buffer *out, uint64_t index, struct bytes line,
    struct bytes body, struct bytes effects, size_t *leaf)
{
    struct instant time = {INT64_C(1795472423123)};
    entry_append(
        out, index, time, date_of(2026, 11, 23), line, body, effects, leaf);
}

static void assert_bytes(struct bytes found, struct bytes expected)
{
    assert_int_equal(found.length, expected.length);
    assert_memory_equal(found.data, expected.data, expected.length);
}

/* ---- golden bytes ---- */

static void golden_without_effects(void **state)
{
    (void)state;
    struct buffer out = buffer_empty();
    size_t leaf;
    append(&out, 17, text_of(DEPOSIT), text_of(""), text_of(""), &leaf);
    assert_bytes(buffer_bytes(&out), text_of(HEAD DEPOSIT "\n"));
    assert_int_equal(leaf, out.length);
    buffer_free(&out);
}

static void golden_with_effects(void **state)
{
    (void)state;
    struct buffer out = buffer_empty();
    struct buffer effects = buffer_empty();
    struct account_name share;
    struct account_name drawer;
    size_t leaf;
    assert_true(account_name_parse(text_of("us/m1042/share/USD"), &share));
    assert_true(account_name_parse(text_of("us/la/drawer/USD"), &drawer));
    entry_append_posting(&effects, &share, 2500);
    entry_append_posting(&effects, &drawer, -2500);
    entry_append_expire(&effects, 9);
    append(&out, 17, text_of(CAPTURE), text_of(""), buffer_bytes(&effects),
        &leaf);
    assert_bytes(buffer_bytes(&out),
        text_of(HEAD CAPTURE "\n" POSTINGS "+ expire hold=9\n"));
    assert_int_equal(leaf, out.length);
    buffer_free(&out);
    buffer_free(&effects);
}

static void batch_line(struct buffer *line, struct bytes body, uint64_t lines)
{
    struct hash root = merkle_root_of_lines(body);
    buffer_text(line, "batch mode=each lines=");
    buffer_decimal(line, lines);
    buffer_text(line, " root=");
    base64_append(line, bytes_of(root.data, sizeof root.data));
    buffer_text(line, TAIL);
}

static void golden_with_body(void **state)
{
    (void)state;
    struct buffer out = buffer_empty();
    struct buffer line = buffer_empty();
    struct buffer effects = buffer_empty();
    struct buffer expected = buffer_empty();
    struct bytes body = text_of("transfer from=a to=b amount=USD1.00 "
                                "purpose=I\nnonsense\n");
    size_t leaf;
    batch_line(&line, body, 2);
    entry_append_counts(&effects, 1, 1);
    entry_append_refused(&effects, 2, STATUS_UNKNOWN_VERB);
    append(&out, 17, buffer_bytes(&line), body, buffer_bytes(&effects),
        &leaf);
    buffer_text(&expected, HEAD);
    buffer_append(&expected, buffer_bytes(&line));
    buffer_text(&expected, "\n+ accepted=1 refused=1\n- 2 unknown-verb\n");
    assert_int_equal(leaf, expected.length);
    buffer_append(&expected, body);
    assert_bytes(buffer_bytes(&out), buffer_bytes(&expected));

    struct bytes rest = buffer_bytes(&out);
    struct entry entry;
    assert_true(entry_next(&rest, &entry));
    assert_int_equal(rest.length, 0);
    assert_int_equal(entry.index, 17);
    assert_int_equal(entry.time.ms, INT64_C(1795472423123));
    assert_int_equal(entry.leaf.length, leaf);
    assert_bytes(entry.body, body);
    assert_bytes(entry.line, buffer_bytes(&line));
    assert_bytes(entry.effects, buffer_bytes(&effects));
    buffer_free(&out);
    buffer_free(&line);
    buffer_free(&effects);
    buffer_free(&expected);
}

/* ---- where effects stand ---- */

static void check_inverse(
    struct bytes line, struct bytes body, struct bytes effects, bool outside)
{
    struct buffer out = buffer_empty();
    struct entry entry;
    size_t leaf;
    append(&out, 17, line, body, effects, &leaf);
    buffer_text(&out, "18 ");
    struct bytes rest = buffer_bytes(&out);
    assert_true(entry_next(&rest, &entry));
    assert_bytes(rest, text_of("18 "));
    assert_bytes(entry.line, line);
    assert_bytes(entry.body, body);
    assert_bytes(entry.effects, effects);
    assert_int_equal(entry.leaf.length, leaf);
    bool found = memmem(entry.leaf.data, entry.leaf.length, "+ effects ",
                     10) != NULL;
    assert_int_equal(found, outside);
    rest = buffer_bytes(&out);
    assert_true(entry_skip(&rest, &entry));
    assert_bytes(rest, text_of("18 "));
    buffer_free(&out);
}

static void many_effects_stand_after_the_body(void **state)
{
    (void)state;
    struct buffer effects = buffer_empty();
    struct buffer line = buffer_empty();
    struct bytes body = text_of("transfer from=a to=b\n");
    batch_line(&line, body, 1);
    while (effects.length + 16 <= ENTRY_EFFECTS_IN_LEAF_MAX)
        entry_append_expire(&effects, 5);
    assert_int_equal(effects.length, ENTRY_EFFECTS_IN_LEAF_MAX);
    check_inverse(text_of(CAPTURE), text_of(""), buffer_bytes(&effects),
        false);
    check_inverse(buffer_bytes(&line), body, buffer_bytes(&effects), false);
    entry_append_expire(&effects, 5);
    check_inverse(
        text_of(CAPTURE), text_of(""), buffer_bytes(&effects), true);
    check_inverse(buffer_bytes(&line), body, buffer_bytes(&effects), true);
    buffer_free(&effects);
    buffer_free(&line);
}

static void a_body_cannot_pass_for_effects(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "+ us/m1042/share/USD 25.00\n",
        "- 1 unknown-verb\n",
        "+ effects lines=1 root=x\n",
        "+ effects \n",
        "+ \n",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct buffer line = buffer_empty();
        struct bytes body = text_of(bodies[i]);
        batch_line(&line, body, 1);
        check_inverse(buffer_bytes(&line), body,
            text_of("+ accepted=0 refused=1\n"), true);
        check_inverse(buffer_bytes(&line), body, text_of(""), true);
        buffer_free(&line);
    }
}

/* ---- what is not an entry ---- */

static void refused(struct bytes text)
{
    struct bytes rest = text;
    struct entry entry;
    if (entry_next(&rest, &entry))
        fail_msg("accepted: %.*s", (int)text.length, text.data);
    assert_ptr_equal(rest.data, text.data);
    assert_int_equal(rest.length, text.length);
}

static void rejection_table(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "\n",
        HEAD,
        HEAD "\n",
        HEAD DEPOSIT,
        "017 2026-11-23T22:20:23.123Z 2026-11-23\n" DEPOSIT "\n",
        "+17 2026-11-23T22:20:23.123Z 2026-11-23\n" DEPOSIT "\n",
        " 17 2026-11-23T22:20:23.123Z 2026-11-23\n" DEPOSIT "\n",
        "17  2026-11-23T22:20:23.123Z 2026-11-23\n" DEPOSIT "\n",
        "17 2026-11-23T22:20:23.123Z 2026-11-23 \n" DEPOSIT "\n",
        "17 2026-11-23T22:20:23Z 2026-11-23\n" DEPOSIT "\n",
        "17 2026-11-23T25:20:23.123Z 2026-11-23\n" DEPOSIT "\n",
        "17 2026-11-23T22:20:23.123Z 2026-02-29\n" DEPOSIT "\n",
        "17 2026-11-23T22:20:23.123Z\n" DEPOSIT "\n",
        "18446744073709551616 2026-11-23T22:20:23.123Z 2026-11-23\n" DEPOSIT
        "\n",
        HEAD "frobnicate" TAIL "\n",
        HEAD "balance account=us/m1042/share/USD\n", /* a question */
        HEAD "book book=us country=US date=2026-11-23\n", /* founding */
        HEAD "hello\n",
        HEAD " " DEPOSIT "\n",
        HEAD DEPOSIT "\r\n",
        HEAD DEPOSIT "\x7f\n",
        HEAD DEPOSIT "\n+ us/m1042/share/USD 25.00",
        HEAD DEPOSIT "\n+ us/m1042/share/USD\t25.00\n",
        HEAD DEPOSIT "\n+ effects lines=1 root=x\n+ expire hold=1\n",
        HEAD DEPOSIT "\n+ effects lines=0 "
                     "root=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        HEAD "batch mode=all" TAIL "\n",
        HEAD "batch mode=all lines=1" TAIL "\nx\n",
        HEAD "batch mode=all lines=01 root="
             "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" TAIL "\nx\n",
        HEAD "batch mode=all lines=1 root="
             "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" TAIL "\nx\n",
        HEAD "batch mode=all lines=10001 root="
             "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" TAIL "\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refused(text_of(texts[i]));
    /* A body of no lines has the root of the empty tree. */
    struct bytes rest = text_of(HEAD
        "batch mode=all lines=0 root="
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" TAIL "\n");
    struct entry entry;
    assert_true(entry_next(&rest, &entry));
}

/* A signed line has at most 4,095 bytes. */
static void lines_are_bounded(void **state)
{
    (void)state;
    for (size_t length = LINE_LENGTH_MAX - 2; length <= LINE_LENGTH_MAX;
         length++) {
        struct buffer out = buffer_empty();
        struct entry entry;
        buffer_text(&out, HEAD "deposit memo=");
        while (out.length < strlen(HEAD) + length)
            buffer_char(&out, 'x');
        buffer_char(&out, '\n');
        struct bytes rest = buffer_bytes(&out);
        assert_int_equal(
            entry_next(&rest, &entry), length < LINE_LENGTH_MAX);
        buffer_free(&out);
    }
}

/* The short spelling for few effects, the long one for many: no other. */
static void effects_have_one_place(void **state)
{
    (void)state;
    struct buffer effects = buffer_empty();
    struct buffer out = buffer_empty();
    buffer_text(&effects, POSTINGS);
    struct hash root = merkle_root_of_lines(buffer_bytes(&effects));
    buffer_text(&out, HEAD CAPTURE "\n+ effects lines=2 root=");
    base64_append(&out, bytes_of(root.data, sizeof root.data));
    buffer_text(&out, "\n" POSTINGS);
    refused(buffer_bytes(&out));

    buffer_clear(&out);
    buffer_clear(&effects);
    buffer_text(&out, HEAD CAPTURE "\n");
    for (int i = 0; i < 257; i++)
        buffer_text(&out, "+ expire hold=5\n");
    refused(buffer_bytes(&out));
    buffer_free(&effects);
    buffer_free(&out);
}

/* Whatever bit flips: refused, or the leaf says so. */
static void every_bit_counts(void **state)
{
    (void)state;
    struct buffer out = buffer_empty();
    struct buffer line = buffer_empty();
    struct buffer effects = buffer_empty();
    struct bytes body = text_of("transfer from=a to=b\ncontribute x\n");
    struct entry whole;
    size_t leaf;
    batch_line(&line, body, 2);
    while (effects.length <= ENTRY_EFFECTS_IN_LEAF_MAX)
        entry_append_expire(&effects, 1234567);
    append(&out, 17, buffer_bytes(&line), body, buffer_bytes(&effects),
        &leaf);
    struct bytes rest = buffer_bytes(&out);
    assert_true(entry_next(&rest, &whole));
    struct hash expected = merkle_leaf(whole.leaf);
    size_t accepted = 0;
    for (size_t bit = 0; bit < out.length * 8; bit++) {
        struct entry entry;
        out.data[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        rest = buffer_bytes(&out);
        if (entry_next(&rest, &entry)) {
            struct hash found = merkle_leaf(entry.leaf);
            assert_false(hash_equal(&found, &expected));
            assert_true(bit / 8 < leaf);
            accepted++;
        }
        out.data[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    assert_true(accepted > 0); /* an amount changed, say: the tree's job */
    buffer_free(&out);
    buffer_free(&line);
    buffer_free(&effects);
}

/* ---- random entries ---- */

static void random_body(uint64_t *seed, struct buffer *body, uint64_t lines)
{
    static const char *const starts[] = {
        "transfer from=", "+ ", "- ", "", "group 1 1 1", "+ effects lines=1 "};
    for (uint64_t i = 0; i < lines; i++) {
        buffer_text(body, starts[maker_random(seed) % 6]);
        size_t length = (size_t)(maker_random(seed) % 60);
        while (length-- > 0)
            buffer_char(body, (char)(0x20 + maker_random(seed) % 95));
        buffer_char(body, '\n');
    }
}

static void random_effects(
    uint64_t *seed, struct buffer *effects, uint64_t lines)
{
    struct account_name share;
    assert_true(account_name_parse(text_of("mx/m7/share/MXN"), &share));
    for (uint64_t i = 0; i < lines; i++) {
        uint64_t number = maker_random(seed) % 100000;
        switch (number % 3) {
        case 0:
            entry_append_posting(effects, &share, (int64_t)number - 50000);
            break;
        case 1:
            entry_append_expire(effects, number);
            break;
        case 2:
            entry_append_refused(
                effects, 1 + number % 10000, STATUS_INSUFFICIENT);
            break;
        }
    }
}

static void random_entries_come_back(void **state)
{
    (void)state;
    uint64_t seed = 1971;
    for (int round = 0; round < 2000; round++) {
        struct buffer body = buffer_empty();
        struct buffer line = buffer_empty();
        struct buffer effects = buffer_empty();
        struct buffer again = buffer_empty();
        struct effect effect;
        bool malformed;
        uint64_t lines = maker_random(&seed) % 6;
        random_body(&seed, &body, lines);
        batch_line(&line, buffer_bytes(&body), lines);
        random_effects(&seed, &effects, maker_random(&seed) % 300);
        check_inverse(buffer_bytes(&line), buffer_bytes(&body),
            buffer_bytes(&effects),
            effects.length > ENTRY_EFFECTS_IN_LEAF_MAX ||
                bytes_start_with(buffer_bytes(&body), "+ ") ||
                bytes_start_with(buffer_bytes(&body), "- "));
        struct bytes rest = buffer_bytes(&effects);
        while (entry_next_effect(&rest, &effect, &malformed)) {
            if (effect.kind == EFFECT_POSTING)
                entry_append_posting(&again, &effect.account, effect.minor);
            else if (effect.kind == EFFECT_EXPIRE)
                entry_append_expire(&again, effect.number);
            else
                entry_append_refused(&again, effect.number, effect.status);
        }
        assert_false(malformed);
        assert_bytes(buffer_bytes(&again), buffer_bytes(&effects));
        buffer_free(&body);
        buffer_free(&line);
        buffer_free(&effects);
        buffer_free(&again);
    }
}

/* ---- effects ---- */

static void effects_are_read(void **state)
{
    (void)state;
    struct bytes rest = text_of("+ us/m1042/share/USD -25.00\n"
                                "+ expire hold=3\n"
                                "+ accepted=2 refused=1\n"
                                "- 3 insufficient-funds\n");
    struct effect effect;
    bool malformed;
    assert_true(entry_next_effect(&rest, &effect, &malformed));
    assert_int_equal(effect.kind, EFFECT_POSTING);
    assert_int_equal(effect.minor, -2500);
    assert_int_equal(effect.account.role, ROLE_SHARE);
    assert_true(entry_next_effect(&rest, &effect, &malformed));
    assert_int_equal(effect.kind, EFFECT_EXPIRE);
    assert_int_equal(effect.number, 3);
    assert_true(entry_next_effect(&rest, &effect, &malformed));
    assert_int_equal(effect.kind, EFFECT_COUNTS);
    assert_int_equal(effect.number, 2);
    assert_int_equal(effect.refused, 1);
    assert_true(entry_next_effect(&rest, &effect, &malformed));
    assert_int_equal(effect.kind, EFFECT_REFUSED_LINE);
    assert_int_equal(effect.number, 3);
    assert_int_equal(effect.status, STATUS_INSUFFICIENT);
    assert_false(entry_next_effect(&rest, &effect, &malformed));
    assert_false(malformed);
}

static void malformed_effects(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\n",
        "+ us/m1042/share/USD -25.00",
        "us/m1042/share/USD -25.00\n",
        "+ us/m1042/share/USD 25\n",
        "+ us/m1042/share/USD +25.00\n",
        "+ us/m1042/share/USD 025.00\n",
        "+ us/m1042/share/USD 0.00\n",
        "+ us/m1042/share/USD -0.00\n",
        "+ us/m1042/share/USD  25.00\n",
        "+ us/m1042/share/USD 25.00 \n",
        "+ us/m1042/share/USD 25.00 x\n",
        "+ us/m1042/share/XXX 25.00\n",
        "+ us/m1042/shares/USD 25.00\n",
        "+ us/m1042/share/USD\n",
        "+ expire hold=03\n",
        "+ expire hold=\n",
        "+ expire hold=3 \n",
        "+ expire\n",
        "+ accepted=1\n",
        "+ accepted=1 refused=01\n",
        "+ refused=1 accepted=1\n",
        "- 0 insufficient-funds\n",
        "- 1 ok\n",
        "- 1 no-such-status\n",
        "- 10001 insufficient-funds\n",
        "-1 insufficient-funds\n",
        "+ effects lines=0 root=x\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bytes rest = text_of(texts[i]);
        struct effect effect;
        bool malformed = false;
        assert_false(entry_next_effect(&rest, &effect, &malformed));
        if (!malformed)
            fail_msg("not malformed: %s", texts[i]);
    }
}

/* What they say comes back as it was written, byte by byte. */
static void effects_of_cash_are_read(void **state)
{
    (void)state;
    static const char text[] =
        "+ counted USD940.00 expected USD-950.00\n"
        "+ report party=m1042 direction=in date=2026-11-30 "
        "total=USD10000.01\n"
        "+ report party=m1042 direction=out date=2026-11-30 "
        "total=MXN0.50\n";
    struct bytes rest = text_of(text);
    struct buffer again = buffer_empty();
    struct effect effect;
    bool malformed;
    assert_true(entry_next_effect(&rest, &effect, &malformed));
    assert_int_equal(effect.kind, EFFECT_COUNTED);
    assert_true(effect.total.minor == 94000);
    assert_true(effect.expected.minor == -95000);
    entry_append_counted(&again, effect.total, effect.expected.minor);
    for (int i = 0; i < 2; i++) {
        assert_true(entry_next_effect(&rest, &effect, &malformed));
        assert_int_equal(effect.kind, EFFECT_REPORT);
        assert_int_equal(effect.in, i == 0);
        entry_append_report(&again, &effect.party, effect.in, effect.date,
            effect.total);
    }
    assert_false(entry_next_effect(&rest, &effect, &malformed));
    assert_false(malformed);
    assert_true(bytes_equal_text(buffer_bytes(&again), text));
    buffer_free(&again);

    static const char *const bad[] = {
        "+ counted USD1.00 expected MXN1.00\n",
        "+ counted USD1.00 expected\n",
        "+ counted USD1.00\n",
        "+ counted USD01.00 expected USD1.00\n",
        "+ report party=m1 direction=up date=2026-11-30 total=USD1.00\n",
        "+ report party=m1 direction=in date=2026-11-31 total=USD1.00\n",
        "+ report party=M1 direction=in date=2026-11-30 total=USD1.00\n",
        "+ report party=m1 direction=in total=USD1.00\n",
        "+ report party=m1 direction=in date=2026-11-30 total=USD1.00 \n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        rest = text_of(bad[i]);
        assert_false(entry_next_effect(&rest, &effect, &malformed));
        assert_true(malformed);
    }
}

/* What a loan costs, split and written again. */
static void a_disclosure_is_written_as_it_is_read(void **state)
{
    (void)state;
#define HASH "schedule=De/jzXGUhktujQlsbl9U+ZtGgxzRgZE9SxDSgnBv4bU=\n"
    static const char line[] = "+ disclosure apr=21.46 cat=0.7 "
                               "finance=USD144.00 total=USD1344.00 " HASH;
    static const char *const bad[] = {
        "+ disclosure apr=21.4 cat=0.7 finance=USD1.00 total=USD1.00 " HASH,
        "+ disclosure apr=021.46 cat=0.7 finance=USD1.00 total=USD1.00 " HASH,
        "+ disclosure apr=.46 cat=0.7 finance=USD1.00 total=USD1.00 " HASH,
        "+ disclosure apr=21.4x cat=0.7 finance=USD1.00 total=USD1.00 " HASH,
        "+ disclosure apr=21.46 cat=0.71 finance=USD1.00 total=USD1.00 " HASH,
        "+ disclosure apr=21.46 cat=0.7 finance=USD1 total=USD1.00 " HASH,
        "+ disclosure apr=21.46 cat=0.7 finance=USD1.00 total=USD1.00 "
        "schedule=short\n",
        "+ disclosure apr=21.46 cat=0.7 finance=USD1.00 total=USD1.00\n",
    };
#undef HASH
    struct bytes rest = text_of(line);
    struct buffer again = buffer_empty();
    struct effect effect;
    bool malformed;
    assert_true(entry_next_effect(&rest, &effect, &malformed));
    assert_int_equal(effect.kind, EFFECT_DISCLOSURE);
    assert_true(effect.apr == 2146 && effect.cat == 7);
    assert_true(effect.finance.minor == 14400);
    entry_append_disclosure(&again, effect.apr, effect.cat, effect.finance,
        effect.total, &effect.schedule);
    assert_true(bytes_equal_text(buffer_bytes(&again), line));
    buffer_free(&again);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        rest = text_of(bad[i]);
        assert_false(entry_next_effect(&rest, &effect, &malformed));
        assert_true(malformed);
    }
}

static void effects_of_pledges_are_read(void **state)
{
    (void)state;
    static const char text[] = "+ pledge 17 waiting\n"
                               "+ pledge 18 out\n"
                               "+ pledge 19 lapsed\n"
                               "+ pledge 20 open\n";
    static const enum effect_kind kinds[] = {EFFECT_PLEDGE_WAITING,
        EFFECT_PLEDGE_OUT, EFFECT_PLEDGE_LAPSED, EFFECT_PLEDGE_OPEN};
    struct bytes rest = text_of(text);
    struct buffer again = buffer_empty();
    struct effect effect;
    bool malformed;
    for (unsigned i = 0; i < 4; i++) {
        assert_true(entry_next_effect(&rest, &effect, &malformed));
        assert_int_equal(effect.kind, kinds[i]);
        assert_int_equal(effect.number, 17 + i);
        entry_append_pledge(&again, effect.number, effect.kind);
    }
    assert_false(entry_next_effect(&rest, &effect, &malformed));
    assert_false(malformed);
    assert_true(bytes_equal_text(buffer_bytes(&again), text));
    buffer_free(&again);

    static const char *const bad[] = {"+ pledge 17\n", "+ pledge 17 \n",
        "+ pledge 17 closed\n", "+ pledge 017 open\n", "+ pledge x out\n",
        "+ pledge 17 open \n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        rest = text_of(bad[i]);
        assert_false(entry_next_effect(&rest, &effect, &malformed));
        assert_true(malformed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_without_effects),
        cmocka_unit_test(golden_with_effects),
        cmocka_unit_test(golden_with_body),
        cmocka_unit_test(many_effects_stand_after_the_body),
        cmocka_unit_test(a_body_cannot_pass_for_effects),
        cmocka_unit_test(rejection_table),
        cmocka_unit_test(lines_are_bounded),
        cmocka_unit_test(effects_have_one_place),
        cmocka_unit_test(every_bit_counts),
        cmocka_unit_test(random_entries_come_back),
        cmocka_unit_test(effects_are_read),
        cmocka_unit_test(effects_of_cash_are_read),
        cmocka_unit_test(effects_of_pledges_are_read),
        cmocka_unit_test(a_disclosure_is_written_as_it_is_read),
        cmocka_unit_test(malformed_effects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
