#include "loan.h"
#include "operations.h"
#include "project_record.h"

#include <posito/part.h>

/*
 * loan-apply: who asks for what.  Nothing is posted.
 *
 * The terms are those of the product's row on the open business date, and
 * stay.  The table of payments is worked out as if everything were paid out
 * today, only to see that there is one.
 */

/* A weight is kept in millionths. */
#define WEIGHT_WHOLE 1000000
#define WEIGHT_DIGITS 6

struct application {
    struct loan loan;
    struct party borrower;
    const struct book *book;
    struct loan_tranche tranches[LOAN_TRANCHES_MAX];
};

/* ---- who ---- */

/* The club that the pools' limits count the loan in; 0: none. */
static uint32_t club_of(
    struct context *c, const struct party *borrower)
{
    struct party parent;

    if (borrower->kind == PARTY_CLUB)
        return borrower->number;
    if (borrower->parent != 0 &&
        record_find_party_number(c->state, borrower->parent, &parent) &&
        parent.kind == PARTY_CLUB)
        return parent.number;
    return 0;
}

static bool find_borrower(struct context *c, const struct operation *op,
    struct application *a)
{
    const struct loan_apply_fields *f = &op->as.loan_apply;

    if (!context_party(c, &f->borrower, "borrower", &a->borrower))
        return false;
    if (!(role_row(ROLE_LOAN)->owners >> a->borrower.kind & 1U))
        context_refuse(c, STATUS_WRONG_PARTY, "borrower");
    if (a->borrower.closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "borrower");
    context_need_party(c, &a->borrower, "borrower");
    if (a->borrower.number == c->key.owner)
        context_refuse(c, STATUS_OWN_ACCOUNT, "borrower");
    a->book = &c->ledger->books[a->borrower.book];
    a->loan.book = a->borrower.book;
    a->loan.borrower = a->borrower.number;
    a->loan.club = club_of(c, &a->borrower);
    return true;
}

static void find_project(struct context *c, const struct operation *op,
    struct application *a)
{
    const struct loan_apply_fields *f = &op->as.loan_apply;
    struct party project;

    if (!OPERATION_HAS(op, loan_apply, project) ||
        !context_party(c, &f->project, "project", &project))
        return;
    if (project.kind != PARTY_PROJECT)
        context_refuse(c, STATUS_WRONG_PARTY, "project");
    if (project.closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "project");
    if (project.book != a->borrower.book)
        context_refuse(c, STATUS_OTHER_BOOK, "project");
    a->loan.project = project.number;
}

/* ---- what ---- */

static void check_amounts(struct context *c,
    const struct loan_apply_fields *f, const struct product_terms *terms)
{
    if (f->amount.currency != terms->currency) {
        context_refuse(c, STATUS_OTHER_CURRENCY, "amount");
        return;
    }
    if (f->amount.minor > terms->most)
        context_refuse(c, STATUS_ABOVE_PRODUCT, "amount");
    if (f->amount.minor < terms->least)
        context_refuse(c, STATUS_BELOW_PRODUCT, "amount");
    if (f->count == 0)
        context_refuse(c, STATUS_BAD_VALUE, "count");
    if (f->count > terms->longest)
        context_refuse(c, STATUS_ABOVE_PRODUCT, "count");
}

static bool find_product(struct context *c,
    const struct loan_apply_fields *f, struct application *a)
{
    struct product product;

    if (!product_on(c->state, a->book->number, &f->product, a->book->date,
            &product)) {
        context_refuse(c, STATUS_UNKNOWN_LOAN_PRODUCT, "product");
        return false;
    }
    a->loan.product = product.name;
    a->loan.product_from = product.from;
    a->loan.terms = product.terms;
    check_amounts(c, f, &product.terms);
    return true;
}

/* A count of instalments; one that is no such count is cut down to a number
 * that the schedule refuses. */
static uint16_t count_of(uint64_t number)
{
    return (uint16_t)(number <= LOAN_ROWS_MAX ? number : LOAN_ROWS_MAX + 1);
}

static void take_shape(struct context *c, const struct operation *op,
    struct application *a)
{
    const struct loan_apply_fields *f = &op->as.loan_apply;
    struct loan *loan = &a->loan;

    loan->instalments = count_of(f->count);
    loan->has_first_due = OPERATION_HAS(op, loan_apply, first);
    if (loan->has_first_due)
        loan->first_due = f->first;
    if (OPERATION_HAS(op, loan_apply, grace)) {
        loan->grace = count_of(f->grace);
        if (loan->terms.grace == LOAN_GRACE_NONE)
            context_refuse(c, STATUS_BAD_VALUE, "grace");
    }
    if (OPERATION_HAS(op, loan_apply, only)) {
        loan->interest_only = count_of(f->only);
        if (loan->terms.method != LOAN_METHOD_LEVEL)
            context_refuse(c, STATUS_BAD_VALUE, "only");
    }
    if (OPERATION_HAS(op, loan_apply, balloon)) {
        loan->balloon = f->balloon.minor;
        if (f->balloon.currency != f->amount.currency)
            context_refuse(c, STATUS_OTHER_CURRENCY, "balloon");
    }
}

/* ---- weights of months ---- */

