#include "check_loan.h"

#include <posito/part.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY "entry %" PRIu64

__extension__ typedef __int128 wide;

/* ---- lists ---- */

void *check_loan_room(
    struct check *check, void *list, size_t count, size_t size)
{
    void *more = list;

    /* Doubled whenever the count is a power of two. */
    if ((count & (count - 1)) == 0)
        more = realloc(list, (count == 0 ? 1 : count * 2) * size);
    if (more == NULL)
        (void)check_fail(check, "out of memory");
    return more;
}

struct check_loans *check_loan_all(struct check *check)
{
    if (check->loans == NULL)
        check->loans = calloc(1, sizeof *check->loans);
    if (check->loans == NULL)
        (void)check_fail(check, "out of memory");
    return check->loans;
}

struct check_loan *check_loan_find(struct check *check, uint64_t index)
{
    size_t count = check->loans == NULL ? 0 : check->loans->count;

    for (size_t i = 0; i < count; i++)
        if (check->loans->list[i].loan.index == index)
            return &check->loans->list[i];
    (void)check_fail(
        check, ENTRY " is about a loan that is none", check->entry.index);
    return NULL;
}

uint32_t check_loan_borrower(const struct check *check, uint64_t index)
{
    size_t count = check->loans == NULL ? 0 : check->loans->count;

    for (size_t i = 0; i < count; i++)
        if (check->loans->list[i].loan.index == index)
            return check->loans->list[i].loan.borrower;
    return 0;
}

int check_loan_step(struct check *check, struct check_loan *loan)
{
    uint64_t *more = check_loan_room(
        check, loan->entries, loan->entry_count, sizeof *more);

    if (more == NULL)
        return -1;
    loan->entries = more;
    more[loan->entry_count++] = check->entry.index;
    loan->loan.last = check->entry.index;
    return 0;
}

void check_loan_free(struct check *check)
{
    struct check_loans *all = check->loans;

    for (size_t i = 0; all != NULL && i < all->count; i++) {
        free(all->list[i].securities);
        free(all->list[i].plans);
        free(all->list[i].entries);
    }
    if (all != NULL) {
        free(all->list);
        free(all->products);
        free(all->limits);
        tally_free(&all->expected);
    }
    free(all);
}

/* ---- products and limits ---- */

static int fault(struct check *check, const char *what)
{
    return check_fail(check, ENTRY " %s", check->entry.index, what);
}

static const struct book *find_book(
    struct check *check, const struct ident *name)
{
    for (uint32_t i = 0; i < check->counters.books; i++)
        if (ident_equal(&check->books[i].name, name))
            return &check->books[i];
    (void)fault(check, "names a book that is none");
    return NULL;
}

static int set_product(struct check *check, const struct operation *op)
{
    const struct product_set_fields *f = &op->as.product_set;
    const struct book *book = find_book(check, &f->book);
    struct check_loans *all = check_loan_all(check);
    struct product product = { .name = f->product, .from = f->from,
        .set = check->entry.index };
    struct product_terms *terms = &product.terms;
    struct product *more;

    if (book == NULL || all == NULL)
        return -1;
    product.book = book->number;
    terms->method = f->method;
    terms->daycount = f->daycount;
    terms->every = f->every;
    terms->grace = f->grace;
    terms->order = f->order;
    terms->table = f->table;
    terms->shift =
        OPERATION_HAS(op, product_set, holiday) ? f->holiday : LOAN_SHIFT_KEEP;
    terms->rounding = OPERATION_HAS(op, product_set, rounding)
        ? f->rounding
        : LOAN_ROUNDING_AWAY;
    terms->currency = f->most.currency;
    terms->most = f->most.minor;
    terms->least = f->least.minor;
    terms->longest = (uint16_t)f->longest;
    terms->unit = OPERATION_HAS(op, product_set, unit) ? f->unit.minor : 1;
    terms->yearly = f->rate;
    terms->late = f->late;
    terms->fee = f->fee;
    if (OPERATION_HAS(op, product_set, cover))
        terms->cover = f->cover;
    more = check_loan_room(
        check, all->products, all->product_count, sizeof *more);
    if (more == NULL)
        return -1;
    all->products = more;
    more[all->product_count++] = product;
    return 0;
}

static int set_limit(
    struct check *check, const struct concentration_set_fields *f)
{
    struct check_loans *all = check_loan_all(check);
    struct concentration_limit limit = { .set = check->entry.index,
        .most = { f->borrower, f->club, f->sector } };
    struct concentration_limit *more;
    struct party pool;

