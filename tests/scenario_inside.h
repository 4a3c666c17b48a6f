/*
 * Inside the runner of scenarios: only tests/scenario*.c include this.
 *
 *   scenario.c         runs the steps, one after the other
 *   scenario_text.c    the file: steps, their lines, what $ stands for
 *   scenario_send.c    lines that are signed and sent
 *   scenario_ask.c     questions
 *   scenario_project.c   those about projects
 *   scenario_loans.c   questions about loans
 *   scenario_end.c     what is seen to at the end
 */
#ifndef POSITO_TESTS_SCENARIO_INSIDE_H
#define POSITO_TESTS_SCENARIO_INSIDE_H

#include "ledger_fixture.h"
#include "scenario.h"

#define SCENARIO_LABELS_MAX 64
#define SCENARIO_LINES_MAX 200 /* of one step */

/* An order with a name, to be sent again or to be spoken of. */
struct scenario_label {
    char name[32];
    uint64_t index; /* of its entry, if it was accepted */
    struct ulid id;
    struct buffer line;
    struct buffer body;
};

/* An indented line below a step's first line. */
enum scenario_mark {
    MARK_BODY,   /* |  a line of a body, or a row of an answer */
    MARK_EFFECT, /* + or -  an effect line, with its sign */
    MARK_ANSWER  /* -> */
};

struct scenario_line {
    enum scenario_mark mark;
    unsigned number; /* in the file */
    struct bytes text;
};

struct scenario_step {
    unsigned number; /* in the file, of its first line */
    struct bytes head;
    size_t count;
    struct scenario_line lines[SCENARIO_LINES_MAX];
};

struct scenario {
    const char *path;
    struct buffer text;
    struct bytes rest; /* of the text */
    unsigned number;   /* lines read so far */
    struct scenario_step step;
    struct ledger_fixture fixture;
    struct scenario_label labels[SCENARIO_LABELS_MAX];
    size_t label_count;
    struct scenario_totals *totals;
    struct failure *failure;

    struct buffer line; /* being made and sent */
    struct buffer body;
    struct ulid id;
    uint64_t next_id;
};

/* Always false; the first one is kept. */
bool scenario_fail(struct scenario *, unsigned line, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* ---- text ---- */

/* The next step; false at the end or after a fault. */
bool scenario_next_step(struct scenario *);

/* Next word of *rest; empty at its end. */
struct bytes scenario_word(struct bytes *rest);
bool scenario_take(struct bytes *rest, const char *word);

/* Append text with every $name replaced. */
bool scenario_expand(struct scenario *, unsigned number, struct bytes text,
    struct buffer *out);

/* NULL if there is none of that name. */
struct scenario_label *scenario_find_label(struct scenario *, struct bytes);

/* True if both are the same but for runs of spaces. */
bool scenario_same_words(struct bytes, struct bytes);

/* The step's line with "->"; NULL after a fault. */
const struct scenario_line *scenario_answer(struct scenario *);

/* Compare the lines of text with the step's lines of that mark.  Each line
 * of text is shown with sign before it. */
bool scenario_compare(struct scenario *, enum scenario_mark,
    struct bytes text, const char *what);

/* ---- steps ---- */

/* KEY [(OPTION)]...: LINE */
bool scenario_send(struct scenario *);

bool scenario_raw(struct scenario *, struct bytes line);
bool scenario_again(struct scenario *, struct bytes rest);
bool scenario_genesis(struct scenario *, struct bytes rest);
bool scenario_try(struct scenario *, struct bytes rest);

/* KEY asks: QUESTION */
bool scenario_ask(struct scenario *, struct bytes key, struct bytes question);

/* Questions about loans, scenario_loans.c: appends rows, sets the status. */
bool scenario_asks_loans(enum verb);
int scenario_ask_loans(struct ledger *, const struct ident *who,
    const struct operation *, struct buffer *, enum status *);

/* balance ACCOUNT AMOUNT [held AMOUNT] [available AMOUNT] */
bool scenario_balance(struct scenario *, struct bytes rest);

bool scenario_end(struct scenario *);

/* ---- questions about projects: scenario_project.c ---- */

/* Rows, a line each; as the reports: 0, or -1 if storage failed. */
int scenario_ask_project(struct ledger *, const struct ident *who,
    const struct operation *, struct buffer *out, enum status *);
int scenario_ask_projects(struct ledger *, const struct ident *who,
    const struct operation *, struct buffer *out, enum status *);
int scenario_ask_programme(struct ledger *, const struct ident *who,
    const struct operation *, struct buffer *out, enum status *);

#endif
