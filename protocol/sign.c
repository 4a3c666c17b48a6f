#include "sign.h"

#include "codec.h"

#include <posito/encoding.h>

#include <string.h>

/* The longest message: a domain, the ledger's id, and a line. */
#define MESSAGE_MAX (64 + BASE64_LENGTH(32) + LINE_LENGTH_MAX)

#define DOMAIN_ORDER "posito/order/v1\n"
#define DOMAIN_PROOF "posito/proof/v1\n"
#define DOMAIN_LOGIN "posito/login/v1\n"

#define SIG " sig="
#define PROOF " proof="

struct hash sign_no_ledger(void)
{
    struct hash none;
    memset(&none, 0, sizeof none);
    return none;
}

struct hash sign_ledger_id(struct bytes genesis_line)
{
    return hash_of(genesis_line);
}

/* ---- messages ---- */

struct message {
    uint8_t memory[MESSAGE_MAX];
    struct buffer text;
};

static void message_begin(
    struct message *message, const char *domain, const struct hash *ledger)
{
    message->text = buffer_over(message->memory, sizeof message->memory);
    buffer_text(&message->text, domain);
    base64_append(
        &message->text, bytes_of(ledger->data, sizeof ledger->data));
    buffer_char(&message->text, '\n');
}

/* The bytes of a line before the last occurrence of word; all of them if
 * it is not there.  A value has no space, so a word that begins with one
 * can only be a key. */
static struct bytes before_last(struct bytes line, const char *word)
{
    size_t length = strlen(word);
    for (size_t at = line.length; at >= length; at--) {
        size_t start = at - length;
        if (memcmp(line.data + start, word, length) == 0)
            return bytes_of(line.data, start);
    }
    return line;
}

static void message_login(struct message *message, const struct hash *ledger,
    const struct ident *key, const struct challenge *challenge)
{
    message_begin(message, DOMAIN_LOGIN, ledger);
    buffer_append(&message->text, ident_bytes(key));
    buffer_char(&message->text, '\n');
    base64_append(
        &message->text, bytes_of(challenge->data, sizeof challenge->data));
}

/* ---- signing ---- */

static void sign_line(struct buffer *line, const char *domain,
    const char *word, const struct hash *ledger,
    const struct secret_key *secret)
{
    struct message message;
    struct signature signature;
    message_begin(&message, domain, ledger);
    buffer_append(&message.text, buffer_bytes(line));
    if (message.text.failed)
        line->failed = true;
    if (line->failed)
        return;
    signature_make(&signature, buffer_bytes(&message.text), secret);
    buffer_text(line, word);
    codec_encode_value(line, FIELD_SIGNATURE, &signature);
}

void sign_order(struct buffer *line, const struct hash *ledger,
    const struct secret_key *secret)
{
    sign_line(line, DOMAIN_ORDER, SIG, ledger, secret);
}

void sign_proof(struct buffer *line, const struct hash *ledger,
    const struct secret_key *of_the_new_key)
{
    sign_line(line, DOMAIN_PROOF, PROOF, ledger, of_the_new_key);
}

void sign_login(struct signature *out, const struct hash *ledger,
    const struct ident *key, const struct challenge *challenge,
    const struct secret_key *secret)
{
    struct message message;
    message_login(&message, ledger, key, challenge);
    signature_make(out, buffer_bytes(&message.text), secret);
}

/* ---- checking ---- */

static bool check_line(struct bytes line, const char *domain,
    const char *word, const struct hash *ledger,
    const struct signature *signature, const struct public_key *key,
    const struct signature_checker *checker)
{
    struct message message;
    message_begin(&message, domain, ledger);
    buffer_append(&message.text, before_last(line, word));
    return !message.text.failed &&
           signature_check_by(
               checker, signature, buffer_bytes(&message.text), key);
}

bool sign_check_order(struct bytes line, const struct operation *op,
    const struct hash *ledger, const struct public_key *key,
    const struct signature_checker *checker)
{
    return op->is_signed && check_line(line, DOMAIN_ORDER, SIG, ledger,
                                &op->signature, key, checker);
}

bool sign_check_proof(struct bytes line, const struct operation *op,
    const struct hash *ledger)
{
    if (op->verb == VERB_KEY_ADD)
        return check_line(line, DOMAIN_PROOF, PROOF, ledger,
            &op->as.key_add.proof, &op->as.key_add.public_key, NULL);
    if (op->verb == VERB_KEY_ROTATE)
        return check_line(line, DOMAIN_PROOF, PROOF, ledger,
            &op->as.key_rotate.proof, &op->as.key_rotate.public_key, NULL);
    return false;
}

bool sign_check_login(const struct signature *signature,
    const struct hash *ledger, const struct ident *key,
    const struct challenge *challenge, const struct public_key *public_key)
{
    struct message message;
    message_login(&message, ledger, key, challenge);
    return signature_check(
        signature, buffer_bytes(&message.text), public_key);
}
