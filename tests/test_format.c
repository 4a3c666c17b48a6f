/*
 * protocol/FORMAT.md says what the program does: its reference tables are
 * generated from the program's tables, and its worked example is computed
 * again from its seed.  See document.h for how to renew them.
 */
#include "document.h"

#include "../protocol/codec.h"
#include "../protocol/sign.h"

#include <posito/encoding.h>
#include <posito/merkle.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include <cmocka.h>

#define FORMAT "protocol/FORMAT.md"

static void check_section(const char *name, struct buffer *text)
{
    assert_false(text->failed);
    document_check_section(FORMAT, name, buffer_bytes(text));
    buffer_free(text);
}

/* ---- operations ---- */

static void append_kinds(struct buffer *out, uint32_t kinds)
{
    if (kinds == KINDS_ALL) {
        buffer_text(out, "every kind of key");
        return;
    }
    bool first = true;
    for (unsigned kind = 0; kind < KEY_KIND_COUNT; kind++) {
        if (((kinds >> kind) & 1U) == 0)
            continue;
        if (!first)
            buffer_text(out, ", ");
        buffer_text(out, key_kind_name((enum key_kind)kind));
        first = false;
    }
}

/* Who may send it, and what is special about it. */
static void append_remarks(
    struct buffer *out, const struct operation_row *row)
{
    if (row->class == CLASS_OF_SIGNED) {
        buffer_text(out, "Signed by: ");
        append_kinds(out, row->kinds);
        buffer_text(out, ".");
    } else if (row->class == CLASS_OF_FOUNDING) {
        buffer_text(out, "Only in the body of `genesis`.");
    } else if ((row->flags & FLAG_PUBLIC) != 0) {
        buffer_text(out, "Needs no login.");
    } else {
        buffer_text(out, "Asked by: ");
        append_kinds(out, row->kinds);
        buffer_text(out, ".");
    }
    if ((row->flags & FLAG_BODY) != 0)
        buffer_text(out, " May stand in the body of `batch`.");
    if ((row->flags & FLAG_GENESIS) != 0 && row->class == CLASS_OF_SIGNED)
        buffer_text(out, " May stand in the body of `genesis`.");
    if ((row->flags & FLAG_HAS_BODY) != 0)
        buffer_text(out, " Followed by a body.");
    if ((row->flags & FLAG_LITERAL) != 0)
        buffer_text(out, " States its postings.");
    if ((row->flags & FLAG_ACTIVITY) != 0)
        buffer_text(out, " Is a member's activity.");
    if ((row->flags & FLAG_CLUBS) != 0)
        buffer_text(out, " Three keys, the clubs' treasurers in the majority,"
                         " unless policy says otherwise.");
    if ((row->flags & FLAG_EACH) != 0)
        buffer_text(out, " Two keys, one in each country that has a book,"
                         " unless policy says otherwise.");
    else if ((row->flags & FLAG_TWO) != 0)
        buffer_text(out, " Two keys, unless policy says otherwise.");
    buffer_text(out, "\n");
}

static void append_field(struct buffer *out, const struct field_row *field)
{
    const char *shown = field->key;
    if (field->type == FIELD_REST)
        shown = "(no key)";
    buffer_format(out, "| `%s` | %s | %s | %s |\n", shown,
        field_type_name(field->type), field->optional ? "may be absent" : "",
        field->help[LANGUAGE_EN]);
}

static void append_operation(
    struct buffer *out, const struct operation_row *row)
{
    buffer_format(out, "\n#### %s\n\n%s\n", row->verb,
        row->help[LANGUAGE_EN]);
    append_remarks(out, row);
    if (row->field_count > 0)
        buffer_text(out, "\n| Key | Type | | Meaning |\n"
                         "|---|---|---|---|\n");
    for (size_t i = 0; i < row->field_count; i++)
        append_field(out, &row->fields[i]);
}

