#include "context.h"

#include "permission.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes taken back between two pauses. */
#define ROLLBACK_PART 64

void context_begin(
    struct ledger *ledger, const struct order *order, struct instant now)
{
    struct context *c = &ledger->context;

    c->ledger = ledger;
    c->state = ledger->state;
    c->order = order;
    c->now = now.ms > ledger->time.ms ? now : ledger->time;
    c->index = ledger->tree.size;
    c->line = 0;
    c->check_signer = true;
    c->founding = !ledger->founded;
    c->show_all = false;
    c->trying = false;
    c->as_approver = false;
    c->signer_kinds = 0;
    c->pending = false;
    c->proposal = PROPOSAL_NONE;
    c->need = 0;
    c->have = 0;
    c->book = NULL;
    c->accepted = 0;
    c->refused = 0;
    c->bad_line = 0;
    c->bad_line_status = STATUS_ACCEPTED;
    context_clear(c);
    foresight_end(c);
    buffer_clear(&ledger->effects);
}

void context_clear(struct context *c)
{
    c->status = STATUS_ACCEPTED;
    c->field = bytes_of(NULL, 0);
    c->opposite = false;
    c->across_books = false;
    c->by_rule = false;
    c->activity = false;
    c->own_scope = false;
    c->cash_person = 0;
    c->only_field = NULL;
    c->leg_count = 0;
    c->total_count = 0;
    c->stake.used = false;
    c->notice = (struct notice_use){ false, false, false, 0 };
}

/* What a status says of an approver; 0: it is about the order. */
static uint32_t approver_refusal(enum status status)
{
    if (status == STATUS_WRONG_KIND)
        return APPROVER_WRONG_KIND;
    if (status == STATUS_OUT_OF_SCOPE)
        return APPROVER_OUT_OF_SCOPE;
    return status == STATUS_OWN_ACCOUNT ? APPROVER_OWN_ACCOUNT : 0;
}

void context_refuse(struct context *c, enum status status, const char *field)
{
    if (c->as_approver && approver_refusal(status) != 0) {
        c->approver_refusals |= approver_refusal(status);
        return;
    }
    if (c->status != STATUS_ACCEPTED && c->status <= status)
        return;
    c->status = status;
    c->field = field != NULL ? bytes_text(field) : bytes_of(NULL, 0);
}

bool context_refused(const struct context *c)
{
    return c->status != STATUS_ACCEPTED;
}

struct context_point context_mark(struct context *c)
{
    return (struct context_point){
        .mark = state_mark(c->state),
        .effects = c->ledger->effects.length,
        .next_expiry_ms = c->ledger->next_expiry_ms,
        .next_lapse_ms = c->ledger->next_lapse_ms,
    };
}

void context_take_back(struct context *c, const struct context_point *point)
{
    struct ledger *ledger = c->ledger;

    while (state_rollback_part(c->state, point->mark, ROLLBACK_PART))
        context_pause(c);
    ledger->effects.length = point->effects;
    ledger->next_expiry_ms = point->next_expiry_ms;
    ledger->next_lapse_ms = point->next_lapse_ms;
    if ((!context_reload(ledger) || !context_reload_policy(ledger)) &&
        !state_failed(c->state))
        (void)context_fail(ledger, "the state cannot be read again");
}

void context_touch(struct context *c, const struct book *book)
{
    if (c->book != NULL)
        return;
    c->book = book;
    c->date = book->date;
}

struct book *context_find_book(
    struct ledger *ledger, const struct ident *name)
{
    for (uint32_t i = 0; i < ledger->counters.books; i++)
        if (ident_equal(&ledger->books[i].name, name))
            return &ledger->books[i];
    return NULL;
}

struct book *context_book(
    struct context *c, const struct ident *name, const char *field)
{
    struct book *book = context_find_book(c->ledger, name);

    if (book == NULL)
        context_refuse(c, STATUS_UNKNOWN_BOOK, field);
    return book;
}

bool context_party(struct context *c, const struct ident *name,
    const char *field, struct party *out)
{
    struct state_place place = foresight_party(c, name);

    if (record_find_party_at(c->state, name, &place, out))
        return true;
    context_refuse(c, STATUS_UNKNOWN_PARTY, field);
    return false;
}

void context_need_party(
    struct context *c, const struct party *party, const char *field)
{
    if (!c->founding &&
        !permission_reaches(c->state, &c->key.scope, party))
        context_refuse(c, STATUS_OUT_OF_SCOPE, field);
}

void context_need_book(
    struct context *c, const struct book *book, const char *field)
{
    if (!c->founding &&
        !permission_reaches_book(&c->key.scope, book->number))
        context_refuse(c, STATUS_OUT_OF_SCOPE, field);
}

int context_fail(struct ledger *ledger, const char *format, ...)
{
    char text[sizeof ledger->failure.text];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    ledger->failed = true;
    return failure_set(&ledger->failure, "%s", text);
}

/* ---- copies of the tables ---- */

/* Collect the policy's rows in the order of the table's keys. */
static bool read_policy(
    struct state *state, struct quorum **rows, size_t *count)
{
    struct state_scan *scan =
        state_scan_open(state, TABLE_POLICY, bytes_of("", 0));
    struct bytes key;
    struct bytes value;
    size_t room = 0;
    bool good = scan != NULL;

    *rows = NULL;
    *count = 0;
    while (good && state_scan_next(scan, &key, &value)) {
        if (*count == room) {
            struct quorum *more;

            room = room * 2 + 16;
            more = realloc(*rows, room * sizeof **rows);
            if (more == NULL) {
                good = false;
                break;
            }
            *rows = more;
        }
        good = record_parse_quorum(key, value, &(*rows)[*count]);
        *count += good;
    }
    if (scan != NULL)
        state_scan_close(scan);
    return good;
}

/* Put the rows in order of the verbs and say where each verb's begin. */
static void order_policy(const struct quorum *found, struct policy_rows *policy)
{
    size_t placed = 0;

    for (int verb = 0; verb < VERB_COUNT; verb++) {
        policy->first[verb] = (uint32_t)placed;
        for (size_t i = 0; i < policy->count; i++)
            if (found[i].verb == (enum verb)verb)
                policy->rows[placed++] = found[i];
    }
    policy->first[VERB_COUNT] = (uint32_t)placed;
}

bool context_reload_policy(struct ledger *ledger)
{
    struct policy_rows *policy = &ledger->policy;
    struct quorum *found = NULL;
    struct quorum *rows = NULL;
    size_t count = 0;
    bool good = read_policy(ledger->state, &found, &count);

    if (!good)
        goto out;
    rows = malloc((count + 1) * sizeof *rows);
    good = rows != NULL;
    if (!good)
        goto out;
    free(policy->rows);
    policy->rows = rows;
    policy->count = count;
    order_policy(found, policy);
out:
    free(found);
    return good;
}

bool context_reload(struct ledger *ledger)
{
    meta_counters(ledger->state, &ledger->counters);
    if (ledger->counters.books > RECORD_BOOKS_MAX)
        return false;
    for (uint32_t i = 0; i < ledger->counters.books; i++)
        if (!record_find_book(
                ledger->state, (uint8_t)i, &ledger->books[i]))
            return false;
    for (uint8_t i = 0; i < RECORD_BOOKS_MAX; i++)
        ledger->dormancy[i] = i < ledger->counters.books
            ? dormancy_find(ledger->state, i)
            : (struct dormancy){ 0, 0 };
    ledger->founded =
        meta_find_founding(ledger->state, &ledger->founding);
    if (!ledger->founded)
        ledger->founding = (struct founding){ 0 };
    return true;
}
