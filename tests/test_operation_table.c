/*
 * The operation table: rows that agree with the structs, words that are
 * found again, and the amount each operation moves.
 */
#include <posito/encoding.h>
#include <posito/operation.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FLAGS_ALL                                                         \
    (FLAG_LITERAL | FLAG_BODY | FLAG_GENESIS | FLAG_HAS_BODY | FLAG_PUBLIC | \
        FLAG_STREAM | FLAG_TWO | FLAG_ACTIVITY | FLAG_LONG | FLAG_CLUBS | \
        FLAG_EACH)

static size_t type_size(enum field_type type)
{
    static const size_t sizes[] = {
#define X(type, c_type) [FIELD_##type] = sizeof(c_type),
        FIELD_TYPES(X)
#undef X
    };
    return sizes[type];
}

/* The size of each verb's struct. */
static size_t fields_size(enum verb verb)
{
    static const size_t sizes[] = {
#define OPERATION(SYMBOL, name, ...) sizeof(struct name##_fields),
#define FIELD(...)
#define END_OPERATION(...)
#include <posito/operations.def>
    };
    return sizes[verb];
}

static void assert_help(const char *const help[2])
{
    for (size_t i = 0; i < 2; i++) {
        struct bytes text = bytes_text(help[i]);
        assert_true(text.length > 0);
        assert_true(utf8_valid(text));
        assert_int_equal(strcspn(help[i], "\n\t"), text.length);
    }
}

static void verbs_are_found_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        enum verb verb;
        const char *name = operation_row((enum verb)i)->verb;
        assert_true(verb_parse(bytes_text(name), &verb));
        assert_int_equal(verb, i); /* so none stands there twice */
        assert_int_equal(
            strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
        struct bytes shorter = bytes_of(name, strlen(name) - 1);
        if (verb_parse(shorter, &verb)) /* proposals and proposal */
            assert_true(bytes_equal_text(shorter, operation_row(verb)->verb));
    }
    static const char *const bad[] = { "", "Deposit", "deposit ", "deposi",
        "deposits", "key", "key-", "pool_lend" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        enum verb verb = VERB_QUIT;
        bool found = verb_parse(bytes_text(bad[i]), &verb);
        assert_int_equal(found, strcmp(bad[i], "key") == 0);
        assert_int_equal(verb, found ? VERB_KEY : VERB_QUIT);
    }
}

static void rows_have_help_class_and_flags(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        const struct operation_row *row = operation_row((enum verb)i);
        assert_help(row->help);
        assert_int_equal(row->flags & ~FLAGS_ALL, 0);
        assert_int_equal(row->kinds & ~KINDS_ALL, 0);
        bool founding = row->class == CLASS_OF_FOUNDING;
        bool is_signed = row->class == CLASS_OF_SIGNED;
        if (founding)
            assert_int_equal(row->flags, FLAG_GENESIS);
        else
            assert_true(row->kinds != 0);
        if ((row->flags &
                (FLAG_LITERAL | FLAG_BODY | FLAG_HAS_BODY | FLAG_TWO |
                    FLAG_ACTIVITY | FLAG_CLUBS | FLAG_EACH)) != 0)
            assert_true(is_signed);
        if ((row->flags & (FLAG_PUBLIC | FLAG_STREAM)) != 0)
            assert_true(!is_signed && !founding);
    }
}

static void fields_lie_side_by_side_in_their_struct(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        const struct operation_row *row = operation_row((enum verb)i);
        size_t start = offsetof(struct operation, as);
        size_t end = start + fields_size((enum verb)i);
        size_t free_from = start + sizeof(uint32_t); /* after present */
        assert_true(end <= sizeof(struct operation));
        assert_true(row->field_count <= 32); /* bits of present */
        for (size_t k = 0; k < row->field_count; k++) {
            const struct field_row *field = &row->fields[k];
            assert_true(field->offset >= free_from);
            free_from = field->offset + type_size(field->type);
            assert_true(free_from <= end);
            assert_help(field->help);
            assert_true(field_type_name(field->type)[0] != '\0');
        }
    }
}

static void keys_are_words_and_stand_once(void **state)
{
    (void)state;
    static const char *const tail[] = { "id", "by" };
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        const struct operation_row *row = operation_row((enum verb)i);
        for (size_t k = 0; k < row->field_count; k++) {
            const struct field_row *field = &row->fields[k];
            bool rest = field->type == FIELD_REST;
            assert_int_equal(
                strspn(field->key, "abcdefghijklmnopqrstuvwxyz"),
                strlen(field->key));
            /* What takes all that follows stands alone, without a key. */
            assert_int_equal(field->key[0] == '\0', rest);
            assert_true(!rest || row->field_count == 1);
            for (size_t m = 0; m < k; m++)
                assert_string_not_equal(field->key, row->fields[m].key);
            if (row->class == CLASS_OF_SIGNED) {
                for (size_t m = 0; m < 2; m++)
                    assert_string_not_equal(field->key, tail[m]);
                assert_string_not_equal(field->key, "sig");
            }
        }
    }
}

