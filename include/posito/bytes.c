#include <posito/bytes.h>

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_FIRST_CAPACITY 256

struct bytes bytes_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.length == b.length &&
        (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool bytes_equal_text(struct bytes a, const char *text)
{
    return bytes_equal(a, bytes_text(text));
}

int bytes_compare(struct bytes a, struct bytes b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
    if (order != 0)
        return order;
    return (a.length > b.length) - (a.length < b.length);
}

bool bytes_start_with(struct bytes a, const char *prefix)
{
    size_t length = strlen(prefix);
    return a.length >= length &&
        bytes_equal(bytes_of(a.data, length), bytes_of(prefix, length));
}

bool bytes_next_line(struct bytes *rest, struct bytes *line)
{
    if (rest->length == 0)
        return false;
    const uint8_t *feed = memchr(rest->data, '\n', rest->length);
    if (feed == NULL)
        return false;
    size_t length = (size_t)(feed - rest->data);
    *line = bytes_of(rest->data, length);
    *rest = bytes_of(feed + 1, rest->length - length - 1);
    return true;
}

/* ---- reading ---- */

struct cursor cursor_open(struct bytes bytes)
{
    struct bytes view = bytes_of(bytes.data, bytes.length);
    return (struct cursor){ view.data, view.data + view.length, false };
}

struct bytes cursor_take(struct cursor *cursor, size_t length)
{
    if (cursor->failed || (size_t)(cursor->end - cursor->at) < length) {
        cursor->failed = true;
        return bytes_of(NULL, 0);
    }
    struct bytes taken = bytes_of(cursor->at, length);
    cursor->at += length;
    return taken;
}

void cursor_copy(struct cursor *cursor, void *out, size_t length)
{
    struct bytes taken = cursor_take(cursor, length);
    if (length == 0)
        return;
    if (taken.length == length)
        memcpy(out, taken.data, length);
    else
        memset(out, 0, length);
}

/* The next count bytes as a number, the first one the lowest. */
static uint64_t cursor_little(struct cursor *cursor, size_t count)
{
    uint64_t value = 0;
    struct bytes taken = cursor_take(cursor, count);
    for (size_t i = taken.length; i > 0; i--)
        value = value << 8 | taken.data[i - 1];
    return value;
}

static uint64_t cursor_big(struct cursor *cursor, size_t count)
{
    uint64_t value = 0;
    struct bytes taken = cursor_take(cursor, count);
    for (size_t i = 0; i < taken.length; i++)
        value = value << 8 | taken.data[i];
    return value;
}

uint8_t cursor_u8(struct cursor *cursor)
{
    return (uint8_t)cursor_little(cursor, 1);
}

uint16_t cursor_u16(struct cursor *cursor)
{
    return (uint16_t)cursor_little(cursor, 2);
}

uint32_t cursor_u32(struct cursor *cursor)
{
    return (uint32_t)cursor_little(cursor, 4);
}

uint64_t cursor_u64(struct cursor *cursor)
{
    return cursor_little(cursor, 8);
}

int64_t cursor_i64(struct cursor *cursor)
{
    return (int64_t)cursor_little(cursor, 8);
}

uint32_t cursor_be32(struct cursor *cursor)
{
    return (uint32_t)cursor_big(cursor, 4);
}

uint64_t cursor_be64(struct cursor *cursor)
{
    return cursor_big(cursor, 8);
}

bool cursor_done(const struct cursor *cursor)
{
    return !cursor->failed && cursor->at == cursor->end;
}

/* ---- writing ---- */

struct buffer buffer_empty(void)
{
    return (struct buffer){ NULL, 0, 0, false, false };
}

struct buffer buffer_over(void *memory, size_t capacity)
{
    return (struct buffer){ memory, 0, capacity, true, false };
}

void buffer_free(struct buffer *buffer)
{
    if (buffer->fixed) {
        buffer_clear(buffer);
        return;
    }
    free(buffer->data);
    *buffer = buffer_empty();
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
}

bool buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->failed)
        return false;
    if (more <= buffer->capacity - buffer->length)
        return true;
    if (buffer->fixed || more > SIZE_MAX - buffer->length)
        goto fail;
    size_t capacity = BUFFER_FIRST_CAPACITY;
    if (buffer->capacity > SIZE_MAX / 2)
        capacity = SIZE_MAX;
    else if (buffer->capacity * 2 > capacity)
        capacity = buffer->capacity * 2;
    if (capacity < buffer->length + more)
        capacity = buffer->length + more;
    uint8_t *data = realloc(buffer->data, capacity);
    if (data == NULL)
        goto fail;
    buffer->data = data;
    buffer->capacity = capacity;
    return true;

