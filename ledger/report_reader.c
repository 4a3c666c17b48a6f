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
    return reader;
}

static void give_back(struct report_reader *reader)
{
    shelf_give_back(reader->ledger, reader->shelved);
    shelf_give_back(reader->ledger, reader->carried);
    reader->shelved = NULL;
    reader->carried = NULL;
}

void report_reader_free(struct report_reader *reader)
{
    if (reader == NULL)
        return;
    give_back(reader);
    free(reader);
}

static int load(struct report_reader *reader, uint64_t index)
{
    uint64_t proposal;

    if (reader->shelved != NULL && reader->entry.index == index)
        return 0;
    give_back(reader);
    reader->shelved = shelf_take(reader->ledger, index);
    if (reader->shelved == NULL)
        return -1;
    reader->entry = reader->shelved->entry;
    if (!entry_carries_out(&reader->entry, &proposal))
        return 0;
    reader->carried = shelf_take(reader->ledger, proposal);
    if (reader->carried == NULL) {
        give_back(reader);
        return -1;
    }
    reader->entry.line = reader->carried->entry.line;
    reader->entry.body = reader->carried->entry.body;
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
    struct bytes line;
    struct effect effect;
    bool malformed;

    *minor = 0;
    if (posting_prefix(reader->ledger, id, &prefix) != 0)
        return -1;
    if (shelf_effect(reader->ledger, reader->shelved, buffer_bytes(&prefix),
            &line) &&
        entry_next_effect(&line, &effect, &malformed))
        *minor = effect.minor;
    return ledger_failed(reader->ledger) ? -1 : 0;
}

int report_reader_effect(struct report_reader *reader,
    const struct account_id *id, uint64_t entry, int64_t *minor)
{
    if (load(reader, entry) != 0)
        return -1;
    return find_effect(reader, id, minor);
}

/* Read what the entry or one line of its body posted. */
static int read_postings(
    struct report_reader *reader, uint64_t line, bool *found)
{
    struct shelved *from =
        reader->carried != NULL ? reader->carried : reader->shelved;
    struct entry one = reader->entry;

    if (line == 0)
        return posting_read(
            reader->ledger, &one, 0, &reader->postings, found);
    *found = shelf_line(reader->ledger, from, line, &one.body);
    if (!*found)
        return ledger_failed(reader->ledger) ? -1 : 0;
    /* As if the body were this line alone, and it was accepted: a history
     * refers to no other lines. */
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
