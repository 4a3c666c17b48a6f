/*
 * Admission of lines: orders whose signatures and proofs were checked, and
 * the status of each thing that may be wrong with them.
 */
#include "desk.h"

#include "../protocol/codec.h"
#include "../protocol/sign.h"

#include <posito/encoding.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include <cmocka.h>

/* ---- lines without a body ---- */

static void a_good_order_is_admitted(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    buffer_text(&desk->line, DEPOSIT);
    desk_sign(desk, "la.ana");
    desk_admit(desk);
    desk_expect(desk, STATUS_ACCEPTED, "");
    assert_int_equal(desk->order.body_status, STATUS_ACCEPTED);
    assert_int_equal(desk->order.operation.verb, VERB_DEPOSIT);
    assert_memory_equal(
        &desk->order.signer, &desk->ring.ana.public_key, 32);
    desk_close(desk);
}

static void questions_need_no_key(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    buffer_text(&desk->line, "checkpoint");
    desk_admit(desk);
    desk_expect(desk, STATUS_ACCEPTED, "");
    assert_int_equal(desk->ring.asked, 0);
    desk_close(desk);
}

static void the_line_comes_before_the_key(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    buffer_text(&desk->line, "deposit member=m1042");
    desk_sign(desk, "nobody");
    desk_admit(desk);
    desk_expect(desk, STATUS_MISSING_FIELD, "via");
    assert_int_equal(desk->ring.asked, 0);
    desk_close(desk);
}

static void an_unknown_key_is_told(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    buffer_text(&desk->line, DEPOSIT);
    desk_sign(desk, "la.eva");
    desk_admit(desk);
    desk_expect(desk, STATUS_UNKNOWN_KEY, "by");
    desk_close(desk);
}

static void a_wrong_signature_is_told(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    buffer_text(&desk->line, DEPOSIT);
    desk_sign(desk, "la.ana");
    desk->ledger.data[0] ^= 1;
    desk_admit(desk);
    desk_expect(desk, STATUS_BAD_SIGNATURE, "sig");
    desk_close(desk);
}

static void a_truncated_signature_is_told(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    buffer_text(&desk->line, DEPOSIT);
    desk_sign(desk, "la.ana");
    buffer_truncate(&desk->line, desk->line.length - 4);
    desk_admit(desk);
    desk_expect(desk, STATUS_BAD_VALUE, "sig");
    desk_close(desk);
}

static void a_body_nobody_signed_is_told(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    buffer_text(&desk->line, DEPOSIT);
    buffer_text(&desk->body, DEPOSIT "\n");
    desk_sign(desk, "la.ana");
    desk_admit(desk);
    desk_expect(desk, STATUS_ACCEPTED, "");
    assert_int_equal(desk->order.body_status, STATUS_BAD_BODY);
    desk_close(desk);
}

static void unchecked_looks_at_no_signature(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    struct order *order = &desk->order;
    static const struct public_key zero;
    buffer_text(&desk->line, DEPOSIT);
    desk_sign(desk, "nobody");
    assert_int_equal(admit_unchecked(order, buffer_bytes(&desk->line),
                         buffer_bytes(&desk->body)),
        0);
    desk_expect(desk, STATUS_ACCEPTED, "");
    assert_memory_equal(&order->signer, &zero, sizeof zero);
    desk_close(desk);
}

/* ---- new keys ---- */

static void a_new_key_proves_itself(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    struct pair fresh = desk_pair(2);
    desk_key_add(&desk->line, "k", &fresh.public_key);
    sign_proof(&desk->line, &desk->ledger, &fresh.secret);
    desk_sign(desk, "la.ana");
    desk_admit(desk);
    desk_expect(desk, STATUS_ACCEPTED, "");

    /* By another key than the one it is about. */
    buffer_clear(&desk->line);
    desk_key_add(&desk->line, "k", &fresh.public_key);
    sign_proof(&desk->line, &desk->ledger, &desk->ring.ana.secret);
    desk_sign(desk, "la.ana");
    desk_admit(desk);
    desk_expect(desk, STATUS_BAD_PROOF, "proof");

    /* Another verb with a proof. */
    buffer_clear(&desk->line);
    buffer_text(&desk->line, "key-rotate key=k public=");
    codec_encode_value(
        &desk->line, FIELD_PUBLIC_KEY, &fresh.public_key);
    sign_proof(&desk->line, &desk->ledger, &desk->ring.ana.secret);
    desk_sign(desk, "la.ana");
    desk_admit(desk);
    desk_expect(desk, STATUS_BAD_PROOF, "proof");

    /* The signature comes before the proof. */
    desk->ledger.data[0] ^= 1;
    desk_admit(desk);
    desk_expect(desk, STATUS_BAD_SIGNATURE, "sig");
    desk_close(desk);
}

/* aB plus a point of order 8: off the main subgroup. */
static struct public_key mixed_key(const uint8_t a[32])
{
    struct public_key key;
    uint8_t base[32];
    assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(base, a), 0);
    assert_int_equal(
        crypto_core_ed25519_add(key.data, base, desk_small_point), 0);
    return key;
}

