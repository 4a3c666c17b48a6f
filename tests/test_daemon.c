/*
 * The daemon over real sockets: sessions, orders, each question, order and
 * durability of answers.
 */
#include "daemon_fixture.h"

#include "../protocol/answer.h"
#include "../protocol/sign.h"

#include <posito/encoding.h>

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define DEPOSIT(member, amount) \
    "deposit member=" member " via=la amount=" amount " purpose=I"

static struct daemon_fixture *fixture_of(void **state)
{
    return *state;
}

static int start(void **state)
{
    struct daemon_fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    daemon_found(fixture);
    daemon_start(fixture, NULL);
    *state = fixture;
    return 0;
}

static int stop(void **state)
{
    struct daemon_fixture *fixture = *state;
    int code = daemon_stop(fixture);
    daemon_remove(fixture);
    free(fixture);
    return code;
}

/* ---- who is there ---- */

static void test_login(void **state)
{
    const char wrong[] =
        "login key=ana sig=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
    struct wire wire;
    wire_open(&wire, fixture_of(state));
    wire_ask(&wire, "balance account=us/m1/share/USD",
        "no status=not-logged-in number=206 text=Log in first: type hello.");
    wire_ask(&wire, wrong, "no status=no-challenge number=207 text=*");
    wire_ask(&wire, "hello",
        "ok ledger=*= origin=posito.example/test challenge=*= version=1 "
        "time=20*Z");
    wire_ask(&wire, wrong, "no status=bad-signature number=201 text=*");
    wire_ask(&wire, wrong, "no status=no-challenge number=207 text=*");
    wire_ask(&wire, "hello", "ok *");
    wire_ask(&wire,
        "login key=nobody sig=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
        "no status=unknown-key number=200 text=*");
    wire_login(&wire, fixture_of(state), "ana");
    wire_ask(&wire, "balance account=us/nobody/share/USD",
        "no status=unknown-party number=401 *");
    /* A login that fails ends the one before it. */
    wire_ask(&wire, wrong, "no status=no-challenge *");
    wire_ask(&wire, "trial book=us", "no status=not-logged-in *");
    wire_ask(&wire, "quit", "ok");
    wire_expect_end(&wire);
    wire_close(&wire);
}

/* A challenge is never given twice. */
static void test_challenges_differ(void **state)
{
    struct wire wire;
    struct bytes line;
    struct buffer first = buffer_empty();
    wire_open(&wire, fixture_of(state));
    wire_send(&wire, "hello\nhello\n");
    assert_true(wire_line(&wire, &line));
    buffer_append(&first, answer_find(bytes_after(line, 3), "challenge"));
    assert_int_equal(first.length, 44);
    assert_true(wire_line(&wire, &line));
    assert_false(bytes_equal(buffer_bytes(&first),
        answer_find(bytes_after(line, 3), "challenge")));
    buffer_free(&first);
    wire_close(&wire);
}

/* A key that is replaced or revoked asks no more on old connections. */
static void test_revoked_key_asks_no_more(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct wire aud;
    struct wire chief;
    wire_open(&aud, fixture);
    wire_open(&chief, fixture);
    wire_login(&aud, fixture, "aud");
    wire_ask(&aud, "key key=aud", "ok key=aud kind=auditor owner=aud.p "
                                  "country=US scope=all public=*= added=0");
    wire_send(&aud, "trial\n");
    wire_expect(&aud, "row role=drawer class=asset currency=USD *");
    wire_expect(&aud, "row role=share class=liability currency=USD *");
    wire_expect(&aud, "row total=USD *");
    wire_expect(&aud, "ok books=us:2026-03-02,mx:2026-03-02 rows=2");
    (void)wire_order(
        &chief, fixture, "key-revoke key=aud reason=test", "chief");
    wire_ask(&aud, "key key=aud", "no status=key-revoked number=205 *");
    wire_close(&aud);
    wire_close(&chief);
}

