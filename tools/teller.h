/*
 * The teller's screen, without a screen: what is shown, what the keys do,
 * and what is asked of the ledger.  Nothing here draws, waits or sends;
 * teller_page.h says what it looks like, teller_desk.h talks to the daemon,
 * teller_screen.h is the terminal.
 *
 * Enter goes on, Escape goes back; the money needs a name, one digit, an
 * amount and two times Enter.
 *
 *     LANGUAGE --Enter--> PLACE --an office without drawers--> MEMBER
 *                           | a drawer of ours, open already -----^
 *                           | a closed drawer                     |
 *                           v                                     |
 *                         OPENING --Enter: drawer-open------------+
 *
 *     MEMBER --a name--> ACCOUNTS --1, 2--> AMOUNT --Enter: try--> CONFIRM
 *       ^                                                            |
 *       +--Enter-- RECEIPT <----------Enter: deposit, withdraw-------+
 *
 *     MEMBER --F7, F8--> COUNT --Enter on the last: try--> DIFFERENCE
 *       ^                                                       |
 *       +--Enter-- COUNTED <--Enter: drawer-count---------------+
 *     PLACE <-Enter-- CLOSED <--Enter: drawer-close-------------+
 *
 * A connection that is lost leaves the screen as it is, with `lost` set:
 * what was asked is asked again, an order as the same signed bytes.
 */
#ifndef POSITO_TOOLS_TELLER_H
#define POSITO_TOOLS_TELLER_H

#include <posito/denomination.h>
#include <posito/operation.h>

enum teller_screen {
    TELLER_LANGUAGE,
    TELLER_PLACE,
    TELLER_OPENING,
    TELLER_MEMBER,
    TELLER_ACCOUNTS,
    TELLER_AMOUNT,
    TELLER_CONFIRM,
    TELLER_RECEIPT,
    TELLER_COUNT,
    TELLER_DIFFERENCE,
    TELLER_COUNTED,
    TELLER_CLOSED,
    TELLER_LEFT /* the work is done */
};

enum teller_key {
    TELLER_KEY_CHARACTER,
    TELLER_KEY_ENTER,
    TELLER_KEY_ESCAPE,
    TELLER_KEY_BACKSPACE,
    TELLER_KEY_TAB,
    TELLER_KEY_UP,
    TELLER_KEY_DOWN,
    TELLER_KEY_LANGUAGE, /* F2 */
    TELLER_KEY_COUNT,    /* F7 */
    TELLER_KEY_CLOSE,    /* F8 */
    TELLER_KEY_LEAVE     /* F10 */
};

/* What the line in `line` is for; ASK_NONE: nothing to be asked. */
enum teller_ask {
    TELLER_ASK_NONE,
    TELLER_ASK_PLACE,     /* party: what is it, what does it hold */
    TELLER_ASK_CLOSED,    /* try drawer-open: is it closed */
    TELLER_ASK_OURS,      /* try drawer-count: is it open and ours */
    TELLER_ASK_OPEN,      /* drawer-open */
    TELLER_ASK_MEMBER,    /* party */
    TELLER_ASK_TRY,       /* try deposit, try withdraw */
    TELLER_ASK_MONEY,     /* deposit, withdraw */
    TELLER_ASK_TRY_COUNT, /* try drawer-count, try drawer-close */
    TELLER_ASK_COUNT      /* drawer-count, drawer-close */
};

#define TELLER_INPUT_MAX 40
#define TELLER_ACCOUNTS_MAX 12
#define TELLER_PIECES_MAX 16 /* denominations of one currency */
#define TELLER_CURRENCIES_MAX 4
#define TELLER_LINE_MAX 2048
#define TELLER_REASON_MAX 76

struct teller_account {
    struct account_name name;
    struct amount balance;
    struct amount available;
};

/* An account that an operation changes. */
struct teller_change {
    struct account_name name;
    struct amount before;
    struct amount after;
};

/* Counted and expected cash of one currency. */
struct teller_count {
    struct amount counted;
    struct amount expected;
};

/* A drawer or a member, as the ledger tells. */
struct teller_party {
    char name[IDENT_LENGTH_MAX + 1];
    char kind[24];
    char book[IDENT_LENGTH_MAX + 1];
    char state[24];
    bool mexican;
    size_t count;
    struct teller_account accounts[TELLER_ACCOUNTS_MAX];
};

struct teller {
    enum language language;
    enum teller_screen screen;
    const char *key_name; /* borrowed: whose desk */

    enum teller_ask ask;
    bool order;  /* it is to be signed */
    bool lost;   /* it was not answered: the connection is gone */
    char line[TELLER_LINE_MAX];

    char input[TELLER_INPUT_MAX + 1]; /* what is being typed */
    char reason[TELLER_REASON_MAX]; /* why it was not answered */
    char notice[600]; /* what went wrong, or what is to be known */

    struct teller_party place;
    struct teller_party member;

    enum verb verb; /* DEPOSIT or WITHDRAW */
    enum currency currency;
    char purpose; /* I, F or C */
    struct amount amount;
    size_t change_count;
    struct teller_change changes[TELLER_ACCOUNTS_MAX];

    bool closing; /* the count closes the drawer */
    size_t row;   /* in the list of pieces */
    uint32_t pieces[CURRENCY_COUNT][TELLER_PIECES_MAX];
    size_t difference_count;
    struct teller_count differences[TELLER_CURRENCIES_MAX];

    bool waiting; /* the order waits for other signatures */
    char entry[24]; /* of the last order */
    char time[40];
};

/* key_name is borrowed. */
void teller_begin(struct teller *, enum language, const char *key_name);

/* A key was hit; character counts with TELLER_KEY_CHARACTER. */
void teller_key(struct teller *, enum teller_key, char character);

/* The answer to what was asked. */
void teller_answer(struct teller *, enum status, struct bytes answer);

/* It was not answered, and why: a line from the system. */
void teller_lose(struct teller *, const char *reason);

/* An order of before was sent again; here is its answer. */
void teller_remember(struct teller *, enum status, struct bytes answer);

/* Sum of the counted pieces of a currency. */
struct amount teller_counted(const struct teller *, enum currency);

/* "25", "25.5" or "1,025.50" as an amount above zero. */
bool teller_amount(const char *typed, enum currency, struct amount *)
    WARN_UNUSED_RESULT;

#endif
