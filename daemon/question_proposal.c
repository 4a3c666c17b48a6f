#include "question_inside.h"

#include "../protocol/codec.h"

/* ---- rows ---- */

static void write_proposal(
    struct buffer *out, const struct proposal_report *report)
{
    answer_row(out);
    answer_number(out, "proposal", report->index);
    answer_word(out, "verb", operation_row(report->verb)->verb);
    answer_ident(out, "by", &report->by);
    answer_word(out, "state", proposal_phase_name(report->phase));
    answer_number(out, "need", report->need);
    answer_number(out, "have", report->have);
    if (report->each > 0)
        answer_number(out, "each", report->each);
    if (report->clubs)
        answer_word(out, "clubs", "yes");
    answer_instant(out, "until", report->until);
    if (report->ended > 0)
        answer_number(out, "ended", report->ended);
    answer_word(out, "may", "");
    codec_encode_value(out, FIELD_KINDS, &report->kinds);
    answer_end(out);
}

static void add_proposal(void *context, const struct proposal_report *report)
{
    struct question_rows *rows = context;
    rows->count++;
    write_proposal(&rows->text, report);
}

static void add_signer(void *context, const struct proposal_signer *signer)
{
    struct question_rows *rows = context;
    rows->count++;
    answer_row(&rows->text);
    answer_ident(&rows->text, "key", &signer->name);
    answer_word(&rows->text, "kind", key_kind_name(signer->kind));
    answer_word(&rows->text, "country", country_name(signer->country));
    answer_number(&rows->text, "entry", signer->entry);
    answer_word(&rows->text, "counts", signer->counts ? "yes" : "no");
    answer_end(&rows->text);
}

/* ---- what waits ---- */

int question_proposals(const struct question *q)
{
    struct question_rows rows = {.text = buffer_empty()};
    const struct proposals_fields *f = &q->op->as.proposals;
    bool only = OPERATION_HAS(q->op, proposals, key);
    enum status status;
    int result = report_proposals(q->ledger, &q->peer->key,
        only ? &f->key : NULL, q->now, add_proposal, &rows, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, "key");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&rows.text));
        answer_ok(q->out);
        answer_number(q->out, "rows", rows.count);
        answer_end(q->out);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}

/* ---- one of them ---- */

/* What it would post now, or why it would be refused now. */
static int write_effect(const struct question *q, uint64_t index)
{
    struct decision decision;
    if (ledger_try_proposal(q->ledger, index, q->now, &decision) != 0)
        return -1;
    if (decision.status == STATUS_ACCEPTED)
        return question_changes(q, decision.effects);
    answer_row(q->out);
    answer_word(q->out, "refused", status_name(decision.status));
    answer_text(q->out,
        bytes_text(status_sentence(decision.status, q->peer->language)));
    answer_end(q->out);
    return 0;
}

int question_proposal(const struct question *q)
{
    struct question_rows rows = {.text = buffer_empty()};
    struct buffer line = buffer_empty();
    struct proposal_report report;
    uint64_t index = q->op->as.proposal.proposal;
    enum status status;
    int result = report_proposal(q->ledger, &q->peer->key, index, q->now,
        &report, &line, add_signer, &rows, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, "proposal");
        goto out;
    }
    if (result != 0)
        goto out;
    write_proposal(q->out, &report);
    answer_verbatim(q->out, buffer_bytes(&line));
    buffer_append(q->out, buffer_bytes(&rows.text));
    if (report.phase == PROPOSAL_OPEN)
        result = write_effect(q, index);
    answer_ok(q->out);
    answer_end(q->out);
out:
    if (rows.text.failed || line.failed)
        result = -1;
    buffer_free(&rows.text);
    buffer_free(&line);
    return result;
}
