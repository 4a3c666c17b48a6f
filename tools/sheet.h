/*
 * Balance sheets and income statements as people print them: a title, the
 * date, rows by class with their names, sub-totals under a rule, the last
 * one over a double rule; less than nothing in parentheses.
 *
 * One book: a column a currency.  All books: for each currency a statement
 * with a column a book, one for what is eliminated between them, and one
 * for all.  Nothing is converted.
 */
#ifndef POSITO_TOOLS_SHEET_H
#define POSITO_TOOLS_SHEET_H

#include <posito/operation.h>

#include <stdio.h>

/* Is it a question whose answer this prints? */
bool sheet_knows(enum verb);

/* answer: a whole accepted answer to balance-sheet or income. */
void sheet_print(
    FILE *, enum verb, struct bytes answer, enum language);

/*
 * Append the answer with a name= after each role= of its rows: what the
 * role is called in the language, as text on a line (%20).
 */
void sheet_annotate(struct buffer *out, struct bytes answer, enum language);

#endif