static void operations_are_as_the_table_has_them(void **state)
{
    (void)state;
    static const char *const titles[] = {
        [CLASS_OF_SIGNED] = "Orders",
        [CLASS_OF_FOUNDING] = "Founding lines",
        [CLASS_OF_QUESTION] = "Questions",
        [CLASS_OF_SESSION] = "The connection",
    };
    struct buffer out = buffer_empty();
    for (unsigned class = 0; class <= CLASS_OF_SESSION; class++) {
        buffer_format(&out, "\n### %s\n", titles[class]);
        for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
            const struct operation_row *row =
                operation_row((enum verb)verb);
            if (row->class == class)
                append_operation(&out, row);
        }
    }
    buffer_char(&out, '\n');
    check_section("operations", &out);
}

/* ---- words, currencies, roles, statuses ---- */

static void words_are_as_the_tables_have_them(void **state)
{
    (void)state;
    static const enum field_type types[] = {FIELD_PURPOSE, FIELD_COUNTRY,
        FIELD_PARTY_KIND, FIELD_KEY_KIND, FIELD_MODE, FIELD_BLOCK,
        FIELD_LIMIT, FIELD_BASIS, FIELD_CATEGORY, FIELD_SPAN, FIELD_EXCESS,
        FIELD_LINK, FIELD_LOAN_METHOD,
        FIELD_LOAN_DAYCOUNT, FIELD_LOAN_PERIOD, FIELD_LOAN_GRACE,
        FIELD_LOAN_ORDER, FIELD_LOAN_PROVISION, FIELD_LOAN_SHIFT,
        FIELD_LOAN_EXTRA, FIELD_LOAN_ROUNDING, FIELD_LOAN_STATE,
        FIELD_LOAN_GROUP, FIELD_REMAINDER, FIELD_LANGUAGE};
    struct buffer out = buffer_empty();
    buffer_text(&out, "| Type | Words |\n|---|---|\n");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const char *const *words = field_words(types[i]);
        buffer_format(&out, "| %s |", field_type_name(types[i]));
        for (size_t j = 0; words[j] != NULL; j++)
            buffer_format(&out, " `%s`", words[j]);
        buffer_text(&out, " |\n");
    }
    buffer_text(&out, "| yes or no | `yes` `no` |\n");
    check_section("words", &out);
}

static void currencies_are_as_the_table_has_them(void **state)
{
    (void)state;
    struct buffer out = buffer_empty();
    buffer_text(&out, "| Code | Digits | One unit |\n|---|---|---|\n");
    for (unsigned i = 0; i < CURRENCY_COUNT; i++) {
        enum currency currency = (enum currency)i;
        struct amount one = {1, currency};
        for (unsigned digit = 0; digit < currency_digits(currency); digit++)
            one.minor *= 10;
        buffer_format(&out, "| %s | %u | `", currency_code(currency),
            currency_digits(currency));
        amount_append(&out, one);
        buffer_text(&out, "` |\n");
    }
    check_section("currencies", &out);
}

static void append_role(struct buffer *out, const struct role_row *row)
{
    buffer_format(out, "| `%s` | %s | %s | %s | ", row->name,
        class_name(row->class),
        row->normal == SIDE_DEBIT ? "debit" : "credit",
        (row->flags & ROLE_BELOW) != 0 ? "yes" : "");
    buffer_text(
        out, (row->flags & ROLE_CONTROL) != 0 ? "" : "yes");
    buffer_text(out, " |");
    for (unsigned kind = 0; kind < PARTY_KIND_COUNT; kind++)
        if (((row->owners >> kind) & 1U) != 0)
            buffer_format(out, " %s", party_kind_name((enum party_kind)kind));
    buffer_text(out, " |\n");
}

static void roles_are_as_the_chart_has_them(void **state)
{
    (void)state;
    struct buffer out = buffer_empty();
    buffer_text(&out,
        "| Role | Class | Normal side | May go below zero | "
        "In `journal-entry` | Parties |\n|---|---|---|---|---|---|\n");
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        append_role(&out, role_row((enum role)role));
    check_section("roles", &out);
}