static void test_languages(void **state)
{
    struct wire wire;
    wire_open(&wire, fixture_of(state));
    wire_ask(&wire, "nonsense", "no status=unknown-verb number=102 text=There "
                                "is no such operation. Type help for the "
                                "list.");
    wire_ask(&wire, "language code=es", "ok language=es");
    wire_ask(&wire, "nonsense", "no status=unknown-verb number=102 text=No "
                                "existe esa operación. Escriba help para ver "
                                "la lista.");
    wire_send(&wire, "help verb=language\n");
    wire_expect(&wire, "row verb=language class=session text=Elegir el idioma "
                       "de las frases.");
    wire_expect(&wire, "row key=code type=language presence=needed text=en o "
                       "es");
    wire_expect(&wire, "ok");
    wire_ask(&wire, "language code=en", "ok language=en");
    wire_ask(&wire, "language code=fr", "no status=bad-value number=108 "
                                        "field=code *");
    wire_close(&wire);
}

static void test_help(void **state)
{
    struct wire wire;
    struct bytes line;
    unsigned rows = 0;
    wire_open(&wire, fixture_of(state));
    wire_send(&wire, "help\n");
    while (wire_line(&wire, &line) && bytes_start_with(line, "row verb="))
        rows++;
    assert_true(bytes_equal_text(line, "ok"));
    assert_true(rows > 30);
    wire_send(&wire, "help verb=key-add\n");
    wire_expect(&wire, "row verb=key-add class=signed text=Register *");
    wire_expect(&wire, "row key=key type=name presence=needed text=*");
    wire_expect(&wire, "row key=public type=public%20key presence=needed *");
    for (int i = 0; i < 4; i++)
        wire_expect(&wire, "row key=* presence=needed *");
    wire_expect(&wire, "row key=limit type=amounts presence=optional *");
    wire_expect(&wire, "row key=daily type=amounts presence=optional *");
    wire_expect(&wire, "row key=proof type=signature presence=needed *");
    wire_expect(&wire, "ok");
    wire_close(&wire);
}

/* ---- one of each question ---- */

static void ask_about_accounts(struct wire *wire)
{
    wire_ask(wire, "balance account=us/m1/share/USD",
        "ok account=us/m1/share/USD balance=USD70.00 held=USD10.00 "
        "available=USD60.00 at=* date=2026-03-02");
    wire_ask(wire, "account account=us/m1/share/USD",
        "ok account=us/m1/share/USD class=liability debits=USD30.00 "
        "credits=USD100.00 debits_held=USD10.00 credits_held=USD0.00 "
        "balance=USD70.00 available=USD60.00 postings=2 opened=* last=*");
    wire_send(wire, "history account=us/m1/share/USD\n");
    wire_expect(wire, "row entry=* time=20*Z date=2026-03-02 verb=transfer "
                      "amount=USD-30.00 balance=USD70.00");
    wire_expect(wire, "row entry=* time=20*Z date=2026-03-02 verb=deposit "
                      "amount=USD100.00 balance=USD100.00");
    wire_expect(wire, "ok rows=2");
    wire_send(wire, "history account=us/m1/share/USD limit=1\n");
    wire_expect(wire, "row * verb=transfer *");
    wire_expect(wire, "ok rows=1");
    wire_ask(wire, "history account=us/m1/share/USD limit=1001",
        "no status=bad-range number=801 field=limit *");
    wire_send(wire,
        "statement account=us/m1/share/USD from=2026-03-02 to=2026-03-02\n");
    wire_expect(wire, "row opening=USD0.00");
    wire_expect(wire, "row * verb=deposit *");
    wire_expect(wire, "row * verb=transfer *");
    wire_expect(wire, "row closing=USD70.00");
    wire_expect(wire, "ok rows=2");
    wire_ask(wire,
        "statement account=us/m1/share/USD from=2026-03-03 to=2026-03-02",
        "no status=bad-range number=801 *");
}

