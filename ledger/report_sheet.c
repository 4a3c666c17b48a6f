#include "report_inside.h"

#include "permission.h"

#include <string.h>

/* Contra assets stand among the assets. */
static enum account_class section_of(enum role role)
{
    enum account_class class = role_row(role)->class;

    return class == CLASS_CONTRA_ASSET ? CLASS_ASSET : class;
}

static bool add_to(int64_t *sum, int64_t minor)
{
    return minor_add(*sum, minor, sum);
}

/* The sums below the rows; false if they are beyond what can be counted. */
static bool sum_up(struct sheet *sheet)
{
    memset(sheet->total, 0, sizeof sheet->total);
    for (int c = 0; c < CURRENCY_COUNT; c++) {
        for (int r = 0; r < ROLE_COUNT; r++)
            if (role_row((enum role)r)->class != CLASS_MEMO &&
                !add_to(&sheet->total[section_of((enum role)r)][c],
                    sheet->amount[r][c]))
                return false;
        if (!minor_subtract(sheet->total[CLASS_INCOME][c],
                sheet->total[CLASS_EXPENSE][c], &sheet->surplus[c]))
            return false;
        if (!minor_add(sheet->total[CLASS_EQUITY][c], sheet->surplus[c],
                &sheet->equity[c]) ||
            !minor_add(sheet->total[CLASS_LIABILITY][c], sheet->equity[c],
                &sheet->sources[c]))
            return false;
    }
    return true;
}

/* The equation that every book keeps in every currency; else the state is
 * damaged, and nobody shall be shown it. */
static int check_equation(struct ledger *ledger, const struct book *book,
    const struct sheet *sheet)
{
    for (int c = 0; c < CURRENCY_COUNT; c++)
        if (sheet->total[CLASS_ASSET][c] != sheet->sources[c])
            return context_fail(ledger,
                "book %.*s: assets are not liabilities, equity and surplus "
                "in %s",
                (int)book->name.length, book->name.text,
                currency_code((enum currency)c));
    return 0;
}

/* Read one book; false and *status BALANCE_OVERFLOW, or a failure. */
static bool read_book(struct ledger *ledger, const struct book *book,
    struct sheet *sheet, enum status *status)
{
    memset(sheet, 0, sizeof *sheet);
    for (int place = 0; place < ROLE_COUNT * CURRENCY_COUNT; place++) {
        enum role role = (enum role)(place / CURRENCY_COUNT);
        enum currency currency = (enum currency)(place % CURRENCY_COUNT);
        struct account_id id = account_id_of(
            book->number, currency, role, ACCOUNT_CONTROL);
        struct account total;

        if (role_row(role)->class == CLASS_MEMO ||
            !account_load(ledger->state, &id, &total) || total.postings == 0)
            continue;
        int64_t balance = account_balance(&total, role);
        bool less = role_row(role)->class == CLASS_CONTRA_ASSET;
        sheet->posted[role][currency] = true;
        sheet->amount[role][currency] = less ? -balance : balance;
    }
    if (!sum_up(sheet)) {
        *status = STATUS_BALANCE_OVERFLOW;
        return false;
    }
    return check_equation(ledger, book, sheet) == 0;
}

int report_sheet(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct sheet *sheet, enum status *status)
{
    struct signing_key key;
    const struct book *book;

    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    book = context_find_book(ledger, name);
    if (book == NULL)
        *status = STATUS_UNKNOWN_BOOK;
    else if (!permission_reaches_book(&key.scope, book->number))
        *status = STATUS_OUT_OF_SCOPE;
    else
        (void)read_book(ledger, book, sheet, status);
    return report_end(ledger);
}

bool report_sheet_add(struct sheet *sum, const struct sheet *sheet)
{
    for (int r = 0; r < ROLE_COUNT; r++) {
        for (int c = 0; c < CURRENCY_COUNT; c++) {
            if (!add_to(&sum->amount[r][c], sheet->amount[r][c]))
                return false;
            if (sheet->posted[r][c])
                sum->posted[r][c] = true;
        }
    }
    return sum_up(sum);
}

bool report_sheet_eliminate(struct sheet *sheet, struct elimination *out)
{
    memset(out, 0, sizeof *out);
    for (int c = 0; c < CURRENCY_COUNT; c++) {
        int64_t claims = sheet->amount[ROLE_DUE_FROM][c];
        int64_t debts = sheet->amount[ROLE_DUE_TO][c];
        if (!minor_subtract(claims, debts, &out->unmatched[c]))
            return false;
        if (out->unmatched[c] != 0)
            continue;
        out->amount[c] = claims;
        sheet->amount[ROLE_DUE_FROM][c] = 0;
        sheet->amount[ROLE_DUE_TO][c] = 0;
    }
    return sum_up(sheet);
}
