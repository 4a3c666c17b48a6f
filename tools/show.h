/*
 * Answers, printed for people, as JSON or as CSV.
 *
 * For people: rows become tables with money to the right and grouped
 * ("1,250.00 USD"); an accepted order becomes a sentence; a refusal says
 * which rule, which field and what to do.
 *
 * As JSON, one object on one line:
 *
 *     {"accepted":true, "verb":"trial", "status":"ok", "number":0,
 *      "fields":{"date":"2026-11-23"}, "rows":[{"role":"share", ...}],
 *      "lines":["..."]}
 *
 * fields are those of the verdict; rows and lines are there if the answer
 * has any.  Values are strings, spelled as the protocol spells them: money
 * never becomes a floating-point number.  A row of a statement or trial
 * balance also has name=, what its role is called in the language.
 *
 * As CSV: see csv.h; refusals stay sentences, on errors.
 */
#ifndef POSITO_TOOLS_SHOW_H
#define POSITO_TOOLS_SHOW_H

#include <posito/operation.h>

#include <stdio.h>

struct show {
    FILE *out;    /* what was asked for */
    FILE *errors; /* refusals; with JSON they go to out */
    enum language language;
    bool json;
    bool csv;
};

/* answer: all lines of one answer, each with its LF. */
void show_answer(const struct show *, enum verb, struct bytes answer);

/* A fault found here, before anything was sent. */
void show_fault(const struct show *, enum status, const char *text);

/* Something of ours failed. */
void show_failure(const struct show *, const char *text);

/* One verbatim line of a stream, without "| ". */
void show_line(const struct show *, struct bytes line);

/* A value as people read it: amounts grouped, texts decoded. */
void show_value(struct buffer *, struct bytes key, struct bytes value);

/* What a key of an answer is called, in a row or verdict that begins with
 * the key row; the key itself if it has no name. */
struct bytes show_label(struct bytes row, struct bytes key, enum language);

/* "1,250.00": the digits of an amount in groups of three. */
void show_digits(struct buffer *, struct amount);

#endif