static void ask_about_the_past(struct wire *wire, uint64_t deposit)
{
    char line[128];
    char pattern[128];
    (void)snprintf(line, sizeof line,
        "balance account=us/m1/share/USD at=%u", (unsigned)deposit);
    (void)snprintf(pattern, sizeof pattern,
        "ok account=us/m1/share/USD balance=USD100.00 at=%u",
        (unsigned)deposit);
    wire_ask(wire, line, pattern);
    wire_ask(wire, "balance account=us/m1/share/USD at=0",
        "ok account=us/m1/share/USD balance=USD0.00 at=0");
    wire_ask(wire, "balance account=us/m1/share/USD at=999999",
        "no status=beyond-end number=800 field=at *");
    wire_ask(wire, "balance account=us/m1/share/USD date=2026-03-02",
        "ok account=us/m1/share/USD balance=USD70.00 at=* date=2026-03-02");
    wire_ask(wire, "balance account=us/m1/share/USD date=2026-03-01",
        "ok account=us/m1/share/USD balance=USD0.00 date=2026-03-01");
    wire_ask(wire, "balance account=us/m1/share/USD date=2026-03-03",
        "no status=beyond-end number=800 field=date *");
    wire_ask(wire, "balance account=us/m1/share/USD at=1 date=2026-03-02",
        "no status=bad-range number=801 *");
}

static void ask_about_parties(struct wire *wire)
{
    wire_send(wire, "party party=m1\n");
    wire_expect(wire, "row party=m1 kind=member book=us parent=club "
                      "country=US state=open opened=0");
    wire_expect(wire, "row account=us/m1/share/USD balance=USD70.00 "
                      "available=USD60.00");
    wire_expect(wire, "ok rows=1");
    wire_ask(wire, "party party=nobody",
        "no status=unknown-party number=401 field=party *");
    wire_ask(wire, "key key=ana",
        "ok key=ana kind=teller owner=ana.p country=US scope=us public=*= "
        "added=0 limit=USD5000.00");
    wire_send(wire, "trial book=us\n");
    wire_expect(wire, "row role=drawer class=asset currency=USD "
                      "debits=USD100.00 credits=USD0.00 balance=USD100.00");
    wire_expect(wire, "row role=share class=liability currency=USD "
                      "debits=USD30.00 credits=USD130.00 "
                      "balance=USD100.00");
    wire_expect(wire, "row total=USD debits=USD130.00 credits=USD130.00");
    wire_expect(wire, "ok book=us date=2026-03-02 rows=2");
    wire_ask(wire, "trial book=xx", "no status=unknown-book number=400 *");
    wire_ask(wire, "trial", "no status=out-of-scope number=301 *");
}

static void hold_ten_dollars(
    struct wire *wire, const struct daemon_fixture *fixture)
{
    struct instant tomorrow = {((int64_t)time(NULL) + 86400) * 1000};
    struct buffer line = buffer_empty();
    buffer_text(&line, "hold from=us/m1/share/USD to=us/m2/share/USD "
                       "amount=USD10.00 until=");
    instant_append(&line, tomorrow);
    buffer_text(&line, " purpose=I");
    buffer_u8(&line, 0);
    (void)wire_order(wire, fixture, (const char *)line.data, "ana");
    buffer_free(&line);
}

static void test_questions(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct wire wire;
    wire_open(&wire, fixture);
    wire_login(&wire, fixture, "ana");
    uint64_t deposit =
        wire_order(&wire, fixture, DEPOSIT("m1", "USD100.00"), "ana");
    (void)wire_order(&wire, fixture,
        "transfer from=m1 to=m2 amount=USD30.00 purpose=F", "ana");
    hold_ten_dollars(&wire, fixture);
    ask_about_accounts(&wire);
    ask_about_the_past(&wire, deposit);
    ask_about_parties(&wire);
    wire_ask(&wire, "status",
        "ok size=* durable=* time=20*Z version=1 connections=1 covered=* "
        "saving=no books=us:2026-03-02,mx:2026-03-02 uptime=*");
    /* Out of reach of the key that asks. */
    wire_ask(&wire, "trial book=mx", "no status=out-of-scope number=301 *");
    wire_ask(&wire, "follow from=0", "no status=wrong-kind number=300 *");
    wire_close(&wire);
}

