#include "peer.h"

#include "../ledger/report.h"
#include <posito/encoding.h>
#include "../protocol/answer.h"

#include <sodium.h>
#include <string.h>

#define PROTOCOL_VERSION 1

void peer_open(struct peer *peer)
{
    memset(peer, 0, sizeof *peer);
    peer->language = LANGUAGE_EN;
}

bool peer_holds(const struct peer *peer, struct ledger *ledger)
{
    struct public_key now;
    return peer->logged_in &&
           ledger_find_key(ledger, &peer->key, &now) &&
           memcmp(&now, &peer->public_key, sizeof now) == 0;
}

void peer_refuse(const struct peer *peer, struct buffer *out,
    enum status status, const char *field)
{
    const struct fault fault = {
        .status = status, .field = bytes_text(field)};
    answer_no(out, &fault, 0, peer->language);
}

static void answer_hello(struct peer *peer, struct ledger *ledger,
    struct instant now, struct buffer *out)
{
    randombytes_buf(peer->challenge.data, sizeof peer->challenge.data);
    peer->challenged = true;
    answer_ok(out);
    answer_hash(out, "ledger", ledger_id(ledger));
    answer_word(out, "origin", ledger_origin(ledger));
    answer_word(out, "challenge", "");
    base64_append(out, bytes_of(peer->challenge.data,
                           sizeof peer->challenge.data));
    answer_number(out, "version", PROTOCOL_VERSION);
    answer_instant(out, "time", now);
    answer_end(out);
}

/* A challenge is used up by the first login that names it, right or not. */
static enum status check_login(struct peer *peer,
    struct ledger *ledger, const struct login_fields *login,
    struct public_key *key)
{
    bool challenged = peer->challenged;
    peer->challenged = false;
    if (!ledger_find_key(ledger, &login->key, key))
        return STATUS_UNKNOWN_KEY;
    if (!challenged)
        return STATUS_NO_CHALLENGE;
    if (!sign_check_login(&login->sig, ledger_id(ledger), &login->key,
            &peer->challenge, key))
        return STATUS_BAD_SIGNATURE;
    return STATUS_ACCEPTED;
}

static int answer_login(struct peer *peer, struct ledger *ledger,
    const struct login_fields *login, struct buffer *out)
{
    struct public_key key;
    struct key_report report;
    enum status status = check_login(peer, ledger, login, &key);
    peer->logged_in = false;
    if (status == STATUS_ACCEPTED &&
        report_key(ledger, &login->key, &login->key, &report, &status) != 0)
        return -1;
    if (status == STATUS_ACCEPTED && report.revoked)
        status = STATUS_KEY_REVOKED;
    if (status != STATUS_ACCEPTED) {
        peer_refuse(peer, out, status, "");
        return 0;
    }
    peer->logged_in = true;
    peer->key = login->key;
    peer->public_key = key;
    answer_ok(out);
    answer_ident(out, "key", &login->key);
    answer_word(out, "kind", key_kind_name(report.kind));
    answer_end(out);
    return 0;
}

int peer_answer(struct peer *peer, struct ledger *ledger,
    const struct operation *op, struct instant now, struct buffer *out)
{
    if (op->verb == VERB_LOGIN)
        return answer_login(peer, ledger, &op->as.login, out);
    if (op->verb == VERB_HELLO) {
        answer_hello(peer, ledger, now, out);
        return 0;
    }
    answer_ok(out);
    if (op->verb == VERB_LANGUAGE) {
        peer->language = op->as.language.code;
        answer_word(out, "language",
            peer->language == LANGUAGE_ES ? "es" : "en");
    }
    answer_end(out);
    return 0;
}
