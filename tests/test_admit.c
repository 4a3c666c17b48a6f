/*
 * Admission: lines with their bodies become orders whose signatures were
 * checked, and each thing that may be wrong with them gets its status.
 */
#include "../protocol/admit.h"
#include "../protocol/codec.h"
#include "../protocol/sign.h"

#include <posito/encoding.h>
#include <posito/merkle.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include <cmocka.h>

#define ID " id=01ARZ3NDEKTSV4RRFFQ69G5FAV by="
#define DEPOSIT "deposit member=m1042 via=la amount=USD25.00 purpose=I"

struct pair {
    struct public_key public_key;
    struct secret_key secret;
};

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

/* One key, la.ana's; counts how often it was asked for one. */
struct ring {
    struct pair ana;
    unsigned asked;
};

static bool ring_find(
    void *context, const struct ident *name, struct public_key *out)
{
    struct ring *ring = context;
    ring->asked++;
    if (!bytes_equal_text(ident_bytes(name), "la.ana"))
        return false;
    *out = ring->ana.public_key;
    return true;
}

struct bench {
    struct ring ring;
    struct keyring keys;
    struct hash ledger;
    struct buffer line;
    struct buffer body;
    struct order order;
};

static struct bench *bench_open(void)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->ring.ana = pair_of(1);
    bench->keys.find = ring_find;
    bench->keys.context = &bench->ring;
    bench->ledger = hash_of(bytes_text("a ledger"));
    bench->line = buffer_empty();
    bench->body = buffer_empty();
    return bench;
}

static void bench_close(struct bench *bench)
{
    admit_free(&bench->order);
    buffer_free(&bench->line);
    buffer_free(&bench->body);
    free(bench);
}

static void sign(struct bench *bench, const char *by)
{
    buffer_text(&bench->line, ID);
    buffer_text(&bench->line, by);
    sign_order(&bench->line, &bench->ledger, &bench->ring.ana.secret);
    assert_false(bench->line.failed);
}

static void admit(struct bench *bench)
{
    admit_free(&bench->order);
    assert_int_equal(
        admit_order(&bench->order, buffer_bytes(&bench->line),
            buffer_bytes(&bench->body), &bench->ledger, &bench->keys),
        0);
}

static void expect_fault(
    const struct bench *bench, enum status status, const char *field)
{
    const struct fault *fault = &bench->order.fault;
    if (fault->status != status || !bytes_equal_text(fault->field, field))
        fail_msg("%s in \"%.*s\", expected %s", status_name(fault->status),
            (int)fault->field.length, (const char *)fault->field.data,
            status_name(status));
}

/* ---- lines without a body ---- */

static void a_good_order_is_admitted(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    buffer_text(&bench->line, DEPOSIT);
    sign(bench, "la.ana");
    admit(bench);
    expect_fault(bench, STATUS_ACCEPTED, "");
    assert_int_equal(bench->order.body_status, STATUS_ACCEPTED);
    assert_int_equal(bench->order.operation.verb, VERB_DEPOSIT);
    assert_memory_equal(
        &bench->order.signer, &bench->ring.ana.public_key, 32);
    bench_close(bench);
}

static void questions_need_no_key(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    buffer_text(&bench->line, "checkpoint");
    admit(bench);
    expect_fault(bench, STATUS_ACCEPTED, "");
    assert_int_equal(bench->ring.asked, 0);
    bench_close(bench);
}

static void the_line_comes_before_the_key(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    buffer_text(&bench->line, "deposit member=m1042");
    sign(bench, "nobody");
    admit(bench);
    expect_fault(bench, STATUS_MISSING_FIELD, "via");
    assert_int_equal(bench->ring.asked, 0);
    bench_close(bench);
}

static void an_unknown_key_is_told(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    buffer_text(&bench->line, DEPOSIT);
    sign(bench, "la.eva");
    admit(bench);
    expect_fault(bench, STATUS_UNKNOWN_KEY, "by");
    bench_close(bench);
}

