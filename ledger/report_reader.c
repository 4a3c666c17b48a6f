#include "report_inside.h"

#include <inttypes.h>
#include <stdlib.h>

struct report_reader *report_reader_new(struct ledger *ledger)
{
    struct report_reader *reader = calloc(1, sizeof *reader);

    if (reader == NULL) {
        (void)context_fail(ledger, "out of memory for a report");
        return NULL;
    }
    reader->ledger = ledger;
    reader->bytes = buffer_empty();
    return reader;
}

void report_reader_free(struct report_reader *reader)
{
    if (reader == NULL)
        return;
    buffer_free(&reader->bytes);
    free(reader);
}

static int load(struct report_reader *reader, uint64_t index)
{
    if (reader->loaded && reader->entry.index == index)
        return 0;
    reader->loaded = false;
    buffer_clear(&reader->bytes);
    if (ledger_entry(reader->ledger, index, &reader->bytes, &reader->entry) !=
        0)
        return -1;
    reader->loaded = true;
    return 0;
}

int report_reader_amount(struct report_reader *reader,
    const struct account_id *id, struct history_reference reference,
    int64_t *minor)
{
    const struct posting_list *postings = &reader->postings;
    bool found;

    if (load(reader, reference.entry) != 0 ||
        posting_read(reader->ledger, &reader->entry, reference.line,
            &reader->postings, &found) != 0)
        return -1;
    for (size_t i = 0; found && i < postings->count; i++) {
        if (account_id_equal(&postings->list[i].id, id)) {
            *minor = postings->list[i].minor;
            return 0;
        }
    }
    return context_fail(reader->ledger,
        "entry %" PRIu64 " line %" PRIu32
        " does not post to an account whose history names it",
        reference.entry, reference.line);
}