/* One row by hand against the struct. */
static void a_row_is_what_the_file_says(void **state)
{
    (void)state;
    const struct operation_row *row = operation_row(VERB_DEPOSIT);
    static const char *const keys[] = { "member", "via", "amount", "purpose",
        "memo" };
    assert_string_equal(row->verb, "deposit");
    assert_int_equal(row->class, CLASS_OF_SIGNED);
    assert_int_equal(
        row->flags, FLAG_LITERAL | FLAG_BODY | FLAG_ACTIVITY);
    assert_int_equal(row->kinds, KINDS_COUNTER);
    assert_int_equal(row->field_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(row->fields[i].key, keys[i]);
        assert_int_equal(row->fields[i].optional, i == 4);
    }
    assert_int_equal(row->fields[2].type, FIELD_AMOUNT);
    assert_int_equal(row->fields[2].offset,
        offsetof(struct operation, as.deposit.amount));
    assert_int_equal(FIELD_OF_deposit_memo, 4);
    assert_string_equal(row->help[LANGUAGE_ES],
        "Depósito: caja o banco / aportación.");
    assert_int_equal(operation_row(VERB_QUIT)->field_count, 0);

    struct operation op = { .verb = VERB_DEPOSIT };
    op.as.deposit.present = 1U << FIELD_OF_deposit_memo;
    assert_true(OPERATION_HAS(&op, deposit, memo));
    assert_false(OPERATION_HAS(&op, deposit, amount));
}

static void words_stand_at_their_value(void **state)
{
    (void)state;
    static const struct {
        enum field_type type;
        size_t count;
        size_t value;
        const char *word;
    } rows[] = {
        { FIELD_PURPOSE, PURPOSE_COUNT, PURPOSE_COMMUNITY, "C" },
        { FIELD_COUNTRY, COUNTRY_COUNT, COUNTRY_MX, "MX" },
        { FIELD_PARTY_KIND, PARTY_KIND_COUNT, PARTY_MEMBER, "member" },
        { FIELD_KEY_KIND, KEY_KIND_COUNT, KIND_CLUB_TREASURER,
            "club.treasurer" },
        { FIELD_MODE, MODE_COUNT, MODE_EACH, "each" },
        { FIELD_BLOCK, BLOCK_COUNT, BLOCK_ALL, "all" },
        { FIELD_LIMIT, LIMIT_COUNT, LIMIT_WITHDRAW_DAILY, "withdraw-daily" },
        { FIELD_BASIS, BASIS_COUNT, BASIS_AVERAGE, "average" },
        { FIELD_CATEGORY, CATEGORY_COUNT, CATEGORY_IRRIGATION, "irrigation" },
        { FIELD_SPAN, SPAN_COUNT, SPAN_PROJECT, "project" },
        { FIELD_EXCESS, EXCESS_COUNT, EXCESS_QUEUE, "queue" },
        { FIELD_LINK, LINK_COUNT, LINK_BUYER, "buyer" },
        { FIELD_LOAN_METHOD, LOAN_METHOD_COUNT, LOAN_METHOD_FLAT, "flat" },
        { FIELD_LOAN_DAYCOUNT, LOAN_DAYCOUNT_COUNT, LOAN_DAYCOUNT_30_360,
            "30/360" },
        { FIELD_LOAN_PERIOD, LOAN_PERIOD_COUNT, LOAN_PERIOD_FORTNIGHT,
            "fortnight" },
        { FIELD_LOAN_GRACE, LOAN_GRACE_COUNT, LOAN_GRACE_DEFERRED,
            "deferred" },
        { FIELD_LOAN_STATE, LOAN_STATE_COUNT, LOAN_STATE_CHARGED_OFF,
            "charged-off" },
        { FIELD_LOAN_GROUP, LOAN_GROUP_COUNT, LOAN_GROUP_POOL, "pool" },
        { FIELD_LOAN_ORDER, LOAN_ORDER_COUNT, LOAN_ORDER_INTEREST,
            "interest" },
        { FIELD_LOAN_PROVISION, LOAN_PROVISION_COUNT,
            LOAN_PROVISION_MX_MARGINAL, "mx.marginal" },
        { FIELD_LOAN_SHIFT, LOAN_SHIFT_COUNT, LOAN_SHIFT_WITHIN, "within" },
        { FIELD_LOAN_EXTRA, LOAN_EXTRA_COUNT, LOAN_EXTRA_LOWER, "lower" },
        { FIELD_LOAN_ROUNDING, LOAN_ROUNDING_COUNT, LOAN_ROUNDING_DOWN,
            "down" },
        { FIELD_REMAINDER, REMAINDER_COUNT, REMAINDER_RELEASE, "release" },
        { FIELD_LANGUAGE, 2, LANGUAGE_ES, "es" },
        { FIELD_CURRENCY, CURRENCY_COUNT, CURRENCY_KWD, "KWD" },
        { FIELD_VERB, VERB_COUNT, VERB_POOL_LEND, "pool-lend" },
        { FIELD_YESNO, 2, true, "yes" },
    };
    size_t with_words = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const *words = field_words(rows[i].type);
        for (size_t k = 0; k < rows[i].count; k++)
            assert_true(words[k][0] != '\0');
        assert_null(words[rows[i].count]);
        assert_string_equal(words[rows[i].value], rows[i].word);
    }