    if (all == NULL || check_find_party(check, &f->pool, &pool) != 0)
        return -1;
    limit.pool = pool.number;
    for (size_t i = 0; i < all->limit_count; i++)
        if (all->limits[i].pool == pool.number) {
            all->limits[i] = limit;
            return 0;
        }
    more = check_loan_room(
        check, all->limits, all->limit_count, sizeof *more);
    if (more == NULL)
        return -1;
    all->limits = more;
    more[all->limit_count++] = limit;
    return 0;
}

/* ---- loan-apply ---- */

static const struct product *find_product(struct check *check,
    const struct ident *name, const struct book *book)
{
    const struct product *last = NULL;

    for (size_t i = 0; check->loans != NULL && i < check->loans->product_count;
         i++) {
        const struct product *row = &check->loans->products[i];

        if (row->book == book->number && ident_equal(&row->name, name) &&
            row->from.days <= book->date.days &&
            (last == NULL || row->from.days > last->from.days))
            last = row;
    }
    if (last == NULL)
        (void)fault(check, "applies for what was not offered");
    return last;
}

int64_t check_loan_part(struct rate rate)
{
    int64_t part = rate.digits;

    for (unsigned i = rate.scale; i < 12 && part <= CHECK_LOAN_WHOLE; i++)
        part *= 10;
    return part;
}

/* A tranche is its part, but for less than a unit. */
static bool is_part(int64_t share, int64_t total, int64_t part)
{
    wide difference = (wide)share * CHECK_LOAN_WHOLE - (wide)total * part;

    return difference < CHECK_LOAN_WHOLE && -difference < CHECK_LOAN_WHOLE;
}

/* The parts of tranches are what the record has; they are compared with the
 * line's here, and with each other. */
static int take_tranches(struct check *check, const struct operation *op,
    struct check_loan *loan)
{
    struct bytes rest = op->as.loan_apply.tranches;
    struct part part = { .rate = { 1, 0 } };
    bool named = OPERATION_HAS(op, loan_apply, tranches);
    int64_t sum = 0;

    while (!named || parts_next(&rest, &part)) {
        struct loan_tranche *tranche = &loan->tranches[loan->tranches_kept++];

        if (loan->tranches_kept > LOAN_TRANCHES_MAX ||
            !loan_find_tranche(check->state, check->entry.index,
                (uint8_t)loan->tranches_kept, tranche) ||
            !is_part(tranche->amount, loan->loan.applied,
                check_loan_part(part.rate)) ||
            !ident_equal(&tranche->name, &part.name))
            return fault(check, "has other tranches than it says");
        tranche->paid = 0;
        tranche->before = 0;
        tranche->date = (struct date){ 0 };
        sum += tranche->amount;
        if (!named)
            break;
    }
    loan->loan.tranches = (uint8_t)loan->tranches_kept;
    return sum == loan->loan.applied
        ? 0
        : fault(check, "has tranches that are not the whole");
}

static void take_weights(const struct operation *op, struct loan *loan)
{
    struct bytes rest = op->as.loan_apply.weights;
    struct part part;

    if (!OPERATION_HAS(op, loan_apply, weights))
        return;
    while (parts_next(&rest, &part)) {
        int month = (part.name.text[0] - '0') * 10 + part.name.text[1] - '0';

        loan->weights[(month + 11) % 12] =
            (uint32_t)(check_loan_part(part.rate) / 1000000);
    }
}

static void take_shape(const struct operation *op, struct loan *loan)
{
    const struct loan_apply_fields *f = &op->as.loan_apply;

    loan->sector = f->sector;
    loan->purpose = f->purpose;
    loan->applied = f->amount.minor;
    loan->instalments = (uint16_t)f->count;
    loan->has_first_due = OPERATION_HAS(op, loan_apply, first);
    if (loan->has_first_due)
        loan->first_due = f->first;
    if (OPERATION_HAS(op, loan_apply, grace))
        loan->grace = (uint16_t)f->grace;
    if (OPERATION_HAS(op, loan_apply, only))
        loan->interest_only = (uint16_t)f->only;
    if (OPERATION_HAS(op, loan_apply, balloon))
        loan->balloon = f->balloon.minor;
    take_weights(op, loan);
}

