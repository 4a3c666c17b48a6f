/*
 * What is signed: the messages byte by byte, golden lines of every verb,
 * and signatures that must not fit.
 */
#include "document.h"

#include "../protocol/codec.h"
#include "../protocol/sign.h"

#include <posito/encoding.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <sodium.h>

#include <cmocka.h>

#define GOLDEN "tests/golden/protocol.txt"

#define LINE "release hold=17 id=01ARZ3NDEKTSV4RRFFQ69G5FAV by=la.ana"

struct pair {
    struct public_key public_key;
    struct secret_key secret;
};

/* The key whose seed is 32 times the same byte. */
static struct pair pair_of(uint8_t byte)
{
    struct pair pair;
    uint8_t seed[crypto_sign_SEEDBYTES];
    memset(seed, byte, sizeof seed);
    assert_int_equal(crypto_sign_seed_keypair(pair.public_key.data,
                         pair.secret.data, seed),
        0);
    return pair;
}

static struct hash golden_ledger(void)
{
    return hash_of(bytes_text("posito golden"));
}

static bool decode(struct bytes line, enum codec_place place,
    struct operation *op)
{
    struct fault fault;
    return codec_decode(line, place, op, &fault);
}

/* Another implementation of Ed25519. */
static bool openssl_checks(const struct signature *signature,
    struct bytes message, const struct public_key *key)
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(
        EVP_PKEY_ED25519, NULL, key->data, sizeof key->data);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_non_null(pkey);
    assert_non_null(context);
    bool good =
        EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1 &&
        EVP_DigestVerify(context, signature->data, sizeof signature->data,
            message.data, message.length) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pkey);
    return good;
}

/* ---- the messages ---- */

#define LEDGER_ZERO "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void an_order_signs_these_bytes(void **state)
{
    (void)state;
    struct pair pair = pair_of(1);
    struct hash none = sign_no_ledger();
    struct operation op;
    struct buffer line = buffer_empty();
    buffer_text(&line, LINE);
    sign_order(&line, &none, &pair.secret);
    assert_false(line.failed);
    assert_true(decode(buffer_bytes(&line), CODEC_REQUEST, &op));
    struct bytes message =
        bytes_text("posito/order/v1\n" LEDGER_ZERO "\n" LINE);
    assert_true(openssl_checks(&op.signature, message, &pair.public_key));
    assert_true(sign_check_order(
        buffer_bytes(&line), &op, &none, &pair.public_key, NULL));
    buffer_free(&line);
}

#define NEW_KEY                                                              \
    "key-rotate key=la.ana public="                                          \
    "gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q="

static void a_proof_signs_these_bytes(void **state)
{
    (void)state;
    struct pair pair = pair_of(2);
    struct hash none = sign_no_ledger();
    struct operation op;
    struct buffer line = buffer_empty();
    buffer_text(&line, NEW_KEY);
    sign_proof(&line, &none, &pair.secret);
    assert_true(decode(buffer_bytes(&line), CODEC_TRY, &op));
    assert_memory_equal(&op.as.key_rotate.public_key, &pair.public_key, 32);
    struct bytes message =
        bytes_text("posito/proof/v1\n" LEDGER_ZERO "\n" NEW_KEY);
    assert_true(openssl_checks(
        &op.as.key_rotate.proof, message, &pair.public_key));
    assert_true(sign_check_proof(buffer_bytes(&line), &op, &none));

    /* The same proof inside a signed line. */
    struct pair signer = pair_of(1);
    buffer_text(&line, " id=01ARZ3NDEKTSV4RRFFQ69G5FAV by=la.ana");
    sign_order(&line, &none, &signer.secret);
    assert_true(decode(buffer_bytes(&line), CODEC_REQUEST, &op));
    assert_true(sign_check_proof(buffer_bytes(&line), &op, &none));
    buffer_free(&line);
}

static void a_login_signs_these_bytes(void **state)
{
    (void)state;
    struct pair pair = pair_of(1);
    struct hash none = sign_no_ledger();
    struct ident key = ident_of("la.ana");
    struct ident other = ident_of("la.eva");
    struct challenge challenge;
    struct signature signature;
    memset(&challenge, 0, sizeof challenge);
    sign_login(&signature, &none, &key, &challenge, &pair.secret);
    assert_true(openssl_checks(&signature,
        bytes_text(
            "posito/login/v1\n" LEDGER_ZERO "\nla.ana\n" LEDGER_ZERO),
        &pair.public_key));
    assert_true(sign_check_login(
        &signature, &none, &key, &challenge, &pair.public_key));
    assert_false(sign_check_login(
        &signature, &none, &other, &challenge, &pair.public_key));
    challenge.data[31] ^= 1;
    assert_false(sign_check_login(
        &signature, &none, &key, &challenge, &pair.public_key));
}