static void a_wrong_signature_is_told(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    buffer_text(&bench->line, DEPOSIT);
    sign(bench, "la.ana");
    bench->ledger.data[0] ^= 1;
    admit(bench);
    expect_fault(bench, STATUS_BAD_SIGNATURE, "sig");
    bench_close(bench);
}

static void a_truncated_signature_is_told(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    buffer_text(&bench->line, DEPOSIT);
    sign(bench, "la.ana");
    buffer_truncate(&bench->line, bench->line.length - 4);
    admit(bench);
    expect_fault(bench, STATUS_BAD_VALUE, "sig");
    bench_close(bench);
}

static void a_body_nobody_signed_is_told(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    buffer_text(&bench->line, DEPOSIT);
    buffer_text(&bench->body, DEPOSIT "\n");
    sign(bench, "la.ana");
    admit(bench);
    expect_fault(bench, STATUS_ACCEPTED, "");
    assert_int_equal(bench->order.body_status, STATUS_BAD_BODY);
    bench_close(bench);
}

static void unchecked_looks_at_no_signature(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    struct order *order = &bench->order;
    static const struct public_key zero;
    buffer_text(&bench->line, DEPOSIT);
    sign(bench, "nobody");
    assert_int_equal(admit_unchecked(order, buffer_bytes(&bench->line),
                         buffer_bytes(&bench->body)),
        0);
    expect_fault(bench, STATUS_ACCEPTED, "");
    assert_memory_equal(&order->signer, &zero, sizeof zero);
    bench_close(bench);
}

/* ---- new keys ---- */

static void begin_key_add(struct buffer *line, const char *name,
    const struct public_key *key)
{
    buffer_text(line, "key-add key=");
    buffer_text(line, name);
    buffer_text(line, " public=");
    codec_encode_value(line, FIELD_PUBLIC_KEY, key);
    buffer_text(line, " kind=board owner=o country=US scope=all");
}

static void a_new_key_proves_itself(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    struct pair fresh = pair_of(2);
    begin_key_add(&bench->line, "k", &fresh.public_key);
    sign_proof(&bench->line, &bench->ledger, &fresh.secret);
    sign(bench, "la.ana");
    admit(bench);
    expect_fault(bench, STATUS_ACCEPTED, "");

    /* By another key than the one it is about. */
    buffer_clear(&bench->line);
    begin_key_add(&bench->line, "k", &fresh.public_key);
    sign_proof(&bench->line, &bench->ledger, &bench->ring.ana.secret);
    sign(bench, "la.ana");
    admit(bench);
    expect_fault(bench, STATUS_BAD_PROOF, "proof");

    /* Another verb with a proof. */
    buffer_clear(&bench->line);
    buffer_text(&bench->line, "key-rotate key=k public=");
    codec_encode_value(
        &bench->line, FIELD_PUBLIC_KEY, &fresh.public_key);
    sign_proof(&bench->line, &bench->ledger, &bench->ring.ana.secret);
    sign(bench, "la.ana");
    admit(bench);
    expect_fault(bench, STATUS_BAD_PROOF, "proof");

    /* The signature comes before the proof. */
    bench->ledger.data[0] ^= 1;
    admit(bench);
    expect_fault(bench, STATUS_BAD_SIGNATURE, "sig");
    bench_close(bench);
}

/* A point of order 8. */
static const uint8_t small_point[32] = {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2,
    0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
    0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
    0xfc, 0x05};

/* aB plus a point of order 8: off the main subgroup. */
static struct public_key mixed_key(const uint8_t a[32])
{
    struct public_key key;
    uint8_t base[32];
    assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(base, a), 0);
    assert_int_equal(
        crypto_core_ed25519_add(key.data, base, small_point), 0);
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
    struct bench *bench = bench_open();
    uint8_t a[32] = {7};
    struct public_key key = mixed_key(a);
    struct buffer message = buffer_empty();
    begin_key_add(&bench->line, "k", &key);
    append_proof_message(&message, &bench->ledger, &bench->line);
    struct signature proof = sign_mixed(buffer_bytes(&message), a, &key);
    assert_true(signature_check(&proof, buffer_bytes(&message), &key));
    buffer_text(&bench->line, " proof=");
    codec_encode_value(&bench->line, FIELD_SIGNATURE, &proof);
    sign(bench, "la.ana");
    admit(bench);
    expect_fault(bench, STATUS_BAD_POINT, "public");
    buffer_free(&message);
    bench_close(bench);
}