/* What a term share pays is told before and after. */
static void test_terms(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct wire wire;
    wire_open(&wire, fixture);
    wire_login(&wire, fixture, "ana");
    (void)wire_order(&wire, fixture,
        "term-set book=us days=30 minimum=USD50.00 rate=0.0365 early=0.01 "
        "from=2026-03-02",
        "chief");
    (void)wire_order(&wire, fixture, DEPOSIT("m4", "USD200.00"), "ana");
    uint64_t term = wire_order(&wire, fixture,
        "term-open member=m4 amount=USD100.00 days=30", "ana");
    char row[256];
    (void)snprintf(row, sizeof row,
        "row term=%u account=us/m4/share.term/USD amount=USD100.00 "
        "opened=2026-03-02 due=2026-04-01 rate=0.0365 early=0.01 state=open "
        "accrued=USD0.00 interest=USD0.30 tax=USD0.00 yield=3.71",
        (unsigned)term);
    wire_send(&wire, "terms party=m4\nterms party=us until=2026-04-01\n");
    wire_expect(&wire, row);
    wire_expect(&wire, "ok rows=1");
    wire_expect(&wire, row);
    wire_expect(&wire, "ok rows=1");
    wire_ask(&wire, "terms party=us until=2026-03-31", "ok rows=0");
    (void)snprintf(row, sizeof row, "term-close term=%u", (unsigned)term);
    (void)wire_order(&wire, fixture, row, "ana");
    wire_send(&wire, "terms party=m4\n");
    wire_expect(&wire, "row * state=closed interest=USD0.00 tax=USD0.00");
    wire_expect(&wire, "ok rows=1");
    wire_ask(&wire, "terms party=la",
        "no status=wrong-party number=403 field=party *");
    wire_ask(&wire, "terms party=mx",
        "no status=out-of-scope number=301 field=party *");
    wire_close(&wire);
}

static void test_try(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct wire wire;
    wire_open(&wire, fixture);
    wire_login(&wire, fixture, "ana");
    wire_send(&wire, "try " DEPOSIT("m3", "USD5.00") "\n");
    wire_expect(&wire, "| + us/la/drawer/USD 5.00");
    wire_expect(&wire, "| + us/m3/share/USD -5.00");
    wire_expect(&wire, "row account=us/la/drawer/USD before=USD* after=USD*");
    wire_expect(&wire, "row account=us/m3/share/USD before=USD0.00 "
                       "after=USD5.00");
    wire_expect(&wire, "ok");
    /* Nothing was written. */
    wire_ask(&wire, "balance account=us/m3/share/USD",
        "no status=unknown-account number=402 *");
    wire_ask(&wire, "try " DEPOSIT("m3", "USD5000.01"),
        "no status=over-limit number=303 *");
    wire_ask(&wire, "try deposit member=m3",
        "no status=missing-field number=107 *");
    wire_ask(&wire, "try batch mode=all lines=0 "
                    "root=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "no status=not-in-a-body number=114 *");
    wire_close(&wire);
}

/* ---- bad input ---- */

static void test_bad_lines(void **state)
{
    static const struct {
        const char *line;
        const char *answer;
    } table[] = {
        {"", "no status=unknown-verb number=102 *"},
        {"hello ", "no status=bad-field number=103 *"},
        {"hello\r", "no status=bad-byte number=101 *"},
        {"hel\x01lo", "no status=bad-byte number=101 *"},
        {"caf\xc3\xa9", "no status=bad-byte number=101 *"},
        {"balance", "no status=missing-field number=107 field=account *"},
        {"balance account=us/m1/share/USD account=us/m1/share/USD",
            "no status=repeated-field number=105 field=account *"},
        {"history limit=1 account=us/m1/share/USD",
            "no status=misordered-field number=106 *"},
        {"history account=us/m1/share/USD limit=01",
            "no status=second-spelling number=109 field=limit *"},
        {"status now=1", "no status=unknown-field number=104 field=now *"},
        {"currency code=USD digits=2",
            "no status=not-in-a-body number=114 *"},
        {DEPOSIT("m1", "USD1.00"), "no status=missing-field number=107 *"},
    };
    struct wire wire;
    wire_open(&wire, fixture_of(state));
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        wire_ask(&wire, table[i].line, table[i].answer);
    wire_close(&wire);
}

static void test_refused_orders(void **state)
{
    static const struct {
        const char *line;
        const char *key;
        const char *answer;
    } table[] = {
        {DEPOSIT("m1", "USD0.00"), "ana",
            "no status=amount-not-positive number=113 field=amount *"},
        {DEPOSIT("m1", "USD1"), "ana", "no status=wrong-digits number=110 *"},
        {DEPOSIT("m1", "USD5000.01"), "ana",
            "no status=over-limit number=303 *"},
        {DEPOSIT("nobody", "USD1.00"), "ana",
            "no status=unknown-party number=401 field=member *"},
        {"transfer from=m4 to=m1 amount=USD1.00 purpose=I", "ana",
            "no status=insufficient-funds number=500 *"},
        {DEPOSIT("m1", "USD1.00"), "chief",
            "no status=wrong-kind number=300 *"},
        {DEPOSIT("m1", "USD1.00"), "mex",
            "no status=out-of-scope number=301 *"},
    };
    struct daemon_fixture *fixture = fixture_of(state);
    struct wire wire;
    wire_open(&wire, fixture);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct buffer line = buffer_empty();
        buffer_text(&line, table[i].line);
        daemon_sign(fixture, &line, table[i].key);
        buffer_u8(&line, 0);
        wire_ask(&wire, (const char *)line.data, table[i].answer);
        buffer_free(&line);
    }
    wire_close(&wire);
}