static void the_ledger_id_is_a_plain_hash(void **state)
{
    (void)state;
    /* SHA-256 of "abc", FIPS 180-4 example. */
    static const uint8_t abc[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01,
        0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0,
        0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61,
        0xf2, 0x00, 0x15, 0xad};
    struct hash id = sign_ledger_id(bytes_text("abc"));
    assert_memory_equal(id.data, abc, sizeof abc);
}

/* ---- golden lines ---- */

/* The line up to a word that begins with a space; all of it if none. */
static struct bytes cut_before(struct bytes line, const char *word)
{
    const char *found =
        memmem(line.data, line.length, word, strlen(word));
    if (found == NULL)
        return line;
    return bytes_of(line.data, (size_t)((const uint8_t *)found - line.data));
}

static void sign_golden_login(struct buffer *out, struct bytes line)
{
    struct pair pair = pair_of(1);
    struct hash ledger = golden_ledger();
    struct ident key = ident_of("la.ana");
    struct challenge challenge;
    struct signature signature;
    memset(&challenge, 3, sizeof challenge);
    sign_login(&signature, &ledger, &key, &challenge, &pair.secret);
    buffer_append(out, cut_before(line, " sig="));
    buffer_text(out, " sig=");
    codec_encode_value(out, FIELD_SIGNATURE, &signature);
}

/* Sign a golden line again: its proof with key 2, the line with key 1. */
static void sign_golden(struct buffer *out, struct bytes line,
    enum codec_place place, const struct operation *op)
{
    struct hash ledger = golden_ledger();
    struct pair signer = pair_of(1);
    struct pair fresh = pair_of(2);
    struct bytes unsigned_part = cut_before(line, " sig=");
    struct bytes before_proof = cut_before(unsigned_part, " proof=");
    if (place == CODEC_GENESIS || op->verb == VERB_GENESIS)
        ledger = sign_no_ledger();
    buffer_append(out, before_proof);
    if (before_proof.length < unsigned_part.length) {
        sign_proof(out, &ledger, &fresh.secret);
        buffer_append(out, bytes_after(unsigned_part, out->length));
    }
    if (op->is_signed)
        sign_order(out, &ledger, &signer.secret);
}

static enum codec_place take_place(struct bytes *line)
{
    static const char *const names[] = {
        [CODEC_REQUEST] = "request ",
        [CODEC_BODY] = "body ",
        [CODEC_GENESIS] = "genesis ",
        [CODEC_TRY] = "try ",
    };
    for (unsigned place = 0; place <= CODEC_TRY; place++)
        if (bytes_start_with(*line, names[place])) {
            *line = bytes_after(*line, strlen(names[place]));
            return (enum codec_place)place;
        }
    fail_msg("%s: a line without its place", GOLDEN);
    return CODEC_REQUEST;
}

static void check_golden_line(
    struct buffer *all, struct bytes whole, unsigned *verbs)
{
    struct bytes line = whole;
    enum codec_place place = take_place(&line);
    struct buffer made = buffer_empty();
    struct operation op;
    struct fault fault;
    if (!codec_decode(line, place, &op, &fault))
        fail_msg("%s: %.*s: %s field %.*s", GOLDEN, (int)line.length,
            (const char *)line.data, status_name(fault.status),
            (int)fault.field.length, (const char *)fault.field.data);
    verbs[op.verb]++;
    codec_encode(&made, &op);
    assert_true(bytes_equal(buffer_bytes(&made), line));
    buffer_clear(&made);
    if (op.verb == VERB_LOGIN)
        sign_golden_login(&made, line);
    else
        sign_golden(&made, line, place, &op);
    assert_false(made.failed);
    size_t prefix = whole.length - line.length;
    buffer_append(all, bytes_of(whole.data, prefix));
    buffer_append(all, buffer_bytes(&made));
    buffer_char(all, '\n');
    buffer_free(&made);
}

static void golden_lines_stay_the_same(void **state)
{
    (void)state;
    struct buffer golden = buffer_empty();
    struct buffer made = buffer_empty();
    unsigned verbs[VERB_COUNT] = {0};
    struct bytes line;
    assert_true(document_read(GOLDEN, &golden));
    struct bytes rest = buffer_bytes(&golden);
    while (bytes_next_line(&rest, &line)) {
        if (line.length > 0 && line.data[0] != '#') {
            check_golden_line(&made, line, verbs);
            continue;
        }
        buffer_append(&made, line);
        buffer_char(&made, '\n');
    }
    for (unsigned verb = 0; verb < VERB_COUNT; verb++)
        if (verbs[verb] == 0)
            fail_msg("%s has no line of %s", GOLDEN,
                operation_row((enum verb)verb)->verb);
    document_check(GOLDEN, buffer_bytes(&made));
    buffer_free(&golden);
    buffer_free(&made);
}

/* ---- what must not fit ---- */

struct signed_line {
    uint8_t data[512];
    size_t length;
};

static struct bytes view(const struct signed_line *line)
{
    return bytes_of(line->data, line->length);
}

