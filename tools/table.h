/*
 * Tables of text for people: columns as wide as their widest cell, money
 * to the right.
 */
#ifndef POSITO_TOOLS_TABLE_H
#define POSITO_TOOLS_TABLE_H

#include <posito/bytes.h>

#include <stdio.h>

#define TABLE_COLUMNS_MAX 24

struct text_table {
    size_t columns;
    size_t width[TABLE_COLUMNS_MAX]; /* in characters */
    bool right[TABLE_COLUMNS_MAX];   /* set by whoever fills it */
    struct buffer cells; /* each ends in a zero byte, row by row */
    size_t count;        /* cells */
};

struct text_table table_empty(size_t columns);
void table_free(struct text_table *);

/* The first row's cells are the headings.  Control characters are shown
 * as '?', so that no text can move the cursor. */
void table_cell(struct text_table *, struct bytes utf8);

/* Print what was filled in; an incomplete last row is left out. */
void table_print(const struct text_table *, FILE *);

/* Characters of a text, as a terminal counts most of them. */
size_t table_width(struct bytes utf8);

#endif
