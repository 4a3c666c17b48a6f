/*
 * Schedules and portfolios as people print them, and the words of loans in
 * Spanish.
 *
 * A schedule: a row an instalment, sums below, what the loan costs.  A
 * portfolio: for each currency a row a bucket of days past due, a row a
 * group with the total below, then what no column has.  Amounts stand
 * without their currency, which the title names.
 */
#ifndef POSITO_TOOLS_LOANVIEW_H
#define POSITO_TOOLS_LOANVIEW_H

#include <posito/operation.h>

#include <stdio.h>

/* Is it a question whose answer this prints? */
bool loanview_prints(enum verb);

/* answer: a whole accepted one. */
void loanview_print(FILE *, enum verb, struct bytes answer, enum language);

/* Is it one whose words are to be translated for people? */
bool loanview_translates(enum verb);

/* Append the answer, its words (state, security ...) in the language. */
void loanview_translate(struct buffer *out, struct bytes answer,
    enum language);

#endif