/* ---- the key changed meanwhile ---- */

static void a_line_is_checked_again(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    struct pair other = pair_of(2);
    buffer_text(&bench->line, DEPOSIT);
    sign(bench, "la.ana");
    admit(bench);
    admit_again(&bench->order, &bench->ledger, &other.public_key);
    expect_fault(bench, STATUS_BAD_SIGNATURE, "sig");
    assert_memory_equal(&bench->order.signer, &other.public_key, 32);
    admit_again(
        &bench->order, &bench->ledger, &bench->ring.ana.public_key);
    expect_fault(bench, STATUS_ACCEPTED, "");
    bench_close(bench);
}

/* Nothing was checked while the key was unknown: the proof is now. */
static void a_proof_is_checked_again(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    struct pair fresh = pair_of(2);
    begin_key_add(&bench->line, "k", &fresh.public_key);
    sign_proof(&bench->line, &bench->ledger, &bench->ring.ana.secret);
    sign(bench, "la.eva");
    admit(bench);
    expect_fault(bench, STATUS_UNKNOWN_KEY, "by");
    admit_again(
        &bench->order, &bench->ledger, &bench->ring.ana.public_key);
    expect_fault(bench, STATUS_BAD_PROOF, "proof");
    bench_close(bench);
}

static void a_bad_line_stays_one(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    buffer_text(&bench->line, "deposit");
    sign(bench, "la.ana");
    admit(bench);
    admit_again(
        &bench->order, &bench->ledger, &bench->ring.ana.public_key);
    expect_fault(bench, STATUS_MISSING_FIELD, "member");

    /* A question has no signature to be checked. */
    buffer_clear(&bench->line);
    buffer_text(&bench->line, "status");
    admit(bench);
    admit_again(
        &bench->order, &bench->ledger, &bench->ring.ana.public_key);
    expect_fault(bench, STATUS_ACCEPTED, "");
    bench_close(bench);
}

/* ---- batches ---- */

/* A batch line over the body as it is; lines says how many it claims. */
static void sign_batch(struct bench *bench, uint64_t lines)
{
    struct hash root = merkle_root_of_lines(buffer_bytes(&bench->body));
    buffer_clear(&bench->line);
    buffer_format(&bench->line, "batch mode=each lines=%llu root=",
        (unsigned long long)lines);
    codec_encode_value(&bench->line, FIELD_HASH, &root);
    sign(bench, "la.ana");
}

static void a_batch_decodes_each_line(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    const struct order *order = &bench->order;
    buffer_text(&bench->body,
        DEPOSIT "\n"
        "deposit member=m1042\n"
        "status\n"
        "\n"
        "transfer from=m1 to=m2 amount=USD1.00 purpose=F\n");
    sign_batch(bench, 5);
    admit(bench);
    expect_fault(bench, STATUS_ACCEPTED, "");
    assert_int_equal(order->body_status, STATUS_ACCEPTED);
    assert_int_equal(order->line_count, 5);
    assert_int_equal(order->line_status[0], STATUS_ACCEPTED);
    assert_int_equal(order->line_status[1], STATUS_MISSING_FIELD);
    assert_int_equal(order->line_status[2], STATUS_NOT_IN_A_BODY);
    assert_int_equal(order->line_status[3], STATUS_UNKNOWN_VERB);
    assert_int_equal(order->line_status[4], STATUS_ACCEPTED);
    assert_int_equal(order->lines[0].as.deposit.amount.minor, 2500);
    assert_int_equal(order->lines[3].verb, VERB_COUNT);
    assert_int_equal(order->lines[4].verb, VERB_TRANSFER);
    bench_close(bench);
}

