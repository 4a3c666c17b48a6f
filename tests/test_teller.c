/*
 * The teller's screen without a terminal: what keys do, what is asked, what
 * the answers lead to.  teller_test.sh tries the whole through tmux.
 */
#include "../tools/teller.h"
#include "../tools/teller_inside.h"
#include "../tools/teller_page.h"
#include "../protocol/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PLACE                                                              \
    "row party=la.1 kind=drawer book=us parent=la country=US state=open "  \
    "opened=0\nok rows=0\n"
#define MEMBER                                                             \
    "row party=m1 kind=member book=us parent=c1 country=US state=open "    \
    "opened=0\n"                                                           \
    "row account=us/m1/share/USD balance=USD100.00 available=USD90.00\n"   \
    "ok rows=1\n"
#define BEFORE_AFTER                                                       \
    "| + us/la.1/drawer/USD 25.00\n| + us/m1/share/USD -25.00\n"           \
    "row account=us/la.1/drawer/USD before=USD0.00 after=USD25.00\n"       \
    "row account=us/m1/share/USD before=USD100.00 after=USD125.00\n"       \
    "ok\n"
#define DONE "ok index=17 time=2026-11-23T22:20:23.123Z date=2026-11-23\n"
#define REFUSED(name) "no status=" name " number=1 text=x\n"

static void hit(struct teller *teller, const char *text)
{
    for (; *text != '\0'; text++)
        teller_key(teller, TELLER_KEY_CHARACTER, *text);
}

static void enter(struct teller *teller)
{
    teller_key(teller, TELLER_KEY_ENTER, '\n');
}

/* The question must be this one, and one that the daemon understands. */
static void answer(struct teller *teller, const char *line, bool order,
    enum status status, const char *text)
{
    struct operation op;
    struct fault fault;

    assert_int_not_equal(teller->ask, TELLER_ASK_NONE);
    assert_string_equal(teller->line, line);
    assert_int_equal(teller->order, order);
    if (!codec_decode(bytes_text(line), order ? CODEC_TRY : CODEC_REQUEST,
            &op, &fault))
        fail_msg("%s: %s", line, status_name(fault.status));
    teller_answer(teller, status, bytes_text(text));
}

static bool page_has(const struct teller *teller, const char *text)
{
    static struct teller_page page;

    teller_page_make(&page, teller);
    for (size_t i = 0; i < TELLER_PAGE_ROWS; i++)
        if (strstr(page.line[i], text) != NULL)
            return true;
    return false;
}

/* Up to the member's screen, at the drawer la.1 that is ours already. */
static void begin(struct teller *teller)
{
    teller_begin(teller, LANGUAGE_EN, "ana");
    hit(teller, "1");
    assert_int_equal(teller->screen, TELLER_PLACE);
    hit(teller, "LA.1");
    enter(teller);
    answer(teller, "party party=la.1", false, STATUS_ACCEPTED, PLACE);
    answer(teller, "try drawer-open drawer=la.1", false,
        STATUS_DRAWER_IS_OPEN, REFUSED("drawer-is-open"));
    answer(teller, "try drawer-count drawer=la.1 pieces=none", false,
        STATUS_ACCEPTED, "ok\n");
    assert_int_equal(teller->screen, TELLER_MEMBER);
}

static void find_member(struct teller *teller)
{
    hit(teller, "m1");
    enter(teller);
    answer(teller, "party party=m1", false, STATUS_ACCEPTED, MEMBER);
    assert_int_equal(teller->screen, TELLER_ACCOUNTS);
}

static void test_deposit(void **state)
{
    struct teller teller;

    (void)state;
    begin(&teller);
    find_member(&teller);
    assert_true(page_has(&teller, "90.00 USD"));
    hit(&teller, "1");
    hit(&teller, "2x5");
    teller_key(&teller, TELLER_KEY_DOWN, 0);
    enter(&teller);
    answer(&teller, "try deposit member=m1 via=la.1 amount=USD25.00 purpose=F",
        false, STATUS_ACCEPTED, BEFORE_AFTER);
    assert_int_equal(teller.screen, TELLER_CONFIRM);
    assert_true(page_has(&teller, "125.00 USD"));
    /* Nothing but Enter does it. */
    hit(&teller, "1 y");
    assert_int_equal(teller.ask, TELLER_ASK_NONE);
    enter(&teller);
    answer(&teller, "deposit member=m1 via=la.1 amount=USD25.00 purpose=F",
        true, STATUS_ACCEPTED, DONE);
    assert_int_equal(teller.screen, TELLER_RECEIPT);
    assert_true(page_has(&teller, "Done. Receipt: entry 17"));
    enter(&teller);
    assert_int_equal(teller.screen, TELLER_MEMBER);
}

