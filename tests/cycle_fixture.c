#include "cycle_fixture.h"

#include "../ledger/check.h"
#include "../ledger/context.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct date cycle_fixture_date(struct ledger_fixture *f, const char *book)
{
    struct ident name = ident_of(book);
    struct book *found = context_find_book(f->ledger, &name);

    assert_non_null(found);
    return found->date;
}

void cycle_fixture_close_until(
    struct ledger_fixture *f, const char *book, const char *to)
{
    struct date last;

    assert_true(date_parse(bytes_text(to), &last));
    while (cycle_fixture_date(f, book).days < last.days) {
        char text[DATE_LENGTH + 1] = "";
        struct buffer date = buffer_over(text, DATE_LENGTH);

        date_append(&date, cycle_fixture_date(f, book));
        CYCLE_SEND(f, "board", "day-close book=%s date=%s", book, text);
    }
}

void cycle_fixture_check(struct ledger_fixture *f)
{
    struct failure failure = { "" };

    ledger_table_check_totals(f);
    if (check_ledger(f->ledger, &failure) != 0)
        fail_msg("%s", failure.text);
    ledger_fixture_check_replay(f);
}
