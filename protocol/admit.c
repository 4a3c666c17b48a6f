#include "admit.h"

#include "codec.h"
#include "sign.h"

#include <posito/merkle.h>

#include <stdlib.h>
#include <string.h>

static void set_fault(
    struct fault *fault, enum status status, const char *field)
{
    fault->status = status;
    fault->field = bytes_text(field);
}

/* ---- bodies ---- */

/* What the line says about its body; false if it has none. */
static bool signed_body(
    const struct operation *op, uint64_t *lines, struct hash *root)
{
    if (op->verb == VERB_BATCH) {
        *lines = op->as.batch.lines;
        *root = op->as.batch.root;
        return true;
    }
    if (op->verb == VERB_GENESIS) {
        *lines = op->as.genesis.lines;
        *root = op->as.genesis.root;
        return true;
    }
    return false;
}

static size_t count_lines(struct bytes body)
{
    size_t count = 0;
    struct bytes line;
    while (bytes_next_line(&body, &line))
        count++;
    return count;
}

static void decode_lines(struct order *order, enum codec_place place)
{
    struct bytes rest = order->body;
    struct bytes line;
    for (size_t i = 0; i < order->line_count; i++) {
        struct fault fault;
        if (!bytes_next_line(&rest, &line))
            return;
        order->line_status[i] = STATUS_ACCEPTED;
        order->lines[i].verb = VERB_COUNT;
        if (!codec_decode(line, place, &order->lines[i], &fault))
            order->line_status[i] = fault.status;
        /* The journal keeps bodies, and stays text. */
        if (order->line_status[i] == STATUS_BAD_BYTE ||
            order->line_status[i] == STATUS_LINE_TOO_LONG)
            order->body_status = STATUS_BAD_BODY;
    }
}

/* Decode the body's lines and compare them with what was signed. */
static int admit_body(struct order *order, bool check_root)
{
    uint64_t lines;
    struct hash root;
    struct bytes body = order->body;
    if (!signed_body(&order->operation, &lines, &root)) {
        if (body.length > 0)
            order->body_status = STATUS_BAD_BODY;
        return 0;
    }
    if (lines > BODY_LINES_MAX || body.length > BODY_BYTES_MAX) {
        order->body_status = STATUS_BODY_TOO_LARGE;
        return 0;
    }
    if (count_lines(body) != lines ||
        (body.length > 0 && body.data[body.length - 1] != '\n')) {
        order->body_status = STATUS_BAD_BODY;
        return 0;
    }
    if (check_root) {
        struct hash found = merkle_root_of_lines(body);
        if (!hash_equal(&found, &root))
            order->body_status = STATUS_BAD_BODY;
    }
    if (lines == 0)
        return 0;
    order->lines = malloc((size_t)lines * sizeof *order->lines);
    order->line_status = malloc((size_t)lines * sizeof *order->line_status);
    if (order->lines == NULL || order->line_status == NULL)
        return -1;
    order->line_count = (size_t)lines;
    decode_lines(order,
        order->operation.verb == VERB_GENESIS ? CODEC_GENESIS : CODEC_BODY);
    return 0;
}

/* ---- new keys ---- */

static const struct public_key *new_key(const struct operation *op)
{
    if (op->verb == VERB_KEY_ADD)
        return &op->as.key_add.public_key;
    if (op->verb == VERB_KEY_ROTATE)
        return &op->as.key_rotate.public_key;
    return NULL;
}

static void check_new_key(struct fault *fault, struct bytes line,
    const struct operation *op, const struct hash *ledger)
{
    const struct public_key *key = new_key(op);
    if (key == NULL)
        return;
    if (!sign_check_proof(line, op, ledger))
        set_fault(fault, STATUS_BAD_PROOF, "proof");
    else if (!public_key_valid(key))
        set_fault(fault, STATUS_BAD_POINT, "public");
}

/* The log's key and the keys of genesis' body.  A proof that fails takes
 * precedence over a key that is no good, wherever they stand. */