static void test_refused_when_tried(void **state)
{
    struct teller teller;

    (void)state;
    begin(&teller);
    find_member(&teller);
    hit(&teller, "2");
    hit(&teller, "500");
    enter(&teller);
    answer(&teller,
        "try withdraw member=m1 via=la.1 amount=USD500.00 purpose=I", false,
        STATUS_INSUFFICIENT, REFUSED("insufficient-funds"));
    assert_int_equal(teller.screen, TELLER_AMOUNT);
    assert_string_equal(teller.input, "500");
    assert_true(strstr(teller.notice,
                    status_sentence(STATUS_INSUFFICIENT, LANGUAGE_EN)) != NULL);
    /* No command is told to somebody who types none. */
    assert_null(strchr(teller.notice, '`'));
    teller_key(&teller, TELLER_KEY_BACKSPACE, 0);
    assert_string_equal(teller.input, "50");
    assert_string_equal(teller.notice, "");
}

/* It may be refused when it is sent although it was not when tried. */
static void test_refused_when_sent(void **state)
{
    struct teller teller;

    (void)state;
    begin(&teller);
    find_member(&teller);
    hit(&teller, "1");
    hit(&teller, "25");
    enter(&teller);
    teller_answer(&teller, STATUS_ACCEPTED, bytes_text(BEFORE_AFTER));
    enter(&teller);
    teller_answer(
        &teller, STATUS_PARTY_FROZEN, bytes_text(REFUSED("party-frozen")));
    assert_int_equal(teller.screen, TELLER_AMOUNT);
    assert_int_not_equal(strlen(teller.notice), 0);
}

static void test_waits_for_others(void **state)
{
    struct teller teller;

    (void)state;
    begin(&teller);
    find_member(&teller);
    hit(&teller, "2");
    hit(&teller, "25");
    enter(&teller);
    teller_answer(&teller, STATUS_ACCEPTED,
        bytes_text("ok proposal=open need=2 have=1\n"));
    assert_true(page_has(&teller, "It will wait"));
    enter(&teller);
    teller_answer(&teller, STATUS_ACCEPTED,
        bytes_text("ok index=9 time=2026-11-23T22:20:23.123Z "
                   "date=2026-11-23 proposal=open need=2 have=1\n"));
    assert_true(page_has(&teller, "Proposal 9 waits"));
    assert_false(page_has(&teller, "Done."));
}

/* While there is no answer no key starts anything else. */
static void test_lost(void **state)
{
    struct teller teller;
    char line[TELLER_LINE_MAX];

    (void)state;
    begin(&teller);
    find_member(&teller);
    hit(&teller, "1");
    hit(&teller, "25");
    enter(&teller);
    teller_answer(&teller, STATUS_ACCEPTED, bytes_text(BEFORE_AFTER));
    enter(&teller);
    memcpy(line, teller.line, sizeof line);
    teller_lose(&teller, "connection refused");
    assert_true(page_has(&teller, "Nothing is lost"));
    assert_true(page_has(&teller, "connection refused"));
    teller_key(&teller, TELLER_KEY_ESCAPE, 0);
    hit(&teller, "1");
    enter(&teller);
    assert_int_equal(teller.ask, TELLER_ASK_MONEY);
    assert_true(teller.order);
    assert_string_equal(teller.line, line);
    assert_int_equal(teller.screen, TELLER_CONFIRM);
    teller_answer(&teller, STATUS_ACCEPTED, bytes_text(DONE));
    assert_false(teller.lost);
    assert_int_equal(teller.screen, TELLER_RECEIPT);
}

static void test_count_and_close(void **state)
{
    struct teller teller;

    (void)state;
    begin(&teller);
    teller_key(&teller, TELLER_KEY_CLOSE, 0);
    assert_int_equal(teller.screen, TELLER_COUNT);
    hit(&teller, "12");
    teller_key(&teller, TELLER_KEY_DOWN, 0);
    hit(&teller, "34");
    teller_key(&teller, TELLER_KEY_BACKSPACE, 0);
    assert_int_equal(teller_counted(&teller, CURRENCY_USD).minor, 135000);
    assert_true(page_has(&teller, "1,350.00 USD"));
    teller_key(&teller, TELLER_KEY_TAB, 0);
    hit(&teller, "1");
    assert_int_equal(teller_counted(&teller, CURRENCY_MXN).minor, 100000);
    teller_key(&teller, TELLER_KEY_CLOSE, 0);
    answer(&teller,
        "try drawer-close drawer=la.1 "
        "pieces=MXN1000.00x1,USD100.00x12,USD50.00x3",
        false, STATUS_ACCEPTED,
        "| + counted MXN1000.00 expected MXN1000.00\n"
        "| + counted USD1350.00 expected USD1400.00\nok\n");
    assert_int_equal(teller.screen, TELLER_DIFFERENCE);
    assert_true(page_has(&teller, "-50.00 USD"));
    assert_true(page_has(&teller, "No difference"));
    enter(&teller);
    answer(&teller,
        "drawer-close drawer=la.1 "
        "pieces=MXN1000.00x1,USD100.00x12,USD50.00x3",
        true, STATUS_ACCEPTED, DONE);
    assert_int_equal(teller.screen, TELLER_CLOSED);
}

