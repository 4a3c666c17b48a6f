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
    reader->line = 0;
    reader->rest = reader->entry.body;
    return 0;
}

/* Go to a line of the body.  False if there is none of that number. */
static bool find_line(struct report_reader *reader, uint64_t line)
{
    if (line < reader->line) {
        reader->line = 0;
        reader->rest = reader->entry.body;
    }
    while (reader->line < line) {
        const uint8_t *start = reader->rest.data;
        struct bytes text;

        if (!bytes_next_line(&reader->rest, &text))
            return false;
        reader->text = bytes_of(start, text.length + 1);
        reader->line++;
    }
    return true;
}

/* Read what the entry or one line of its body posted. */
static int read_postings(
    struct report_reader *reader, uint64_t line, bool *found)
{
    struct entry one = reader->entry;

    if (line == 0)
        return posting_read(
            reader->ledger, &one, 0, &reader->postings, found);
    *found = find_line(reader, line);
    if (!*found)
        return 0;
    /* As if the body were this line alone, and it was accepted: a history
     * refers to no other lines. */
    one.body = reader->text;
    one.effects = bytes_of(NULL, 0);
    return posting_read(reader->ledger, &one, 1, &reader->postings, found);
}

int report_reader_amount(struct report_reader *reader,
    const struct account_id *id, struct history_reference reference,
    int64_t *minor)
{
    const struct posting_list *postings = &reader->postings;
    bool found;

    if (load(reader, reference.entry) != 0 ||
        read_postings(reader, reference.line, &found) != 0)
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