/* Sign for such a key: look for an R whose hash is a multiple of 8, for
 * then the small point falls out of the equation that is checked. */
static struct signature sign_mixed(
    struct bytes message, const uint8_t a[32], const struct public_key *key)
{
    struct signature signature;
    uint8_t r[32] = {0};
    uint8_t wide[64];
    uint8_t h[32];
    uint8_t product[32];
    do {
        crypto_hash_sha512_state sha;
        r[0]++;
        assert_int_equal(
            crypto_scalarmult_ed25519_base_noclamp(signature.data, r), 0);
        crypto_hash_sha512_init(&sha);
        crypto_hash_sha512_update(&sha, signature.data, 32);
        crypto_hash_sha512_update(&sha, key->data, 32);
        crypto_hash_sha512_update(&sha, message.data, message.length);
        crypto_hash_sha512_final(&sha, wide);
        crypto_core_ed25519_scalar_reduce(h, wide);
    } while ((h[0] & 7) != 0 && r[0] < 255);
    crypto_core_ed25519_scalar_mul(product, h, a);
    crypto_core_ed25519_scalar_add(signature.data + 32, product, r);
    return signature;
}

static void append_proof_message(struct buffer *out,
    const struct hash *ledger, const struct buffer *line)
{
    buffer_text(out, "posito/proof/v1\n");
    base64_append(out, bytes_of(ledger->data, sizeof ledger->data));
    buffer_char(out, '\n');
    buffer_append(out, buffer_bytes(line));
}

/* libsodium's check of a signature takes such a key; ours does not. */
static void a_key_off_the_main_subgroup_is_told(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    uint8_t a[32] = {7};
    struct public_key key = mixed_key(a);
    struct buffer message = buffer_empty();
    desk_key_add(&desk->line, "k", &key);
    append_proof_message(&message, &desk->ledger, &desk->line);
    struct signature proof = sign_mixed(buffer_bytes(&message), a, &key);
    assert_true(signature_check(&proof, buffer_bytes(&message), &key));
    buffer_text(&desk->line, " proof=");
    codec_encode_value(&desk->line, FIELD_SIGNATURE, &proof);
    desk_sign(desk, "la.ana");
    desk_admit(desk);
    desk_expect(desk, STATUS_BAD_POINT, "public");
    buffer_free(&message);
    desk_close(desk);
}

/* ---- the key changed meanwhile ---- */

static void a_line_is_checked_again(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    struct pair other = desk_pair(2);
    buffer_text(&desk->line, DEPOSIT);
    desk_sign(desk, "la.ana");
    desk_admit(desk);
    admit_again(&desk->order, &desk->ledger, &other.public_key);
    desk_expect(desk, STATUS_BAD_SIGNATURE, "sig");
    assert_memory_equal(&desk->order.signer, &other.public_key, 32);
    admit_again(
        &desk->order, &desk->ledger, &desk->ring.ana.public_key);
    desk_expect(desk, STATUS_ACCEPTED, "");
    desk_close(desk);
}

/* Nothing was checked while the key was unknown: the proof is now. */
static void a_proof_is_checked_again(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    struct pair fresh = desk_pair(2);
    desk_key_add(&desk->line, "k", &fresh.public_key);
    sign_proof(&desk->line, &desk->ledger, &desk->ring.ana.secret);
    desk_sign(desk, "la.eva");
    desk_admit(desk);
    desk_expect(desk, STATUS_UNKNOWN_KEY, "by");
    admit_again(
        &desk->order, &desk->ledger, &desk->ring.ana.public_key);
    desk_expect(desk, STATUS_BAD_PROOF, "proof");
    desk_close(desk);
}

static void a_bad_line_stays_one(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    buffer_text(&desk->line, "deposit");
    desk_sign(desk, "la.ana");
    desk_admit(desk);
    admit_again(
        &desk->order, &desk->ledger, &desk->ring.ana.public_key);
    desk_expect(desk, STATUS_MISSING_FIELD, "member");

    /* A question has no signature to be checked. */
    buffer_clear(&desk->line);
    buffer_text(&desk->line, "status");
    desk_admit(desk);
    admit_again(
        &desk->order, &desk->ledger, &desk->ring.ana.public_key);
    desk_expect(desk, STATUS_ACCEPTED, "");
    desk_close(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_order_is_admitted),
        cmocka_unit_test(questions_need_no_key),
        cmocka_unit_test(the_line_comes_before_the_key),
        cmocka_unit_test(an_unknown_key_is_told),
        cmocka_unit_test(a_wrong_signature_is_told),
        cmocka_unit_test(a_truncated_signature_is_told),
        cmocka_unit_test(a_body_nobody_signed_is_told),
        cmocka_unit_test(unchecked_looks_at_no_signature),
        cmocka_unit_test(a_new_key_proves_itself),
        cmocka_unit_test(a_key_off_the_main_subgroup_is_told),
        cmocka_unit_test(a_line_is_checked_again),
        cmocka_unit_test(a_proof_is_checked_again),
        cmocka_unit_test(a_bad_line_stays_one),
    };
    return cmocka_run_group_tests(tests, desk_start_sodium, NULL);
}
