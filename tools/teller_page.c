#include "teller_page.h"

#include "rolewords.h"
#include "show.h"
#include "speech.h"
#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MARGIN 2
#define FIRST_ROW 2
#define NOTICE_ROW 19 /* to 21 */
#define REASON_ROW 22
#define KEYS_ROW 23

struct pen {
    struct teller_page *page;
    const struct teller *teller;
    size_t row; /* the next one */
};

/* ---- lines ---- */

static void put_at(struct teller_page *page, size_t row,
    enum teller_look look, const char *text)
{
    if (row >= TELLER_PAGE_ROWS)
        return;
    (void)snprintf(page->line[row], sizeof page->line[row], "%*s%s", MARGIN,
        "", text);
    page->look[row] = look;
}

static void write_line(
    struct pen *pen, enum teller_look look, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void write_line(
    struct pen *pen, enum teller_look look, const char *format, ...)
{
    char text[4 * TELLER_PAGE_WIDTH];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_at(pen->page, pen->row++, look, text);
}

static void skip(struct pen *pen)
{
    pen->row++;
}

__attribute__((format_arg(2), format_arg(3))) static const char *pick(
    const struct pen *pen, const char *english, const char *spanish)
{
    return say(pen->teller->language, english, spanish);
}

static void write_field(struct pen *pen, const char *label)
{
    pen->page->cursor = true;
    pen->page->row = pen->row;
    pen->page->column = MARGIN + table_width(bytes_text(label)) + 1 +
                        strlen(pen->teller->input);
    write_line(
        pen, TELLER_LOOK_STRONG, "%s %s", label, pen->teller->input);
}

/* ---- figures ---- */

/* "1,250.00 USD" */
static void spell(char *out, size_t size, struct amount amount)
{
    struct buffer text = buffer_over(out, size - 1);
    show_digits(&text, amount);
    buffer_format(&text, " %s", currency_code(amount.currency));
    out[text.length] = '\0';
}

/* printf counts bytes; people count characters. */
static void write_figures(struct pen *pen, const char *label,
    struct amount first, const struct amount *second)
{
    char one[48];
    char two[48] = "";
    int gap = 30 - (int)table_width(bytes_text(label));
    spell(one, sizeof one, first);
    if (second != NULL)
        spell(two, sizeof two, *second);
    write_line(pen, TELLER_LOOK_PLAIN, "%s%*s%20s%22s", label,
        gap > 0 ? gap : 1, "", one, two);
}

static void write_heads(struct pen *pen, const char *one, const char *two)
{
    int first = 50 - (int)table_width(bytes_text(one));
    int second = 22 - (int)table_width(bytes_text(two));
    write_line(
        pen, TELLER_LOOK_PLAIN, "%*s%s%*s%s", first, "", one, second, "", two);
}

static const char *account_label(
    const struct pen *pen, const struct account_name *name)
{
    const char *role = role_row(name->role)->name;
    const char *word =
        rolewords_role(bytes_text(role), pen->teller->language);
    return word == NULL ? role : word;
}

static void write_accounts(struct pen *pen, const struct teller_party *party)
{
    if (party->count == 0)
        write_line(pen, TELLER_LOOK_PLAIN, "%s",
            pick(pen, "No money yet.", "Todavía sin dinero."));
    else
        write_heads(pen, pick(pen, "balance", "saldo"),
            pick(pen, "available", "disponible"));
    for (size_t i = 0; i < party->count; i++)
        write_figures(pen, account_label(pen, &party->accounts[i].name),
            party->accounts[i].balance, &party->accounts[i].available);
}

static void write_changes(struct pen *pen)
{
    const struct teller *teller = pen->teller;
    write_heads(
        pen, pick(pen, "before", "antes"), pick(pen, "after", "después"));
    /* The member's first: they look at it too. */
    for (int own = 1; own >= 0; own--) {
        for (size_t i = 0; i < teller->change_count; i++) {
            const struct teller_change *change = &teller->changes[i];
            bool is_own = bytes_equal_text(
                ident_bytes(&change->name.party), teller->member.name);
            if (is_own == (own == 1))
                write_figures(pen, account_label(pen, &change->name),
                    change->before, &change->after);
        }
    }
}

/* ---- the screens ---- */

static void page_language(struct pen *pen)
{
    bool english = pen->teller->language == LANGUAGE_EN;
    write_line(pen, TELLER_LOOK_PLAIN, "Language / Idioma");
    skip(pen);
    write_line(pen, english ? TELLER_LOOK_CHOSEN : TELLER_LOOK_PLAIN,
        "1  English");
    write_line(pen, english ? TELLER_LOOK_PLAIN : TELLER_LOOK_CHOSEN,
        "2  Español");
}

static void page_place(struct pen *pen)
{
    write_line(pen, TELLER_LOOK_PLAIN, "%s",
        pick(pen, "Which drawer do you work at?",
            "¿En qué caja trabaja?"));
    skip(pen);
    write_field(pen, pick(pen, "Drawer:", "Caja:"));
    skip(pen);
    write_line(pen, TELLER_LOOK_PLAIN, "%s",
        pick(pen, "An office without drawers: the office's name.",
            "En una oficina sin cajas: el nombre de la oficina."));
}

static void page_opening(struct pen *pen)
{
    write_line(pen, TELLER_LOOK_STRONG,
        pick(pen, "Drawer %s is closed. Open it?",
            "La caja %s está cerrada. ¿Abrirla?"),
        pen->teller->place.name);
    skip(pen);
    write_line(pen, TELLER_LOOK_PLAIN, "%s",
        pick(pen, "It should hold:", "Debe tener:"));
    write_accounts(pen, &pen->teller->place);
}

static void page_member(struct pen *pen)
{
    write_line(pen, TELLER_LOOK_PLAIN, "%s",
        pick(pen, "Who is at the window?", "¿Quién está en la ventanilla?"));
    skip(pen);
    write_field(pen, pick(pen, "Member:", "Socio:"));
    skip(pen);
    if (pen->teller->entry[0] != '\0')
        write_line(pen, TELLER_LOOK_PLAIN,
            pick(pen, "Last receipt: entry %s", "Último comprobante: asiento %s"),
            pen->teller->entry);
}

static void page_accounts(struct pen *pen)
{
    const struct teller_party *member = &pen->teller->member;
    write_line(pen, TELLER_LOOK_STRONG, "%s %s",
        pick(pen, "Member", "Socio"), member->name);
    if (strcmp(member->state, "open") != 0)
        write_line(pen, TELLER_LOOK_NOTICE, "%s: %s",
            pick(pen, "Attention", "Atención"), member->state);
    skip(pen);
    write_accounts(pen, member);
    skip(pen);
    write_line(
        pen, TELLER_LOOK_PLAIN, "%s", pick(pen, "1  Deposit", "1  Depósito"));
    write_line(
        pen, TELLER_LOOK_PLAIN, "%s", pick(pen, "2  Withdraw", "2  Retiro"));
}

static const char *purpose_word(const struct pen *pen)
{
    switch (pen->teller->purpose) {
    case 'F':
        return pick(pen, "family", "familiar");
    case 'C':
        return pick(pen, "community", "comunitario");
    default:
        return pick(pen, "individual", "individual");
    }
}

static const char *money_word(const struct pen *pen)
{
    return pen->teller->verb == VERB_DEPOSIT
               ? pick(pen, "Deposit", "Depósito")
               : pick(pen, "Withdrawal", "Retiro");
}

static void page_amount(struct pen *pen)
{
    char label[64];
    write_line(pen, TELLER_LOOK_STRONG, "%s, %s %s", money_word(pen),
        pick(pen, "member", "socio"), pen->teller->member.name);
    skip(pen);
    (void)snprintf(label, sizeof label, "%s (%s):",
        pick(pen, "Amount", "Importe"), currency_code(pen->teller->currency));
    write_field(pen, label);
    write_line(pen, TELLER_LOOK_PLAIN, "%s %s",
        pick(pen, "Purpose:", "Propósito:"), purpose_word(pen));
    skip(pen);
    write_accounts(pen, &pen->teller->member);
}

static void page_confirm(struct pen *pen)
{
    char amount[48];
    spell(amount, sizeof amount, pen->teller->amount);
    write_line(pen, TELLER_LOOK_STRONG, "%s: %s, %s %s", money_word(pen),
        amount, pick(pen, "member", "socio"), pen->teller->member.name);
    write_line(pen, TELLER_LOOK_PLAIN, "%s %s",
        pick(pen, "Purpose:", "Propósito:"), purpose_word(pen));
    skip(pen);
    write_changes(pen);
    skip(pen);
    if (pen->teller->waiting)
        write_line(pen, TELLER_LOOK_NOTICE, "%s",
            pick(pen, "It will wait for another signature.",
                "Esperará otra firma."));
    write_line(pen, TELLER_LOOK_STRONG, "%s",
        pick(pen, "Is this right?", "¿Es correcto?"));
}

static void write_done(struct pen *pen)
{
    const struct teller *teller = pen->teller;
    if (teller->waiting)
        write_line(pen, TELLER_LOOK_NOTICE,
            pick(pen,
                "Proposal %s waits for another signature: no money yet.",
                "La propuesta %s espera otra firma: aún sin dinero."),
            teller->entry);
    else
        write_line(pen, TELLER_LOOK_STRONG,
            pick(pen, "Done. Receipt: entry %s",
                "Hecho. Comprobante: asiento %s"),
            teller->entry);
    write_line(pen, TELLER_LOOK_PLAIN, "%s", teller->time);
    skip(pen);
}

static void page_receipt(struct pen *pen)
{
    char amount[48];
    write_done(pen);
    spell(amount, sizeof amount, pen->teller->amount);
    write_line(pen, TELLER_LOOK_PLAIN, "%s: %s, %s %s", money_word(pen),
        amount, pick(pen, "member", "socio"), pen->teller->member.name);
    if (pen->teller->waiting)
        return;
    skip(pen);
    write_changes(pen);
}

/* ---- counting ---- */

static const char *form_word(const struct pen *pen, unsigned forms)
{
    if (forms == DENOMINATION_NOTE)
        return pick(pen, "notes", "billetes");
    if (forms == DENOMINATION_COIN)
        return pick(pen, "coins", "monedas");
    return pick(pen, "notes, coins", "billetes, monedas");
}

static void page_count(struct pen *pen)
{
    const struct teller *teller = pen->teller;
    const struct denomination *piece;
    char value[48];
    char sum[48];
    write_line(pen, TELLER_LOOK_STRONG,
        teller->closing
            ? pick(pen, "Count to close drawer %s (%s)",
                  "Conteo para cerrar la caja %s (%s)")
            : pick(pen, "Count of drawer %s (%s)",
                  "Conteo de la caja %s (%s)"),
        teller->place.name, currency_code(teller->currency));
    skip(pen);
    for (size_t i = 0;
         i < TELLER_PIECES_MAX &&
         (piece = denomination_at(teller->currency, i)) != NULL;
         i++) {
        uint32_t pieces = teller->pieces[teller->currency][i];
        struct amount worth = piece->value;
        worth.minor *= pieces;
        spell(value, sizeof value, piece->value);
        spell(sum, sizeof sum, worth);
        if (i == teller->row) {
            pen->page->cursor = true;
            pen->page->row = pen->row;
            pen->page->column = MARGIN + 14 + 3 + 7;
        }
        write_line(pen,
            i == teller->row ? TELLER_LOOK_CHOSEN : TELLER_LOOK_PLAIN,
            "%14s x %7u =%18s   %s", value, pieces, sum,
            form_word(pen, piece->forms));
    }
    spell(sum, sizeof sum, teller_counted(teller, teller->currency));
    write_line(pen, TELLER_LOOK_STRONG, "%-26s%18s",
        pick(pen, "Sum", "Suma"), sum);
}

static void write_differences(struct pen *pen)
{
    const struct teller *teller = pen->teller;
    for (size_t i = 0; i < teller->difference_count; i++) {
        const struct teller_count *count = &teller->differences[i];
        struct amount difference = count->counted;
        /* Both are within the cap. */
        difference.minor -= count->expected.minor;
        write_figures(
            pen, pick(pen, "Counted", "Contado"), count->counted, NULL);
        write_figures(
            pen, pick(pen, "Should be", "Debe haber"), count->expected, NULL);
        write_figures(pen,
            difference.minor == 0
                ? pick(pen, "No difference", "Sin diferencia")
            : difference.minor < 0 ? pick(pen, "Short", "Faltante")
                                   : pick(pen, "Over", "Sobrante"),
            difference, NULL);
        skip(pen);
    }
}

static void page_difference(struct pen *pen)
{
    const struct teller *teller = pen->teller;
    write_line(pen, TELLER_LOOK_STRONG,
        teller->closing ? pick(pen, "Close drawer %s with this count?",
                              "¿Cerrar la caja %s con este conteo?")
                        : pick(pen, "Record this count of drawer %s?",
                              "¿Registrar este conteo de la caja %s?"),
        teller->place.name);
    skip(pen);
    write_differences(pen);
    if (teller->closing)
        write_line(pen, TELLER_LOOK_PLAIN, "%s",
            pick(pen, "A difference is posted at once to cash over and short.",
                "La diferencia se asienta de inmediato en faltantes y "
                "sobrantes."));
}

static void page_counted(struct pen *pen)
{
    const struct teller *teller = pen->teller;
    write_done(pen);
    write_line(pen, TELLER_LOOK_PLAIN,
        teller->screen == TELLER_CLOSED
            ? pick(pen, "Drawer %s is closed.", "La caja %s quedó cerrada.")
            : pick(pen, "The count of drawer %s is recorded.",
                  "El conteo de la caja %s quedó registrado."),
        teller->place.name);
    skip(pen);
    write_differences(pen);
}

static void page_body(struct pen *pen)
{
    switch (pen->teller->screen) {
    case TELLER_LANGUAGE:
        page_language(pen);
        return;
    case TELLER_PLACE:
        page_place(pen);
        return;
    case TELLER_OPENING:
        page_opening(pen);
        return;
    case TELLER_MEMBER:
        page_member(pen);
        return;
    case TELLER_ACCOUNTS:
        page_accounts(pen);
        return;
    case TELLER_AMOUNT:
        page_amount(pen);
        return;
    case TELLER_CONFIRM:
        page_confirm(pen);
        return;
    case TELLER_RECEIPT:
        page_receipt(pen);
        return;
    case TELLER_COUNT:
        page_count(pen);
        return;
    case TELLER_DIFFERENCE:
        page_difference(pen);
        return;
    case TELLER_COUNTED:
    case TELLER_CLOSED:
        page_counted(pen);
        return;
    case TELLER_LEFT:
        return;
    }
}

/* ---- what stands around it ---- */

static const char *keys_of(const struct pen *pen)
{
    bool drawer = strcmp(pen->teller->place.kind, "drawer") == 0;
    if (pen->teller->lost)
        return pick(
            pen, "Enter try now  F10 leave", "Enter intentar ya  F10 salir");
    switch (pen->teller->screen) {
    case TELLER_LANGUAGE:
        return "1 English  2 Español  Enter";
    case TELLER_PLACE:
        return pick(pen, "Enter go on  F2 español  F10 leave",
            "Enter seguir  F2 English  F10 salir");
    case TELLER_OPENING:
        return pick(pen, "Enter open  Esc back  F10 leave",
            "Enter abrir  Esc atrás  F10 salir");
    case TELLER_MEMBER:
        return drawer
                   ? pick(pen,
                         "Enter look up  F2 español  F7 count  F8 close the "
                         "drawer  F10 leave",
                         "Enter buscar  F2 English  F7 contar  F8 cerrar la "
                         "caja  F10 salir")
                   : pick(pen, "Enter look up  F2 español  F10 leave",
                         "Enter buscar  F2 English  F10 salir");
    case TELLER_ACCOUNTS:
        return pick(pen, "1 deposit  2 withdraw  Esc another member",
            "1 depósito  2 retiro  Esc otro socio");
    case TELLER_AMOUNT:
        return pick(pen, "Enter go on  Tab currency  Up/Down purpose  Esc back",
            "Enter seguir  Tab moneda  Arriba/Abajo propósito  Esc atrás");
    case TELLER_CONFIRM:
        return pick(pen, "Enter yes, do it  Esc no, back",
            "Enter sí, hacerlo  Esc no, atrás");
    case TELLER_RECEIPT:
    case TELLER_COUNTED:
        return pick(pen, "Enter next member", "Enter siguiente socio");
    case TELLER_COUNT:
        return pick(pen,
            "Digits pieces  Enter next  Up/Down row  Tab currency  F7 done  "
            "Esc back",
            "Dígitos piezas  Enter sigue  Arriba/Abajo  Tab moneda  F7 listo  "
            "Esc atrás");
    case TELLER_DIFFERENCE:
        return pick(pen, "Enter yes  Esc count again",
            "Enter sí  Esc contar de nuevo");
    case TELLER_CLOSED:
        return pick(pen, "Enter another drawer  F10 leave",
            "Enter otra caja  F10 salir");
    case TELLER_LEFT:
        return "";
    }
    return "";
}

/* The notice in up to three lines, broken between words. */
static void put_notice(struct teller_page *page, const char *text)
{
    size_t room = TELLER_PAGE_WIDTH - 2 * MARGIN;
    for (size_t row = NOTICE_ROW; row <= NOTICE_ROW + 2 && *text != '\0';
         row++) {
        char line[4 * TELLER_PAGE_WIDTH];
        size_t bytes = 0;
        size_t width = 0;
        size_t end = 0; /* of the last whole word */
        while (text[bytes] != '\0' && width <= room) {
            if (text[bytes] == ' ')
                end = bytes;
            width += ((unsigned char)text[bytes] & 0xC0U) != 0x80U;
            bytes++;
        }
        if (text[bytes] == '\0' && width <= room)
            end = bytes;
        end = end == 0 ? bytes : end;
        (void)snprintf(line, sizeof line, "%.*s", (int)end, text);
        put_at(page, row, TELLER_LOOK_NOTICE, line);
        text += end;
        text += *text == ' ' ? 1 : 0;
    }
}

static void put_bar(struct pen *pen)
{
    const struct teller *teller = pen->teller;
    char text[4 * TELLER_PAGE_WIDTH];
    (void)snprintf(text, sizeof text, "pósito  %s  %s  %s", teller->key_name,
        teller->place.name, teller->place.book);
    put_at(pen->page, 0, TELLER_LOOK_BAR, text);
}

void teller_page_make(struct teller_page *page, const struct teller *teller)
{
    struct pen pen = {.page = page, .teller = teller, .row = FIRST_ROW};
    memset(page, 0, sizeof *page);
    put_bar(&pen);
    page_body(&pen);
    if (teller->lost)
        put_at(page, REASON_ROW, TELLER_LOOK_PLAIN, teller->reason);
    if (teller->lost)
        put_notice(page,
            pick(&pen,
                "No answer from the ledger. Nothing is lost: it is tried "
                "again by itself, the same order once at most. Enter tries "
                "now.",
                "El libro no responde. Nada se pierde: se intenta otra vez "
                "por sí solo, la misma orden a lo más una vez. Enter intenta "
                "ya."));
    else
        put_notice(page, teller->notice);
    put_at(page, KEYS_ROW, TELLER_LOOK_BAR, keys_of(&pen));
}
