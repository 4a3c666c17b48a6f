#include "store_record.h"

#include <sodium.h>
#include <string.h>

_Static_assert(
    crypto_shorthash_BYTES == STORE_CHECKSUM_BYTES, "SipHash-2-4");

struct store_raw_key store_raw_key(enum table table, struct bytes key)
{
    struct store_raw_key raw = {.length = 1 + key.length};
    raw.data[0] = (uint8_t)table;
    if (key.length > 0)
        memcpy(raw.data + 1, key.data, key.length);
    return raw;
}

struct bytes store_raw_key_bytes(const struct store_raw_key *raw)
{
    return bytes_of(raw->data, raw->length);
}

uint64_t store_checksum(struct bytes raw, struct bytes value)
{
    static const uint8_t zero_key[crypto_shorthash_KEYBYTES];
    uint8_t message[STORE_RAW_KEY_MAX + 1 + STATE_VALUE_MAX];
    uint8_t out[STORE_CHECKSUM_BYTES];
    message[0] = raw.data[0];
    message[1] = (uint8_t)(raw.length - 1);
    memcpy(message + 2, raw.data + 1, raw.length - 1);
    if (value.length > 0)
        memcpy(message + 1 + raw.length, value.data, value.length);
    crypto_shorthash(out, message, 1 + raw.length + value.length, zero_key);
    struct cursor cursor = cursor_open(bytes_of(out, sizeof out));
    return cursor_u64(&cursor);
}

uint64_t store_kept_checksum(struct bytes raw_value)
{
    struct cursor cursor = cursor_open(
        bytes_of(raw_value.data + raw_value.length - STORE_CHECKSUM_BYTES,
            STORE_CHECKSUM_BYTES));
    return cursor_u64(&cursor);
}

struct bytes store_kept_value(struct bytes raw_value)
{
    return bytes_of(raw_value.data, raw_value.length - STORE_CHECKSUM_BYTES);
}

int store_record_failed(
    struct bytes raw, const char *what, struct failure *failure)
{
    char hex[2 * STATE_KEY_MAX + 1] = "";
    size_t length = raw.length == 0 ? 0 : raw.length - 1;
    if (length > STATE_KEY_MAX)
        length = STATE_KEY_MAX;
    if (length > 0)
        sodium_bin2hex(hex, sizeof hex, raw.data + 1, length);
    return failure_set(failure, "state: record %s of table %d %s", hex,
        raw.length == 0 ? -1 : raw.data[0], what);
}

int store_check_record(
    struct bytes raw, struct bytes value, struct failure *failure)
{
    if (raw.length < 1 || raw.length > STORE_RAW_KEY_MAX ||
        value.length < STORE_CHECKSUM_BYTES ||
        value.length > STORE_RAW_VALUE_MAX ||
        store_checksum(raw, store_kept_value(value)) !=
            store_kept_checksum(value))
        return store_record_failed(raw, "does not fit its checksum", failure);
    return 0;
}
