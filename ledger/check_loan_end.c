#include "check_loan.h"

#include "layout.h"

#include <inttypes.h>
#include <string.h>

/*
 * At the end: every record of loans is what came of the journal, byte for
 * byte, and there are no others.
 */

/* One record must be there with that value. */
static int expect(struct check *check, enum table table,
    const struct buffer *key, const struct buffer *value, const char *what)
{
    struct bytes kept;

    if (!state_get(check->state, table, buffer_bytes(key), &kept) ||
        !bytes_equal(kept, buffer_bytes(value)))
        return check_fail(
            check, "%s is not as the journal has it", what);
    return 0;
}

/* The tables of which there is nothing but what was expected. */
enum counted {
    COUNT_LOANS,
    COUNT_OPEN,
    COUNT_OF_PARTIES,
    COUNT_ENTRIES,
    COUNT_PLANS,
    COUNT_POOLS,
    COUNT_TRANCHES,
    COUNT_GUARANTEES,
    COUNT_COLLATERAL,
    COUNT_STEPS,
    COUNTED
};

struct ending {
    uint64_t counts[COUNTED];
    uint8_t key_memory[64];
    uint8_t memory[STATE_VALUE_MAX];
    struct buffer key;
    struct buffer value;
};

static void begin(struct ending *e)
{
    e->key = buffer_over(e->key_memory, sizeof e->key_memory);
    e->value = buffer_over(e->memory, sizeof e->memory);
}

/* ---- one loan ---- */

static int end_place(
    struct check *check, struct ending *e, const struct loan *loan)
{
    if (loan->ended == 0) {
        begin(e);
        buffer_u8(&e->key, loan->book);
        buffer_be64(&e->key, loan->index);
        e->counts[COUNT_OPEN]++;
        if (expect(check, TABLE_LOAN_BOOK, &e->key, &e->value,
                "a loan's place in its book") != 0)
            return -1;
    }
    begin(e);
    buffer_be32(&e->key, loan->borrower);
    buffer_be64(&e->key, loan->index);
    buffer_u8(&e->key, LOAN_BORROWS);
    e->counts[COUNT_OF_PARTIES]++;
    return expect(check, TABLE_LOAN_PARTY, &e->key, &e->value,
        "a loan's borrower");
}

static int end_entries(
    struct check *check, struct ending *e, const struct check_loan *loan)
{
    for (size_t i = 0; i < loan->entry_count; i++) {
        begin(e);
        buffer_be64(&e->key, loan->loan.index);
        buffer_be64(&e->key, loan->entries[i]);
        e->counts[COUNT_ENTRIES]++;
        if (expect(check, TABLE_LOAN_ENTRY, &e->key, &e->value,
                "a step of a loan") != 0)
            return -1;
    }
    return 0;
}

static int end_plans(
    struct check *check, struct ending *e, const struct check_loan *loan)
{
    for (size_t i = 0; i < loan->plan_count; i++) {
        begin(e);
        buffer_be64(&e->key, loan->loan.index);
        buffer_be32(&e->key, loan->plans[i].number);
        loan_plan_append(&e->value, &loan->plans[i]);
        e->counts[COUNT_PLANS]++;
        if (expect(check, TABLE_LOAN_PLAN, &e->key, &e->value,
                "a loan's plan") != 0)
            return -1;
    }
    return 0;
}

static int end_tranches(
    struct check *check, struct ending *e, const struct check_loan *loan)
{
    for (size_t i = 0; i < loan->tranches_kept; i++) {
        begin(e);
        buffer_be64(&e->key, loan->loan.index);
        buffer_u8(&e->key, (uint8_t)(i + 1));
        loan_append_tranche(&e->value, &loan->tranches[i]);
        e->counts[COUNT_TRANCHES]++;
        if (expect(check, TABLE_LOAN_TRANCHE, &e->key, &e->value,
                "a loan's tranche") != 0)
            return -1;
    }
    return 0;
}

static int end_pools(
    struct check *check, struct ending *e, const struct check_loan *loan)
{
    for (size_t i = 0; i < loan->pools.count; i++) {
        begin(e);
        buffer_be64(&e->key, loan->loan.index);
        buffer_be32(&e->key, loan->pools.list[i].pool);
        loan_append_pool(&e->value, &loan->pools.list[i]);
        e->counts[COUNT_POOLS]++;
        if (expect(check, TABLE_LOAN_POOL, &e->key, &e->value,
                "a pool's part in a loan") != 0)
            return -1;
    }
    return 0;
}