#define X(type, c_type) with_words += field_words(FIELD_##type) != NULL;
    FIELD_TYPES(X)
#undef X
    assert_int_equal(with_words, sizeof rows / sizeof *rows);
    assert_string_equal(purpose_name(PURPOSE_FAMILY), "F");
    assert_string_equal(country_name(COUNTRY_US), "US");
    assert_string_equal(party_kind_name(PARTY_CLUB), "club");
    assert_string_equal(key_kind_name(KIND_TELLER), "teller");
    assert_string_equal(block_name(BLOCK_OUT), "out");
}

static void amounts_are_those_that_move_money(void **state)
{
    (void)state;
    static const enum verb moving[] = { VERB_DEPOSIT, VERB_WITHDRAW,
        VERB_TRANSFER, VERB_CONTRIBUTE, VERB_POOL_LEND, VERB_POOL_REDEEM,
        VERB_HOLD, VERB_CAPTURE, VERB_MEMBERSHIP, VERB_LOCK, VERB_CASH_MOVE,
        VERB_DIVIDEND_DECLARE, VERB_PROJECT_REGISTER, VERB_PLEDGE,
        VERB_RECEIVE, VERB_DRAW, VERB_RETURN, VERB_TERM_OPEN, VERB_ARRIVE,
        VERB_REDEEM_NOTICE, VERB_LOAN_APPLY, VERB_GUARANTEE, VERB_COLLATERAL,
        VERB_LOAN_APPROVE, VERB_LOAN_DISBURSE, VERB_LOAN_REPAY,
        VERB_LOAN_RECOVER, VERB_REVOLVE,
        VERB_SCHEDULE /* a question: it asks what would move */ };
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        const struct operation_row *row = operation_row((enum verb)i);
        struct operation op = { .verb = (enum verb)i };
        struct amount amount = { 42, CURRENCY_NIO };
        size_t count = 0;
        bool moves = false;
        for (size_t k = 0; k < row->field_count; k++)
            count += row->fields[k].type == FIELD_AMOUNT;
        for (size_t k = 0; k < sizeof moving / sizeof *moving; k++)
            moves = moves || moving[k] == op.verb;
        assert_int_equal(count, moves ? 1 : 0);
        assert_int_equal(operation_amount(&op, &amount), moves);
        assert_true(amount.minor == (moves ? 0 : 42));
    }
    struct operation op = { .verb = VERB_CAPTURE };
    struct amount amount;
    op.as.capture.amount = (struct amount){ 2500, CURRENCY_MXN };
    assert_true(operation_amount(&op, &amount));
    assert_true(amount.minor == 2500 && amount.currency == CURRENCY_MXN);
}

static void postings_are_read_in_order(void **state)
{
    (void)state;
    struct bytes rest = bytes_text(
        "us/us/expense.other/USD:12.34,mx/mx/suspense/JPY:-7,us/b/nostro/KWD"
        ":-0.001");
    static const struct {
        const char *name;
        int64_t minor;
    } rows[] = { { "us/us/expense.other/USD", 1234 },
        { "mx/mx/suspense/JPY", -7 }, { "us/b/nostro/KWD", -1 } };
    struct account_name account;
    int64_t minor;
    for (size_t i = 0; i < 3; i++) {
        struct buffer text = buffer_empty();
        assert_true(postings_next(&rest, &account, &minor));
        account_name_append(&text, &account);
        assert_true(bytes_equal_text(buffer_bytes(&text), rows[i].name));
        assert_true(minor == rows[i].minor);
        buffer_free(&text);
    }
    assert_false(postings_next(&rest, &account, &minor));
    /* What was never checked ends the list rather than be misread. */
    static const char *const bad[] = { "x", ":", ",", "us/b/nostro/USD:1",
        "us/b/nostro/USD", "us/b/nostro/USD:1.00:2.00" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        rest = bytes_text(bad[i]);
        assert_false(postings_next(&rest, &account, &minor));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verbs_are_found_again),
        cmocka_unit_test(rows_have_help_class_and_flags),
        cmocka_unit_test(fields_lie_side_by_side_in_their_struct),
        cmocka_unit_test(keys_are_words_and_stand_once),
        cmocka_unit_test(a_row_is_what_the_file_says),
        cmocka_unit_test(words_stand_at_their_value),
        cmocka_unit_test(amounts_are_those_that_move_money),
        cmocka_unit_test(postings_are_read_in_order),
    };
    return cmocka_run_group_tests_name("operation table", tests, NULL, NULL);
}