static void an_empty_batch_has_no_lines(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    sign_batch(bench, 0);
    admit(bench);
    expect_fault(bench, STATUS_ACCEPTED, "");
    assert_int_equal(bench->order.body_status, STATUS_ACCEPTED);
    assert_int_equal(bench->order.line_count, 0);
    bench_close(bench);
}

static void expect_body(struct bench *bench, enum status status)
{
    admit(bench);
    expect_fault(bench, STATUS_ACCEPTED, "");
    assert_int_equal(bench->order.body_status, status);
}

static void a_body_other_than_signed_is_told(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    buffer_text(&bench->body, DEPOSIT "\n" DEPOSIT "\n");
    sign_batch(bench, 2);
    expect_body(bench, STATUS_ACCEPTED);
    for (size_t i = 0; i < bench->body.length; i++) {
        bench->body.data[i] ^= 1;
        expect_body(bench, STATUS_BAD_BODY);
        bench->body.data[i] ^= 1;
    }
    /* Another number of lines, with the root of those that are there. */
    sign_batch(bench, 1);
    expect_body(bench, STATUS_BAD_BODY);
    sign_batch(bench, 3);
    expect_body(bench, STATUS_BAD_BODY);
    /* More bytes after the last line. */
    sign_batch(bench, 2);
    buffer_text(&bench->body, "x");
    expect_body(bench, STATUS_BAD_BODY);
    buffer_clear(&bench->body);
    expect_body(bench, STATUS_BAD_BODY);
    bench_close(bench);
}

static void a_body_has_bounds(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    for (unsigned i = 0; i < BODY_LINES_MAX; i++)
        buffer_text(&bench->body, DEPOSIT "\n");
    sign_batch(bench, BODY_LINES_MAX);
    expect_body(bench, STATUS_ACCEPTED);
    assert_int_equal(bench->order.line_count, BODY_LINES_MAX);
    buffer_text(&bench->body, DEPOSIT "\n");
    sign_batch(bench, BODY_LINES_MAX + 1);
    expect_body(bench, STATUS_BODY_TOO_LARGE);
    assert_int_equal(bench->order.line_count, 0);

    buffer_clear(&bench->body);
    while (bench->body.length < BODY_BYTES_MAX)
        buffer_text(&bench->body, "xxxxxxxxxxxxxxx\n");
    sign_batch(bench, 1);
    expect_body(bench, STATUS_BAD_BODY);
    buffer_text(&bench->body, "\n");
    expect_body(bench, STATUS_BODY_TOO_LARGE);
    bench_close(bench);
}

/* ---- genesis ---- */

struct founding {
    struct pair board;   /* key la.ana of the body, signs */
    struct pair teller;  /* another key of the body */
    struct pair prover;  /* who really made the teller's proof */
    struct public_key log;
    const char *by;
};

static struct founding founding_of(void)
{
    struct founding founding = {.board = pair_of(1),
        .teller = pair_of(2),
        .prover = pair_of(2),
        .log = pair_of(3).public_key,
        .by = "la.ana"};
    return founding;
}

static void append_key(struct buffer *body, const char *name,
    const struct pair *key, const struct pair *prover)
{
    struct buffer line = buffer_empty();
    struct hash none = sign_no_ledger();
    begin_key_add(&line, name, &key->public_key);
    sign_proof(&line, &none, &prover->secret);
    buffer_append(body, buffer_bytes(&line));
    buffer_char(body, '\n');
    buffer_free(&line);
}

static void found(struct bench *bench, const struct founding *founding)
{
    struct hash none = sign_no_ledger();
    buffer_clear(&bench->body);
    buffer_clear(&bench->line);
    buffer_text(&bench->body, "currency code=USD digits=2\n");
    append_key(&bench->body, "la.eva", &founding->teller, &founding->prover);
    append_key(&bench->body, "la.ana", &founding->board, &founding->board);
    struct hash root = merkle_root_of_lines(buffer_bytes(&bench->body));
    buffer_text(&bench->line, "genesis version=1 origin=o log=");
    codec_encode_value(&bench->line, FIELD_PUBLIC_KEY, &founding->log);
    buffer_text(&bench->line, " chart=1 lines=3 root=");
    codec_encode_value(&bench->line, FIELD_HASH, &root);
    buffer_text(&bench->line, ID);
    buffer_text(&bench->line, founding->by);
    sign_order(&bench->line, &none, &founding->board.secret);
    admit(bench);
}