/* The list has no more than it has, and a number no more than it may. */
static void test_count_bounds(void **state)
{
    struct teller teller;

    (void)state;
    begin(&teller);
    teller_key(&teller, TELLER_KEY_COUNT, 0);
    teller_key(&teller, TELLER_KEY_UP, 0);
    assert_int_equal(teller.row, 0);
    hit(&teller, "99999999");
    assert_int_equal(teller.pieces[CURRENCY_USD][0], PIECES_COUNT_MAX);
    for (int i = 0; i < 100; i++)
        teller_key(&teller, TELLER_KEY_DOWN, 0);
    assert_non_null(denomination_at(CURRENCY_USD, teller.row));
    assert_null(denomination_at(CURRENCY_USD, teller.row + 1));
    /* In the list of the line's order, and every one of them is spelled. */
    for (int c = 0; c < CURRENCY_COUNT; c++)
        for (size_t i = 0; denomination_at((enum currency)c, i) != NULL; i++)
            assert_true(i < TELLER_PIECES_MAX &&
                        (c == CURRENCY_USD || c == CURRENCY_MXN));
}

static void test_amounts(void **state)
{
    static const struct {
        const char *typed;
        int64_t minor; /* 0: not an amount */
    } rows[] = {
        {"25", 2500},
        {"25.5", 2550},
        {"25.50", 2550},
        {"0.01", 1},
        {".5", 50},
        {"1,250.50", 125050},
        {"9999999999999.99", AMOUNT_CAP},
        {"10000000000000", 0},
        {"99999999999999999999", 0},
        {"25.505", 0},
        {"2.5.0", 0},
        {"0", 0},
        {"0.00", 0},
        {"", 0},
        {".", 0},
        {"-5", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct amount amount = {0};
        bool good = teller_amount(rows[i].typed, CURRENCY_USD, &amount);
        if (good != (rows[i].minor != 0) ||
            (good && amount.minor != rows[i].minor))
            fail_msg("\"%s\" is %lld", rows[i].typed,
                (long long)amount.minor);
    }
}

static void test_pages_in_both_languages(void **state)
{
    struct teller teller;

    (void)state;
    begin(&teller);
    assert_true(page_has(&teller, "Who is at the window?"));
    teller_key(&teller, TELLER_KEY_LANGUAGE, 0);
    assert_true(page_has(&teller, "¿Quién está en la ventanilla?"));
    teller_key(&teller, TELLER_KEY_LEAVE, 0);
    assert_int_equal(teller.screen, TELLER_LEFT);
}

/* An office that has no drawers is a place too; a club is none. */
static void test_places(void **state)
{
    struct teller teller;

    (void)state;
    teller_begin(&teller, LANGUAGE_ES, "ana");
    enter(&teller);
    hit(&teller, "sj");
    enter(&teller);
    answer(&teller, "party party=sj", false, STATUS_ACCEPTED,
        "row party=sj kind=office book=us country=US state=open opened=0\n"
        "ok rows=0\n");
    assert_int_equal(teller.screen, TELLER_MEMBER);
    teller_key(&teller, TELLER_KEY_CLOSE, 0);
    assert_int_equal(teller.screen, TELLER_MEMBER);

    teller_begin(&teller, LANGUAGE_ES, "ana");
    enter(&teller);
    hit(&teller, "c1");
    enter(&teller);
    answer(&teller, "party party=c1", false, STATUS_ACCEPTED,
        "row party=c1 kind=club book=us country=US state=open opened=0\n"
        "ok rows=0\n");
    assert_int_equal(teller.screen, TELLER_PLACE);
    assert_true(page_has(&teller, "Eso no es ni caja ni oficina."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deposit),
        cmocka_unit_test(test_refused_when_tried),
        cmocka_unit_test(test_refused_when_sent),
        cmocka_unit_test(test_waits_for_others),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_count_and_close),
        cmocka_unit_test(test_count_bounds),
        cmocka_unit_test(test_amounts),
        cmocka_unit_test(test_pages_in_both_languages),
        cmocka_unit_test(test_places),
    };

    return cmocka_run_group_tests_name("teller", tests, NULL, NULL);
}
