#include "value.h"

#include <posito/denomination.h>
#include <posito/part.h>

#include <string.h>

/* Split off what stands before the next comma.  False at the end. */
static bool next_item(struct bytes *rest, bool *more, struct bytes *item)
{
    if (!*more)
        return false;
    const uint8_t *comma = NULL;
    if (rest->length > 0)
        comma = memchr(rest->data, ',', rest->length);
    size_t length = rest->length;
    *more = comma != NULL;
    if (comma != NULL)
        length = (size_t)(comma - rest->data);
    *item = bytes_of(rest->data, length);
    size_t used = length + (comma != NULL ? 1 : 0);
    *rest = bytes_after(*rest, used);
    return true;
}

/* Of two statuses the one that takes precedence. */
static enum status first_of(enum status a, enum status b)
{
    if (a == STATUS_ACCEPTED || b == STATUS_ACCEPTED)
        return a == STATUS_ACCEPTED ? b : a;
    return a < b ? a : b;
}

/* ---- amounts of several currencies ---- */

/* Add one amount where its code belongs.  The order of the codes is the
 * one spelling; another order of the same amounts is a second one. */
static enum status add_amount(struct amounts *list, struct amount amount)
{
    enum status status = STATUS_ACCEPTED;
    const char *code = currency_code(amount.currency);
    for (unsigned i = 0; i < list->count; i++) {
        int order = strcmp(currency_code(list->list[i].currency), code);
        if (order == 0)
            return STATUS_BAD_VALUE;
        if (order > 0)
            status = STATUS_SECOND_SPELLING;
    }
    if (amount.minor < 0 || list->count == AMOUNTS_MAX)
        return STATUS_BAD_VALUE;
    list->list[list->count++] = amount;
    return status;
}

enum status value_decode_amounts(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    struct amounts *list = field;
    struct bytes item;
    bool more = true;
    enum status worst = STATUS_ACCEPTED;
    memset(list, 0, sizeof *list);
    while (next_item(&value, &more, &item)) {
        struct amount amount;
        enum status status =
            value_of_spelling(amount_parse(item, &amount), item);
        if (status == STATUS_ACCEPTED)
            status = add_amount(list, amount);
        worst = first_of(worst, status);
    }
    return worst;
}

void value_encode_amounts(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    const struct amounts *list = field;
    for (unsigned i = 0; i < list->count && i < AMOUNTS_MAX; i++) {
        if (i > 0)
            buffer_char(out, ',');
        amount_append(out, list->list[i]);
    }
}

/* ---- postings ---- */

/* One account:digits; *name is a view of the account's name, which has
 * one spelling, so that equal names are equal bytes. */
static enum status check_posting(struct bytes item, struct bytes *name)
{
    *name = item;
    const uint8_t *colon = NULL;
    if (item.length > 0)
        colon = memchr(item.data, ':', item.length);
    if (colon == NULL)
        return STATUS_BAD_VALUE;
    size_t length = (size_t)(colon - item.data);
    struct bytes digits = bytes_of(colon + 1, item.length - length - 1);
    struct account_name account;
    struct amount amount;
    *name = bytes_of(item.data, length);
    if (!account_name_parse(*name, &account))
        return spelling_account(*name);
    enum amount_spelling spelling =
        amount_parse_digits(digits, account.currency, &amount);
    if (spelling == AMOUNT_MISSPELLED)
        return spelling_digits(digits, account.currency);
    if (spelling == AMOUNT_SPELLED && amount.minor == 0)
        return STATUS_BAD_VALUE;
    return value_of_spelling(spelling, digits);
}

enum status value_decode_postings(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    struct bytes names[POSTINGS_MAX];
    struct bytes rest = value;
    struct bytes item;
    size_t count = 0;
    bool more = true;
    enum status worst = STATUS_ACCEPTED;
    while (next_item(&rest, &more, &item)) {
        if (count == POSTINGS_MAX)
            return STATUS_BAD_VALUE;
        worst = first_of(worst, check_posting(item, &names[count]));
        for (size_t i = 0; i < count; i++)
            if (bytes_equal(names[i], names[count]))
                return STATUS_BAD_VALUE;
        count++;
    }
    if (count < 2)
        return STATUS_BAD_VALUE;
    *(struct bytes *)field = value;
    return worst;
}

/* ---- pieces of cash ---- */

