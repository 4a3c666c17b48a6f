#include "teller_inside.h"

#include "../protocol/answer.h"
#include "advice.h"
#include "speech.h"

#include <stdio.h>
#include <string.h>

/* ---- reading ---- */

static void copy(char *out, size_t size, struct bytes text)
{
    size_t length = text.length < size ? text.length : size - 1;
    if (length > 0)
        memcpy(out, text.data, length);
    out[length] = '\0';
}

static struct bytes verdict(struct bytes answer)
{
    struct bytes line;
    struct bytes rest = bytes_of("", 0);
    enum answer_kind kind;
    while (bytes_next_line(&answer, &line))
        (void)!answer_open(line, &kind, &rest);
    return rest;
}

static bool read_amount(struct bytes rest, const char *key, struct amount *out)
{
    return amount_parse(answer_find(rest, key), out) == AMOUNT_SPELLED;
}

static void read_party_row(struct teller_party *party, struct bytes rest)
{
    struct bytes account = answer_find(rest, "account");
    if (answer_find(rest, "party").length > 0) {
        copy(party->name, sizeof party->name, answer_find(rest, "party"));
        copy(party->kind, sizeof party->kind, answer_find(rest, "kind"));
        copy(party->book, sizeof party->book, answer_find(rest, "book"));
        copy(party->state, sizeof party->state, answer_find(rest, "state"));
        party->mexican =
            bytes_equal_text(answer_find(rest, "country"), "MX");
    } else if (account.length > 0 && party->count < TELLER_ACCOUNTS_MAX) {
        struct teller_account *to = &party->accounts[party->count];
        if (account_name_parse(account, &to->name) &&
            read_amount(rest, "balance", &to->balance) &&
            read_amount(rest, "available", &to->available))
            party->count++;
    }
}

static void read_party(struct teller_party *party, struct bytes answer)
{
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    memset(party, 0, sizeof *party);
    while (bytes_next_line(&answer, &line))
        if (answer_open(line, &kind, &rest) && kind == ANSWER_ROW)
            read_party_row(party, rest);
}

static void read_change(struct teller *teller, struct bytes rest)
{
    struct teller_change *change = &teller->changes[teller->change_count];
    if (teller->change_count < TELLER_ACCOUNTS_MAX &&
        account_name_parse(answer_find(rest, "account"), &change->name) &&
        read_amount(rest, "before", &change->before) &&
        read_amount(rest, "after", &change->after))
        teller->change_count++;
}

/* "+ counted USD90.00 expected USD100.00" */
static void read_counted(struct teller *teller, struct bytes text)
{
    struct teller_count *to = &teller->differences[teller->difference_count];
    struct bytes word[5] = {{0}};
    size_t words = 0;
    while (words < 5 && text.length > 0) {
        size_t length = 0;
        while (length < text.length && text.data[length] != ' ')
            length++;
        word[words++] = bytes_of(text.data, length);
        text = bytes_after(text, length + 1);
    }
    if (words == 5 && bytes_equal_text(word[1], "counted") &&
        teller->difference_count < TELLER_CURRENCIES_MAX &&
        amount_parse(word[2], &to->counted) == AMOUNT_SPELLED &&
        amount_parse(word[4], &to->expected) == AMOUNT_SPELLED)
        teller->difference_count++;
}

/* What try says: changes of balances, counts. */
static void read_outcome(struct teller *teller, struct bytes answer)
{
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    teller->waiting =
        bytes_equal_text(answer_find(verdict(answer), "proposal"), "open");
    teller->change_count = 0;
    teller->difference_count = 0;
    while (bytes_next_line(&answer, &line)) {
        if (!answer_open(line, &kind, &rest))
            continue;
        if (kind == ANSWER_ROW)
            read_change(teller, rest);
        else if (kind == ANSWER_VERBATIM)
            read_counted(teller, rest);
    }
}

static void read_receipt(struct teller *teller, struct bytes answer)
{
    struct bytes rest = verdict(answer);
    copy(teller->entry, sizeof teller->entry, answer_find(rest, "index"));
    copy(teller->time, sizeof teller->time, answer_find(rest, "time"));
    teller->waiting = bytes_equal_text(answer_find(rest, "proposal"), "open");
}

/* ---- what goes wrong ---- */

static void tell(struct teller *teller, const char *text)
{
    (void)snprintf(teller->notice, sizeof teller->notice, "%s", text);
}

/* The rule in plain words, and what can be done; advice that names
 * commands is for those who type them. */