/* Any one byte of a signed line changed: never accepted. */
static void test_forged_orders(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer line = buffer_empty();
    struct wire wire;
    wire_open(&wire, fixture);
    buffer_text(&line, DEPOSIT("m1", "USD1.00"));
    daemon_sign(fixture, &line, "ana");
    buffer_char(&line, '\n');
    for (size_t i = 0; i + 1 < line.length; i++) {
        uint8_t kept = line.data[i];
        line.data[i] = kept == 'A' ? 'B' : 'A';
        wire_send_bytes(&wire, buffer_bytes(&line));
        line.data[i] = kept;
        wire_expect(&wire, "no status=*");
    }
    wire_send_bytes(&wire, buffer_bytes(&line));
    wire_expect(&wire, "ok index=*");
    buffer_free(&line);
    wire_close(&wire);
}

/* ---- order ---- */

/* A thousand requests in one write: answered in their order, each question
 * seeing exactly the deposits before it. */
static void test_pipelining(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer lines = buffer_empty();
    struct wire wire;
    wire_open(&wire, fixture);
    wire_login(&wire, fixture, "ana");
    for (int i = 0; i < 500; i++) {
        struct buffer line = buffer_empty();
        buffer_text(&line, DEPOSIT("m4", "USD1.00"));
        daemon_sign(fixture, &line, "ana");
        buffer_append(&lines, buffer_bytes(&line));
        buffer_text(&lines, "\nbalance account=us/m4/share/USD\n");
        buffer_free(&line);
    }
    wire_send_bytes(&wire, buffer_bytes(&lines));
    buffer_free(&lines);
    for (int i = 1; i <= 500; i++) {
        char pattern[80];
        (void)snprintf(pattern, sizeof pattern, "* balance=USD%d.00 *", i);
        wire_expect(&wire, "ok index=* date=2026-03-02");
        wire_expect(&wire, pattern);
    }
    wire_close(&wire);
}

/* Bytes arrive one by one, or many lines and a half at once. */
static void test_pieces(void **state)
{
    const char *text = "status\nhelp verb=quit\nlanguage code=es\n";
    struct wire wire;
    wire_open(&wire, fixture_of(state));
    for (const char *c = text; *c != '\0'; c++)
        wire_send_bytes(&wire, bytes_of(c, 1));
    wire_expect(&wire, "ok size=*");
    wire_expect(&wire, "row verb=quit *");
    wire_expect(&wire, "ok");
    wire_send(&wire, "status\nsta");
    wire_expect(&wire, "ok language=es");
    wire_expect(&wire, "ok size=*");
    assert_false(wire_has(&wire, 50));
    wire_send(&wire, "tus\n");
    wire_expect(&wire, "ok size=*");
    wire_close(&wire);
}

/* What was sent whole is answered after the end of input; a half line at
 * the end is dropped. */
static void test_half_line_at_the_end(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer line = buffer_empty();
    struct wire wire;
    wire_open(&wire, fixture);
    buffer_text(&line, DEPOSIT("m1", "USD1.00"));
    daemon_sign(fixture, &line, "ana");
    wire_send(&wire, "status\n");
    wire_send_bytes(&wire, buffer_bytes(&line));
    wire_shut(&wire);
    wire_expect(&wire, "ok size=*");
    wire_expect_end(&wire);
    buffer_free(&line);
    wire_close(&wire);
}

