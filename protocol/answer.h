/*
 * Answers.  Each request gets its answer in the order of the requests of
 * its connection: any number of data lines, then one line that begins with
 * "ok" or "no".
 *
 *     row key=value ...          data, keys and values as on a line
 *     | text                     data, verbatim (journal lines, notes)
 *     ok [key=value ...]
 *     no status=NAME number=N [field=KEY] [line=N] text=SENTENCE
 *
 * text= is the last key, runs to the end of the line, and is UTF-8.
 */
#ifndef POSITO_PROTOCOL_ANSWER_H
#define POSITO_PROTOCOL_ANSWER_H

#include <posito/order.h>

/* ---- writing ---- */

/* Begin a line "ok" or "row"; then fields; then answer_end. */
void answer_ok(struct buffer *);
void answer_row(struct buffer *);
void answer_word(struct buffer *, const char *key, const char *word);
void answer_bytes(struct buffer *, const char *key, struct bytes value);
void answer_ident(struct buffer *, const char *key, const struct ident *);
void answer_number(struct buffer *, const char *key, uint64_t);
void answer_amount(struct buffer *, const char *key, struct amount);
void answer_date(struct buffer *, const char *key, struct date);
void answer_instant(struct buffer *, const char *key, struct instant);
void answer_hash(struct buffer *, const char *key, const struct hash *);
void answer_account(
    struct buffer *, const char *key, const struct account_name *);

/* The closing key of a row or ok line: a sentence of UTF-8 to its end. */
void answer_text(struct buffer *, struct bytes utf8);
void answer_end(struct buffer *);

/* Verbatim lines: each line of text with "| " before it. */
void answer_verbatim(struct buffer *, struct bytes text);

/* A whole refusal line.  line_number 0: none. */
void answer_no(struct buffer *, const struct fault *, uint64_t line_number,
    enum language);

/* ---- reading ---- */

enum answer_kind { ANSWER_OK, ANSWER_NO, ANSWER_ROW, ANSWER_VERBATIM };

/*
 * Classify a line without its LF; *rest is what follows the first word and
 * its space.  False if it is none of the four.
 */
bool answer_open(struct bytes line, enum answer_kind *, struct bytes *rest)
    WARN_UNUSED_RESULT;

/* Next key=value of rest; text= takes all that is left.  False at the end
 * or if misspelled. */
bool answer_next(struct bytes *rest, struct bytes *key, struct bytes *value)
    WARN_UNUSED_RESULT;

/* The value of a key in rest; an empty view if it is not there. */
struct bytes answer_find(struct bytes rest, const char *key);

#endif
