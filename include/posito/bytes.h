/*
 * Runs of bytes: a borrowed view, a cursor that reads one, a buffer that
 * writes one.
 *
 * Cursor and buffer are sticky: after the first failure every later call
 * does nothing (a read returns zero), so a decoder reads all its fields
 * and tests once at the end.  Numbers are little-endian unless the name
 * says be, which keys in ordered tables use.
 */
#ifndef POSITO_BYTES_H
#define POSITO_BYTES_H

#include <posito/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed view.  Whoever hands one out says how long it lives. */
struct bytes {
    const uint8_t *data;
    size_t length;
};

/* An empty view points at something: arithmetic on NULL is undefined, and
 * so are memcpy and memcmp with NULL, even for no bytes. */
static inline struct bytes bytes_of(const void *data, size_t length)
{
    if (data == NULL)
        return (struct bytes){(const uint8_t *)"", 0};
    return (struct bytes){data, length};
}

/* View of a C string without its terminating zero. */
struct bytes bytes_text(const char *text);

bool bytes_equal(struct bytes, struct bytes);
bool bytes_equal_text(struct bytes, const char *text);

/* Order of memcmp; a prefix comes before what it starts. */
int bytes_compare(struct bytes, struct bytes);

bool bytes_start_with(struct bytes, const char *prefix);

/* What follows the first count bytes; an empty view if there are fewer. */
static inline struct bytes bytes_after(struct bytes view, size_t count)
{
    if (count == 0)
        return view;
    if (count > view.length)
        count = view.length;
    return (struct bytes){view.data + count, view.length - count};
}

/*
 * Split off the next line.  On true, *line is the line without its LF and
 * *rest what follows the LF.  False if rest holds no LF; then nothing is
 * changed.
 */
bool bytes_next_line(struct bytes *rest, struct bytes *line)
    WARN_UNUSED_RESULT;

/* ---- reading ---- */

struct cursor {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

struct cursor cursor_open(struct bytes);

uint8_t cursor_u8(struct cursor *);
uint16_t cursor_u16(struct cursor *);
uint32_t cursor_u32(struct cursor *);
uint64_t cursor_u64(struct cursor *);
int64_t cursor_i64(struct cursor *);
uint32_t cursor_be32(struct cursor *);
uint64_t cursor_be64(struct cursor *);

/* The next length bytes, borrowed; an empty view if there are fewer. */
struct bytes cursor_take(struct cursor *, size_t length);

/* Copy the next length bytes to out; zeros if there are fewer. */
void cursor_copy(struct cursor *, void *out, size_t length);

/* True if nothing failed and nothing is left over. */
bool cursor_done(const struct cursor *) WARN_UNUSED_RESULT;

/* ---- writing ---- */

struct buffer {
    uint8_t *data;
    size_t length;
    size_t capacity;
    bool fixed;  /* data is the caller's memory; never grown, never freed */
    bool failed; /* out of memory or room: what was written is incomplete */
};

/* An empty buffer that grows; release with buffer_free. */
struct buffer buffer_empty(void);

/* A buffer over the caller's memory; it fails rather than grow. */
struct buffer buffer_over(void *memory, size_t capacity);

/* Harmless on an empty or an already freed buffer. */
void buffer_free(struct buffer *);

/* Forget the contents and the failure, keep the memory. */
void buffer_clear(struct buffer *);

/* Make sure that more bytes fit without moving.  False (and failed). */
bool buffer_reserve(struct buffer *, size_t more);

/* Cut back to length, which must not be above the present one. */
void buffer_truncate(struct buffer *, size_t length);

/* Drop the first count bytes, moving the rest to the front. */
void buffer_drop_front(struct buffer *, size_t count);

/* What is appended must not be a view of the same buffer, which may move. */
void buffer_append(struct buffer *, struct bytes);
void buffer_text(struct buffer *, const char *text);
void buffer_char(struct buffer *, char);
void buffer_decimal(struct buffer *, uint64_t);
void buffer_signed_decimal(struct buffer *, int64_t);
void buffer_format(struct buffer *, const char *format, ...)
    PRINTF_LIKE(2, 3);
void buffer_u8(struct buffer *, uint8_t);
void buffer_u16(struct buffer *, uint16_t);
void buffer_u32(struct buffer *, uint32_t);
void buffer_u64(struct buffer *, uint64_t);
void buffer_i64(struct buffer *, int64_t);
void buffer_be32(struct buffer *, uint32_t);
void buffer_be64(struct buffer *, uint64_t);

/* View of what was written; valid until the next write. */
struct bytes buffer_bytes(const struct buffer *);

/* ---- decimal numbers: one spelling ---- */

/*
 * Parse a number without sign, leading zero or anything around it.
 * False if it is spelled otherwise or above limit.
 */
bool bytes_decimal(struct bytes, uint64_t limit, uint64_t *out)
    WARN_UNUSED_RESULT;

#endif
