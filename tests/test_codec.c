/*
 * The codec: exact inverses over random operations, one spelling under
 * random mutations, and the status of each kind of bad line.
 */
#include "random_operation.h"

#include <posito/encoding.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIG                                                                   \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
    "AAAAAAAAAAAAAA=="
#define HASH44 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define ID " id=01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define TAIL ID " by=la.ana sig=" SIG
#define DEPOSIT "deposit member=m1042 via=la amount=USD25.00 purpose=I"
#define KEY_ADD                                                               \
    "key-add key=k public=" HASH44 " kind=teller owner=o country=US scope=us"

static const enum codec_place places[] = {
    CODEC_REQUEST, CODEC_BODY, CODEC_GENESIS, CODEC_TRY};
#define PLACES (sizeof places / sizeof *places)

static size_t encode(char *memory, size_t size, const struct operation *op)
{
    struct buffer out = buffer_over(memory, size);
    codec_encode(&out, op);
    assert_false(out.failed);
    return out.length;
}

/* ---- exact inverses ---- */

static void round_trip(const struct operation *op, enum codec_place place)
{
    char first[LINE_LENGTH_MAX];
    char second[LINE_LENGTH_MAX];
    struct operation decoded;
    struct fault fault;
    size_t length = encode(first, sizeof first, op);
    struct bytes line = bytes_of(first, length);
    if (!codec_decode(line, place, &decoded, &fault))
        fail_msg("%s field %.*s: %.*s", status_name(fault.status),
            (int)fault.field.length, (const char *)fault.field.data,
            (int)length, first);
    assert_int_equal(fault.status, STATUS_ACCEPTED);
    assert_true(operation_same(op, &decoded));
    assert_int_equal(encode(second, sizeof second, &decoded), length);
    assert_memory_equal(first, second, length);
}

static void random_operations_survive(void **state)
{
    (void)state;
    struct random_source source = {.state = 1542};
    struct random_operation random;
    unsigned verbs[VERB_COUNT] = {0};
    for (unsigned done = 0; done < 100000;) {
        enum verb verb = (enum verb)random_below(&source, VERB_COUNT);
        enum codec_place place = places[random_below(&source, PLACES)];
        if (!random_operation_stands(verb, place))
            continue;
        random_operation_make(&source, verb, place, &random);
        round_trip(&random.op, place);
        verbs[verb]++;
        done++;
    }
    for (unsigned verb = 0; verb < VERB_COUNT; verb++)
        assert_in_range(verbs[verb], 100, 100000);
}

/* ---- one spelling ---- */

struct line {
    uint8_t data[LINE_LENGTH_MAX + 64];
    size_t length;
};

static void cut_out(struct line *line, size_t at, size_t count)
{
    memmove(line->data + at, line->data + at + count,
        line->length - at - count);
    line->length -= count;
}

static void put_in(
    struct line *line, size_t at, const void *data, size_t count)
{
    if (line->length + count > sizeof line->data)
        return;
    memmove(line->data + at + count, line->data + at, line->length - at);
    memcpy(line->data + at, data, count);
    line->length += count;
}

/* Start and length of a random word with the space before it. */
static void pick_word(struct random_source *source, const struct line *line,
    size_t *start, size_t *count)
{
    size_t at = random_below(source, line->length + 1);
    while (at > 0 && (at == line->length || line->data[at] != ' '))
        at--;
    size_t end = at < line->length ? at + 1 : at;
    while (end < line->length && line->data[end] != ' ')
        end++;
    *start = at;
    *count = end - at;
}

