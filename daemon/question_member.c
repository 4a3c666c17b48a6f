#include "question_inside.h"

#include <posito/part.h>

static void answer_rate(struct buffer *out, const char *key, struct rate rate)
{
    answer_word(out, key, "");
    rate_append(out, rate);
}

static uint64_t add_beneficiaries(
    struct buffer *out, const struct party_report *party)
{
    struct bytes rest = party->beneficiaries;
    struct part part;
    uint64_t count = 0;
    while (parts_next(&rest, &part)) {
        count++;
        answer_row(out);
        answer_ident(out, "beneficiary", &part.name);
        answer_rate(out, "part", part.rate);
        answer_number(out, "entry", party->designated);
        answer_hash(out, "designation", &party->designation);
        answer_end(out);
    }
    return count;
}

static uint64_t add_split(
    struct buffer *out, const struct party_report *party)
{
    struct bytes rest = party->split;
    struct part part;
    uint64_t count = 0;
    while (parts_next(&rest, &part)) {
        count++;
        answer_row(out);
        answer_ident(out, "split", &part.name);
        answer_rate(out, "part", part.rate);
        answer_number(out, "entry", party->split_set);
        answer_end(out);
    }
    return count;
}

/* The labels that are still to be paid, joined by commas. */
static void add_left(struct buffer *out, struct bytes beneficiaries,
    const struct round_report *round)
{
    struct part part;
    bool first = true;
    answer_word(out, "left", "");
    for (size_t i = 0; parts_next(&beneficiaries, &part); i++) {
        if (round->paid >> i & 1U)
            continue;
        if (!first)
            buffer_char(out, ',');
        buffer_append(out, ident_bytes(&part.name));
        first = false;
    }
}

static uint64_t add_rounds(
    struct buffer *out, const struct party_report *party)
{
    for (size_t i = 0; i < party->round_count; i++) {
        answer_row(out);
        answer_amount(out, "succession", party->rounds[i].amount);
        answer_number(out, "entry", party->rounds[i].entry);
        add_left(out, party->beneficiaries, &party->rounds[i]);
        answer_end(out);
    }
    return party->round_count;
}

uint64_t question_told(struct buffer *out, const struct party_report *party)
{
    uint64_t count = add_beneficiaries(out, party) + add_split(out, party);
    count += add_rounds(out, party);
    for (size_t i = 0; i < party->claim_count; i++) {
        answer_row(out);
        answer_amount(out, "unclaimed", party->claims[i].amount);
        answer_number(out, "entry", party->claims[i].since);
        answer_end(out);
    }
    return count + party->claim_count;
}

static void add_dormant(void *context, const struct dormant_row *row)
{
    struct question_rows *rows = context;
    struct buffer *out = &rows->text;
    rows->count++;
    answer_row(out);
    answer_account(out, "account", &row->name);
    answer_date(out, "active", row->active);
    answer_amount(out, "balance",
        (struct amount){row->balance, row->name.currency});
    answer_word(out, "state", row->unclaimed ? "unclaimed-due" : "dormant");
    answer_end(out);
}

int question_dormant(const struct question *q)
{
    struct question_rows rows = {.text = buffer_empty()};
    const struct dormant_fields *f = &q->op->as.dormant;
    const struct ident *after =
        OPERATION_HAS(q->op, dormant, after) ? &f->after : NULL;
    struct ident next;
    enum status status;
    int result = report_dormant(q->ledger, &q->peer->key, &f->book, after,
        add_dormant, &rows, &next, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        bool party = status == STATUS_UNKNOWN_PARTY ||
                     status == STATUS_OTHER_BOOK;
        (void)question_refuse(q, status, party ? "after" : "book");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&rows.text));
        answer_ok(q->out);
        answer_number(q->out, "rows", rows.count);
        answer_ident(q->out, "book", &f->book);
        if (next.length > 0)
            answer_ident(q->out, "next", &next);
        answer_end(q->out);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}
