/*
 * The rows of an answer as comma-separated values (RFC 4180, UTF-8, lines
 * that end in CR LF), for spreadsheets.
 *
 * The first line has the headings.  Money is digits alone ("-25.00"); its
 * currency has a column: the rows' own, or one that is added at the end.
 * A key that a row lacks is an empty field, so every line has as many
 * fields.  An answer without rows is one line of its verdict's fields.
 */
#ifndef POSITO_TOOLS_CSV_H
#define POSITO_TOOLS_CSV_H

#include <posito/operation.h>

#include <stdio.h>

void csv_answer(FILE *, struct bytes answer, enum language);

#endif