/* One value x count.  Whether there is such a note is the ledger's to say. */
static enum status check_piece(
    struct bytes item, struct amount *value, bool *known)
{
    const uint8_t *times = NULL;
    if (item.length > 0)
        times = memchr(item.data, 'x', item.length);
    if (times == NULL)
        return STATUS_BAD_VALUE;
    size_t length = (size_t)(times - item.data);
    struct bytes name = bytes_of(item.data, length);
    struct bytes digits = bytes_after(item, length + 1);
    uint64_t count;
    enum status status = value_of_spelling(amount_parse(name, value), name);
    *known = status == STATUS_ACCEPTED;
    if (*known && value->minor <= 0)
        return STATUS_AMOUNT_NOT_POSITIVE;
    if (!bytes_decimal(digits, PIECES_COUNT_MAX, &count))
        return first_of(status, spelling_number(digits, PIECES_COUNT_MAX));
    return count > 0 ? status : STATUS_BAD_VALUE;
}

/* Does one stand where the order puts it: codes up, values down? */
static enum status piece_order(struct amount before, struct amount value)
{
    int order = strcmp(
        currency_code(before.currency), currency_code(value.currency));
    if (order == 0 && before.minor == value.minor)
        return STATUS_BAD_VALUE;
    return order < 0 || (order == 0 && before.minor > value.minor)
               ? STATUS_ACCEPTED
               : STATUS_SECOND_SPELLING;
}

enum status value_decode_pieces(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    struct bytes rest = value;
    struct bytes item;
    struct amount before = {0};
    size_t count = 0;
    bool more = true;
    bool before_known = false;
    enum status worst = STATUS_ACCEPTED;
    *(struct bytes *)field = value;
    if (bytes_equal_text(value, PIECES_NONE))
        return STATUS_ACCEPTED;
    while (next_item(&rest, &more, &item)) {
        struct amount piece = {0};
        bool known = false;
        if (count++ == PIECES_MAX)
            return STATUS_BAD_VALUE;
        worst = first_of(worst, check_piece(item, &piece, &known));
        if (known && before_known)
            worst = first_of(worst, piece_order(before, piece));
        before = piece;
        before_known = known;
    }
    return worst;
}

/* ---- parts of a whole ---- */

/* One name:rate. */
static enum status check_part(struct bytes item, struct ident *name)
{
    const uint8_t *colon = NULL;
    if (item.length > 0)
        colon = memchr(item.data, ':', item.length);
    if (colon == NULL)
        return STATUS_BAD_VALUE;
    size_t length = (size_t)(colon - item.data);
    struct bytes digits = bytes_after(item, length + 1);
    struct rate rate;
    if (!ident_parse(bytes_of(item.data, length), name))
        return STATUS_BAD_VALUE;
    if (!rate_parse(digits, &rate))
        return spelling_rate(digits);
    return rate.digits > 0 ? STATUS_ACCEPTED : STATUS_BAD_VALUE;
}

enum status value_decode_parts(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    struct ident names[PARTS_MAX];
    struct bytes rest = value;
    struct bytes item;
    size_t count = 0;
    bool more = true;
    enum status worst = STATUS_ACCEPTED;
    *(struct bytes *)field = value;
    while (next_item(&rest, &more, &item)) {
        if (count == PARTS_MAX)
            return STATUS_BAD_VALUE;
        worst = first_of(worst, check_part(item, &names[count]));
        if (worst == STATUS_BAD_VALUE)
            return worst;
        for (size_t i = 0; i < count; i++) {
            int order = bytes_compare(
                ident_bytes(&names[i]), ident_bytes(&names[count]));
            if (order == 0)
                return STATUS_BAD_VALUE;
            if (order > 0)
                worst = first_of(worst, STATUS_SECOND_SPELLING);
        }
        count++;
    }
    return worst;
}

/* ---- kinds of key ---- */

enum status value_decode_kinds(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    const char *const *words = field_words(FIELD_KEY_KIND);
    struct bytes item;
    uint32_t set = 0;
    bool more = true;
    enum status worst = STATUS_ACCEPTED;
    while (next_item(&value, &more, &item)) {
        unsigned kind = 0;
        while (words[kind] != NULL && !bytes_equal_text(item, words[kind]))
            kind++;
        if (words[kind] == NULL)
            return STATUS_BAD_VALUE;
        /* Anything at or above this kind already there: out of order. */
        if (set >> kind != 0)
            worst = STATUS_SECOND_SPELLING;
        set |= 1U << kind;
    }
    *(uint32_t *)field = set;
    return worst;
}

void value_encode_kinds(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    const char *const *words = field_words(FIELD_KEY_KIND);
    uint32_t set = *(const uint32_t *)field;
    bool first = true;
    for (unsigned kind = 0; words[kind] != NULL; kind++) {
        if (((set >> kind) & 1U) == 0)
            continue;
        if (!first)
            buffer_char(out, ',');
        buffer_text(out, words[kind]);
        first = false;
    }
}
