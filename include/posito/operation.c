#include <posito/operation.h>

#include <string.h>

/* ---- words ---- */

/* A list of words by the value of their enum, ended by NULL. */
#define X(symbol, name) name,
static const char *const PURPOSE_WORDS[] = { PURPOSES(X) NULL };
static const char *const COUNTRY_WORDS[] = { COUNTRIES(X) NULL };
static const char *const PARTY_KIND_WORDS[] = { PARTY_KINDS(X) NULL };
static const char *const KEY_KIND_WORDS[] = { KEY_KINDS(X) NULL };
static const char *const MODE_WORDS[] = { MODES(X) NULL };
static const char *const BLOCK_WORDS[] = { BLOCKS(X) NULL };
static const char *const LIMIT_WORDS[] = { LIMITS(X) NULL };
static const char *const BASIS_WORDS[] = { BASES(X) NULL };
static const char *const SPAN_WORDS[] = { SPANS(X) NULL };
static const char *const EXCESS_WORDS[] = { EXCESSES(X) NULL };
static const char *const LINK_WORDS[] = { LINKS(X) NULL };
static const char *const METHOD_WORDS[] = { LOAN_METHODS(X) NULL };
static const char *const DAYCOUNT_WORDS[] = { LOAN_DAYCOUNTS(X) NULL };
static const char *const GRACE_WORDS[] = { LOAN_GRACES(X) NULL };
static const char *const ORDER_WORDS[] = { LOAN_ORDERS(X) NULL };
static const char *const PROVISION_WORDS[] = { LOAN_PROVISIONS(X) NULL };
static const char *const SHIFT_WORDS[] = { LOAN_SHIFTS(X) NULL };
static const char *const EXTRA_WORDS[] = { LOAN_EXTRAS(X) NULL };
static const char *const ROUNDING_WORDS[] = { LOAN_ROUNDINGS(X) NULL };
static const char *const STATE_WORDS[] = { LOAN_STATES(X) NULL };
static const char *const GROUP_WORDS[] = { LOAN_GROUPS(X) NULL };
static const char *const REMAINDER_WORDS[] = { REMAINDERS(X) NULL };
static const char *const LANGUAGE_WORDS[] = { LANGUAGES(X) NULL };
#undef X
#define X(symbol, name, ...) name,
static const char *const CATEGORY_WORDS[] = { CATEGORIES(X) NULL };
static const char *const PERIOD_WORDS[] = { LOAN_PERIODS(X) NULL };
#undef X
#define X(code, digits) #code,
static const char *const CURRENCY_WORDS[] = { CURRENCIES(X) NULL };
#undef X
static const char *const YESNO_WORDS[] = { "no", "yes", NULL };
static const char *const VERB_WORDS[] = {
#define OPERATION(SYMBOL, name, verb, ...) verb,
#define FIELD(...)
#define END_OPERATION(...)
#include <posito/operations.def>
    NULL
};

const char *purpose_name(enum purpose purpose)
{
    return PURPOSE_WORDS[purpose];
}

const char *country_name(enum country country)
{
    return COUNTRY_WORDS[country];
}

const char *party_kind_name(enum party_kind kind)
{
    return PARTY_KIND_WORDS[kind];
}

const char *key_kind_name(enum key_kind kind)
{
    return KEY_KIND_WORDS[kind];
}

const char *block_name(enum block block)
{
    return BLOCK_WORDS[block];
}

const char *limit_name(enum limit limit)
{
    return LIMIT_WORDS[limit];
}

const char *basis_name(enum basis basis)
{
    return BASIS_WORDS[basis];
}

const char *link_name(enum link link)
{
    return LINK_WORDS[link];
}

