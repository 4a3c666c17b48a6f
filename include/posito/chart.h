/*
 * The chart of accounts, version 1: roles, and what kind of party may have
 * an account in which role.
 *
 * An account is named book/party/role/currency: us/m1042/share/USD.  It
 * comes into being with its first posting; the chart says which can.
 *
 * Class and normal side follow common bookkeeping: assets and expenses
 * grow by debits; liabilities, equity and income by credits; a contra
 * asset (allowance) by credits.  Memo accounts balance among themselves
 * and stand outside the balance sheet.
 */
#ifndef POSITO_CHART_H
#define POSITO_CHART_H

#include <posito/amount.h>
#include <posito/ident.h>

#define CHART_VERSION 1

enum account_class {
    CLASS_ASSET,
    CLASS_CONTRA_ASSET,
    CLASS_LIABILITY,
    CLASS_EQUITY,
    CLASS_INCOME,
    CLASS_EXPENSE,
    CLASS_MEMO
};

enum side { SIDE_DEBIT, SIDE_CREDIT };

/* Kinds of party.  The number is on disk: append, never reorder. */
#define PARTY_KINDS(X)                                                \
    X(HOUSE, "house") /* the legal entity of a book; opened with it */ \
    X(FEDERATION, "federation")                                       \
    X(CLUB, "club")                                                   \
    X(MEMBER, "member")                                               \
    X(OFFICE, "office")               /* where cash is kept */        \
    X(CORRESPONDENT, "correspondent") /* bank or payer abroad */      \
    X(FUNDER, "funder")               /* a government, a foundation */ \
    X(PROJECT, "project")                                             \
    X(OFFICER, "officer") /* staff who own keys; no accounts */       \
    X(DRAWER, "drawer")   /* a teller's till in an office */ \
    X(SOURCE, "source")   /* one funder's money in a project */

enum party_kind {
#define X(symbol, name) PARTY_##symbol,
    PARTY_KINDS(X)
#undef X
    PARTY_KIND_COUNT
};

#define PARTY_BIT(symbol) (1U << PARTY_##symbol)

/*
 * symbol, name, class, normal side, flags, kinds of party.
 *   BELOW    its balance may go below zero on the normal side
 *   CONTROL  only its own operations move it, never a journal-entry
 * The number is on disk: append, never reorder.
 */
#define ROLE_BELOW 1U
#define ROLE_CONTROL 2U

#define OWNERS_SHARE (PARTY_BIT(MEMBER) | PARTY_BIT(CLUB) | \
    PARTY_BIT(FEDERATION))
#define OWNERS_POOL (PARTY_BIT(CLUB) | PARTY_BIT(FEDERATION))
#define OWNERS_TRUST (PARTY_BIT(PROJECT) | PARTY_BIT(FUNDER) | \
    PARTY_BIT(CLUB) | PARTY_BIT(FEDERATION) | PARTY_BIT(SOURCE))

