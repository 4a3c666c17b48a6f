/*
 * The chart of accounts and the names of accounts.
 */
#include <posito/chart.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void roles_are_found_by_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROLE_COUNT; i++) {
        enum role role;
        const char *name = role_row((enum role)i)->name;
        assert_true(role_parse(bytes_text(name), &role));
        assert_int_equal(role, i);
        assert_int_equal(
            strspn(name, "abcdefghijklmnopqrstuvwxyz."), strlen(name));
    }
    static const char *const bad[] = { "", "shar", "shares", "Share",
        "share.", "share.lock", "share/locked" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        enum role role = ROLE_POOL;
        assert_false(role_parse(bytes_text(bad[i]), &role));
        assert_int_equal(role, ROLE_POOL);
    }
}

/* Assets and expenses grow by debits, the others by credits. */
static void classes_have_their_normal_side(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROLE_COUNT; i++) {
        const struct role_row *row = role_row((enum role)i);
        assert_true(row->owners != 0);
        assert_true(row->owners >> PARTY_KIND_COUNT == 0);
        assert_true(class_name(row->class)[0] != '\0');
        switch (row->class) {
        case CLASS_ASSET:
        case CLASS_EXPENSE:
            assert_int_equal(row->normal, SIDE_DEBIT);
            break;
        case CLASS_CONTRA_ASSET:
        case CLASS_LIABILITY:
        case CLASS_EQUITY:
        case CLASS_INCOME:
            assert_int_equal(row->normal, SIDE_CREDIT);
            break;
        case CLASS_MEMO:
            assert_true((row->flags & ROLE_CONTROL) != 0);
            break;
        }
    }
    assert_string_equal(class_name(CLASS_ASSET), "asset");
    assert_string_equal(class_name(CLASS_CONTRA_ASSET), "contra-asset");
}

/* A few by hand, and the numbers that are on disk. */
static void the_chart_says_what_it_should(void **state)
{
    (void)state;
    assert_int_equal(ROLE_VAULT, 0);
    assert_int_equal(ROLE_DRAWER, 1);
    assert_int_equal(ROLE_NOSTRO, 3);
    assert_int_equal(ROLE_SHARE, 9);
    assert_int_equal(ROLE_POOL, 12);
    assert_int_equal(ROLE_INTEREST_MEMO, ROLE_COUNT - 1);
    assert_int_equal(PARTY_HOUSE, 0);
    assert_int_equal(PARTY_MEMBER, 3);
    const struct role_row *share = role_row(ROLE_SHARE);
    assert_int_equal(share->class, CLASS_LIABILITY);
    assert_int_equal(share->flags, ROLE_CONTROL); /* never below zero */
    assert_true((share->owners & PARTY_BIT(MEMBER)) != 0);
    assert_true((share->owners & PARTY_BIT(OFFICE)) == 0);
    assert_true((role_row(ROLE_FX_POSITION)->flags & ROLE_BELOW) != 0);
    assert_int_equal(role_row(ROLE_DUE_TO)->flags, 0);
    /* Officers own keys, and no accounts. */
    for (unsigned i = 0; i < ROLE_COUNT; i++)
        assert_true(
            (role_row((enum role)i)->owners & PARTY_BIT(OFFICER)) == 0);
}

static void account_names_have_one_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *text, *book, *party;
        enum role role;
        enum currency currency;
    } rows[] = {
        { "us/m1042/share/USD", "us", "m1042", ROLE_SHARE, CURRENCY_USD },
        { "us/m1042/share.locked/USD", "us", "m1042", ROLE_SHARE_LOCKED,
            CURRENCY_USD },
        { "mx/la.ana-2/income.fx/MXN", "mx", "la.ana-2", ROLE_INCOME_FX,
            CURRENCY_MXN },
        { "0/0/vault/JPY", "0", "0", ROLE_VAULT, CURRENCY_JPY },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct account_name name;
        struct buffer text = buffer_empty();
        assert_true(account_name_parse(bytes_text(rows[i].text), &name));
        assert_true(
            bytes_equal_text(ident_bytes(&name.book), rows[i].book));
        assert_true(
            bytes_equal_text(ident_bytes(&name.party), rows[i].party));
        assert_int_equal(name.role, rows[i].role);
        assert_int_equal(name.currency, rows[i].currency);
        account_name_append(&text, &name);
        assert_true(bytes_equal_text(buffer_bytes(&text), rows[i].text));
        buffer_free(&text);
    }
}

static void every_role_and_currency_can_be_named(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROLE_COUNT; i++)
        for (unsigned k = 0; k < CURRENCY_COUNT; k++) {
            struct account_name name = { ident_of("us"), ident_of("p"),
                (enum role)i, (enum currency)k }, back;
            struct buffer text = buffer_empty();
            account_name_append(&text, &name);
            assert_true(account_name_parse(buffer_bytes(&text), &back));
            assert_int_equal(back.role, i);
            assert_int_equal(back.currency, k);
            buffer_free(&text);
        }
}

static void other_account_names_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "/", "///", "us", "us/m1042",
        "us/m1042/share", "us/m1042/share/", "us/m1042/share/usd",
        "us/m1042/share/USDX", "us/m1042/share/XXX", "us/m1042/shares/USD",
        "us//share/USD", "/m1042/share/USD", "us/m1042//USD",
        "US/m1042/share/USD", "us/M1042/share/USD", "us/m1042/share/USD/",
        "us/m1042/share/USD/x", " us/m1042/share/USD", "us/m1042/share/USD ",
        "us/m 1042/share/USD", "us/m1042/share.locked/", "us.m1042.share.USD" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct account_name name = { .role = ROLE_POOL };
        if (account_name_parse(bytes_text(bad[i]), &name))
            fail_msg("\"%s\"", bad[i]);
        assert_int_equal(name.role, ROLE_POOL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_are_found_by_name),
        cmocka_unit_test(classes_have_their_normal_side),
        cmocka_unit_test(the_chart_says_what_it_should),
        cmocka_unit_test(account_names_have_one_spelling),
        cmocka_unit_test(every_role_and_currency_can_be_named),
        cmocka_unit_test(other_account_names_are_refused),
    };
    return cmocka_run_group_tests_name("chart", tests, NULL, NULL);
}