const char *const *field_words(enum field_type type)
{
    /* One place a type; NULL for those that are not of words. */
#define X(type, c_type) +1
    static const char *const *const words[0 FIELD_TYPES(X)] = {
        [FIELD_PURPOSE] = PURPOSE_WORDS,
        [FIELD_COUNTRY] = COUNTRY_WORDS,
        [FIELD_PARTY_KIND] = PARTY_KIND_WORDS,
        [FIELD_KEY_KIND] = KEY_KIND_WORDS,
        [FIELD_MODE] = MODE_WORDS,
        [FIELD_BLOCK] = BLOCK_WORDS,
        [FIELD_LIMIT] = LIMIT_WORDS,
        [FIELD_BASIS] = BASIS_WORDS,
        [FIELD_CATEGORY] = CATEGORY_WORDS,
        [FIELD_SPAN] = SPAN_WORDS,
        [FIELD_EXCESS] = EXCESS_WORDS,
        [FIELD_LINK] = LINK_WORDS,
        [FIELD_LOAN_METHOD] = METHOD_WORDS,
        [FIELD_LOAN_DAYCOUNT] = DAYCOUNT_WORDS,
        [FIELD_LOAN_PERIOD] = PERIOD_WORDS,
        [FIELD_LOAN_GRACE] = GRACE_WORDS,
        [FIELD_LOAN_ORDER] = ORDER_WORDS,
        [FIELD_LOAN_PROVISION] = PROVISION_WORDS,
        [FIELD_LOAN_SHIFT] = SHIFT_WORDS,
        [FIELD_LOAN_EXTRA] = EXTRA_WORDS,
        [FIELD_LOAN_ROUNDING] = ROUNDING_WORDS,
        [FIELD_LOAN_STATE] = STATE_WORDS,
        [FIELD_LOAN_GROUP] = GROUP_WORDS,
        [FIELD_REMAINDER] = REMAINDER_WORDS,
        [FIELD_LANGUAGE] = LANGUAGE_WORDS,
        [FIELD_CURRENCY] = CURRENCY_WORDS,
        [FIELD_VERB] = VERB_WORDS,
        [FIELD_YESNO] = YESNO_WORDS,
    };
#undef X

    return words[type];
}

const char *field_word(enum field_type type, unsigned value)
{
    return field_words(type)[value];
}

const char *field_type_name(enum field_type type)
{
    static const char *const names[] = {
        [FIELD_IDENT] = "name",
        [FIELD_ACCOUNT] = "account",
        [FIELD_AMOUNT] = "amount",
        [FIELD_LEVEL] = "amount or zero",
        [FIELD_AMOUNTS] = "amounts",
        [FIELD_POSTINGS] = "postings",
        [FIELD_TEXT] = "text",
        [FIELD_REST] = "line",
        [FIELD_ORIGIN] = "origin",
        [FIELD_DATE] = "date",
        [FIELD_MONTH] = "month",
        [FIELD_RATE] = "rate",
        [FIELD_PIECES] = "pieces",
        [FIELD_PARTS] = "parts",
        [FIELD_INSTANT] = "instant",
        [FIELD_NUMBER] = "number",
        [FIELD_HASH] = "hash",
        [FIELD_PUBLIC_KEY] = "public key",
        [FIELD_SIGNATURE] = "signature",
        [FIELD_CURRENCY] = "currency",
        [FIELD_VERB] = "operation",
        [FIELD_PURPOSE] = "purpose",
        [FIELD_COUNTRY] = "country",
        [FIELD_PARTY_KIND] = "kind of party",
        [FIELD_KEY_KIND] = "kind of key",
        [FIELD_KINDS] = "kinds of key",
        [FIELD_MODE] = "mode",
        [FIELD_BLOCK] = "block",
        [FIELD_LIMIT] = "limit",
        [FIELD_BASIS] = "basis",
        [FIELD_CATEGORY] = "category",
        [FIELD_SPAN] = "year or project",
        [FIELD_EXCESS] = "over the cap",
        [FIELD_LINK] = "supplier or buyer",
        [FIELD_LOAN_METHOD] = "method of loan",
        [FIELD_LOAN_DAYCOUNT] = "day count",
        [FIELD_LOAN_PERIOD] = "period",
        [FIELD_LOAN_GRACE] = "kind of grace",
        [FIELD_LOAN_ORDER] = "order of payment",
        [FIELD_LOAN_PROVISION] = "provisions",
        [FIELD_LOAN_SHIFT] = "due on holidays",
        [FIELD_LOAN_EXTRA] = "paid ahead",
        [FIELD_LOAN_ROUNDING] = "rounding",
        [FIELD_LOAN_STATE] = "state of a loan",
        [FIELD_LOAN_GROUP] = "grouping of loans",
        [FIELD_REMAINDER] = "keep or release",
        [FIELD_LANGUAGE] = "language",
        [FIELD_YESNO] = "yes or no",
    };
    return names[type];
}

