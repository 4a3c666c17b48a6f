/*
 * One value at a time: what each type of field takes, spelled back to the
 * same bytes, and why it refuses what it refuses.
 */
#include "../protocol/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define A43 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define A86 A43 A43
#define X32 "abcdefghijklmnopqrstuvwxyz012345"
#define U "us/m1042/share/USD"
#define M "us/m1043/share/USD"

struct value_row {
    enum field_type type;
    enum status status;
    const char *text;
};

#define OK STATUS_ACCEPTED
#define BAD STATUS_BAD_VALUE
#define SECOND STATUS_SECOND_SPELLING
#define DIGITS STATUS_WRONG_DIGITS
#define CURRENCY STATUS_UNKNOWN_CURRENCY
#define CAP STATUS_AMOUNT_ABOVE_CAP
#define ZERO STATUS_AMOUNT_NOT_POSITIVE

static const struct value_row rows[] = {
    {FIELD_IDENT, OK, "a"},
    {FIELD_IDENT, OK, "m1042"},
    {FIELD_IDENT, OK, "la.ana-2"},
    {FIELD_IDENT, OK, "abcdefghijklmnopqrstuvwxyz01234"},
    {FIELD_IDENT, BAD, "abcdefghijklmnopqrstuvwxyz012345"},
    {FIELD_IDENT, BAD, ""},
    {FIELD_IDENT, BAD, ".a"},
    {FIELD_IDENT, BAD, "a-"},
    {FIELD_IDENT, BAD, "A"},
    {FIELD_IDENT, BAD, "a/b"},

    {FIELD_ACCOUNT, OK, U},
    {FIELD_ACCOUNT, OK, "mx/mx/fx.position/JPY"},
    {FIELD_ACCOUNT, CURRENCY, "us/m1042/share/ABC"},
    {FIELD_ACCOUNT, BAD, "us/m1042/shares/USD"},
    {FIELD_ACCOUNT, BAD, "us/m1042/shares/ABC"},
    {FIELD_ACCOUNT, BAD, "us/m1042/share/usd"},
    {FIELD_ACCOUNT, BAD, "us/m1042/share"},
    {FIELD_ACCOUNT, BAD, "us/m1042/share/USD/"},
    {FIELD_ACCOUNT, BAD, "us//share/USD"},
    {FIELD_ACCOUNT, BAD, "USD"},
    {FIELD_ACCOUNT, BAD, ""},

    {FIELD_AMOUNT, OK, "USD0.01"},
    {FIELD_AMOUNT, OK, "JPY25"},
    {FIELD_AMOUNT, OK, "KWD1.234"},
    {FIELD_AMOUNT, OK, "USD9999999999999.99"},
    {FIELD_AMOUNT, CAP, "USD10000000000000.00"},
    {FIELD_AMOUNT, CAP, "USD-10000000000000.00"},
    {FIELD_AMOUNT, CAP, "JPY1000000000000000"},
    {FIELD_AMOUNT, ZERO, "USD0.00"},
    {FIELD_AMOUNT, ZERO, "USD-0.01"},
    {FIELD_AMOUNT, SECOND, "USD-0.00"},
    {FIELD_AMOUNT, SECOND, "USD+5.00"},
    {FIELD_AMOUNT, SECOND, "USD05.00"},
    {FIELD_AMOUNT, SECOND, "USD-05.00"},
    {FIELD_AMOUNT, SECOND, "USD00.00"},
    {FIELD_AMOUNT, SECOND, "USD05.0"},
    {FIELD_AMOUNT, DIGITS, "USD5.0"},
    {FIELD_AMOUNT, DIGITS, "USD5"},
    {FIELD_AMOUNT, DIGITS, "USD5.000"},
    {FIELD_AMOUNT, DIGITS, "JPY5.0"},
    {FIELD_AMOUNT, CURRENCY, "XXX5.00"},
    {FIELD_AMOUNT, BAD, "usd5.00"},
    {FIELD_AMOUNT, BAD, "5.00"},
    {FIELD_AMOUNT, BAD, "USD"},
    {FIELD_AMOUNT, BAD, "USD,5.00"},
    {FIELD_AMOUNT, BAD, "USD1,000.00"},
    {FIELD_AMOUNT, BAD, "USD5.00x"},
    {FIELD_AMOUNT, BAD, "USD--5.00"},
    {FIELD_AMOUNT, BAD, ""},

    {FIELD_LEVEL, OK, "USD0.00"},
    {FIELD_LEVEL, OK, "MXN10000.01"},
    {FIELD_LEVEL, BAD, "USD-0.01"},
    {FIELD_LEVEL, SECOND, "USD00.00"},

    {FIELD_MONTH, OK, "2026-11"},
    {FIELD_MONTH, OK, "1999-12"},
    {FIELD_MONTH, BAD, "2026-13"},
    {FIELD_MONTH, BAD, "2026-00"},
    {FIELD_MONTH, BAD, "2026-1"},
    {FIELD_MONTH, BAD, "2026-11-01"},
    {FIELD_MONTH, BAD, "2026/11"},
    {FIELD_MONTH, BAD, ""},

    {FIELD_RATE, OK, "0"},
    {FIELD_RATE, OK, "12.27"},
    {FIELD_RATE, OK, "0.000000000001"},
    {FIELD_RATE, OK, "999999999999999999"},
    {FIELD_RATE, SECOND, "0.10"},
    {FIELD_RATE, SECOND, "1.0"},
    {FIELD_RATE, SECOND, "01"},
    {FIELD_RATE, SECOND, "+1"},
    {FIELD_RATE, BAD, "-1"},
    {FIELD_RATE, BAD, "."},
    {FIELD_RATE, BAD, ".5"},
    {FIELD_RATE, BAD, "0.0000000000001"},
    {FIELD_RATE, BAD, "1000000000000000000"},
    {FIELD_RATE, BAD, "1,5"},
    {FIELD_RATE, BAD, ""},

    {FIELD_PIECES, OK, "none"},
    {FIELD_PIECES, OK, "USD20.00x12"},
    {FIELD_PIECES, OK, "USD20.00x12,USD5.00x3,USD0.01x999999"},
    {FIELD_PIECES, OK, "MXN500.00x1,MXN0.50x2,USD100.00x3"},
    {FIELD_PIECES, OK, "USD3.00x1"}, /* no such note: the ledger's to say */
    {FIELD_PIECES, SECOND, "USD5.00x3,USD20.00x12"},
    {FIELD_PIECES, SECOND, "USD5.00x3,MXN20.00x12"},
    {FIELD_PIECES, SECOND, "USD20.00x012"},
    {FIELD_PIECES, SECOND, "USD20.00x+1"},
    {FIELD_PIECES, SECOND, "USD020.00x1"},
    {FIELD_PIECES, BAD, "USD20.00x1,USD20.00x1"},
    {FIELD_PIECES, BAD, "USD20.00x0"},
    {FIELD_PIECES, BAD, "USD20.00x1000000"},
    {FIELD_PIECES, BAD, "USD20.00x-1"},
    {FIELD_PIECES, BAD, "USD20.00x"},
    {FIELD_PIECES, BAD, "USD20.00"},
    {FIELD_PIECES, BAD, "x12"},
    {FIELD_PIECES, BAD, "USD20.00x12,"},
    {FIELD_PIECES, BAD, "none,USD20.00x12"},
    {FIELD_PIECES, BAD, ""},
    {FIELD_PIECES, ZERO, "USD0.00x12"},
    {FIELD_PIECES, ZERO, "USD-5.00x12"},
    {FIELD_PIECES, DIGITS, "USD20x12"},
    {FIELD_PIECES, CURRENCY, "ABC20.00x12"},
    {FIELD_PIECES, CAP, "USD10000000000000.00x1"},
    {FIELD_PARTS, OK, "club:1"},
    {FIELD_PARTS, OK, "club:0.25,federal:0.25,state:0.5"},
    {FIELD_PARTS, OK, "a:0.333333333333,b:7"}, /* whole or not: not here */
    {FIELD_PARTS, SECOND, "state:0.5,club:0.5"},
    {FIELD_PARTS, SECOND, "club:0.50,state:0.5"},
    {FIELD_PARTS, SECOND, "club:01"},
    {FIELD_PARTS, BAD, "club:.5"},
    {FIELD_PARTS, BAD, "club:0.5,club:0.5"},
    {FIELD_PARTS, BAD, "club:0"},
    {FIELD_PARTS, BAD, "club:-0.5"},
    {FIELD_PARTS, BAD, "club:"},
    {FIELD_PARTS, BAD, "club"},
    {FIELD_PARTS, BAD, ":0.5"},
    {FIELD_PARTS, BAD, "Club:0.5"},
    {FIELD_PARTS, BAD, "club:0.5,"},
    {FIELD_PARTS, BAD, "a:1,b:1,c:1,d:1,e:1,f:1,g:1,h:1,i:1,j:1,k:1,l:1,m:1,"
        "n:1,o:1,p:1,q:1"},
    {FIELD_PARTS, BAD, ""},

    {FIELD_LIMIT, OK, "cash-report"},
    {FIELD_LIMIT, BAD, "cash"},
    {FIELD_BASIS, OK, "daily"},
    {FIELD_BASIS, OK, "average"},
    {FIELD_BASIS, BAD, "monthly"},
    {FIELD_CATEGORY, OK, "water"},
    {FIELD_CATEGORY, BAD, "Water"},
    {FIELD_CATEGORY, OK, "farming"},
    {FIELD_CATEGORY, BAD, "farm"},
    {FIELD_SPAN, OK, "year"},
    {FIELD_SPAN, BAD, "month"},
    {FIELD_SPAN, OK, "project"},
    {FIELD_SPAN, BAD, ""},
    {FIELD_EXCESS, OK, "queue"},
    {FIELD_EXCESS, BAD, "wait"},
    {FIELD_EXCESS, OK, "clubs"},
    {FIELD_EXCESS, BAD, "club"},
    {FIELD_LINK, OK, "supplier"},
    {FIELD_LINK, BAD, "seller"},
    {FIELD_LINK, OK, "buyer"},
    {FIELD_LINK, BAD, ""},
    {FIELD_LOAN_METHOD, OK, "seasonal"},
    {FIELD_LOAN_METHOD, BAD, "season"},
    {FIELD_LOAN_DAYCOUNT, OK, "30/360us"},
    {FIELD_LOAN_DAYCOUNT, BAD, "30/365"},
    {FIELD_LOAN_DAYCOUNT, OK, "act/act"},
    {FIELD_LOAN_DAYCOUNT, BAD, "ACT/ACT"},
    {FIELD_LOAN_PERIOD, OK, "half-month"},
    {FIELD_LOAN_PERIOD, BAD, "day"},
    {FIELD_LOAN_GRACE, OK, "capitalised"},
    {FIELD_LOAN_GRACE, BAD, "capitalized"},
    {FIELD_LOAN_ORDER, OK, "standard"},
    {FIELD_LOAN_ORDER, BAD, "first"},
    {FIELD_LOAN_PROVISION, OK, "mx.marginal"},
    {FIELD_LOAN_PROVISION, BAD, "mx."},
    {FIELD_LOAN_SHIFT, OK, "within"},
    {FIELD_LOAN_SHIFT, BAD, "after"},
    {FIELD_LOAN_EXTRA, OK, "shorten"},
    {FIELD_LOAN_EXTRA, BAD, "short"},
    {FIELD_LOAN_ROUNDING, OK, "away"},
    {FIELD_LOAN_ROUNDING, BAD, "half"},
    {FIELD_LOAN_STATE, OK, "charged-off"},
    {FIELD_LOAN_STATE, BAD, "lost"},
    {FIELD_LOAN_GROUP, OK, "sector"},
    {FIELD_LOAN_GROUP, BAD, "member"},
    {FIELD_CATEGORY, OK, "water"},
    {FIELD_CATEGORY, OK, "business"},
    {FIELD_CATEGORY, BAD, "casino"},
    {FIELD_SPAN, OK, "year"},
    {FIELD_SPAN, BAD, "month"},
    {FIELD_EXCESS, OK, "partial"},
    {FIELD_EXCESS, OK, "queue"},
    {FIELD_EXCESS, BAD, "none"},
    {FIELD_LINK, OK, "supplier"},
    {FIELD_LINK, BAD, "friend"},
    {FIELD_LOAN_METHOD, OK, "level"},
    {FIELD_LOAN_METHOD, BAD, "annuity"},
    {FIELD_LOAN_DAYCOUNT, OK, "act/365"},
    {FIELD_LOAN_DAYCOUNT, BAD, "act/364"},
    {FIELD_LOAN_PERIOD, OK, "half-month"},
    {FIELD_LOAN_PERIOD, BAD, "day"},
    {FIELD_LOAN_GRACE, OK, "capitalised"},
    {FIELD_LOAN_GRACE, BAD, "capitalized"},
    {FIELD_LOAN_ORDER, OK, "standard"},
    {FIELD_LOAN_ORDER, BAD, "any"},
    {FIELD_LOAN_PROVISION, OK, "mx.marginal"},
    {FIELD_LOAN_PROVISION, BAD, "ca"},
    {FIELD_LOAN_SHIFT, OK, "within"},
    {FIELD_LOAN_SHIFT, BAD, "after"},
    {FIELD_LOAN_ROUNDING, OK, "away"},
    {FIELD_LOAN_ROUNDING, BAD, "nearest"},

    {FIELD_AMOUNTS, OK, "USD5.00"},
    {FIELD_AMOUNTS, OK, "MXN0.00,USD5.00"},
    {FIELD_AMOUNTS, OK, "CAD1.00,JPY2,MXN3.00,USD4.00"},
    {FIELD_AMOUNTS, SECOND, "USD5.00,MXN5.00"},
    {FIELD_AMOUNTS, SECOND, "CAD1.00,USD4.00,MXN3.00"},
    {FIELD_AMOUNTS, SECOND, "MXN05.00,USD5.00"},
    {FIELD_AMOUNTS, BAD, "USD5.00,USD6.00"},
    {FIELD_AMOUNTS, BAD, "USD5.00,MXN6.00,USD5.00"},
    {FIELD_AMOUNTS, BAD, "CAD1.00,EUR1.00,JPY2,MXN3.00,USD4.00"},
    {FIELD_AMOUNTS, BAD, "USD5.00,"},
    {FIELD_AMOUNTS, BAD, ",USD5.00"},
    {FIELD_AMOUNTS, BAD, "MXN-5.00"},
    {FIELD_AMOUNTS, BAD, ""},
    {FIELD_AMOUNTS, DIGITS, "MXN5.00,USD5.0"},
    {FIELD_AMOUNTS, CURRENCY, "ABC5.00,USD5.00"},
    {FIELD_AMOUNTS, CAP, "USD10000000000000.00"},

    {FIELD_POSTINGS, OK, U ":25.00," M ":-25.00"},
    {FIELD_POSTINGS, OK, U ":25.00," M ":-24.00"},
    {FIELD_POSTINGS, OK, "us/us/reserve/JPY:1,us/us/due.to/KWD:-0.001"},
    {FIELD_POSTINGS, BAD, U ":25.00"},
    {FIELD_POSTINGS, BAD, U ":25.00," U ":-25.00"},
    {FIELD_POSTINGS, BAD, U ":0.00," M ":25.00"},
    {FIELD_POSTINGS, BAD, U ":25.00," M},
    {FIELD_POSTINGS, BAD, U ":25.00," M ":"},
    {FIELD_POSTINGS, BAD, U ":25.00,"},
    {FIELD_POSTINGS, BAD, U ":25.00," M ":x"},
    {FIELD_POSTINGS, BAD, ":25.00," M ":-25.00"},
    {FIELD_POSTINGS, BAD, ""},
    {FIELD_POSTINGS, SECOND, U ":025.00," M ":-25.00"},
    {FIELD_POSTINGS, SECOND, U ":+25.00," M ":-25.00"},
    {FIELD_POSTINGS, SECOND, U ":-0.00," M ":-25.00"},
    {FIELD_POSTINGS, DIGITS, U ":25.0," M ":-25.00"},
    {FIELD_POSTINGS, CURRENCY, "us/us/reserve/ABC:25.00," M ":-25.00"},
    {FIELD_POSTINGS, CAP, U ":-10000000000000.00," M ":-25.00"},

    {FIELD_TEXT, OK, "a"},
    {FIELD_TEXT, OK, "recibo%20n%C3%BAmero%2017%25"},
    {FIELD_TEXT, OK, "~!\"#$&'()*+,-./:;<=>?@[]^_`{|}"},
    {FIELD_TEXT, SECOND, "%41"},
    {FIELD_TEXT, SECOND, "%c3%b1"},
    {FIELD_TEXT, SECOND, "%7E"},
    {FIELD_TEXT, BAD, ""},
    {FIELD_TEXT, BAD, "%"},
    {FIELD_TEXT, BAD, "a%2"},
    {FIELD_TEXT, BAD, "%2G"},
    {FIELD_TEXT, BAD, "%0A"},
    {FIELD_TEXT, BAD, "%7F"},
    {FIELD_TEXT, BAD, "%C3"},
    {FIELD_TEXT, BAD, "%C0%80"},
    {FIELD_TEXT, BAD, "%ED%A0%80"},

    {FIELD_ORIGIN, OK, "posito.example/binacional"},
    {FIELD_ORIGIN, OK, "0-9./"},
    {FIELD_ORIGIN, OK, X32 X32 X32 X32},
    {FIELD_ORIGIN, BAD, X32 X32 X32 X32 "a"},
    {FIELD_ORIGIN, BAD, ""},
    {FIELD_ORIGIN, BAD, "a+b"},
    {FIELD_ORIGIN, BAD, "A"},
    {FIELD_ORIGIN, BAD, "a,b"},
    {FIELD_ORIGIN, BAD, "a:b"},

    {FIELD_DATE, OK, "1900-01-01"},
    {FIELD_DATE, OK, "2024-02-29"},
    {FIELD_DATE, OK, "2999-12-31"},
    {FIELD_DATE, BAD, "2023-02-29"},
    {FIELD_DATE, BAD, "1899-12-31"},
    {FIELD_DATE, BAD, "3000-01-01"},
    {FIELD_DATE, BAD, "2026-1-5"},
    {FIELD_DATE, BAD, "2026-13-01"},
    {FIELD_DATE, BAD, "20261123"},
    {FIELD_DATE, BAD, ""},

    {FIELD_INSTANT, OK, "1970-01-01T00:00:00.000Z"},
    {FIELD_INSTANT, OK, "2026-11-23T22:20:23.123Z"},
    {FIELD_INSTANT, OK, "2999-12-31T23:59:59.999Z"},
    {FIELD_INSTANT, BAD, "1969-12-31T23:59:59.999Z"},
    {FIELD_INSTANT, BAD, "2026-11-23T22:20:23Z"},
    {FIELD_INSTANT, BAD, "2026-11-23T24:00:00.000Z"},
    {FIELD_INSTANT, BAD, "2026-11-23T23:59:60.000Z"},
    {FIELD_INSTANT, BAD, "2026-11-23 22:20:23.123Z"},
    {FIELD_INSTANT, BAD, "2026-11-23T22:20:23.123"},

    {FIELD_NUMBER, OK, "0"},
    {FIELD_NUMBER, OK, "17"},
    {FIELD_NUMBER, OK, "999999999999999999"},
    {FIELD_NUMBER, BAD, "1000000000000000000"},
    {FIELD_NUMBER, BAD, "99999999999999999999999999"},
    {FIELD_NUMBER, SECOND, "017"},
    {FIELD_NUMBER, SECOND, "00"},
    {FIELD_NUMBER, SECOND, "+17"},
    {FIELD_NUMBER, SECOND, "0000000000000000000000000000001"},
    {FIELD_NUMBER, BAD, "-1"},
    {FIELD_NUMBER, BAD, "1.0"},
    {FIELD_NUMBER, BAD, "0x11"},
    {FIELD_NUMBER, BAD, ""},
    {FIELD_NUMBER, BAD, "+"},

    {FIELD_HASH, OK, A43 "="},
    {FIELD_HASH, SECOND, A43},
    {FIELD_HASH, SECOND, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="},
    {FIELD_HASH, BAD, A43 "A"},
    {FIELD_HASH, BAD, A43 "=="},
    {FIELD_HASH, BAD, "AAAA"},
    {FIELD_HASH, BAD, ""},
    {FIELD_HASH, BAD, "-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
    {FIELD_PUBLIC_KEY, OK, A43 "="},
    {FIELD_PUBLIC_KEY, SECOND, A43},
    {FIELD_SIGNATURE, OK, A86 "=="},
    {FIELD_SIGNATURE, SECOND, A86},
    {FIELD_SIGNATURE, SECOND, A86 "="},
    {FIELD_SIGNATURE, SECOND,
        A43 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP=="},
    {FIELD_SIGNATURE, BAD, A86 "AA"},
    {FIELD_SIGNATURE, BAD, A43 "="},

    {FIELD_CURRENCY, OK, "MXN"},
    {FIELD_CURRENCY, CURRENCY, "XAU"},
    {FIELD_CURRENCY, BAD, "mxn"},
    {FIELD_CURRENCY, BAD, "MX"},
    {FIELD_CURRENCY, BAD, ""},
    {FIELD_VERB, OK, "journal-entry"},
    {FIELD_VERB, BAD, "journal"},
    {FIELD_VERB, BAD, ""},
    {FIELD_PURPOSE, OK, "F"},
    {FIELD_PURPOSE, BAD, "FF"},
    {FIELD_PURPOSE, BAD, ""},
    {FIELD_COUNTRY, OK, "MX"},
    {FIELD_COUNTRY, BAD, "CA"},
    {FIELD_PARTY_KIND, OK, "house"},
    {FIELD_PARTY_KIND, OK, "officer"},
    {FIELD_PARTY_KIND, BAD, "clubs"},
    {FIELD_KEY_KIND, OK, "witness"},
    {FIELD_KEY_KIND, BAD, "loan-officer"},
    {FIELD_KINDS, OK, "teller"},
    {FIELD_KINDS, OK, "teller,board,witness"},
    {FIELD_KINDS, SECOND, "board,teller"},
    {FIELD_KINDS, SECOND, "teller,teller"},
    {FIELD_KINDS, BAD, "teller,"},
    {FIELD_KINDS, BAD, "teller,cook"},
    {FIELD_KINDS, BAD, ""},
    {FIELD_MODE, OK, "each"},
    {FIELD_MODE, BAD, "some"},
    {FIELD_BLOCK, OK, "all"},
    {FIELD_BLOCK, BAD, "both"},
    {FIELD_REMAINDER, OK, "release"},
    {FIELD_REMAINDER, BAD, "drop"},
    {FIELD_LANGUAGE, OK, "es"},
    {FIELD_LANGUAGE, BAD, "de"},
    {FIELD_YESNO, OK, "yes"},
    {FIELD_YESNO, OK, "no"},
    {FIELD_YESNO, BAD, "true"},
    {FIELD_YESNO, BAD, ""},
    {FIELD_REST, OK, "anything  at all "},
    {FIELD_REST, BAD, ""},
};

#define ROWS (sizeof rows / sizeof *rows)

union any_field {
#define X(type, c_type) c_type type;
    FIELD_TYPES(X)
#undef X
};

static void values_get_their_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        union any_field field;
        memset(&field, 0, sizeof field);
        enum status status = codec_decode_value(
            bytes_text(rows[i].text), rows[i].type, &field);
        if (status != rows[i].status)
            fail_msg("%s %s: %s, expected %s", field_type_name(rows[i].type),
                rows[i].text, status_name(status),
                status_name(rows[i].status));
    }
}

static void values_taken_spell_themselves(void **state)
{
    (void)state;
    unsigned types[FIELD_YESNO + 1] = {0};
    for (size_t i = 0; i < ROWS; i++) {
        char memory[256];
        struct buffer out = buffer_over(memory, sizeof memory);
        union any_field field;
        struct bytes text = bytes_text(rows[i].text);
        if (codec_decode_value(text, rows[i].type, &field) != OK)
            continue;
        codec_encode_value(&out, rows[i].type, &field);
        assert_true(bytes_equal(buffer_bytes(&out), text));
        types[rows[i].type]++;
    }
    for (unsigned type = 0; type <= FIELD_YESNO; type++)
        assert_int_not_equal(types[type], 0);
}

/* A view of no memory must not be looked into. */
static void no_bytes_are_a_bad_value(void **state)
{
    (void)state;
    for (unsigned type = 0; type <= FIELD_YESNO; type++) {
        union any_field field;
        assert_int_equal(codec_decode_value(bytes_of(NULL, 0),
                             (enum field_type)type, &field),
            BAD);
    }
}

static void at_most_64_postings(void **state)
{
    (void)state;
    for (unsigned count = 2; count <= 65; count++) {
        char memory[65 * 40];
        struct buffer text = buffer_over(memory, sizeof memory);
        struct bytes field;
        for (unsigned i = 0; i < count; i++)
            buffer_format(
                &text, "%sus/m%u/share/USD:1.00", i > 0 ? "," : "", i);
        assert_false(text.failed);
        enum status status = codec_decode_value(
            buffer_bytes(&text), FIELD_POSTINGS, &field);
        assert_int_equal(status, count <= POSTINGS_MAX ? OK : BAD);
    }
}

static void postings_are_read_back(void **state)
{
    (void)state;
    struct bytes rest;
    struct account_name account;
    int64_t minor;
    assert_int_equal(codec_decode_value(bytes_text(U ":25.00," M ":-24.99"),
                         FIELD_POSTINGS, &rest),
        OK);
    assert_true(postings_next(&rest, &account, &minor));
    assert_true(bytes_equal_text(ident_bytes(&account.party), "m1042"));
    assert_int_equal(minor, 2500);
    assert_true(postings_next(&rest, &account, &minor));
    assert_true(bytes_equal_text(ident_bytes(&account.party), "m1043"));
    assert_int_equal(minor, -2499);
    assert_false(postings_next(&rest, &account, &minor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_get_their_status),
        cmocka_unit_test(values_taken_spell_themselves),
        cmocka_unit_test(no_bytes_are_a_bad_value),
        cmocka_unit_test(at_most_64_postings),
        cmocka_unit_test(postings_are_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