static struct signed_line make_signed(const struct hash *ledger)
{
    struct signed_line line;
    struct pair pair = pair_of(1);
    struct buffer out = buffer_over(line.data, sizeof line.data);
    buffer_text(&out, LINE);
    sign_order(&out, ledger, &pair.secret);
    assert_false(out.failed);
    line.length = out.length;
    return line;
}

static bool fits(const struct signed_line *line, const struct hash *ledger,
    const struct pair *pair)
{
    struct operation op;
    return decode(view(line), CODEC_REQUEST, &op) &&
           sign_check_order(view(line), &op, ledger, &pair->public_key, NULL);
}

static void one_bit_more_or_less_does_not_fit(void **state)
{
    (void)state;
    struct hash ledger = golden_ledger();
    struct pair pair = pair_of(1);
    struct signed_line line = make_signed(&ledger);
    assert_true(fits(&line, &ledger, &pair));
    for (size_t bit = 0; bit < 8 * line.length; bit++) {
        struct signed_line changed = line;
        changed.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(fits(&changed, &ledger, &pair));
    }
}

static void another_ledger_or_key_does_not_fit(void **state)
{
    (void)state;
    struct hash ledger = golden_ledger();
    struct hash none = sign_no_ledger();
    struct pair pair = pair_of(1);
    struct pair other = pair_of(2);
    struct signed_line line = make_signed(&ledger);
    assert_false(fits(&line, &none, &pair));
    assert_false(fits(&line, &ledger, &other));
}

/* S and S + L are the same number modulo the group's order L; only the
 * smaller one may be taken (RFC 8032 section 5.1.7). */
static void a_second_form_of_s_does_not_fit(void **state)
{
    (void)state;
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63,
        0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};
    struct hash ledger = golden_ledger();
    struct pair pair = pair_of(1);
    struct signed_line line = make_signed(&ledger);
    struct operation op;
    assert_true(decode(view(&line), CODEC_REQUEST, &op));
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)op.signature.data[32 + i] + order[i];
        op.signature.data[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(carry, 0);
    assert_false(
        sign_check_order(view(&line), &op, &ledger, &pair.public_key, NULL));
}

/* A proof's bytes signed as an order's, and the other way round. */
static void a_signature_serves_one_use(void **state)
{
    (void)state;
    struct hash none = sign_no_ledger();
    struct pair pair = pair_of(2);
    struct operation op;
    struct buffer line = buffer_empty();
    struct buffer as_order = buffer_empty();
    buffer_text(&as_order, NEW_KEY);
    sign_order(&as_order, &none, &pair.secret);
    struct bytes signature =
        bytes_after(buffer_bytes(&as_order), sizeof NEW_KEY " sig=" - 1);
    buffer_text(&line, NEW_KEY " proof=");
    buffer_append(&line, signature);
    assert_true(decode(buffer_bytes(&line), CODEC_TRY, &op));
    assert_false(sign_check_proof(buffer_bytes(&line), &op, &none));
    buffer_free(&line);
    buffer_free(&as_order);
}

static void other_verbs_prove_nothing(void **state)
{
    (void)state;
    struct hash none = sign_no_ledger();
    struct operation op;
    struct pair pair = pair_of(1);
    struct bytes line = bytes_text("checkpoint");
    assert_true(decode(line, CODEC_REQUEST, &op));
    assert_false(sign_check_proof(line, &op, &none));
    assert_false(sign_check_order(line, &op, &none, &pair.public_key, NULL));
}

static void a_line_too_long_is_not_signed(void **state)
{
    (void)state;
    struct hash none = sign_no_ledger();
    struct pair pair = pair_of(1);
    struct buffer line = buffer_empty();
    while (line.length < LINE_LENGTH_MAX + 200)
        buffer_text(&line, "xxxxxxxxxxxxxxxx");
    size_t length = line.length;
    sign_order(&line, &none, &pair.secret);
    assert_true(line.failed);
    assert_int_equal(line.length, length);
    buffer_free(&line);
}

static int start_sodium(void **state)
{
    (void)state;
    return sodium_init() < 0 ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_signs_these_bytes),
        cmocka_unit_test(a_proof_signs_these_bytes),
        cmocka_unit_test(a_login_signs_these_bytes),
        cmocka_unit_test(the_ledger_id_is_a_plain_hash),
        cmocka_unit_test(golden_lines_stay_the_same),
        cmocka_unit_test(one_bit_more_or_less_does_not_fit),
        cmocka_unit_test(another_ledger_or_key_does_not_fit),
        cmocka_unit_test(a_second_form_of_s_does_not_fit),
        cmocka_unit_test(a_signature_serves_one_use),
        cmocka_unit_test(other_verbs_prove_nothing),
        cmocka_unit_test(a_line_too_long_is_not_signed),
    };
    return cmocka_run_group_tests(tests, start_sodium, NULL);
}
