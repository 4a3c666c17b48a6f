#include "teller_screen.h"

#include "speech.h"
#include "teller_desk.h"
#include "teller_page.h"

#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What was not answered is asked again this often. */
#define RETRY_MS 1000
#define ESCAPE_MS 25
#define CHARACTER_ESCAPE 27

struct station {
    struct teller teller;
    struct teller_desk desk;
    struct teller_page page;
};

/* ---- drawing ---- */

static int attributes_of(enum teller_look look)
{
    switch (look) {
    case TELLER_LOOK_PLAIN:
        return A_NORMAL;
    case TELLER_LOOK_STRONG:
    case TELLER_LOOK_NOTICE:
        return A_BOLD;
    case TELLER_LOOK_BAR:
    case TELLER_LOOK_CHOSEN:
        return A_REVERSE;
    }
    return A_NORMAL;
}

static void draw(struct station *station)
{
    struct teller_page *page = &station->page;
    teller_page_make(page, &station->teller);
    (void)erase();
    for (int row = 0; row < TELLER_PAGE_ROWS && row < LINES; row++) {
        /* In a low window the keys stand on its last line. */
        int from = row + 1 == LINES ? TELLER_PAGE_ROWS - 1 : row;
        (void)attrset(attributes_of(page->look[from]));
        (void)mvaddnstr(row, 0, page->line[from], -1);
    }
    (void)attrset(A_NORMAL);
    (void)curs_set(page->cursor ? 1 : 0);
    (void)move(page->cursor ? (int)page->row : 0,
        page->cursor ? (int)page->column : 0);
    (void)refresh();
}

/* ---- keys ---- */

static bool key_of(int code, enum teller_key *key)
{
    static const struct {
        int code;
        enum teller_key key;
    } keys[] = {
        {'\n', TELLER_KEY_ENTER},
        {'\r', TELLER_KEY_ENTER},
        {KEY_ENTER, TELLER_KEY_ENTER},
        {CHARACTER_ESCAPE, TELLER_KEY_ESCAPE},
        {KEY_BACKSPACE, TELLER_KEY_BACKSPACE},
        {'\b', TELLER_KEY_BACKSPACE},
        {127, TELLER_KEY_BACKSPACE},
        {'\t', TELLER_KEY_TAB},
        {KEY_UP, TELLER_KEY_UP},
        {KEY_DOWN, TELLER_KEY_DOWN},
        {KEY_F(2), TELLER_KEY_LANGUAGE},
        {KEY_F(7), TELLER_KEY_COUNT},
        {KEY_F(8), TELLER_KEY_CLOSE},
        {KEY_F(10), TELLER_KEY_LEAVE},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].code == code) {
            *key = keys[i].key;
            return true;
        }
    }
    *key = TELLER_KEY_CHARACTER;
    return code >= ' ' && code <= '~';
}

/* ---- work ---- */

/* A connection that idled away is only noticed now: so once more at once. */
static int ask(struct station *station)
{
    struct teller *teller = &station->teller;
    struct bytes line = bytes_text(teller->line);
    bool once_more = !teller->lost;
    int result = teller_desk_ask(&station->desk, line, teller->order);
    if (result != 0 && once_more)
        result = teller_desk_ask(&station->desk, line, teller->order);
    return result;
}

/* Ask what is to be asked until there is nothing more, or no answer. */
static void ask_all(struct station *station)
{
    struct teller *teller = &station->teller;
    struct teller_desk *desk = &station->desk;
    while (teller->ask != TELLER_ASK_NONE) {
        if (ask(station) != 0) {
            teller_lose(teller, desk->failure.text);
            return;
        }
        teller_answer(teller, desk->status, buffer_bytes(&desk->answer));
    }
}

/* An order of the last time first: nothing new goes before it. */
static int resume(struct station *station)
{
    struct teller_desk *desk = &station->desk;
    if (!teller_desk_is_pending(desk))
        return 0;
    if (teller_desk_ask(desk, bytes_of("", 0), true) != 0)
        return -1;
    teller_remember(&station->teller, desk->status,
        buffer_bytes(&desk->answer));
    return 0;
}

static void work(struct station *station)
{
    struct teller *teller = &station->teller;
    enum teller_key key;
    while (teller->screen != TELLER_LEFT) {
        draw(station);
        timeout(teller->lost ? RETRY_MS : -1);
        int code = getch();
        /* A terminal that is gone gives no key at once, for ever. */
        if (code == ERR && !teller->lost)
            return;
        if (code != ERR && key_of(code, &key))
            teller_key(teller, key, (char)code);
        if (teller->screen != TELLER_LEFT)
            ask_all(station);
    }
}

static SCREEN *open_terminal(void)
{
    SCREEN *screen = NULL;
    /* The words have accents; a terminal without a locale has UTF-8. */
    if (MB_CUR_MAX == 1)
        (void)setlocale(LC_CTYPE, "C.UTF-8");
    if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0)
        screen = newterm(NULL, stdout, stdin);
    if (screen == NULL)
        return NULL;
    (void)set_escdelay(ESCAPE_MS);
    (void)cbreak();
    (void)noecho();
    (void)nonl();
    (void)keypad(stdscr, TRUE);
    return screen;
}

static enum outcome run(struct session *session, struct station *station)
{
    enum language language = session->settings->language;
    enum outcome outcome = session_need_key(session);
    if (outcome != OUTCOME_ACCEPTED)
        return outcome;
    if (teller_desk_open(&station->desk, session) != 0)
        return session_fail(session, &station->desk.failure);
    teller_begin(&station->teller, language, session->key.name);
    if (resume(station) != 0)
        return session_fail(session, &station->desk.failure);
    SCREEN *screen = open_terminal();
    if (screen == NULL)
        return session_usage(session, STATUS_BAD_FIELD,
            say(language, "posito teller needs a terminal.",
                "posito teller necesita una terminal."));
    work(station);
    (void)endwin();
    delscreen(screen);
    if (teller_desk_is_pending(&station->desk))
        (void)printf("%s\n",
            say(language,
                "An order has no answer yet. posito teller sends it again, "
                "once it is started.",
                "Una orden aún no tiene respuesta. posito teller la envía "
                "otra vez al iniciar."));
    return OUTCOME_ACCEPTED;
}

enum outcome teller_screen_run(
    struct session *session, const char *const *words, size_t count)
{
    (void)words;
    if (count > 0)
        return session_usage(session, STATUS_BAD_FIELD, "posito teller");
    struct station *station = calloc(1, sizeof *station);
    if (station == NULL)
        return session_usage(session, STATUS_BAD_FIELD, "out of memory");
    enum outcome outcome = run(session, station);
    teller_desk_close(&station->desk);
    free(station);
    return outcome;
}