fail:
    buffer->failed = true;
    return false;
}

void buffer_truncate(struct buffer *buffer, size_t length)
{
    if (buffer->failed)
        return;
    assert(length <= buffer->length);
    buffer->length = length;
}

void buffer_drop_front(struct buffer *buffer, size_t count)
{
    if (buffer->failed || count == 0)
        return;
    assert(count <= buffer->length);
    buffer->length -= count;
    memmove(buffer->data, buffer->data + count, buffer->length);
}

void buffer_append(struct buffer *buffer, struct bytes bytes)
{
    if (!buffer_reserve(buffer, bytes.length) || bytes.length == 0)
        return;
    memcpy(buffer->data + buffer->length, bytes.data, bytes.length);
    buffer->length += bytes.length;
}

void buffer_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, bytes_text(text));
}

void buffer_char(struct buffer *buffer, char c)
{
    buffer_append(buffer, bytes_of(&c, 1));
}

void buffer_decimal(struct buffer *buffer, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    buffer_append(buffer, bytes_of(digits + at, sizeof digits - at));
}

void buffer_signed_decimal(struct buffer *buffer, int64_t value)
{
    if (value < 0)
        buffer_char(buffer, '-');
    /* Negated as unsigned, since -INT64_MIN is no int64_t. */
    buffer_decimal(buffer, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    /* Formatted aside, since vsnprintf wants room for a terminating zero
     * that a buffer over the caller's memory need not have. */
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        buffer->failed = true;
        return;
    }
    buffer_append(buffer, bytes_of(text, (size_t)length));
    free(text);
}

static void buffer_little(struct buffer *buffer, uint64_t value, size_t count)
{
    uint8_t data[8];
    for (size_t i = 0; i < count; i++)
        data[i] = (uint8_t)(value >> 8 * i);
    buffer_append(buffer, bytes_of(data, count));
}

static void buffer_big(struct buffer *buffer, uint64_t value, size_t count)
{
    uint8_t data[8];
    for (size_t i = 0; i < count; i++)
        data[i] = (uint8_t)(value >> 8 * (count - 1 - i));
    buffer_append(buffer, bytes_of(data, count));
}

void buffer_u8(struct buffer *buffer, uint8_t value)
{
    buffer_append(buffer, bytes_of(&value, 1));
}

void buffer_u16(struct buffer *buffer, uint16_t value)
{
    buffer_little(buffer, value, 2);
}

void buffer_u32(struct buffer *buffer, uint32_t value)
{
    buffer_little(buffer, value, 4);
}

void buffer_u64(struct buffer *buffer, uint64_t value)
{
    buffer_little(buffer, value, 8);
}

void buffer_i64(struct buffer *buffer, int64_t value)
{
    buffer_little(buffer, (uint64_t)value, 8);
}

void buffer_be32(struct buffer *buffer, uint32_t value)
{
    buffer_big(buffer, value, 4);
}

void buffer_be64(struct buffer *buffer, uint64_t value)
{
    buffer_big(buffer, value, 8);
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
    return bytes_of(buffer->data, buffer->length);
}

/* ---- decimal numbers ---- */

bool bytes_decimal(struct bytes text, uint64_t limit, uint64_t *out)
{
    uint64_t value = 0;
    if (text.length == 0 || (text.data[0] == '0' && text.length > 1))
        return false;
    for (size_t i = 0; i < text.length; i++) {
        unsigned digit = text.data[i] - (unsigned)'0';
        if (digit > 9 || digit > limit || value > (limit - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}
