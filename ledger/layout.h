/*
 * Little-endian numbers at fixed places, for the fixed-length records that
 * every posting reads and writes.  Compilers make one instruction of each.
 * And numbers that take the bytes they need, where there are many.
 */
#ifndef POSITO_LEDGER_LAYOUT_H
#define POSITO_LEDGER_LAYOUT_H

#include <posito/bytes.h>

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t layout_get32(const uint8_t *at)
{
    uint32_t number;

    memcpy(&number, at, sizeof number);
    return le32toh(number);
}

static inline uint64_t layout_get64(const uint8_t *at)
{
    uint64_t number;

    memcpy(&number, at, sizeof number);
    return le64toh(number);
}

/* 24, 40 and 48 bits of a number. */
static inline uint32_t layout_get24(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
}

static inline uint64_t layout_get40(const uint8_t *at)
{
    return layout_get32(at) | (uint64_t)at[4] << 32;
}

static inline uint64_t layout_get48(const uint8_t *at)
{
    uint16_t upper;

    memcpy(&upper, at + 4, sizeof upper);
    return layout_get32(at) | (uint64_t)le16toh(upper) << 32;
}

static inline void layout_put32(uint8_t *at, uint32_t number)
{
    number = htole32(number);
    memcpy(at, &number, sizeof number);
}

static inline void layout_put64(uint8_t *at, uint64_t number)
{
    number = htole64(number);
    memcpy(at, &number, sizeof number);
}

static inline void layout_put24(uint8_t *at, uint32_t number)
{
    at[0] = (uint8_t)number;
    at[1] = (uint8_t)(number >> 8);
    at[2] = (uint8_t)(number >> 16);
}

static inline void layout_put40(uint8_t *at, uint64_t number)
{
    layout_put32(at, (uint32_t)number);
    at[4] = (uint8_t)(number >> 32);
}

static inline void layout_put48(uint8_t *at, uint64_t number)
{
    uint16_t upper = htole16((uint16_t)(number >> 32));

    layout_put32(at, (uint32_t)number);
    memcpy(at + 4, &upper, sizeof upper);
}

/* Big-endian, for keys. */
static inline void layout_put_be32(uint8_t *at, uint32_t number)
{
    at[0] = (uint8_t)(number >> 24);
    at[1] = (uint8_t)(number >> 16);
    at[2] = (uint8_t)(number >> 8);
    at[3] = (uint8_t)number;
}

static inline void layout_put_be64(uint8_t *at, uint64_t number)
{
    layout_put_be32(at, (uint32_t)(number >> 32));
    layout_put_be32(at + 4, (uint32_t)number);
}

static inline uint32_t layout_get_be32(const uint8_t *at)
{
    uint32_t number;

    memcpy(&number, at, sizeof number);
    return be32toh(number);
}

/*
 * Numbers of up to 63 bits with 7 bits a byte, the lowest first, and the
 * highest bit set in all bytes but the last.
 */
#define LAYOUT_NUMBER_MAX 9 /* bytes */

static inline size_t layout_put_number(uint8_t *at, uint64_t number)
{
    size_t length = 0;

    for (; number >= 0x80; number >>= 7)
        at[length++] = (uint8_t)(number | 0x80);
    at[length++] = (uint8_t)number;
    return length;
}

/* False: it does not end, or has more than 63 bits. */
static inline bool layout_take_number(struct bytes *rest, uint64_t *number)
{
    unsigned bits = 0;

    *number = 0;
    for (size_t i = 0; i < rest->length && bits < 63; i++, bits += 7) {
        *number |= (uint64_t)(rest->data[i] & 0x7F) << bits;
        if (rest->data[i] >= 0x80)
            continue;
        *rest = bytes_of(rest->data + i + 1, rest->length - i - 1);
        return true;
    }
    return false;
}

#endif
