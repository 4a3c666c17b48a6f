#include "random_operation.h"

#include <posito/encoding.h>
#include <posito/part.h>

#include <string.h>

uint64_t random_next(struct random_source *source)
{
    source->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = source->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint64_t random_below(struct random_source *source, uint64_t limit)
{
    return random_next(source) % limit;
}

void random_bytes(struct random_source *source, void *out, size_t length)
{
    uint8_t *at = out;
    for (size_t i = 0; i < length; i++)
        at[i] = (uint8_t)random_next(source);
}

static bool chance(struct random_source *source, unsigned one_in)
{
    return random_below(source, one_in) == 0;
}

static char one_of(struct random_source *source, const char *letters)
{
    return letters[random_below(source, strlen(letters))];
}

struct ident random_ident(struct random_source *source)
{
    static const char ends[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    static const char inner[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    struct ident ident;
    memset(&ident, 0, sizeof ident);
    ident.length = (uint8_t)(1 + random_below(source, IDENT_LENGTH_MAX));
    for (unsigned i = 0; i < ident.length; i++)
        ident.text[i] = one_of(source, inner);
    ident.text[0] = one_of(source, ends);
    ident.text[ident.length - 1] = one_of(source, ends);
    return ident;
}

/* ---- money and names ---- */

/* Small, large and round numbers alike; up to limit inclusive. */
static uint64_t random_number(struct random_source *source, uint64_t limit)
{
    if (chance(source, 20))
        return limit;
    if (chance(source, 20))
        return 0;
    uint64_t cut = UINT64_MAX >> random_below(source, 64);
    return (random_next(source) & cut) % (limit + 1);
}

static struct amount random_amount(struct random_source *source)
{
    struct amount amount = {
        .minor = (int64_t)random_number(source, (uint64_t)AMOUNT_CAP),
        .currency = (enum currency)random_below(source, CURRENCY_COUNT)};
    return amount;
}

static struct account_name random_account(struct random_source *source)
{
    struct account_name name = {.book = random_ident(source),
        .party = random_ident(source),
        .role = (enum role)random_below(source, ROLE_COUNT),
        .currency = (enum currency)random_below(source, CURRENCY_COUNT)};
    return name;
}

static void random_amounts(struct random_source *source, struct amounts *out)
{
    size_t count = 1 + random_below(source, AMOUNTS_MAX);
    memset(out, 0, sizeof *out);
    while (out->count < count) {
        struct amount amount = random_amount(source);
        const char *code = currency_code(amount.currency);
        unsigned at = 0;
        while (at < out->count &&
               strcmp(currency_code(out->list[at].currency), code) < 0)
            at++;
        if (at < out->count && out->list[at].currency == amount.currency)
            continue;
        memmove(&out->list[at + 1], &out->list[at],
            (out->count - at) * sizeof amount);
        out->list[at] = amount;
        out->count++;
    }
}

/* ---- views ---- */

static struct bytes keep(struct random_operation *out, struct buffer *text)
{
    struct bytes view = buffer_bytes(text);
    uint8_t *at = out->memory + out->used;
    memcpy(at, view.data, view.length);
    out->used += view.length;
    return bytes_of(at, view.length);
}

static struct bytes random_text(
    struct random_source *source, struct random_operation *out)
{
    static const char *const parts[] = {"a", "Z", "7", " ", "%", "=", "~",
        "\"", "ñ", "é", "—", "日", "🌽", "recibo", ",", "/", ":", "+"};
    char plain[256];
    char encoded[768];
    struct buffer utf8 = buffer_over(plain, sizeof plain);
    struct buffer text = buffer_over(encoded, sizeof encoded);
    size_t count = 1 + random_below(source, 40);
    for (size_t i = 0; i < count; i++)
        buffer_text(
            &utf8, parts[random_below(source, sizeof parts / sizeof *parts)]);
    text_encode(&text, buffer_bytes(&utf8));
    return keep(out, &text);
}

static struct bytes random_origin(
    struct random_source *source, struct random_operation *out)
{
    char memory[NOTE_NAME_MAX];
    struct buffer text = buffer_over(memory, sizeof memory);
    size_t length = 1 + random_below(source, NOTE_NAME_MAX);
    for (size_t i = 0; i < length; i++)
        buffer_char(&text,
            one_of(source, "abcdefghijklmnopqrstuvwxyz0123456789./-"));
    return keep(out, &text);
}

static struct bytes random_rest(
    struct random_source *source, struct random_operation *out)
{
    char memory[512];
    struct buffer text = buffer_over(memory, sizeof memory);
    size_t length = 1 + random_below(source, sizeof memory);
    for (size_t i = 0; i < length; i++)
        buffer_char(&text, (char)(0x20 + random_below(source, 0x5F)));
    return keep(out, &text);
}

static struct bytes random_postings(
    struct random_source *source, struct random_operation *out)
{
    char memory[2560];
    struct buffer text = buffer_over(memory, sizeof memory);
    size_t count = 2 + random_below(source, POSTINGS_MAX - 1);
    for (size_t i = 0; i < count; i++) {
        struct account_name name = random_account(source);
        struct amount amount = random_amount(source);
        if (i >= 2 && text.length > sizeof memory - 128)
            break;
        amount.currency = name.currency;
        if (amount.minor == 0)
            amount.minor = 1;
        if (chance(source, 2))
            amount.minor = -amount.minor;
        if (i > 0)
            buffer_char(&text, ',');
        account_name_append(&text, &name);
        buffer_char(&text, ':');
        amount_append_digits(&text, amount);
    }
    return keep(out, &text);
}

/* Values in descending order, of one or of two currencies. */
static struct bytes random_pieces(
    struct random_source *source, struct random_operation *out)
{
    static const enum currency codes[] = {CURRENCY_MXN, CURRENCY_USD};
    char memory[1024];
    struct buffer text = buffer_over(memory, sizeof memory);
    for (size_t i = 0; i < 2; i++) {
        int64_t minor = 100000;
        while ((minor /= 1 + (int64_t)random_below(source, 9)) > 0) {
            struct amount value = {.minor = minor, .currency = codes[i]};
            if (text.length > sizeof memory - 64)
                break;
            if (text.length > 0)
                buffer_char(&text, ',');
            amount_append(&text, value);
            buffer_char(&text, 'x');
            buffer_decimal(&text, 1 + random_below(source, 999999));
            if (minor-- == 1)
                break;
        }
    }
    if (chance(source, 20) || text.length == 0)
        return bytes_text("none");
    return keep(out, &text);
}

static struct rate random_rate(struct random_source *source)
{
    struct rate rate = {
        .digits = (int64_t)random_number(source, (uint64_t)RATE_DIGITS_MAX),
        .scale = (uint8_t)random_below(source, RATE_SCALE_MAX + 1)};
    while (rate.scale > 0 && rate.digits % 10 == 0) {
        rate.digits /= 10;
        rate.scale--;
    }
    return rate;
}

/* Names ascend because each begins with the next letter. */
static struct bytes random_parts(
    struct random_source *source, struct random_operation *out)
{
    char memory[1024];
    struct buffer text = buffer_over(memory, sizeof memory);
    size_t count = 1 + random_below(source, PARTS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct ident name = random_ident(source);
        struct rate rate = random_rate(source);
        if (rate.digits == 0)
            rate.digits = 1;
        if (i > 0)
            buffer_char(&text, ',');
        name.text[0] = (char)('a' + (int)i);
        buffer_append(&text, ident_bytes(&name));
        buffer_char(&text, ':');
        rate_append(&text, rate);
    }
    return keep(out, &text);
}

/* ---- one field ---- */

static void random_word(
    struct random_source *source, enum field_type type, void *field)
{
    const char *const *words = field_words(type);
    unsigned count = 0;
    while (words[count] != NULL)
        count++;
    unsigned word = (unsigned)random_below(source, count);
    memcpy(field, &word, sizeof word);
}

static void random_view(struct random_source *source, enum field_type type,
    struct random_operation *out, struct bytes *view)
{
    if (type == FIELD_TEXT)
        *view = random_text(source, out);
    else if (type == FIELD_ORIGIN)
        *view = random_origin(source, out);
    else if (type == FIELD_REST)
        *view = random_rest(source, out);
    else if (type == FIELD_PIECES)
        *view = random_pieces(source, out);
    else if (type == FIELD_PARTS)
        *view = random_parts(source, out);
    else
        *view = random_postings(source, out);
}

static void random_money(
    struct random_source *source, enum field_type type, struct amount *field)
{
    *field = random_amount(source);
    if (type == FIELD_AMOUNT && field->minor == 0)
        field->minor = 1;
}

static void random_time(
    struct random_source *source, enum field_type type, void *field)
{
    struct date first = date_of(1900, 1, 1);
    struct date last = date_of(2999, 12, 31);
    if (type == FIELD_MONTH) {
        *(struct date *)field =
            date_of(1900 + (int)random_below(source, 1100),
                1 + (int)random_below(source, 12), 1);
        return;
    }
    if (type == FIELD_DATE) {
        uint64_t span = (uint64_t)(last.days - first.days) + 1;
        struct date date = {
            first.days + (int32_t)random_below(source, span)};
        *(struct date *)field = date;
        return;
    }
    uint64_t end = ((uint64_t)last.days + 1) * 86400000;
    struct instant instant = {(int64_t)random_below(source, end)};
    *(struct instant *)field = instant;
}

static void random_field(struct random_source *source, enum field_type type,
    struct random_operation *out, void *field)
{
    switch (type) {
    case FIELD_IDENT:
        *(struct ident *)field = random_ident(source);
        return;
    case FIELD_ACCOUNT:
        *(struct account_name *)field = random_account(source);
        return;
    case FIELD_AMOUNT:
    case FIELD_LEVEL:
        random_money(source, type, field);
        return;
    case FIELD_AMOUNTS:
        random_amounts(source, field);
        return;
    case FIELD_POSTINGS:
    case FIELD_TEXT:
    case FIELD_REST:
    case FIELD_ORIGIN:
    case FIELD_PIECES:
    case FIELD_PARTS:
        random_view(source, type, out, field);
        return;
    case FIELD_RATE:
        *(struct rate *)field = random_rate(source);
        return;
    case FIELD_DATE:
    case FIELD_MONTH:
    case FIELD_INSTANT:
        random_time(source, type, field);
        return;
    case FIELD_NUMBER:
        *(uint64_t *)field = random_number(source, NUMBER_MAX);
        return;
    case FIELD_HASH:
    case FIELD_PUBLIC_KEY:
        random_bytes(source, field, sizeof(struct hash));
        return;
    case FIELD_SIGNATURE:
        random_bytes(source, field, sizeof(struct signature));
        return;
    case FIELD_CURRENCY:
        *(enum currency *)field =
            (enum currency)random_below(source, CURRENCY_COUNT);
        return;
    case FIELD_VERB:
        *(enum verb *)field = (enum verb)random_below(source, VERB_COUNT);
        return;
    case FIELD_KINDS:
        *(uint32_t *)field = 1 + (uint32_t)random_below(source, KINDS_ALL);
        return;
    case FIELD_YESNO:
        *(bool *)field = chance(source, 2);
        return;
    case FIELD_PURPOSE:
    case FIELD_COUNTRY:
    case FIELD_PARTY_KIND:
    case FIELD_KEY_KIND:
    case FIELD_MODE:
    case FIELD_BLOCK:
    case FIELD_LIMIT:
    case FIELD_BASIS:
    case FIELD_CATEGORY:
    case FIELD_SPAN:
    case FIELD_EXCESS:
    case FIELD_LINK:
    case FIELD_LOAN_METHOD:
    case FIELD_LOAN_DAYCOUNT:
    case FIELD_LOAN_PERIOD:
    case FIELD_LOAN_GRACE:
    case FIELD_LOAN_ORDER:
    case FIELD_LOAN_PROVISION:
    case FIELD_LOAN_SHIFT:
    case FIELD_LOAN_EXTRA:
    case FIELD_LOAN_ROUNDING:
    case FIELD_LOAN_STATE:
    case FIELD_LOAN_GROUP:
    case FIELD_REMAINDER:
    case FIELD_LANGUAGE:
        random_word(source, type, field);
        return;
    }
}

/* ---- the operation ---- */

bool random_operation_stands(enum verb verb, enum codec_place place)
{
    const struct operation_row *row = operation_row(verb);
    switch (place) {
    case CODEC_REQUEST:
        return row->class != CLASS_OF_FOUNDING;
    case CODEC_BODY:
        return (row->flags & FLAG_BODY) != 0;
    case CODEC_GENESIS:
        return (row->flags & FLAG_GENESIS) != 0;
    case CODEC_TRY:
        return row->class == CLASS_OF_SIGNED &&
               (row->flags & FLAG_HAS_BODY) == 0;
    }
    return false;
}

void random_operation_make(struct random_source *source, enum verb verb,
    enum codec_place place, struct random_operation *out)
{
    const struct operation_row *row = operation_row(verb);
    struct operation *op = &out->op;
    uint32_t present = 0;
    memset(op, 0, sizeof *op);
    out->used = 0;
    op->verb = verb;
    for (size_t i = 0; i < row->field_count; i++) {
        const struct field_row *field = &row->fields[i];
        if (field->optional && chance(source, 2))
            continue;
        present |= 1U << i;
        random_field(
            source, field->type, out, (uint8_t *)op + field->offset);
    }
    op->as.hello.present = present;
    op->is_signed = place == CODEC_REQUEST && row->class == CLASS_OF_SIGNED;
    if (!op->is_signed)
        return;
    random_bytes(source, &op->id, sizeof op->id);
    op->by = random_ident(source);
    random_bytes(source, &op->signature, sizeof op->signature);
}

/* ---- comparing ---- */

static bool same_account(
    const struct account_name *a, const struct account_name *b)
{
    return ident_equal(&a->book, &b->book) &&
           ident_equal(&a->party, &b->party) && a->role == b->role &&
           a->currency == b->currency;
}

static bool same_amount(const struct amount *a, const struct amount *b)
{
    return a->minor == b->minor && a->currency == b->currency;
}

static bool same_amounts(const struct amounts *a, const struct amounts *b)
{
    if (a->count != b->count)
        return false;
    for (unsigned i = 0; i < a->count; i++)
        if (!same_amount(&a->list[i], &b->list[i]))
            return false;
    return true;
}

/* Bytes of the types that have no padding and no views. */
static size_t plain_size(enum field_type type)
{
    static const size_t sizes[] = {
#define X(type, c_type) [FIELD_##type] = sizeof(c_type),
        FIELD_TYPES(X)
#undef X
    };
    return sizes[type];
}

static bool same_field(enum field_type type, const void *a, const void *b)
{
    if (type == FIELD_ACCOUNT)
        return same_account(a, b);
    if (type == FIELD_AMOUNT || type == FIELD_LEVEL)
        return same_amount(a, b);
    if (type == FIELD_RATE)
        return ((const struct rate *)a)->digits ==
                   ((const struct rate *)b)->digits &&
               ((const struct rate *)a)->scale ==
                   ((const struct rate *)b)->scale;
    if (type == FIELD_AMOUNTS)
        return same_amounts(a, b);
    if (type == FIELD_POSTINGS || type == FIELD_TEXT || type == FIELD_REST ||
        type == FIELD_ORIGIN || type == FIELD_PIECES || type == FIELD_PARTS)
        return bytes_equal(
            *(const struct bytes *)a, *(const struct bytes *)b);
    return memcmp(a, b, plain_size(type)) == 0;
}

bool operation_same(const struct operation *a, const struct operation *b)
{
    if (a->verb != b->verb || a->is_signed != b->is_signed ||
        a->as.hello.present != b->as.hello.present)
        return false;
    if (a->is_signed &&
        (memcmp(&a->id, &b->id, sizeof a->id) != 0 ||
            !ident_equal(&a->by, &b->by) ||
            memcmp(&a->signature, &b->signature, sizeof a->signature) != 0))
        return false;
    const struct operation_row *row = operation_row(a->verb);
    for (size_t i = 0; i < row->field_count; i++) {
        size_t offset = row->fields[i].offset;
        if (((a->as.hello.present >> i) & 1U) != 0 &&
            !same_field(row->fields[i].type, (const uint8_t *)a + offset,
                (const uint8_t *)b + offset))
            return false;
    }
    return true;
}