static void mutate(struct random_source *source, struct line *line)
{
    static const char likely[] = "0+-.,=%:/ _AaFf9";
    uint8_t word[LINE_LENGTH_MAX];
    size_t start;
    size_t count;
    if (line->length < 2)
        return;
    size_t at = random_below(source, line->length);
    char c = likely[random_below(source, sizeof likely - 1)];
    pick_word(source, line, &start, &count);
    memcpy(word, line->data + start, count);
    switch (random_below(source, 9)) {
    case 0: /* a likely byte more */
        put_in(line, at, &c, 1);
        break;
    case 1: /* a likely byte in another's place */
        line->data[at] = (uint8_t)c;
        break;
    case 2: /* any byte */
        line->data[at] = (uint8_t)random_next(source);
        break;
    case 3:
        cut_out(line, at, 1);
        break;
    case 4: /* the other case */
        line->data[at] ^= 0x20;
        break;
    case 5: /* the next letter */
        line->data[at]++;
        break;
    case 6: /* a word twice */
        put_in(line, start, word, count);
        break;
    case 7: /* a word less */
        cut_out(line, start, count);
        break;
    default: /* a word elsewhere */
        cut_out(line, start, count);
        pick_word(source, line, &start, &at);
        put_in(line, start, word, count);
        break;
    }
}

/* True if some place takes the line; then it must spell itself. */
static bool taken_as_it_is(const struct line *line)
{
    bool taken = false;
    for (size_t i = 0; i < PLACES; i++) {
        char again[LINE_LENGTH_MAX];
        struct operation op;
        struct fault fault;
        struct bytes bytes = bytes_of(line->data, line->length);
        if (!codec_decode(bytes, places[i], &op, &fault)) {
            assert_int_not_equal(fault.status, STATUS_ACCEPTED);
            continue;
        }
        taken = true;
        assert_int_equal(encode(again, sizeof again, &op), line->length);
        assert_memory_equal(again, line->data, line->length);
    }
    return taken;
}

static void mutations_spell_themselves(void **state)
{
    (void)state;
    struct random_source source = {.state = 1810};
    struct random_operation random;
    struct line line;
    unsigned taken = 0;
    for (unsigned done = 0; done < 200000;) {
        enum verb verb = (enum verb)random_below(&source, VERB_COUNT);
        enum codec_place place = places[random_below(&source, PLACES)];
        if (!random_operation_stands(verb, place))
            continue;
        random_operation_make(&source, verb, place, &random);
        line.length = encode(
            (char *)line.data, LINE_LENGTH_MAX, &random.op);
        for (uint64_t n = 1 + random_below(&source, 2); n > 0; n--)
            mutate(&source, &line);
        if (taken_as_it_is(&line))
            taken++;
        done++;
    }
    /* Both outcomes must be common, or the test shows nothing. */
    assert_in_range(taken, 20000, 180000);
}

/* ---- what bad lines get ---- */

struct rejection {
    enum codec_place place;
    enum status status;
    const char *field;
    const char *line;
};

#define R CODEC_REQUEST
#define B CODEC_BODY
#define G CODEC_GENESIS
#define T CODEC_TRY