static void check_founding_keys(
    struct fault *fault, const struct order *order)
{
    struct hash none = sign_no_ledger();
    struct bytes rest = order->body;
    struct bytes line;
    if (!public_key_valid(&order->operation.as.genesis.log))
        set_fault(fault, STATUS_BAD_POINT, "log");
    for (size_t i = 0; i < order->line_count; i++) {
        struct fault found = {.status = STATUS_ACCEPTED};
        if (!bytes_next_line(&rest, &line))
            return;
        if (order->line_status[i] == STATUS_ACCEPTED)
            check_new_key(&found, line, &order->lines[i], &none);
        if (found.status == STATUS_BAD_PROOF ||
            fault->status == STATUS_ACCEPTED)
            *fault = found;
        if (found.status == STATUS_BAD_PROOF)
            return;
    }
}

static bool find_founder(const struct order *order, struct public_key *out)
{
    for (size_t i = 0; i < order->line_count; i++) {
        const struct key_add_fields *key = &order->lines[i].as.key_add;
        if (order->line_status[i] == STATUS_ACCEPTED &&
            order->lines[i].verb == VERB_KEY_ADD &&
            ident_equal(&key->key, &order->operation.by)) {
            *out = key->public_key;
            return true;
        }
    }
    return false;
}

/* ---- signatures ---- */

/* Everything that is signed, with order->signer as the signer's key. */
static void check_signatures(struct order *order, const struct hash *ledger,
    const struct signature_checker *checker)
{
    const struct operation *op = &order->operation;
    struct hash none = sign_no_ledger();
    bool founding = op->verb == VERB_GENESIS;
    if (!sign_check_order(order->line, op, founding ? &none : ledger,
            &order->signer, checker))
        set_fault(&order->fault, STATUS_BAD_SIGNATURE, "sig");
    else if (founding)
        check_founding_keys(&order->fault, order);
    else
        check_new_key(&order->fault, order->line, op, ledger);
}

static int decode(struct order *order, struct bytes line, struct bytes body,
    bool check_root)
{
    memset(order, 0, sizeof *order);
    order->line = line;
    order->body = body;
    if (!codec_decode(
            line, CODEC_REQUEST, &order->operation, &order->fault))
        return 0;
    return admit_body(order, check_root);
}

int admit_unchecked(struct order *order, struct bytes line, struct bytes body)
{
    return decode(order, line, body, false);
}

int admit_order(struct order *order, struct bytes line, struct bytes body,
    const struct hash *ledger, const struct keyring *keys)
{
    const struct operation *op = &order->operation;
    if (decode(order, line, body, true) != 0)
        return -1;
    if (order->fault.status != STATUS_ACCEPTED || !op->is_signed)
        return 0;
    bool found = op->verb == VERB_GENESIS
                     ? find_founder(order, &order->signer)
                     : keys->find(keys->context, &op->by, &order->signer);
    if (found)
        check_signatures(order, ledger, keys->checker);
    else
        set_fault(&order->fault, STATUS_UNKNOWN_KEY, "by");
    return 0;
}

void admit_again(struct order *order, const struct hash *ledger,
    const struct public_key *signer)
{
    if (order->fault.status != STATUS_ACCEPTED &&
        order->fault.status < STATUS_UNKNOWN_KEY)
        return;
    if (!order->operation.is_signed)
        return;
    order->fault = (struct fault){.status = STATUS_ACCEPTED};
    order->signer = *signer;
    check_signatures(order, ledger, NULL);
}

void admit_free(struct order *order)
{
    free(order->lines);
    free(order->line_status);
    order->lines = NULL;
    order->line_status = NULL;
    order->line_count = 0;
}

/* ---- a line on its way in ---- */

/* True if a line's verb has a body, however the rest of it is spelled. */
static bool has_body(struct bytes line)
{
    enum verb verb;
    size_t end = 0;
    while (line.length > 0 && line.data[0] == ' ')
        line = bytes_after(line, 1);
    while (end < line.length && line.data[end] != ' ')
        end++;
    return verb_parse(bytes_of(line.data, end), &verb) &&
           (operation_row(verb)->flags & FLAG_HAS_BODY) != 0;
}

bool admit_body_lines(
    struct bytes line, uint64_t *lines, struct fault *fault)
{
    struct operation op;
    struct hash root;
    *lines = 0;
    *fault = (struct fault){.status = STATUS_ACCEPTED};
    if (!has_body(line))
        return true;
    if (!codec_decode(line, CODEC_REQUEST, &op, fault))
        return false;
    if (signed_body(&op, lines, &root) && *lines > BODY_LINES_MAX) {
        set_fault(fault, STATUS_BODY_TOO_LARGE, "lines");
        return false;
    }
    return true;
}
