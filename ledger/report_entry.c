#include "report_inside.h"

#include "permission.h"
#include "report_project.h"

#include <string.h>

/* Does the entry post to an account of a party that the key's scope
 * reaches? */
static int reaches_posting(struct ledger *ledger,
    const struct signing_key *key, const struct entry *entry, bool *reached)
{
    struct posting_list postings;
    bool found;

    *reached = false;
    if (posting_read(ledger, entry, 0, &postings, &found) != 0)
        return -1;
    for (size_t i = 0; i < postings.count && !*reached; i++) {
        struct party party;
        *reached = record_find_party(ledger->state,
                       &postings.list[i].name.party, &party) &&
            permission_reaches(ledger->state, &key->scope, &party);
    }
    return 0;
}

/* " by=NAME " stands in the tail of every order. */
static bool signed_by(const struct entry *entry, const struct ident *who)
{
    uint8_t memory[IDENT_LENGTH_MAX + 8];
    struct buffer tail = buffer_over(memory, sizeof memory);

    buffer_text(&tail, " by=");
    buffer_append(&tail, ident_bytes(who));
    buffer_char(&tail, ' ');
    return memmem(entry->line.data, entry->line.length, tail.data,
               tail.length) != NULL;
}

int report_may_see(struct ledger *ledger, const struct ident *who,
    const struct entry *entry, enum status *status)
{
    struct signing_key key;
    bool reached = false;
    bool open = false;

    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    if (key.scope.kind != SCOPE_PARTY || signed_by(entry, who))
        return report_end(ledger);
    if (report_project_entry(ledger, entry, &open) != 0)
        return -1;
    if (open)
        return report_end(ledger);
    if (reaches_posting(ledger, &key, entry, &reached) != 0)
        return -1;
    if (!reached)
        *status = STATUS_OUT_OF_SCOPE;
    return report_end(ledger);
}
