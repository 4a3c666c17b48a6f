#include "report_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Room for the name of any account between "+ " and a space. */
#define PREFIX_MAX 128

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
    struct entry entry;

    if (reader->loaded && reader->entry.index == index)
        return 0;
    reader->loaded = false;
    buffer_clear(&reader->bytes);
    if (ledger_entry(reader->ledger, index, &reader->bytes, &entry) != 0 ||
        posting_find_line(reader->ledger, &entry, &reader->entry) != 0)
        return -1;
    reader->loaded = true;
    reader->line = 0;
    reader->rest = reader->entry.body;
    return 0;
}

/* "+ us/m1042/share/USD " */
static int posting_prefix(struct ledger *ledger, const struct account_id *id,
    struct buffer *out)
{
    struct account_name name = {
        .book = ledger->books[account_id_book(id)].name,
        .role = account_id_role(id),
        .currency = account_id_currency(id),
    };
    struct party party;

    if (!record_find_party_number(
            ledger->state, account_id_party(id), &party))
        return context_fail(ledger, "an account has no party");
    name.party = party.name;
    buffer_text(out, "+ ");
    account_name_append(out, &name);
    buffer_char(out, ' ');
    return 0;
}

/* The loaded entry's posting to an account among its effects; 0: none. */
static int find_effect(struct report_reader *reader,
    const struct account_id *id, int64_t *minor)
{
    char memory[PREFIX_MAX];
    struct buffer prefix = buffer_over(memory, sizeof memory);
    struct bytes rest = reader->entry.effects;
    struct bytes at = rest;
    struct bytes line;
    struct effect effect;
    bool malformed;

    *minor = 0;
    if (posting_prefix(reader->ledger, id, &prefix) != 0)
        return -1;
    while (bytes_next_line(&rest, &line)) {
        if (line.length > prefix.length &&
            memcmp(line.data, prefix.data, prefix.length) == 0 &&
            entry_next_effect(&at, &effect, &malformed)) {
            *minor = effect.minor;
            return 0;
        }
        at = rest;
    }
    return 0;
}

int report_reader_effect(struct report_reader *reader,
    const struct account_id *id, uint64_t entry, int64_t *minor)
{
    if (load(reader, entry) != 0)
        return -1;
    return find_effect(reader, id, minor);
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
    if (found && postings->more) {
        if (find_effect(reader, id, minor) != 0)
            return -1;
        if (*minor != 0)
            return 0;
    }
    return context_fail(reader->ledger,
        "entry %" PRIu64 " line %" PRIu32
        " does not post to an account whose history names it",
        reference.entry, reference.line);
}