/* The same bytes, on other connections, long after: the same answer. */
static void test_repeated_order(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer line = buffer_empty();
    struct buffer first = buffer_empty();
    const uint8_t random[10] = {7};
    struct ulid id = ulid_make(1, random);
    struct wire wire;
    buffer_text(&line, DEPOSIT("m2", "USD1.00"));
    daemon_sign_as(fixture, &line, "ana", &id);
    buffer_char(&line, '\n');
    for (int i = 0; i < 3; i++) {
        struct buffer answer = buffer_empty();
        wire_open(&wire, fixture);
        wire_send_bytes(&wire, buffer_bytes(&line));
        assert_int_equal(wire_answer(&wire, &answer), STATUS_ACCEPTED);
        (void)wire_order(&wire, fixture, DEPOSIT("m2", "USD1.00"), "ana");
        if (i == 0)
            buffer_append(&first, buffer_bytes(&answer));
        assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&answer)));
        buffer_free(&answer);
        wire_close(&wire);
    }
    buffer_clear(&line);
    buffer_text(&line, DEPOSIT("m2", "USD2.00"));
    daemon_sign_as(fixture, &line, "ana", &id);
    buffer_u8(&line, 0);
    wire_open(&wire, fixture);
    wire_ask(&wire, (const char *)line.data,
        "no status=id-reused number=204 *");
    wire_close(&wire);
    buffer_free(&line);
    buffer_free(&first);
}

/* A line of the new key, as its owner would sign it. */
static void sign_with(struct daemon_fixture *fixture, struct buffer *line,
    const struct secret_key *secret)
{
    const uint8_t random[10] = {9};
    struct ulid id = ulid_make(9, random);
    struct hash ledger = daemon_ledger(fixture);
    buffer_text(line, " id=");
    ulid_append(line, &id);
    buffer_text(line, " by=sup");
    sign_order(line, &ledger, secret);
    buffer_char(line, '\n');
}

/* An order signed by a key that the order before it in the same write
 * brings in: when a worker looked at it, the old key was still there. */
static void test_new_key_in_the_same_write(void **state)
{
    const uint8_t seed[32] = {5};
    struct daemon_fixture *fixture = fixture_of(state);
    struct hash ledger = daemon_ledger(fixture);
    struct buffer lines = buffer_empty();
    struct public_key public_key;
    struct secret_key secret;
    struct wire wire;
    struct wire old;
    wire_open(&old, fixture);
    wire_login(&old, fixture, "sup");
    wire_ask(&old, "party party=m3", "row party=m3 *");
    (void)wire_answer(&old, NULL);
    (void)crypto_sign_seed_keypair(public_key.data, secret.data, seed);
    buffer_text(&lines, "key-rotate key=sup public=");
    base64_append(
        &lines, bytes_of(public_key.data, sizeof public_key.data));
    sign_proof(&lines, &ledger, &secret);
    daemon_sign(fixture, &lines, "chief");
    buffer_char(&lines, '\n');
    struct buffer freeze = buffer_empty();
    buffer_text(&freeze, "party-freeze party=m3 block=all order=test");
    sign_with(fixture, &freeze, &secret);
    buffer_append(&lines, buffer_bytes(&freeze));
    wire_open(&wire, fixture);
    wire_send_bytes(&wire, buffer_bytes(&lines));
    wire_expect(&wire, "ok index=*");
    wire_expect(&wire, "ok index=*");
    /* Who logged in with the old key asks no more. */
    wire_ask(&old, "party party=m3", "no status=not-logged-in *");
    wire_close(&wire);
    wire_close(&old);
    buffer_free(&freeze);
    buffer_free(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_login),
        cmocka_unit_test(test_challenges_differ),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_try),
        cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_refused_orders),
        cmocka_unit_test(test_forged_orders),
        cmocka_unit_test(test_pipelining),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_half_line_at_the_end),
        cmocka_unit_test(test_repeated_order),
        cmocka_unit_test(test_new_key_in_the_same_write),
        cmocka_unit_test(test_revoked_key_asks_no_more),
        cmocka_unit_test(test_terms),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
