/*
 * What the teller's screen looks like: lines of text, for 80 x 24.
 */
#ifndef POSITO_TOOLS_TELLER_PAGE_H
#define POSITO_TOOLS_TELLER_PAGE_H

#include "teller.h"

#define TELLER_PAGE_ROWS 24
#define TELLER_PAGE_WIDTH 80

enum teller_look {
    TELLER_LOOK_PLAIN,
    TELLER_LOOK_STRONG,
    TELLER_LOOK_BAR,    /* first and last line */
    TELLER_LOOK_CHOSEN, /* the row being typed in */
    TELLER_LOOK_NOTICE
};

struct teller_page {
    char line[TELLER_PAGE_ROWS][4 * TELLER_PAGE_WIDTH + 8]; /* UTF-8 */
    enum teller_look look[TELLER_PAGE_ROWS];
    bool cursor; /* something is typed at row, column */
    size_t row;
    size_t column;
};

void teller_page_make(struct teller_page *, const struct teller *);

#endif