#define ROLES(X)                                                             \
    X(VAULT, "vault", ASSET, DEBIT, ROLE_CONTROL, PARTY_BIT(OFFICE))         \
    X(DRAWER, "drawer", ASSET, DEBIT, ROLE_CONTROL,                          \
        PARTY_BIT(OFFICE) | PARTY_BIT(DRAWER))                               \
    X(TRANSIT, "transit", ASSET, DEBIT, ROLE_CONTROL, PARTY_BIT(OFFICE))     \
    X(NOSTRO, "nostro", ASSET, DEBIT, 0, PARTY_BIT(CORRESPONDENT))           \
    X(LOAN, "loan", ASSET, DEBIT, ROLE_CONTROL,                              \
        OWNERS_SHARE | PARTY_BIT(PROJECT))                                   \
    X(INTEREST_RECEIVABLE, "interest.receivable", ASSET, DEBIT,              \
        ROLE_CONTROL, OWNERS_SHARE | PARTY_BIT(PROJECT))                     \
    X(DUE_FROM, "due.from", ASSET, DEBIT, 0, PARTY_BIT(HOUSE))               \
    X(FX_POSITION, "fx.position", ASSET, DEBIT, ROLE_BELOW | ROLE_CONTROL,   \
        PARTY_BIT(HOUSE))                                                    \
    X(ALLOWANCE, "allowance", CONTRA_ASSET, CREDIT, ROLE_CONTROL,            \
        PARTY_BIT(HOUSE))                                                    \
    X(SHARE, "share", LIABILITY, CREDIT, ROLE_CONTROL, OWNERS_SHARE)         \
    X(SHARE_LOCKED, "share.locked", LIABILITY, CREDIT, ROLE_CONTROL,         \
        OWNERS_SHARE)                                                        \
    X(SHARE_TERM, "share.term", LIABILITY, CREDIT, ROLE_CONTROL,             \
        OWNERS_SHARE)                                                        \
    X(POOL, "pool", LIABILITY, CREDIT, ROLE_CONTROL, OWNERS_POOL)            \
    X(FUND, "fund", LIABILITY, CREDIT, ROLE_CONTROL, OWNERS_POOL)            \
    X(TRUST, "trust", LIABILITY, CREDIT, ROLE_CONTROL, OWNERS_TRUST)         \
    X(REMITTANCE, "remittance", LIABILITY, CREDIT, ROLE_CONTROL,             \
        PARTY_BIT(HOUSE) | PARTY_BIT(CORRESPONDENT))                         \
    X(EXCISE, "excise", LIABILITY, CREDIT, 0, PARTY_BIT(HOUSE))              \
    X(ISR, "isr", LIABILITY, CREDIT, 0, PARTY_BIT(HOUSE))                    \
    X(IVA, "iva", LIABILITY, CREDIT, 0, PARTY_BIT(HOUSE))                    \
    X(DIVIDEND_PAYABLE, "dividend.payable", LIABILITY, CREDIT, ROLE_CONTROL, \
        PARTY_BIT(HOUSE))                                                    \
    X(DUE_TO, "due.to", LIABILITY, CREDIT, 0, PARTY_BIT(HOUSE))              \
    X(SUSPENSE, "suspense", LIABILITY, CREDIT, ROLE_BELOW, PARTY_BIT(HOUSE)) \
    X(UNCLAIMED, "unclaimed", LIABILITY, CREDIT, ROLE_CONTROL,               \
        PARTY_BIT(HOUSE))                                                    \
    X(CAPITAL, "capital", EQUITY, CREDIT, ROLE_CONTROL, OWNERS_SHARE)        \
    X(RESERVE, "reserve", EQUITY, CREDIT, 0, PARTY_BIT(HOUSE))               \
    X(UNDIVIDED, "undivided", EQUITY, CREDIT, ROLE_BELOW, PARTY_BIT(HOUSE))  \
    X(INCOME_INTEREST, "income.interest", INCOME, CREDIT, ROLE_BELOW,        \
        PARTY_BIT(HOUSE))                                                    \
    X(INCOME_FEE, "income.fee", INCOME, CREDIT, ROLE_BELOW,                  \
        PARTY_BIT(HOUSE))                                                    \
    X(INCOME_FX, "income.fx", INCOME, CREDIT, ROLE_BELOW, PARTY_BIT(HOUSE))  \
    X(INCOME_RECOVERY, "income.recovery", INCOME, CREDIT, ROLE_BELOW,        \
        PARTY_BIT(HOUSE))                                                    \
    X(EXPENSE_DIVIDEND, "expense.dividend", EXPENSE, DEBIT, ROLE_BELOW,      \
        PARTY_BIT(HOUSE))                                                    \
    X(EXPENSE_PROVISION, "expense.provision", EXPENSE, DEBIT, ROLE_BELOW,    \
        PARTY_BIT(HOUSE))                                                    \
    X(EXPENSE_OVERSHORT, "expense.overshort", EXPENSE, DEBIT, ROLE_BELOW,    \
        PARTY_BIT(HOUSE))                                                    \
    X(EXPENSE_FX, "expense.fx", EXPENSE, DEBIT, ROLE_BELOW,                  \
        PARTY_BIT(HOUSE))                                                    \
    X(EXPENSE_OTHER, "expense.other", EXPENSE, DEBIT, ROLE_BELOW,            \
        PARTY_BIT(HOUSE))                                                    \
    X(PLEDGE, "pledge", MEMO, DEBIT, ROLE_BELOW | ROLE_CONTROL,              \
        PARTY_BIT(PROJECT) | PARTY_BIT(FUNDER) | PARTY_BIT(SOURCE) |         \
            OWNERS_POOL)                \
    X(COMMITMENT, "commitment", MEMO, CREDIT, ROLE_BELOW | ROLE_CONTROL,     \
        PARTY_BIT(PROJECT) | OWNERS_POOL)                                    \
    X(INTEREST_MEMO, "interest.memo", MEMO, DEBIT,                           \
        ROLE_BELOW | ROLE_CONTROL, OWNERS_SHARE | PARTY_BIT(PROJECT) |       \
        PARTY_BIT(HOUSE))

enum role {
#define X(symbol, name, class, side, flags, owners) ROLE_##symbol,
    ROLES(X)
#undef X
    ROLE_COUNT
};

struct role_row {
    const char *name;
    enum account_class class;
    enum side normal;
    unsigned flags;
    unsigned owners; /* set of PARTY_BIT */
};

extern const struct role_row chart_rows[ROLE_COUNT];

static inline const struct role_row *role_row(enum role role)
{
    return &chart_rows[role];
}

bool role_parse(struct bytes name, enum role *) WARN_UNUSED_RESULT;
const char *class_name(enum account_class);

/* us/m1042/share/USD */
struct account_name {
    struct ident book;
    struct ident party;
    enum role role;
    enum currency currency;
};

bool account_name_parse(struct bytes, struct account_name *)
    WARN_UNUSED_RESULT;
void account_name_append(struct buffer *, const struct account_name *);

#endif
