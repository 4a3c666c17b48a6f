/*
 * A record's bytes on disk: its key after its table's number, its value
 * before a checksum.  See FORMAT.md, "The state".
 *
 * The checksum is SipHash-2-4 with a key of sixteen zeros over: table u8,
 * key's length u8, key, value.  It finds rot, not forgery.
 */
#ifndef POSITO_LEDGER_STORE_RECORD_H
#define POSITO_LEDGER_STORE_RECORD_H

#include "state.h"

#define STORE_CHECKSUM_BYTES 8
#define STORE_RAW_KEY_MAX (1 + STATE_KEY_MAX)
#define STORE_RAW_VALUE_MAX (STATE_VALUE_MAX + STORE_CHECKSUM_BYTES)

struct store_raw_key {
    uint8_t data[STORE_RAW_KEY_MAX];
    size_t length;
};

/* The key has at most STATE_KEY_MAX bytes. */
struct store_raw_key store_raw_key(enum table, struct bytes key);

struct bytes store_raw_key_bytes(const struct store_raw_key *);

/* The raw key has 1 to STORE_RAW_KEY_MAX bytes, the value at most
 * STATE_VALUE_MAX. */
uint64_t store_checksum(struct bytes raw_key, struct bytes value);

/* 0, or -1 if this is not a record as it was written. */
int store_check_record(struct bytes raw_key, struct bytes raw_value,
    struct failure *) WARN_UNUSED_RESULT;

/* Only of raw values that store_check_record let pass. */
uint64_t store_kept_checksum(struct bytes raw_value);
struct bytes store_kept_value(struct bytes raw_value);

/* "state: record KEY of table N WHAT".  Always -1. */
int store_record_failed(
    struct bytes raw_key, const char *what, struct failure *);

#endif