static int end_security(struct check *check, struct ending *e,
    const struct loan_security *security)
{
    bool guarantee = security->how == LOAN_GUARANTEES;

    begin(e);
    buffer_be64(&e->key, security->loan);
    buffer_be32(&e->key, security->party);
    loan_append_security(&e->value, security);
    e->counts[guarantee ? COUNT_GUARANTEES : COUNT_COLLATERAL]++;
    if (expect(check, guarantee ? TABLE_GUARANTEE : TABLE_COLLATERAL,
            &e->key, &e->value, "what secures a loan") != 0)
        return -1;
    if (security->ended != 0)
        return 0;
    begin(e);
    buffer_be32(&e->key, security->party);
    buffer_be64(&e->key, security->loan);
    buffer_u8(&e->key, (uint8_t)security->how);
    e->counts[COUNT_OF_PARTIES]++;
    return expect(check, TABLE_LOAN_PARTY, &e->key, &e->value,
        "who secures a loan");
}

static int end_step(
    struct check *check, struct ending *e, const struct check_loan *loan)
{
    if (loan->step_entry == 0)
        return 0;
    begin(e);
    buffer_be64(&e->key, loan->loan.index);
    loan_append_step(&e->value, &loan->step, loan->step_entry);
    e->counts[COUNT_STEPS]++;
    return expect(check, TABLE_LOAN_STEP, &e->key, &e->value,
        "what a loan was before its last step");
}

static int end_loan(
    struct check *check, struct ending *e, const struct check_loan *loan)
{
    begin(e);
    buffer_be64(&e->key, loan->loan.index);
    loan_append(&e->value, &loan->loan);
    e->counts[COUNT_LOANS]++;
    if (expect(check, TABLE_LOAN, &e->key, &e->value, "a loan") != 0 ||
        end_place(check, e, &loan->loan) != 0 ||
        end_step(check, e, loan) != 0 ||
        end_entries(check, e, loan) != 0 || end_plans(check, e, loan) != 0 ||
        end_tranches(check, e, loan) != 0 || end_pools(check, e, loan) != 0)
        return -1;
    for (size_t i = 0; i < loan->security_count; i++)
        if (end_security(check, e, &loan->securities[i]) != 0)
            return -1;
    return 0;
}

/* ---- exposures ---- */

/* What of a pool is in loans in a place: the sum over all of them. */
static int64_t exposure(struct check *check, uint32_t pool,
    enum concentration kind, uint32_t who, enum currency currency)
{
    int64_t sum = 0;

    for (size_t i = 0; i < check->loans->count; i++) {
        const struct check_loan *loan = &check->loans->list[i];
        const struct loan *l = &loan->loan;
        uint32_t there = kind == CONCENTRATION_BORROWER ? l->borrower
            : kind == CONCENTRATION_CLUB                ? l->club
                                         : (uint32_t)l->sector;

        if (there != who || l->terms.currency != currency)
            continue;
        for (size_t k = 0; k < loan->pools.count; k++)
            if (loan->pools.list[k].pool == pool)
                sum += loan->pools.list[k].committed -
                    loan->pools.list[k].returned;
    }
    return sum;
}

static int one_exposure(
    struct check *check, struct bytes key, struct bytes value)
{
    struct cursor in = cursor_open(key);
    uint32_t pool = cursor_be32(&in);
    uint8_t kind = cursor_u8(&in);
    uint32_t who = cursor_be32(&in);
    uint8_t currency = cursor_u8(&in);
    struct cursor sum = cursor_open(value);
    int64_t minor = cursor_i64(&sum);

    if (!cursor_done(&in) || !cursor_done(&sum) || check->loans == NULL ||
        kind >= CONCENTRATION_KINDS || minor == 0 ||
        minor !=
            exposure(check, pool, (enum concentration)kind, who,
                (enum currency)currency))
        return check_fail(
            check, "what a pool has in loans is not what its loans say");
    return 0;
}

/* Each place of a loan has its record, if anything is there. */
static int end_exposures(struct check *check, const struct check_loan *loan)
{
    const struct loan *l = &loan->loan;
    uint32_t who[CONCENTRATION_KINDS] = { l->borrower, l->club,
        (uint32_t)l->sector };

    for (size_t i = 0; i < loan->pools.count; i++)
        for (int kind = 0; kind < CONCENTRATION_KINDS; kind++) {
            uint32_t pool = loan->pools.list[i].pool;

            if (concentration_exposure(check->state, pool,
                    (enum concentration)kind, who[kind],
                    l->terms.currency) !=
                exposure(check, pool, (enum concentration)kind, who[kind],
                    l->terms.currency))
                return check_fail(check,
                    "what a pool has in loans is not what its loans say");
        }
    return 0;
}

/* ---- products and limits ---- */

static int end_product(
    struct check *check, struct ending *e, const struct product *product)
{
    begin(e);
    buffer_u8(&e->key, product->book);
    buffer_append(&e->key, ident_bytes(&product->name));
    buffer_u8(&e->key, 0);
    buffer_be32(
        &e->key, (uint32_t)product->from.days ^ UINT32_C(0x80000000));
    product_append(&e->value, product);
    return expect(
        check, TABLE_PRODUCT, &e->key, &e->value, "a loan product");
}

