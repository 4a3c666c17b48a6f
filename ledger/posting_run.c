#include "posting_run.h"

#include "earning.h"

void posting_run_begin(struct posting_run *run, struct context *c,
    const struct book *book, enum role role, enum currency currency)
{
    *run = (struct posting_run){
        .context = c,
        .book = book,
        .role = role,
        .currency = currency,
        .control =
            account_id_of(book->number, currency, role, ACCOUNT_CONTROL),
    };
    (void)account_load(c->state, &run->control, &run->total);
}

bool posting_run_fits(const struct posting_run *run, int64_t credits)
{
    int64_t sum;

    return minor_add(run->total.credits, credits, &sum);
}

/* minor: debit positive. */
static void post(
    struct posting_run *run, const struct party *party, int64_t minor)
{
    struct context *c = run->context;
    struct account_id id = account_id_of(
        run->book->number, run->currency, run->role, party->number);
    struct account_name name = {
        .book = run->book->name,
        .party = party->name,
        .role = run->role,
        .currency = run->currency,
    };
    struct account before;
    struct account after;
    struct state_place place = { 0 };

    context_pause(c);
    (void)account_load_at(c->state, &id, &place, &before);
    after = before;
    if (account_earns(&id)) {
        earning_move(&after, run->book->date);
        earning_keep(c->state, &id, &before, run->book->date,
            run->book->open_month);
        if (before.postings == 0)
            after.active = run->book->date;
    }
    if (!account_post(&after, minor, c->index) ||
        !account_post(&run->total, minor, c->index))
        (void)context_fail(c->ledger, "a run of postings overflows");
    history_post(c->state, &id, &place, &before, &after,
        (struct history_reference){ c->index, c->line });
    entry_append_posting(&c->ledger->effects, &name, minor);
}

void posting_run_credit(
    struct posting_run *run, const struct party *party, int64_t minor)
{
    post(run, party, -minor);
}

void posting_run_debit(
    struct posting_run *run, const struct party *party, int64_t minor)
{
    post(run, party, minor);
}

void posting_run_end(struct posting_run *run)
{
    account_store(run->context->state, &run->control, &run->total);
}