static void statuses_are_as_the_table_has_them(void **state)
{
    (void)state;
#define X(symbol, number, name, english, spanish) STATUS_##symbol,
    static const enum status all[] = {STATUSES(X)};
#undef X
    struct buffer out = buffer_empty();
    buffer_text(&out,
        "| Number | Name | English | Spanish |\n|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_format(&out, "| %u | `%s` | %s | %s |\n", (unsigned)all[i],
            status_name(all[i]), status_sentence(all[i], LANGUAGE_EN),
            status_sentence(all[i], LANGUAGE_ES));
    check_section("statuses", &out);
}

/* ---- the worked example ---- */

#define EXAMPLE_LINE                                                         \
    "deposit member=m1042 via=la amount=USD25.00 purpose=I "                 \
    "memo=recibo%20n%C3%BAmero%2017 id=01ARZ3NDEKTSV4RRFFQ69G5FAV by=la.ana"

/* Bytes in rows of 32, for reading and for copying. */
static void append_hex(struct buffer *out, struct bytes data)
{
    while (data.length > 0) {
        size_t count = data.length < 32 ? data.length : 32;
        buffer_text(out, "    ");
        hex_append(out, bytes_of(data.data, count));
        buffer_char(out, '\n');
        data = bytes_after(data, count);
    }
}

static void append_base64(
    struct buffer *out, const void *data, size_t length)
{
    buffer_text(out, "    ");
    base64_append(out, bytes_of(data, length));
    buffer_char(out, '\n');
}

struct example {
    uint8_t seed[32];
    struct public_key public_key;
    struct secret_key secret;
    struct hash ledger;
};

static struct example example_of(void)
{
    struct example example;
    for (unsigned i = 0; i < sizeof example.seed; i++)
        example.seed[i] = (uint8_t)i;
    assert_int_equal(crypto_sign_seed_keypair(example.public_key.data,
                         example.secret.data, example.seed),
        0);
    example.ledger = hash_of(bytes_text("an example"));
    return example;
}

/* The message put together by hand here, so that the text does not
 * depend on the code it describes. */
static void append_message(struct buffer *out, const struct example *example)
{
    buffer_text(out, "posito/order/v1\n");
    base64_append(out, bytes_of(example->ledger.data, 32));
    buffer_text(out, "\n" EXAMPLE_LINE);
}

static void append_steps(struct buffer *out, const struct example *example,
    struct bytes message, const struct signature *signature)
{
    buffer_text(out, "\nThe seed of the secret key (32 bytes 00 to 1f):\n\n");
    append_hex(out, bytes_of(example->seed, sizeof example->seed));
    buffer_text(out, "\nIts public key, in hexadecimal and as on a line:\n\n");
    append_hex(out, bytes_of(example->public_key.data, 32));
    append_base64(out, example->public_key.data, 32);
    buffer_text(out, "\nThe ledger's id (here SHA-256 of the ten bytes "
                     "`an example`):\n\n");
    append_hex(out, bytes_of(example->ledger.data, 32));
    append_base64(out, example->ledger.data, 32);
    buffer_text(out, "\nThe line before it is signed:\n\n    " EXAMPLE_LINE
                     "\n\n");
    buffer_format(
        out, "The message, %u bytes:\n\n", (unsigned)message.length);
    append_hex(out, message);
    buffer_text(out, "\nIts Ed25519 signature:\n\n");
    append_hex(out, bytes_of(signature->data, 64));
    append_base64(out, signature->data, 64);
    buffer_text(out, "\nThe line to send, followed by LF:\n\n    "
                     EXAMPLE_LINE " sig=");
    base64_append(out, bytes_of(signature->data, 64));
    buffer_text(out, "\n\n");
}