static int end_limit(struct check *check, struct ending *e,
    const struct concentration_limit *limit)
{
    begin(e);
    buffer_be32(&e->key, limit->pool);
    buffer_u64(&e->value, limit->set);
    for (int i = 0; i < CONCENTRATION_KINDS; i++) {
        buffer_i64(&e->value, limit->most[i].digits);
        buffer_u8(&e->value, limit->most[i].scale);
    }
    return expect(check, TABLE_CONCENTRATION, &e->key, &e->value,
        "a pool's limit of loans");
}

/* ---- all of them ---- */

static int count_all(struct check *check, const struct ending *e)
{
    static const struct {
        enum table table;
        const char *what;
    } tables[COUNTED] = {
        [COUNT_LOANS] = { TABLE_LOAN, "loans" },
        [COUNT_OPEN] = { TABLE_LOAN_BOOK, "loans that have not ended" },
        [COUNT_OF_PARTIES] = { TABLE_LOAN_PARTY, "parties of loans" },
        [COUNT_ENTRIES] = { TABLE_LOAN_ENTRY, "steps of loans" },
        [COUNT_PLANS] = { TABLE_LOAN_PLAN, "plans of loans" },
        [COUNT_POOLS] = { TABLE_LOAN_POOL, "parts of pools in loans" },
        [COUNT_TRANCHES] = { TABLE_LOAN_TRANCHE, "tranches" },
        [COUNT_GUARANTEES] = { TABLE_GUARANTEE, "guarantees" },
        [COUNT_COLLATERAL] = { TABLE_COLLATERAL, "shares held for loans" },
        [COUNT_STEPS] = { TABLE_LOAN_STEP, "last steps of loans" },
    };

    for (size_t i = 0; i < COUNTED; i++)
        if (check_record_count(check, tables[i].table, tables[i].what, NULL,
                e->counts[i]) != 0)
            return -1;
    return 0;
}

int check_loan_end(struct check *check)
{
    static const struct check_loans none;
    const struct check_loans *all =
        check->loans != NULL ? check->loans : &none;
    struct ending e;
    uint64_t exposures;

    memset(&e, 0, sizeof e);
    for (size_t i = 0; i < all->count; i++)
        if (end_loan(check, &e, &all->list[i]) != 0 ||
            end_exposures(check, &all->list[i]) != 0)
            return -1;
    for (size_t i = 0; i < all->product_count; i++)
        if (end_product(check, &e, &all->products[i]) != 0)
            return -1;
    for (size_t i = 0; i < all->limit_count; i++)
        if (end_limit(check, &e, &all->limits[i]) != 0)
            return -1;
    if (count_all(check, &e) != 0 ||
        check_record_count(check, TABLE_PRODUCT, "loan products", NULL,
            all->product_count) != 0 ||
        check_record_count(check, TABLE_CONCENTRATION, "limits of loans",
            NULL, all->limit_count) != 0)
        return -1;
    return check_record_each(check, TABLE_EXPOSURE, one_exposure, &exposures);
}

/* ---- what is held ---- */

static int hold(struct check *check, const struct loan *loan,
    enum role role, uint32_t party, int64_t minor)
{
    struct account_id id =
        account_id_of(loan->book, loan->terms.currency, role, party);

    return check_record_held(check, &id, minor, 0);
}

int check_loan_held(struct check *check)
{
    size_t count = check->loans == NULL ? 0 : check->loans->count;

    for (size_t i = 0; i < count; i++) {
        const struct check_loan *loan = &check->loans->list[i];

        for (size_t k = 0; k < loan->pools.count; k++) {
            const struct loan_pool *pool = &loan->pools.list[k];

            if (hold(check, &loan->loan, ROLE_POOL, pool->pool,
                    pool->committed - pool->returned) != 0)
                return -1;
        }
        for (size_t k = 0; k < loan->security_count; k++) {
            const struct loan_security *security = &loan->securities[k];

            if (security->how == LOAN_PLEDGES_SHARE &&
                security->ended == 0 &&
                hold(check, &loan->loan, ROLE_SHARE, security->party,
                    security->amount) != 0)
                return -1;
        }
    }
    return 0;
}

int check_loan_owed(struct check *check)
{
    size_t count = check->loans == NULL ? 0 : check->loans->count;

    for (size_t i = 0; i < count; i++) {
        const struct check_loan *loan = &check->loans->list[i];

        for (size_t k = 0; k < loan->pools.count; k++) {
            const struct loan_pool *pool = &loan->pools.list[k];

            if (check_record_owe(check, pool->pool,
                    loan->loan.terms.currency,
                    pool->interest - pool->loss + pool->recovered -
                        pool->revolved) != 0)
                return -1;
        }
    }
    return 0;
}