/* ---- the table ---- */

#define PRESENCE_NEEDED false
#define PRESENCE_OPTIONAL true

/* FIELDS_deposit and so on.  The last row is none of the verb's: C has no
 * empty arrays, and some verbs have no fields. */
#define OPERATION(SYMBOL, name, ...) \
    static const struct field_row FIELDS_##name[] = {
#define FIELD(name, member, key, TYPE, presence, english, spanish) \
    { key, FIELD_##TYPE, PRESENCE_##presence,                       \
        offsetof(struct operation, as.name.member),                 \
        { english, spanish } },
#define END_OPERATION(SYMBOL, name)                                \
    { "", FIELD_REST, PRESENCE_OPTIONAL, 0, { "", "" } }           \
    }                                                              \
    ;
#include <posito/operations.def>

static const struct operation_row OPERATION_ROWS[VERB_COUNT] = {
#define OPERATION(SYMBOL, name, verb, class, flags, kinds, english, spanish) \
    { verb, CLASS_OF_##class, flags, kinds, { english, spanish },            \
        FIELDS_##name, FIELD_COUNT_OF_##name },
#define FIELD(...)
#define END_OPERATION(...)
#include <posito/operations.def>
};

/* Lengths apart, so that a search compares few names. */
static const uint8_t VERB_LENGTHS[VERB_COUNT] = {
#define OPERATION(SYMBOL, name, verb, ...) sizeof(verb) - 1,
#define FIELD(...)
#define END_OPERATION(...)
#include <posito/operations.def>
};

const struct operation_row *operation_row(enum verb verb)
{
    return &OPERATION_ROWS[verb];
}

bool verb_parse(struct bytes name, enum verb *out)
{
    for (unsigned i = 0; i < VERB_COUNT; i++)
        if (VERB_LENGTHS[i] == name.length &&
            memcmp(VERB_WORDS[i], name.data, name.length) == 0) {
            *out = (enum verb)i;
            return true;
        }
    return false;
}

/* ---- what operations carry ---- */

/* Split off what stands before the separator, or all of it. */
static struct bytes postings_split(struct bytes *rest, char separator)
{
    size_t length = 0;
    while (length < rest->length && rest->data[length] != (uint8_t)separator)
        length++;
    struct bytes part = bytes_of(rest->data, length);
    size_t used = length < rest->length ? length + 1 : length;
    *rest = bytes_of(rest->data + used, rest->length - used);
    return part;
}

bool postings_next(
    struct bytes *rest, struct account_name *account, int64_t *minor)
{
    struct amount amount;
    if (rest->length == 0)
        return false;
    struct bytes digits = postings_split(rest, ',');
    struct bytes name = postings_split(&digits, ':');
    if (!account_name_parse(name, account) ||
        amount_parse_digits(digits, account->currency, &amount) !=
            AMOUNT_SPELLED)
        return false;
    *minor = amount.minor;
    return true;
}

bool operation_amount(const struct operation *op, struct amount *out)
{
    /* No operation has two fields of this type; a test holds them to it. */
    const struct operation_row *row = &OPERATION_ROWS[op->verb];
    for (size_t i = 0; i < row->field_count; i++)
        if (row->fields[i].type == FIELD_AMOUNT) {
            const char *place = (const char *)op + row->fields[i].offset;
            memcpy(out, place, sizeof *out);
            return true;
        }
    return false;
}