static void the_example_is_computed_again(void **state)
{
    (void)state;
    struct example example = example_of();
    struct signature signature;
    struct buffer message = buffer_empty();
    struct buffer line = buffer_empty();
    struct buffer out = buffer_empty();
    struct operation op;
    struct fault fault;
    append_message(&message, &example);
    signature_make(&signature, buffer_bytes(&message), &example.secret);
    append_steps(&out, &example, buffer_bytes(&message), &signature);

    /* And the code agrees with the text. */
    buffer_text(&line, EXAMPLE_LINE);
    sign_order(&line, &example.ledger, &example.secret);
    assert_true(
        codec_decode(buffer_bytes(&line), CODEC_REQUEST, &op, &fault));
    assert_memory_equal(&op.signature, &signature, sizeof signature);
    assert_true(sign_check_order(
        buffer_bytes(&line), &op, &example.ledger, &example.public_key, NULL));
    check_section("example", &out);
    buffer_free(&message);
    buffer_free(&line);
}

static void append_leaf(struct buffer *out, const char *line)
{
    struct hash leaf = merkle_leaf(bytes_text(line));
    buffer_format(out, "\n    %s\n", line);
    append_hex(out, bytes_of(leaf.data, 32));
}

static void the_root_of_a_body_is_computed_again(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "transfer from=m1042 to=m1043 amount=USD5.00 purpose=F",
        "transfer from=m1042 to=m1044 amount=USD5.00 purpose=F",
        "deposit member=m1044 via=la amount=USD1.00 purpose=I"};
    struct buffer body = buffer_empty();
    struct buffer out = buffer_empty();
    for (size_t i = 0; i < 3; i++) {
        append_leaf(&out, lines[i]);
        buffer_text(&body, lines[i]);
        buffer_char(&body, '\n');
    }
    struct hash root = merkle_root_of_lines(buffer_bytes(&body));
    buffer_text(&out, "\nThe root, in hexadecimal and as on a line:\n\n");
    append_hex(&out, bytes_of(root.data, 32));
    append_base64(&out, root.data, 32);
    buffer_char(&out, '\n');
    check_section("root", &out);
    buffer_free(&body);
}

/* ---- what is written by hand is complete ---- */

static bool has_row(struct bytes document, const char *cell)
{
    char memory[128];
    struct buffer start = buffer_over(memory, sizeof memory);
    struct bytes line;
    buffer_format(&start, "| %s |", cell);
    buffer_char(&start, '\0');
    while (bytes_next_line(&document, &line))
        if (bytes_start_with(line, memory))
            return true;
    return false;
}

static void nothing_is_left_out(void **state)
{
    (void)state;
    struct buffer document = buffer_empty();
    assert_true(document_read(FORMAT, &document));
    struct bytes all = buffer_bytes(&document);
    for (unsigned type = 0; type <= FIELD_YESNO; type++) {
        const char *name = field_type_name((enum field_type)type);
        if (!has_row(all, name))
            fail_msg("%s has no row for values of type %s", FORMAT, name);
    }
    for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
        const struct operation_row *row = operation_row((enum verb)verb);
        char cell[64];
        struct buffer out = buffer_over(cell, sizeof cell);
        buffer_format(&out, "`%s`", row->verb);
        buffer_char(&out, '\0');
        bool literal = (row->flags & FLAG_LITERAL) != 0;
        bool asked = row->class == CLASS_OF_QUESTION ||
                     row->class == CLASS_OF_SESSION;
        if ((literal || asked) && !has_row(all, cell))
            fail_msg("%s has no row for %s", FORMAT, row->verb);
    }
    buffer_free(&document);
}

static int start_sodium(void **state)
{
    (void)state;
    return sodium_init() < 0 ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_are_as_the_table_has_them),
        cmocka_unit_test(words_are_as_the_tables_have_them),
        cmocka_unit_test(currencies_are_as_the_table_has_them),
        cmocka_unit_test(roles_are_as_the_chart_has_them),
        cmocka_unit_test(statuses_are_as_the_table_has_them),
        cmocka_unit_test(the_example_is_computed_again),
        cmocka_unit_test(the_root_of_a_body_is_computed_again),
        cmocka_unit_test(nothing_is_left_out),
    };
    return cmocka_run_group_tests(tests, start_sodium, NULL);
}