static const struct rejection rejections[] = {
    {R, STATUS_BAD_BYTE, "", "deposit\tmember=m1042"},
    {R, STATUS_BAD_BYTE, "", "quit\r"},
    {R, STATUS_BAD_BYTE, "", "quit \x7f"},
    {R, STATUS_BAD_BYTE, "", "nonsense \xc3\xb1"},
    {R, STATUS_BAD_BYTE, "", "\x1f" DEPOSIT TAIL},
    {R, STATUS_BAD_BYTE, "", DEPOSIT TAIL "\x80"},

    {R, STATUS_UNKNOWN_VERB, "", ""},
    {R, STATUS_UNKNOWN_VERB, "", " "},
    {R, STATUS_UNKNOWN_VERB, "", "Deposit member=m1042"},
    {R, STATUS_UNKNOWN_VERB, "", "deposi"},
    {R, STATUS_UNKNOWN_VERB, "", "deposits"},
    {R, STATUS_UNKNOWN_VERB, "", "deposit=1"},

    {R, STATUS_BAD_FIELD, "", " quit"},
    {R, STATUS_BAD_FIELD, "", "quit "},
    {R, STATUS_BAD_FIELD, "now", "quit now"},
    {B, STATUS_BAD_FIELD, "", " " DEPOSIT},
    {B, STATUS_BAD_FIELD, "", DEPOSIT " "},
    {B, STATUS_BAD_FIELD, "", "deposit  member=m1042 via=la"},
    {B, STATUS_BAD_FIELD, "", "deposit =m1042 via=la"},
    {B, STATUS_BAD_FIELD, "member", "deposit member via=la amount=USD0.00"},
    {R, STATUS_BAD_FIELD, "", "try "},

    {B, STATUS_UNKNOWN_KEY_WORD, "colour", DEPOSIT " colour=red"},
    {B, STATUS_UNKNOWN_KEY_WORD, "Member",
        "deposit Member=m1042 via=la amount=USD25.00 purpose=I"},
    {B, STATUS_UNKNOWN_KEY_WORD, "id", DEPOSIT TAIL},
    {T, STATUS_UNKNOWN_KEY_WORD, "id", DEPOSIT TAIL},
    {R, STATUS_UNKNOWN_KEY_WORD, "id", "status" TAIL},
    {R, STATUS_UNKNOWN_KEY_WORD, "x", "quit x=1 y=2"},

    {B, STATUS_REPEATED_FIELD, "purpose", DEPOSIT " purpose=I"},
    {R, STATUS_REPEATED_FIELD, "id", DEPOSIT ID TAIL},

    {B, STATUS_MISORDERED_FIELD, "member",
        "deposit via=la member=m1042 amount=USD25.00 purpose=I"},
    {B, STATUS_MISORDERED_FIELD, "purpose",
        "deposit member=m1042 via=la amount=USD25.00 memo=x purpose=I"},
    {R, STATUS_MISORDERED_FIELD, "id",
        DEPOSIT " by=la.ana" ID " sig=" SIG},
    {R, STATUS_MISORDERED_FIELD, "memo", DEPOSIT ID " memo=x by=a sig=" SIG},

    {B, STATUS_MISSING_FIELD, "member", "deposit"},
    {B, STATUS_MISSING_FIELD, "via",
        "deposit member=m1042 amount=USD25.00 purpose=I"},
    {R, STATUS_MISSING_FIELD, "id", DEPOSIT},
    {R, STATUS_MISSING_FIELD, "sig", DEPOSIT ID " by=la.ana"},
    {R, STATUS_MISSING_FIELD, "", "try"},

    {B, STATUS_BAD_VALUE, "member",
        "deposit member= via=la amount=USD25.00 purpose=I"},
    {B, STATUS_BAD_VALUE, "member",
        "deposit member=M1042 via=la amount=USD25.00 purpose=I"},
    {B, STATUS_BAD_VALUE, "purpose",
        "deposit member=m1042 via=la amount=USD25.00 purpose=i"},
    {B, STATUS_BAD_VALUE, "amount",
        "deposit member=m1042 via=la amount=25.00 purpose=I"},
    {R, STATUS_BAD_VALUE, "sig", DEPOSIT ID " by=la.ana sig=AAAA"},
    {R, STATUS_BAD_VALUE, "code", "language code=fr"},
    {R, STATUS_BAD_VALUE, "verb", "help verb=transferir"},
    {R, STATUS_BAD_VALUE, "origin",
        "genesis version=1 origin=Posito.mx log=" HASH44
        " chart=1 lines=0 root=" HASH44 TAIL},

    {R, STATUS_SECOND_SPELLING, "index", "receipt index=017"},
    {R, STATUS_SECOND_SPELLING, "index", "receipt index=+17"},
    {R, STATUS_SECOND_SPELLING, "id",
        DEPOSIT " id=01arz3ndektsv4rrffq69g5fav by=la.ana sig=" SIG},
    {B, STATUS_SECOND_SPELLING, "amount",
        "deposit member=m1042 via=la amount=USD025.00 purpose=I"},
    {B, STATUS_SECOND_SPELLING, "memo", DEPOSIT " memo=%41na"},

    {B, STATUS_WRONG_DIGITS, "amount",
        "deposit member=m1042 via=la amount=USD25.000 purpose=I"},
    {B, STATUS_WRONG_DIGITS, "amount",
        "deposit member=m1042 via=la amount=USD25 purpose=I"},
    {B, STATUS_WRONG_DIGITS, "amount",
        "deposit member=m1042 via=la amount=JPY25.00 purpose=I"},

    {B, STATUS_UNKNOWN_CURRENCY, "amount",
        "deposit member=m1042 via=la amount=ZZZ25.00 purpose=I"},
    {R, STATUS_UNKNOWN_CURRENCY, "account",
        "balance account=us/m1042/share/ZZZ"},
    {G, STATUS_UNKNOWN_CURRENCY, "code", "currency code=ZZZ digits=2"},

    {B, STATUS_AMOUNT_ABOVE_CAP, "amount",
        "deposit member=m1042 via=la amount=USD10000000000000.00 purpose=I"},
    {B, STATUS_AMOUNT_ABOVE_CAP, "amount",
        "deposit member=m1042 via=la"
        " amount=USD99999999999999999999999999.00 purpose=I"},

    {B, STATUS_AMOUNT_NOT_POSITIVE, "amount",
        "deposit member=m1042 via=la amount=USD0.00 purpose=I"},
    {B, STATUS_AMOUNT_NOT_POSITIVE, "amount",
        "deposit member=m1042 via=la amount=USD-25.00 purpose=I"},

    {B, STATUS_NOT_IN_A_BODY, "", "status"},
    {B, STATUS_NOT_IN_A_BODY, "", "release hold=17"},
    {G, STATUS_NOT_IN_A_BODY, "", DEPOSIT},
    {R, STATUS_NOT_IN_A_BODY, "", "currency code=USD digits=2"},
    {T, STATUS_NOT_IN_A_BODY, "", "checkpoint"},
    {T, STATUS_NOT_IN_A_BODY, "", "batch mode=all lines=0 root=" HASH44},

    /* Several faults: the one earliest in the status table. */
    {B, STATUS_BAD_FIELD, "junk",
        "deposit colour=red via=la member=m1 amount=USD0.00 junk"},
    {B, STATUS_UNKNOWN_KEY_WORD, "colour",
        "deposit via=la member=m1 amount=USD0.00 colour=red"},
    {B, STATUS_REPEATED_FIELD, "via",
        "deposit via=la member=m1 amount=USD0.00 via=la"},
    {B, STATUS_MISORDERED_FIELD, "member",
        "deposit via=la member=M amount=USD0.00"},
    {B, STATUS_MISSING_FIELD, "purpose",
        "deposit member=M via=la amount=USD0.00"},
    {B, STATUS_BAD_VALUE, "purpose",
        "deposit member=m via=la amount=USD00.00 purpose=X"},
    {B, STATUS_SECOND_SPELLING, "memo",
        "deposit member=m via=la amount=USD0.000 purpose=I memo=%41"},
    {B, STATUS_WRONG_DIGITS, "amount",
        "deposit member=m via=la amount=USD0.000 purpose=I"},
    {B, STATUS_AMOUNT_ABOVE_CAP, "amount",
        "hold from=us/a/share/USD to=us/b/share/USD"
        " amount=USD10000000000000.00 until=2026-11-23T22:20:23.123Z"
        " purpose=I"},
    {G, STATUS_MISSING_FIELD, "proof", KEY_ADD},
    {G, STATUS_SECOND_SPELLING, "daily",
        KEY_ADD " daily=USD5.00,MXN5.00 proof=" SIG},
};