static void genesis_is_signed_by_a_key_of_its_body(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    struct founding founding = founding_of();
    found(bench, &founding);
    expect_fault(bench, STATUS_ACCEPTED, "");
    assert_int_equal(bench->order.body_status, STATUS_ACCEPTED);
    assert_int_equal(bench->order.line_count, 3);
    assert_int_equal(bench->ring.asked, 0);
    assert_memory_equal(
        &bench->order.signer, &founding.board.public_key, 32);

    founding.by = "la.sol";
    found(bench, &founding);
    expect_fault(bench, STATUS_UNKNOWN_KEY, "by");
    founding.by = "la.eva";
    found(bench, &founding);
    expect_fault(bench, STATUS_BAD_SIGNATURE, "sig");
    bench_close(bench);
}

static void keys_of_genesis_prove_themselves(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    struct founding founding = founding_of();
    founding.prover = pair_of(4);
    found(bench, &founding);
    expect_fault(bench, STATUS_BAD_PROOF, "proof");

    /* The proof comes before the log's key. */
    memcpy(founding.log.data, small_point, sizeof small_point);
    found(bench, &founding);
    expect_fault(bench, STATUS_BAD_PROOF, "proof");
    founding.prover = founding.teller;
    found(bench, &founding);
    expect_fault(bench, STATUS_BAD_POINT, "log");
    bench_close(bench);
}

/* ---- how many lines follow ---- */

static void expect_lines(const char *text, bool told, uint64_t expected,
    enum status status)
{
    uint64_t lines = 99;
    struct fault fault;
    assert_int_equal(
        admit_body_lines(bytes_text(text), &lines, &fault), told);
    assert_int_equal(fault.status, status);
    if (told)
        assert_int_equal(lines, expected);
}

static void the_lines_that_follow_are_known(void **state)
{
    (void)state;
    struct bench *bench = bench_open();
    char text[LINE_LENGTH_MAX];
    sign_batch(bench, 17);
    memset(text, 0, sizeof text);
    memcpy(text, bench->line.data, bench->line.length);
    expect_lines(text, true, 17, STATUS_ACCEPTED);
    text[bench->line.length - 1] = 'x';
    expect_lines(text, false, 0, STATUS_BAD_VALUE);
    sign_batch(bench, BODY_LINES_MAX + 1);
    memset(text, 0, sizeof text);
    memcpy(text, bench->line.data, bench->line.length);
    expect_lines(text, false, 0, STATUS_BODY_TOO_LARGE);

    expect_lines("", true, 0, STATUS_ACCEPTED);
    expect_lines("  ", true, 0, STATUS_ACCEPTED);
    expect_lines("status", true, 0, STATUS_ACCEPTED);
    expect_lines("try batch mode=all", true, 0, STATUS_ACCEPTED);
    expect_lines("deposit colour=red", true, 0, STATUS_ACCEPTED);
    expect_lines("batch", false, 0, STATUS_MISSING_FIELD);
    expect_lines("  genesis", false, 0, STATUS_BAD_FIELD);
    bench_close(bench);
}

static int start_sodium(void **state)
{
    (void)state;
    return sodium_init() < 0 ? -1 : 0;
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
        cmocka_unit_test(a_batch_decodes_each_line),
        cmocka_unit_test(an_empty_batch_has_no_lines),
        cmocka_unit_test(a_body_other_than_signed_is_told),
        cmocka_unit_test(a_body_has_bounds),
        cmocka_unit_test(genesis_is_signed_by_a_key_of_its_body),
        cmocka_unit_test(keys_of_genesis_prove_themselves),
        cmocka_unit_test(the_lines_that_follow_are_known),
    };
    return cmocka_run_group_tests(tests, start_sodium, NULL);
}