/* "01" to "12"; 0: none of them. */
static unsigned month_of(const struct ident *name)
{
    unsigned month;

    if (name->length != 2 || name->text[0] < '0' || name->text[0] > '1' ||
        name->text[1] < '0' || name->text[1] > '9')
        return 0;
    month = (unsigned)(name->text[0] - '0') * 10 +
        (unsigned)(name->text[1] - '0');
    return month <= LOAN_MONTHS ? month : 0;
}

static bool weight_of(struct rate rate, uint32_t *weight)
{
    int64_t digits = rate.digits;

    if (rate.scale > WEIGHT_DIGITS)
        return false;
    for (unsigned i = rate.scale; i < WEIGHT_DIGITS; i++) {
        if (digits > WEIGHT_WHOLE)
            return false;
        digits *= 10;
    }
    if (digits > WEIGHT_WHOLE)
        return false;
    *weight = (uint32_t)digits;
    return true;
}

static void take_weights(struct context *c, const struct operation *op,
    struct application *a)
{
    struct bytes rest = op->as.loan_apply.weights;
    bool seasonal = a->loan.terms.method == LOAN_METHOD_SEASONAL;
    struct part part;

    if (seasonal != (OPERATION_HAS(op, loan_apply, weights) != 0)) {
        context_refuse(c,
            seasonal ? STATUS_MISSING_FIELD : STATUS_BAD_VALUE, "weights");
        return;
    }
    if (!seasonal)
        return;
    if (!parts_are_whole(rest))
        context_refuse(c, STATUS_BAD_PARTS, "weights");
    while (parts_next(&rest, &part)) {
        unsigned month = month_of(&part.name);

        if (month == 0 ||
            !weight_of(part.rate, &a->loan.weights[month - 1])) {
            context_refuse(c, STATUS_BAD_VALUE, "weights");
            return;
        }
    }
}

bool loan_take_terms(struct context *c, const struct operation *op,
    const struct book *book, struct loan *loan)
{
    struct application a = { .loan = *loan, .book = book };

    if (!find_product(c, &op->as.loan_apply, &a))
        return false;
    take_shape(c, op, &a);
    take_weights(c, op, &a);
    *loan = a.loan;
    return !context_refused(c);
}

/* ---- tranches ---- */

/* Of a loan for a project a tranche is a milestone of it. */
static void check_milestone(struct context *c, const struct application *a,
    const struct ident *name)
{
    struct milestone milestone;

    if (a->loan.project != 0 &&
        !project_record_milestone(
            c->state, a->loan.project, name, &milestone))
        context_refuse(c, STATUS_UNKNOWN_MILESTONE, "tranches");
}

static void take_tranches(struct context *c, const struct operation *op,
    struct application *a)
{
    const struct loan_apply_fields *f = &op->as.loan_apply;
    struct bytes rest = f->tranches;
    int64_t shares[PARTS_MAX];
    struct part part;
    uint8_t count = 0;

    a->loan.tranches = 1;
    a->tranches[0].amount = f->amount.minor;
    if (!OPERATION_HAS(op, loan_apply, tranches))
        return;
    if (!parts_are_whole(rest) ||
        !parts_allocate(f->amount.minor, rest, shares)) {
        context_refuse(c, STATUS_BAD_PARTS, "tranches");
        return;
    }
    while (parts_next(&rest, &part)) {
        if (shares[count] == 0)
            context_refuse(c, STATUS_BAD_PARTS, "tranches");
        check_milestone(c, a, &part.name);
        a->tranches[count].name = part.name;
        a->tranches[count].amount = shares[count];
        count++;
    }
    a->loan.tranches = count;
}

/* ---- all of it ---- */

static void check_schedule(struct context *c, struct application *a)
{
    struct loan_plan plan = loan_plan_first(&a->loan, a->book->date);
    struct instalment rows[LOAN_ROWS_MAX];
    enum schedule_result result;
    size_t count;

    loan_plan_add_tranche(&plan, a->book->date, a->loan.applied);
    result = loan_plan_settle(c->state, &a->loan, &plan);
    if (result == SCHEDULE_MADE)
        result = loan_plan_rows(
            &a->loan, &plan, rows, LOAN_ROWS_MAX, &count);
    loan_refuse_schedule(c, result);
}

static void keep(struct context *c, struct application *a)
{
    context_touch(c, a->book);
    loan_put(c->state, &a->loan, c->index);
    for (uint8_t i = 0; i < a->loan.tranches; i++) {
        a->tranches[i].loan = c->index;
        a->tranches[i].number = (uint8_t)(i + 1);
        loan_put_tranche(c->state, &a->tranches[i]);
    }
}

void loan_apply(struct context *c, const struct operation *op)
{
    const struct loan_apply_fields *f = &op->as.loan_apply;
    struct application a = {
        .loan = {
            .index = c->index,
            .phase = LOAN_APPLIED,
            .sector = f->sector,
            .purpose = f->purpose,
            .applied = f->amount.minor,
        },
    };

    if (!find_borrower(c, op, &a))
        return;
    find_project(c, op, &a);
    if (!find_product(c, f, &a))
        return;
    take_shape(c, op, &a);
    take_weights(c, op, &a);
    take_tranches(c, op, &a);
    if (!context_refused(c))
        check_schedule(c, &a);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    keep(c, &a);
}
