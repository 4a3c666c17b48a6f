#include <posito/chart.h>

const struct role_row chart_rows[ROLE_COUNT] = {
#define X(symbol, name, class, side, flags, owners) \
    { name, CLASS_##class, SIDE_##side, flags, owners },
    ROLES(X)
#undef X
};

/* Lengths apart, so that a search compares few names. */
static const uint8_t ROLE_LENGTHS[ROLE_COUNT] = {
#define X(symbol, name, class, side, flags, owners) sizeof(name) - 1,
    ROLES(X)
#undef X
};

bool role_parse(struct bytes name, enum role *out)
{
    for (unsigned i = 0; i < ROLE_COUNT; i++)
        if (ROLE_LENGTHS[i] == name.length &&
            bytes_equal(name, bytes_of(chart_rows[i].name, name.length))) {
            *out = (enum role)i;
            return true;
        }
    return false;
}

const char *class_name(enum account_class class)
{
    switch (class) {
    case CLASS_ASSET:
        return "asset";
    case CLASS_CONTRA_ASSET:
        return "contra-asset";
    case CLASS_LIABILITY:
        return "liability";
    case CLASS_EQUITY:
        return "equity";
    case CLASS_INCOME:
        return "income";
    case CLASS_EXPENSE:
        return "expense";
    case CLASS_MEMO:
        return "memo";
    }
    return "";
}

/* ---- names of accounts ---- */

/* Split off what stands before the next slash. */
static bool account_name_part(struct bytes *rest, struct bytes *part)
{
    for (size_t i = 0; i < rest->length; i++)
        if (rest->data[i] == '/') {
            *part = bytes_of(rest->data, i);
            *rest = bytes_of(rest->data + i + 1, rest->length - i - 1);
            return true;
        }
    return false;
}

bool account_name_parse(struct bytes text, struct account_name *out)
{
    struct bytes rest = text;
    struct bytes book, party, role;
    struct account_name name;
    if (!account_name_part(&rest, &book) ||
        !account_name_part(&rest, &party) || !account_name_part(&rest, &role))
        return false;
    if (!ident_parse(book, &name.book) || !ident_parse(party, &name.party) ||
        !role_parse(role, &name.role) || !currency_parse(rest, &name.currency))
        return false;
    *out = name;
    return true;
}

void account_name_append(struct buffer *out, const struct account_name *name)
{
    buffer_append(out, ident_bytes(&name->book));
    buffer_char(out, '/');
    buffer_append(out, ident_bytes(&name->party));
    buffer_char(out, '/');
    buffer_append(out,
        bytes_of(chart_rows[name->role].name, ROLE_LENGTHS[name->role]));
    buffer_char(out, '/');
    buffer_text(out, currency_code(name->currency));
}
