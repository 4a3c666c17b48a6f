#include "teller_inside.h"

#include "speech.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void teller_begin(
    struct teller *teller, enum language language, const char *key_name)
{
    memset(teller, 0, sizeof *teller);
    teller->language = language;
    teller->key_name = key_name;
    teller->screen = TELLER_LANGUAGE;
    teller->purpose = 'I';
}

void teller_go(struct teller *teller, enum teller_screen screen)
{
    teller->screen = screen;
    teller->input[0] = '\0';
}

void teller_put(struct teller *teller, enum teller_ask ask, bool order,
    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(teller->line, sizeof teller->line, format, arguments);
    va_end(arguments);
    teller->ask = ask;
    teller->order = order;
}

void teller_lose(struct teller *teller, const char *reason)
{
    teller->lost = true;
    (void)snprintf(teller->reason, sizeof teller->reason, "%s", reason);
}

/* ---- amounts ---- */

bool teller_amount(
    const char *typed, enum currency currency, struct amount *out)
{
    unsigned decimals = currency_digits(currency);
    unsigned after = 0;
    bool point = false;
    bool any = false;
    int64_t minor = 0;
    for (const char *c = typed; *c != '\0'; c++) {
        if (*c == ',' && !point)
            continue;
        if (*c == '.' && !point && decimals > 0) {
            point = true;
            continue;
        }
        if (*c < '0' || *c > '9' || (point && after == decimals) ||
            minor > AMOUNT_CAP / 10)
            return false;
        minor = minor * 10 + (*c - '0');
        after += point ? 1 : 0;
        any = true;
    }
    for (; after < decimals; after++) {
        if (minor > AMOUNT_CAP / 10)
            return false;
        minor *= 10;
    }
    *out = (struct amount){minor, currency};
    return any && minor > 0 && minor <= AMOUNT_CAP;
}

struct amount teller_counted(
    const struct teller *teller, enum currency currency)
{
    struct amount sum = {0, currency};
    const struct denomination *piece;
    for (size_t i = 0; i < TELLER_PIECES_MAX &&
                       (piece = denomination_at(currency, i)) != NULL;
         i++)
        sum.minor += piece->value.minor * teller->pieces[currency][i];
    return sum;
}

/* Codes ascending, values falling, as the line wants them. */
void teller_spell_pieces(const struct teller *teller, struct buffer *out)
{
    static const enum currency order[] = {CURRENCY_MXN, CURRENCY_USD};
    size_t start = out->length;
    const struct denomination *piece;
    for (size_t c = 0; c < sizeof order / sizeof order[0]; c++) {
        for (size_t i = 0; i < TELLER_PIECES_MAX &&
                           (piece = denomination_at(order[c], i)) != NULL;
             i++) {
            if (teller->pieces[order[c]][i] == 0)
                continue;
            if (out->length > start)
                buffer_char(out, ',');
            amount_append(out, piece->value);
            buffer_format(out, "x%u", teller->pieces[order[c]][i]);
        }
    }
    if (out->length == start)
        buffer_text(out, PIECES_NONE);
}

/* ---- typing ---- */

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
}

static void type(struct teller *teller, char c)
{
    size_t length = strlen(teller->input);
    bool amount = teller->screen == TELLER_AMOUNT;
    /* A capital is meant as the small letter that names have. */
    if (!amount && c >= 'A' && c <= 'Z')
        c = (char)(c - 'A' + 'a');
    bool fits = amount ? (c >= '0' && c <= '9') || c == '.' || c == ','
                       : is_name(c);
    size_t most = amount ? 20 : IDENT_LENGTH_MAX;
    if (!fits || length >= most)
        return;
    teller->input[length] = c;
    teller->input[length + 1] = '\0';
}

static void erase(struct teller *teller)
{
    size_t length = strlen(teller->input);
    if (length > 0)
        teller->input[length - 1] = '\0';
}

static bool types_here(const struct teller *teller)
{
    return teller->screen == TELLER_PLACE ||
           teller->screen == TELLER_MEMBER ||
           teller->screen == TELLER_AMOUNT;
}

/* ---- counting ---- */

/* Cash is counted in the currencies that have notes. */
static enum currency next_cash(enum currency currency)
{
    return currency == CURRENCY_USD ? CURRENCY_MXN : CURRENCY_USD;
}

static void begin_count(struct teller *teller, bool closing)
{
    if (strcmp(teller->place.kind, "drawer") != 0)
        return;
    memset(teller->pieces, 0, sizeof teller->pieces);
    teller->closing = closing;
    teller->currency =
        teller->place.mexican ? CURRENCY_MXN : CURRENCY_USD;
    teller->row = 0;
    teller_go(teller, TELLER_COUNT);
}