static int apply(struct check *check, const struct operation *op)
{
    const struct loan_apply_fields *f = &op->as.loan_apply;
    struct check_loans *all = check_loan_all(check);
    struct check_loan *place;
    const struct product *product;
    struct party borrower;
    struct party other;

    if (all == NULL || check_find_party(check, &f->borrower, &borrower) != 0)
        return -1;
    product =
        find_product(check, &f->product, &check->books[borrower.book]);
    place = check_loan_room(check, all->list, all->count, sizeof *place);
    if (product == NULL || place == NULL)
        return -1;
    all->list = place;
    place += all->count++;
    memset(place, 0, sizeof *place);
    place->loan.index = check->entry.index;
    place->loan.book = borrower.book;
    place->loan.borrower = borrower.number;
    if (borrower.kind == PARTY_CLUB)
        place->loan.club = borrower.number;
    else if (borrower.parent != 0 &&
        record_find_party_number(check->state, borrower.parent, &other) &&
        other.kind == PARTY_CLUB)
        place->loan.club = other.number;
    if (OPERATION_HAS(op, loan_apply, project)) {
        if (check_find_party(check, &f->project, &other) != 0)
            return -1;
        place->loan.project = other.number;
    }
    place->loan.product = product->name;
    place->loan.product_from = product->from;
    place->loan.terms = product->terms;
    take_shape(op, &place->loan);
    if (take_tranches(check, op, place) != 0)
        return -1;
    return check_loan_step(check, place);
}

/* ---- what secures it ---- */

static struct loan_security *find_security(
    struct check_loan *loan, uint32_t party, enum loan_how how)
{
    for (size_t i = 0; i < loan->security_count; i++)
        if (loan->securities[i].party == party &&
            loan->securities[i].how == how)
            return &loan->securities[i];
    return NULL;
}

static int secure(struct check *check, uint64_t index,
    const struct ident *name, enum loan_how how, struct amount amount,
    const struct hash *evidence)
{
    struct check_loan *loan = check_loan_find(check, index);
    struct loan_security *place;
    struct account_id id;
    struct party party;

    if (loan == NULL || check_find_party(check, name, &party) != 0)
        return -1;
    place = find_security(loan, party.number, how);
    if (place == NULL) {
        place = check_loan_room(check, loan->securities,
            loan->security_count, sizeof *place);
        if (place == NULL)
            return -1;
        loan->securities = place;
        place += loan->security_count++;
    }
    memset(place, 0, sizeof *place);
    place->loan = index;
    place->party = party.number;
    place->how = how;
    place->amount = amount.minor;
    place->evidence = *evidence;
    place->given = check->entry.index;
    id = account_id_of(
        party.book, amount.currency, ROLE_SHARE, party.number);
    if (how == LOAN_PLEDGES_SHARE && check_touch(check, &id) != 0)
        return -1;
    return check_loan_step(check, loan);
}

static int free_security(struct check *check, uint64_t index,
    const struct ident *name, enum loan_how how)
{
    struct check_loan *loan = check_loan_find(check, index);
    struct loan_security *security;
    struct party party;

    if (loan == NULL || check_find_party(check, name, &party) != 0)
        return -1;
    security = find_security(loan, party.number, how);
    if (security == NULL || security->ended != 0)
        return fault(check, "releases what is not there");
    security->ended = check->entry.index;
    return check_loan_step(check, loan);
}

/* ---- entries ---- */

int check_loan_entry(
    struct check *check, const struct operation *op, enum verb reversed)
{
    const struct guarantee_fields *guarantee = &op->as.guarantee;
    const struct collateral_fields *collateral = &op->as.collateral;

    if (op->verb == VERB_PRODUCT_SET)
        return set_product(check, op);
    if (op->verb == VERB_CONCENTRATION_SET)
        return set_limit(check, &op->as.concentration_set);
    if (op->verb == VERB_LOAN_APPLY)
        return apply(check, op);
    if (op->verb == VERB_GUARANTEE)
        return secure(check, guarantee->loan, &guarantee->by,
            LOAN_GUARANTEES, guarantee->amount, &guarantee->evidence);
    if (op->verb == VERB_GUARANTEE_RELEASE)
        return free_security(check, op->as.guarantee_release.loan,
            &op->as.guarantee_release.by, LOAN_GUARANTEES);
    if (op->verb == VERB_COLLATERAL)
        return secure(check, collateral->loan, &collateral->member,
            LOAN_PLEDGES_SHARE, collateral->amount, &collateral->evidence);
    if (op->verb == VERB_COLLATERAL_RELEASE)
        return free_security(check, op->as.collateral_release.loan,
            &op->as.collateral_release.member, LOAN_PLEDGES_SHARE);
    if (op->verb == VERB_LOAN_APPROVE)
        return check_loan_approve(check, op);
    if (op->verb == VERB_LOAN_DECLINE)
        return check_loan_decline(check, op->as.loan_decline.loan);
    if (op->verb == VERB_LOAN_DISBURSE)
        return check_loan_pay_out(check, &op->as.loan_disburse);
    if (op->verb == VERB_REVERSE && reversed == VERB_LOAN_DISBURSE)
        return check_loan_take_back(check, op->as.reverse.entry);
    return check_loan_life(check, op, reversed);
}
