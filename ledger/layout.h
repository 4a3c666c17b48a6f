/*
 * Little-endian numbers at fixed places, for the fixed-length records that
 * every posting reads and writes.  Compilers make one instruction of each.
 */
#ifndef POSITO_LEDGER_LAYOUT_H
#define POSITO_LEDGER_LAYOUT_H

#include <stdint.h>

static inline uint32_t layout_get32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
        (uint32_t)at[3] << 24;
}

static inline uint64_t layout_get64(const uint8_t *at)
{
    return (uint64_t)layout_get32(at) | (uint64_t)layout_get32(at + 4) << 32;
}

static inline void layout_put32(uint8_t *at, uint32_t number)
{
    at[0] = (uint8_t)number;
    at[1] = (uint8_t)(number >> 8);
    at[2] = (uint8_t)(number >> 16);
    at[3] = (uint8_t)(number >> 24);
}

static inline void layout_put64(uint8_t *at, uint64_t number)
{
    layout_put32(at, (uint32_t)number);
    layout_put32(at + 4, (uint32_t)(number >> 32));
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

#endif
