#include "question_inside.h"

#include <posito/encoding.h>
#include "../protocol/codec.h"

static const char *party_state(const struct party_report *party)
{
    if (party->closed)
        return "closed";
    if (party->frozen_out && party->frozen_in)
        return "frozen-all";
    if (party->frozen_out)
        return "frozen-out";
    return party->frozen_in ? "frozen-in" : "open";
}

static void write_account(void *context, const struct account_report *r)
{
    struct question_rows *rows = context;
    struct buffer *out = &rows->text;
    enum currency currency = r->name.currency;
    rows->count++;
    answer_row(out);
    answer_account(out, "account", &r->name);
    answer_amount(out, "balance", (struct amount){r->balance, currency});
    answer_amount(out, "available", (struct amount){r->available, currency});
    answer_end(out);
}

static void write_party(struct buffer *out, const struct party_report *party)
{
    answer_row(out);
    answer_ident(out, "party", &party->name);
    answer_word(out, "kind", party_kind_name(party->kind));
    answer_ident(out, "book", &party->book);
    if (party->parent.length > 0)
        answer_ident(out, "parent", &party->parent);
    answer_word(out, "country", country_name(party->country));
    answer_word(out, "state", party_state(party));
    answer_number(out, "opened", party->opened);
    if (party->in_succession)
        answer_word(out, "succession", "yes");
    answer_end(out);
}

int question_party(const struct question *q)
{
    struct question_rows rows = {.text = buffer_empty()};
    struct party_report party;
    enum status status;
    int result = report_party(q->ledger, &q->peer->key,
        &q->op->as.party.party, &party, write_account, &rows, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, "party");
    } else if (result == 0) {
        write_party(q->out, &party);
        buffer_append(q->out, buffer_bytes(&rows.text));
        rows.count += question_told(q->out, &party);
        answer_ok(q->out);
        answer_number(q->out, "rows", rows.count);
        answer_end(q->out);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}

static void write_amounts(
    struct buffer *out, const char *key, const struct amounts *amounts)
{
    if (amounts->count == 0)
        return;
    answer_word(out, key, "");
    codec_encode_value(out, FIELD_AMOUNTS, amounts);
}

int question_key(const struct question *q)
{
    struct key_report key;
    enum status status;
    if (report_key(q->ledger, &q->peer->key, &q->op->as.key.key, &key,
            &status) != 0)
        return -1;
    if (status != STATUS_ACCEPTED)
        return question_refuse(q, status, "key");
    answer_ok(q->out);
    answer_ident(q->out, "key", &key.name);
    answer_word(q->out, "kind", key_kind_name(key.kind));
    answer_ident(q->out, "owner", &key.owner);
    answer_word(q->out, "country", country_name(key.country));
    answer_ident(q->out, "scope", &key.scope);
    answer_word(q->out, "public", "");
    base64_append(q->out,
        bytes_of(key.public_key.data, sizeof key.public_key.data));
    answer_number(q->out, "added", key.added);
    write_amounts(q->out, "limit", &key.limit);
    write_amounts(q->out, "daily", &key.daily);
    if (key.revoked)
        answer_number(q->out, "revoked", key.revoked_at);
    answer_end(q->out);
    return 0;
}
