#include "bench_export.h"

#include "../ledger/entry.h"
#include "../ledger/journal.h"
#include "../protocol/codec.h"
#include "files.h"

#include <limits.h>

struct exporter {
    FILE *out;
    struct buffer text;
    uint64_t count;
    struct failure *failure;
};

static void add_posting(struct buffer *text, const char *role,
    struct bytes party, struct amount amount)
{
    buffer_format(text, "    us:%s:%.*s  %s ", role, (int)party.length,
        (const char *)party.data, currency_code(amount.currency));
    amount_append_digits(text, amount);
    buffer_char(text, '\n');
}

static void add_pair(struct exporter *exporter, const struct entry *entry,
    const char *verb, struct bytes debit, const char *debit_role,
    struct bytes credit, struct amount amount)
{
    struct amount opposite = {-amount.minor, amount.currency};
    struct buffer *text = &exporter->text;
    buffer_clear(text);
    date_append(text, entry->date);
    buffer_format(text, " %s\n", verb);
    add_posting(text, debit_role, debit, amount);
    add_posting(text, "share", credit, opposite);
    buffer_char(text, '\n');
    (void)fwrite(text->data, 1, text->length, exporter->out);
    exporter->count++;
}

static int export_line(struct exporter *exporter, const struct entry *entry,
    struct bytes line, enum codec_place place)
{
    struct operation op;
    struct fault fault;
    if (!codec_decode(line, place, &op, &fault))
        return failure_set(exporter->failure, "a line does not decode");
    if (op.verb == VERB_TRANSFER)
        add_pair(exporter, entry, "transfer",
            ident_bytes(&op.as.transfer.from), "share",
            ident_bytes(&op.as.transfer.to), op.as.transfer.amount);
    else if (op.verb == VERB_DEPOSIT)
        add_pair(exporter, entry, "deposit", ident_bytes(&op.as.deposit.via),
            "drawer", ident_bytes(&op.as.deposit.member),
            op.as.deposit.amount);
    else if (op.verb != VERB_PARTY_OPEN)
        return failure_set(exporter->failure,
            "entry %llu is none that this exports",
            (unsigned long long)entry->index);
    return 0;
}

static int export_entry(struct exporter *exporter, const struct entry *entry)
{
    struct bytes rest = entry->body;
    struct bytes line;
    if (entry->index == 0) /* genesis posts nothing */
        return 0;
    if (rest.length == 0)
        return export_line(exporter, entry, entry->line, CODEC_REQUEST);
    while (bytes_next_line(&rest, &line))
        if (export_line(exporter, entry, line, CODEC_BODY) != 0)
            return -1;
    return 0;
}

static int export_groups(
    struct exporter *exporter, struct journal *journal)
{
    struct journal_walk *walk = journal_walk_open(
        journal, 0, exporter->failure);
    struct group group;
    int result = walk == NULL ? -1 : 0;
    enum walk_result step = WALK_END;
    while (result == 0 && (step = journal_walk_next(walk, &group,
                               exporter->failure)) == WALK_GROUP) {
        struct bytes rest = group.entries;
        struct entry entry;
        while (result == 0 && rest.length > 0)
            result = entry_skip(&rest, &entry)
                         ? export_entry(exporter, &entry)
                         : failure_set(exporter->failure,
                               "an entry is not well-formed");
    }
    if (result == 0 && step != WALK_END)
        result = failure_set(exporter->failure, "the journal does not read");
    journal_walk_close(walk);
    return result;
}

int bench_export(const char *folder, FILE *out, uint64_t *count,
    struct failure *failure)
{
    char path[PATH_MAX];
    struct journal *journal = NULL;
    struct exporter exporter = {
        .out = out, .text = buffer_empty(), .failure = failure};
    if (!files_join(path, sizeof path, folder, "journal"))
        return failure_set(failure, "the folder's name is too long");
    struct journal_options options = {.folder = path, .read_only = true};
    int result = journal_open(&journal, &options, failure);
    if (result == 0)
        result = export_groups(&exporter, journal);
    journal_close(journal);
    buffer_free(&exporter.text);
    *count = exporter.count;
    if (result == 0 && (fflush(out) != 0 || ferror(out)))
        result = failure_set(failure, "cannot write what was exported");
    return result;
}
