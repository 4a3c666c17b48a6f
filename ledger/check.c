#include "check.h"

#include "check_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int check_fail(struct check *check, const char *format, ...)
{
    char text[sizeof check->failure->text];
    va_list arguments;

    /* A record that storage could not give looks like one that is gone. */
    if (state_failed(check->state))
        return failure_set(
            check->failure, "%s", state_failure(check->state)->text);
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return failure_set(check->failure, "%s", text);
}

const char *check_name(struct check *check, const struct account_id *id,
    char text[CHECK_NAME_MAX])
{
    const struct ident *book =
        &check->ledger->books[account_id_book(id) % RECORD_BOOKS_MAX].name;
    struct party party = { .name = ident_of("0") };

    (void)!record_find_party_number(
        check->state, account_id_party(id), &party);
    (void)snprintf(text, CHECK_NAME_MAX, "%.*s/%.*s/%s/%s",
        (int)book->length, book->text, (int)party.name.length,
        party.name.text,
        account_id_role(id) < ROLE_COUNT ? role_row(account_id_role(id))->name
                                         : "?",
        account_id_currency(id) < CURRENCY_COUNT
            ? currency_code(account_id_currency(id))
            : "?");
    return text;
}

static int walk(struct check *check)
{
    uint64_t size = ledger_size(check->ledger);

    for (uint64_t index = 0; index < size; index++)
        if (check_entry(check, index) != 0)
            return -1;
    if (check_party_end(check) != 0 || check_key_end(check) != 0 ||
        check_proposal_end(check) != 0)
        return -1;
    return check_record_end(check);
}

int check_ledger(struct ledger *ledger, struct failure *failure)
{
    struct check *check = calloc(1, sizeof *check);
    int result = -1;

    if (check == NULL)
        return failure_set(failure, "out of memory");
    check->ledger = ledger;
    check->state = ledger->state;
    check->failure = failure;
    merkle_clear(&check->tree);
    check->bytes = buffer_empty();
    check->other_bytes = buffer_empty();
    check->proposed_bytes = buffer_empty();
    check->carried_bytes = buffer_empty();
    if (check_project_begin(check) == 0 && check_party_begin(check) == 0)
        result = walk(check);
    if (result == 0 && state_failed(check->state))
        result = check_fail(check, "storage");
    check_project_free(check);
    tally_free(&check->tallies);
    tally_free(&check->pools);
    buffer_free(&check->bytes);
    buffer_free(&check->other_bytes);
    buffer_free(&check->proposed_bytes);
    buffer_free(&check->carried_bytes);
    check_term_free(check);
    free(check->told);
    check_loan_free(check);
    free(check->proposals);
    free(check->parties);
    free(check->keys);
    free(check->policy);
    free(check);
    return result;
}