static void tell_refusal(struct teller *teller, enum status status)
{
    const char *advice = advice_for(status, teller->language);
    if (advice != NULL && strchr(advice, '`') != NULL)
        advice = NULL;
    (void)snprintf(teller->notice, sizeof teller->notice, "%s%s%s",
        status_sentence(status, teller->language), advice == NULL ? "" : " ",
        advice == NULL ? "" : advice);
}

/* ---- each answer ---- */

static void place_known(struct teller *teller, struct bytes answer)
{
    read_party(&teller->place, answer);
    if (strcmp(teller->place.kind, "drawer") == 0)
        teller_put(teller, TELLER_ASK_CLOSED, false,
            "try drawer-open drawer=%s", teller->place.name);
    else if (strcmp(teller->place.kind, "office") == 0)
        teller_go(teller, TELLER_MEMBER);
    else
        tell(teller, say(teller->language,
                         "That is neither a drawer nor an office.",
                         "Eso no es ni caja ni oficina."));
}

static void closed_known(struct teller *teller, enum status status)
{
    if (status == STATUS_ACCEPTED)
        teller_go(teller, TELLER_OPENING);
    else if (status == STATUS_DRAWER_IS_OPEN)
        teller_put(teller, TELLER_ASK_OURS, false,
            "try drawer-count drawer=%s pieces=%s", teller->place.name,
            PIECES_NONE);
    else
        tell_refusal(teller, status);
}

static void member_known(struct teller *teller, struct bytes answer)
{
    read_party(&teller->member, answer);
    if (strcmp(teller->member.kind, "member") == 0 ||
        strcmp(teller->member.kind, "club") == 0 ||
        strcmp(teller->member.kind, "federation") == 0)
        teller_go(teller, TELLER_ACCOUNTS);
    else
        tell(teller, say(teller->language, "That is no member.",
                         "Eso no es un socio."));
}

/* An accepted answer.  ask: what it answers. */
static void accept(
    struct teller *teller, enum teller_ask ask, struct bytes answer)
{
    switch (ask) {
    case TELLER_ASK_NONE:
        return;
    case TELLER_ASK_PLACE:
        place_known(teller, answer);
        return;
    case TELLER_ASK_CLOSED:
        closed_known(teller, STATUS_ACCEPTED);
        return;
    case TELLER_ASK_OURS:
    case TELLER_ASK_OPEN:
        teller_go(teller, TELLER_MEMBER);
        return;
    case TELLER_ASK_MEMBER:
        member_known(teller, answer);
        return;
    case TELLER_ASK_TRY:
        read_outcome(teller, answer);
        teller_go(teller, TELLER_CONFIRM);
        return;
    case TELLER_ASK_MONEY:
        read_receipt(teller, answer);
        teller_go(teller, TELLER_RECEIPT);
        return;
    case TELLER_ASK_TRY_COUNT:
        read_outcome(teller, answer);
        teller_go(teller, TELLER_DIFFERENCE);
        return;
    case TELLER_ASK_COUNT:
        read_receipt(teller, answer);
        teller_go(teller,
            teller->closing && !teller->waiting ? TELLER_CLOSED
                                                : TELLER_COUNTED);
        return;
    }
}

void teller_answer(
    struct teller *teller, enum status status, struct bytes answer)
{
    enum teller_ask ask = teller->ask;
    teller->ask = TELLER_ASK_NONE;
    teller->lost = false;
    if (status == STATUS_ACCEPTED)
        accept(teller, ask, answer);
    else if (ask == TELLER_ASK_CLOSED)
        closed_known(teller, status);
    else
        tell_refusal(teller, status);
    /* Refused after all: what was typed is asked for again. */
    if (status != STATUS_ACCEPTED && ask == TELLER_ASK_MONEY)
        teller_go(teller, TELLER_AMOUNT);
}

void teller_remember(
    struct teller *teller, enum status status, struct bytes answer)
{
    char entry[24];
    copy(entry, sizeof entry, answer_find(verdict(answer), "index"));
    if (status == STATUS_ACCEPTED)
        (void)snprintf(teller->notice, sizeof teller->notice,
            say(teller->language,
                "The order that had no answer last time is entry %s.",
                "La orden que quedó sin respuesta es el asiento %s."),
            entry);
    else
        (void)snprintf(teller->notice, sizeof teller->notice,
            say(teller->language,
                "The order that had no answer last time was refused: %s",
                "La orden que quedó sin respuesta se rechazó: %s"),
            status_sentence(status, teller->language));
}