#define REJECTIONS (sizeof rejections / sizeof *rejections)

static void check_rejection(const struct rejection *row)
{
    struct operation op;
    struct fault fault;
    struct bytes line = bytes_text(row->line);
    assert_false(codec_decode(line, row->place, &op, &fault));
    if (fault.status != row->status ||
        !bytes_equal_text(fault.field, row->field))
        fail_msg("%s: %s in \"%.*s\", expected %s in \"%s\"", row->line,
            status_name(fault.status), (int)fault.field.length,
            (const char *)fault.field.data, status_name(row->status),
            row->field);
}

static void bad_lines_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < REJECTIONS; i++)
        check_rejection(&rejections[i]);
}

static void each_status_of_a_line_has_an_example(void **state)
{
    (void)state;
#define X(symbol, number, name, english, spanish) STATUS_##symbol,
    static const enum status all[] = {STATUSES(X)};
#undef X
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        /* The longest line has its own test. */
        if (all[i] <= STATUS_LINE_TOO_LONG || all[i] >= STATUS_UNKNOWN_KEY)
            continue;
        bool found = false;
        for (size_t j = 0; j < REJECTIONS; j++)
            found = found || rejections[j].status == all[i];
        if (!found)
            fail_msg("no example of %s", status_name(all[i]));
    }
}

