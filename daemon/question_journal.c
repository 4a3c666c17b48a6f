#include "question_inside.h"

#include <posito/encoding.h>
#include <posito/merkle.h>

/* Write the entry's leaf, then the receipt's text, from its proof. */
static void write_receipt(const struct question *q,
    const struct entry *entry, const struct merkle_path *path)
{
    struct buffer text = buffer_empty();
    const struct receipt receipt = {
        .index = entry->index, .path = *path, .note = q->facts->note};
    receipt_append(&text, &receipt);
    question_entry(q->out, entry->index, entry->leaf);
    answer_verbatim(q->out, buffer_bytes(&text));
    answer_ok(q->out);
    answer_end(q->out);
    if (text.failed)
        q->out->failed = true;
    buffer_free(&text);
}

int question_receipt(const struct question *q)
{
    uint64_t index = q->op->as.receipt.index;
    struct merkle_source tree = ledger_tree_source(q->ledger);
    struct buffer bytes = buffer_empty();
    struct merkle_path path;
    struct entry entry;
    enum status status;
    int result = -1;
    if (index >= q->facts->durable)
        return question_refuse(q, STATUS_BEYOND_END, "index");
    if (ledger_entry(q->ledger, index, &bytes, &entry) != 0 ||
        report_may_see(q->ledger, &q->peer->key, &entry, &status) != 0)
        goto out;
    if (status != STATUS_ACCEPTED) {
        result = question_refuse(q, status, "index");
        goto out;
    }
    if (merkle_prove_inclusion(&tree, index, q->facts->durable, &path) == 0) {
        write_receipt(q, &entry, &path);
        result = 0;
    }
out:
    buffer_free(&bytes);
    return result;
}

int question_consistency(const struct question *q)
{
    const struct consistency_fields *f = &q->op->as.consistency;
    struct merkle_source tree = ledger_tree_source(q->ledger);
    struct merkle_path path = {.count = 0};
    if (f->to > q->facts->durable)
        return question_refuse(q, STATUS_BEYOND_END, "to");
    if (f->from > f->to)
        return question_refuse(q, STATUS_BAD_RANGE, "from");
    /* From nothing, and from itself, a tree needs no proof. */
    if (f->from > 0 && f->from < f->to &&
        merkle_prove_consistency(&tree, f->from, f->to, &path) != 0)
        return -1;
    for (size_t i = 0; i < path.count; i++) {
        buffer_text(q->out, "| ");
        base64_append(q->out,
            bytes_of(path.hash[i].data, sizeof path.hash[i].data));
        buffer_char(q->out, '\n');
    }
    answer_ok(q->out);
    answer_end(q->out);
    return 0;
}

int question_checkpoint(const struct question *q)
{
    answer_verbatim(q->out, q->facts->note);
    answer_ok(q->out);
    answer_end(q->out);
    return 0;
}
