#include <posito/denomination.h>

#include <string.h>

static const struct denomination TABLE[] = {
#define X(code, minor, forms) { { minor, CURRENCY_##code }, forms },
    DENOMINATIONS(X)
#undef X
};

#define TABLE_ROWS (sizeof TABLE / sizeof *TABLE)

const struct denomination *denomination_at(enum currency currency, size_t n)
{
    for (size_t i = 0; i < TABLE_ROWS; i++)
        if (TABLE[i].value.currency == currency && n-- == 0)
            return &TABLE[i];
    return NULL;
}

const struct denomination *denomination_find(struct amount value)
{
    for (size_t i = 0; i < TABLE_ROWS; i++)
        if (TABLE[i].value.currency == value.currency &&
            TABLE[i].value.minor == value.minor)
            return &TABLE[i];
    return NULL;
}

/* Split off what stands before the separator, or all of it. */
static struct bytes split(struct bytes *rest, char separator)
{
    size_t length = 0;

    while (length < rest->length && rest->data[length] != (uint8_t)separator)
        length++;
    struct bytes part = bytes_of(rest->data, length);
    *rest = bytes_after(
        *rest, length < rest->length ? length + 1 : length);
    return part;
}

bool pieces_next(struct bytes *rest, struct amount *value, uint64_t *count)
{
    if (rest->length == 0 || bytes_equal_text(*rest, PIECES_NONE))
        return false;
    struct bytes digits = split(rest, ',');
    struct bytes name = split(&digits, 'x');
    return amount_parse(name, value) == AMOUNT_SPELLED &&
           bytes_decimal(digits, PIECES_COUNT_MAX, count);
}