static void verb_is_told_with_a_fault(void **state)
{
    (void)state;
    struct operation op = {.verb = VERB_COUNT};
    struct fault fault;
    assert_false(codec_decode(bytes_text("nothing"), R, &op, &fault));
    assert_int_equal(op.verb, VERB_COUNT);
    assert_false(codec_decode(bytes_text("withdraw x"), R, &op, &fault));
    assert_int_equal(op.verb, VERB_WITHDRAW);
}

static void bad_bytes_are_seen_wherever_they_stand(void **state)
{
    (void)state;
    char line[64];
    struct operation op;
    struct fault fault;
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t at = 0; at < 40; at++) {
            memset(line, 'a', sizeof line);
            line[at] = (char)byte;
            assert_false(codec_decode(bytes_of(line, 40), R, &op, &fault));
            bool bad = byte < 0x20 || byte > 0x7E;
            assert_int_equal(fault.status,
                bad ? STATUS_BAD_BYTE : STATUS_UNKNOWN_VERB);
        }
}

static void the_longest_line(void **state)
{
    (void)state;
    static char line[LINE_LENGTH_MAX + 1];
    struct operation op;
    struct fault fault;
    memset(line, 'x', sizeof line);
    memcpy(line, DEPOSIT " memo=", sizeof DEPOSIT " memo=" - 1);
    assert_true(
        codec_decode(bytes_of(line, LINE_LENGTH_MAX - 1), B, &op, &fault));
    assert_false(
        codec_decode(bytes_of(line, LINE_LENGTH_MAX), B, &op, &fault));
    assert_int_equal(fault.status, STATUS_LINE_TOO_LONG);
    /* Whatever else is wrong with it. */
    line[17] = '\n';
    assert_false(
        codec_decode(bytes_of(line, LINE_LENGTH_MAX), B, &op, &fault));
    assert_int_equal(fault.status, STATUS_LINE_TOO_LONG);
}

static void a_line_of_no_bytes(void **state)
{
    (void)state;
    struct operation op;
    struct fault fault;
    assert_false(codec_decode(bytes_of(NULL, 0), R, &op, &fault));
    assert_int_equal(fault.status, STATUS_UNKNOWN_VERB);
}

static void try_keeps_the_rest_as_it_is(void **state)
{
    (void)state;
    struct operation op;
    struct fault fault;
    assert_true(codec_decode(
        bytes_text("try deposit  member=x"), R, &op, &fault));
    assert_true(bytes_equal_text(op.as.try.line, "deposit  member=x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_survive),
        cmocka_unit_test(mutations_spell_themselves),
        cmocka_unit_test(bad_lines_are_told_apart),
        cmocka_unit_test(each_status_of_a_line_has_an_example),
        cmocka_unit_test(verb_is_told_with_a_fault),
        cmocka_unit_test(bad_bytes_are_seen_wherever_they_stand),
        cmocka_unit_test(the_longest_line),
        cmocka_unit_test(a_line_of_no_bytes),
        cmocka_unit_test(try_keeps_the_rest_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