static void count_digit(struct teller *teller, char c)
{
    uint32_t *pieces = &teller->pieces[teller->currency][teller->row];
    if (c < '0' || c > '9')
        return;
    uint32_t value = *pieces * 10 + (uint32_t)(c - '0');
    if (value <= PIECES_COUNT_MAX)
        *pieces = value;
}

static void ask_count(struct teller *teller, bool order)
{
    uint8_t memory[1024];
    struct buffer pieces = buffer_over(memory, sizeof memory - 1);
    teller_spell_pieces(teller, &pieces);
    memory[pieces.length] = '\0';
    teller_put(teller, order ? TELLER_ASK_COUNT : TELLER_ASK_TRY_COUNT,
        order, "%s%s drawer=%s pieces=%s", order ? "" : "try ",
        teller->closing ? "drawer-close" : "drawer-count",
        teller->place.name, (const char *)memory);
}

static void key_in_count(struct teller *teller, enum teller_key key, char c)
{
    bool more = denomination_at(teller->currency, teller->row + 1) != NULL &&
                teller->row + 1 < TELLER_PIECES_MAX;
    uint32_t *pieces = &teller->pieces[teller->currency][teller->row];
    if (key == TELLER_KEY_CHARACTER) {
        count_digit(teller, c);
    } else if (key == TELLER_KEY_BACKSPACE) {
        *pieces /= 10;
    } else if (key == TELLER_KEY_TAB) {
        teller->currency = next_cash(teller->currency);
        teller->row = 0;
    } else if (key == TELLER_KEY_UP && teller->row > 0) {
        teller->row--;
    } else if (key == TELLER_KEY_DOWN && more) {
        teller->row++;
    } else if (key == TELLER_KEY_ENTER && more) {
        teller->row++;
    } else if (key == TELLER_KEY_ENTER || key == TELLER_KEY_COUNT ||
               key == TELLER_KEY_CLOSE) {
        ask_count(teller, false);
    } else if (key == TELLER_KEY_ESCAPE) {
        teller_go(teller, TELLER_MEMBER);
    }
}

/* ---- money ---- */

static void ask_money(struct teller *teller, bool order)
{
    uint8_t memory[64];
    struct buffer amount = buffer_over(memory, sizeof memory - 1);
    amount_append(&amount, teller->amount);
    memory[amount.length] = '\0';
    teller_put(teller, order ? TELLER_ASK_MONEY : TELLER_ASK_TRY, order,
        "%s%s member=%s via=%s amount=%s purpose=%c", order ? "" : "try ",
        operation_row(teller->verb)->verb, teller->member.name,
        teller->place.name, (const char *)memory, teller->purpose);
}

static void enter_amount(struct teller *teller)
{
    if (teller_amount(teller->input, teller->currency, &teller->amount)) {
        ask_money(teller, false);
        return;
    }
    (void)snprintf(teller->notice, sizeof teller->notice, "%s",
        say(teller->language,
            "Type an amount above zero, such as 25 or 25.50.",
            "Escriba un importe mayor que cero, como 25 o 25.50."));
}

static void next_purpose(struct teller *teller, bool up)
{
    static const char purposes[] = "IFC";
    size_t at = (size_t)(strchr(purposes, teller->purpose) - purposes);
    teller->purpose = purposes[(at + (up ? 2 : 1)) % 3];
}

static void key_in_amount(struct teller *teller, enum teller_key key)
{
    if (key == TELLER_KEY_TAB)
        teller->currency = next_cash(teller->currency);
    else if (key == TELLER_KEY_UP || key == TELLER_KEY_DOWN)
        next_purpose(teller, key == TELLER_KEY_UP);
    else if (key == TELLER_KEY_ENTER)
        enter_amount(teller);
    else if (key == TELLER_KEY_ESCAPE)
        teller_go(teller, TELLER_ACCOUNTS);
}

static void begin_money(struct teller *teller, enum verb verb)
{
    teller->verb = verb;
    teller->purpose = 'I';
    teller->currency =
        teller->place.mexican ? CURRENCY_MXN : CURRENCY_USD;
    teller_go(teller, TELLER_AMOUNT);
}

/* ---- the screens ---- */

static void key_in_language(
    struct teller *teller, enum teller_key key, char c)
{
    bool chosen = key == TELLER_KEY_CHARACTER && (c == '1' || c == '2');
    if (chosen)
        teller->language = c == '1' ? LANGUAGE_EN : LANGUAGE_ES;
    else if (key == TELLER_KEY_UP || key == TELLER_KEY_DOWN ||
             key == TELLER_KEY_TAB)
        teller->language =
            teller->language == LANGUAGE_EN ? LANGUAGE_ES : LANGUAGE_EN;
    if (chosen || key == TELLER_KEY_ENTER)
        teller_go(teller, TELLER_PLACE);
}

static void key_in_member(struct teller *teller, enum teller_key key)
{
    if (key == TELLER_KEY_ENTER && teller->input[0] != '\0')
        teller_put(teller, TELLER_ASK_MEMBER, false, "party party=%s",
            teller->input);
    else if (key == TELLER_KEY_COUNT)
        begin_count(teller, false);
    else if (key == TELLER_KEY_CLOSE)
        begin_count(teller, true);
    else if (key == TELLER_KEY_ESCAPE)
        teller->input[0] = '\0';
}

static void key_in_accounts(
    struct teller *teller, enum teller_key key, char c)
{
    if (key == TELLER_KEY_CHARACTER && c == '1')
        begin_money(teller, VERB_DEPOSIT);
    else if (key == TELLER_KEY_CHARACTER && c == '2')
        begin_money(teller, VERB_WITHDRAW);
    else if (key == TELLER_KEY_ESCAPE)
        teller_go(teller, TELLER_MEMBER);
}

/* Enter says yes, Escape goes back. */
static void key_in_question(struct teller *teller, enum teller_key key)
{
    bool yes = key == TELLER_KEY_ENTER;
    if (!yes && key != TELLER_KEY_ESCAPE)
        return;
    if (teller->screen == TELLER_OPENING && yes)
        teller_put(teller, TELLER_ASK_OPEN, true, "drawer-open drawer=%s",
            teller->place.name);
    else if (teller->screen == TELLER_OPENING)
        teller_go(teller, TELLER_PLACE);
    else if (teller->screen == TELLER_CONFIRM && yes)
        ask_money(teller, true);
    else if (teller->screen == TELLER_CONFIRM)
        teller_go(teller, TELLER_AMOUNT);
    else if (yes)
        ask_count(teller, true);
    else
        teller_go(teller, TELLER_COUNT);
}

static void key_on_screen(struct teller *teller, enum teller_key key, char c)
{
    switch (teller->screen) {
    case TELLER_LANGUAGE:
        key_in_language(teller, key, c);
        return;
    case TELLER_PLACE:
        if (key == TELLER_KEY_ENTER && teller->input[0] != '\0')
            teller_put(teller, TELLER_ASK_PLACE, false, "party party=%s",
                teller->input);
        return;
    case TELLER_MEMBER:
        key_in_member(teller, key);
        return;
    case TELLER_ACCOUNTS:
        key_in_accounts(teller, key, c);
        return;
    case TELLER_AMOUNT:
        key_in_amount(teller, key);
        return;
    case TELLER_COUNT:
        key_in_count(teller, key, c);
        return;
    case TELLER_OPENING:
    case TELLER_CONFIRM:
    case TELLER_DIFFERENCE:
        key_in_question(teller, key);
        return;
    case TELLER_RECEIPT:
    case TELLER_COUNTED:
        if (key == TELLER_KEY_ENTER || key == TELLER_KEY_ESCAPE)
            teller_go(teller, TELLER_MEMBER);
        return;
    case TELLER_CLOSED:
        if (key == TELLER_KEY_ENTER || key == TELLER_KEY_ESCAPE)
            teller_go(teller, TELLER_PLACE);
        return;
    case TELLER_LEFT:
        return;
    }
}

void teller_key(struct teller *teller, enum teller_key key, char c)
{
    if (key == TELLER_KEY_LEAVE) {
        teller_go(teller, TELLER_LEFT);
        return;
    }
    if (key == TELLER_KEY_LANGUAGE) {
        teller->language =
            teller->language == LANGUAGE_EN ? LANGUAGE_ES : LANGUAGE_EN;
        teller->notice[0] = '\0';
        return;
    }
    /* What was asked comes first. */
    if (teller->ask != TELLER_ASK_NONE)
        return;
    teller->notice[0] = '\0';
    if (types_here(teller) && key == TELLER_KEY_CHARACTER)
        type(teller, c);
    else if (types_here(teller) && key == TELLER_KEY_BACKSPACE)
        erase(teller);
    else
        key_on_screen(teller, key, c);
}
