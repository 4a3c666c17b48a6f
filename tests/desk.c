#include "desk.h"

#include "../protocol/codec.h"
#include "../protocol/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include <cmocka.h>

const uint8_t desk_small_point[32] = {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2,
    0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
    0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
    0xfc, 0x05};

struct pair desk_pair(uint8_t byte)
{
    struct pair pair;
    uint8_t seed[crypto_sign_SEEDBYTES];
    memset(seed, byte, sizeof seed);
    assert_int_equal(crypto_sign_seed_keypair(pair.public_key.data,
                         pair.secret.data, seed),
        0);
    return pair;
}

static bool ring_find(
    void *context, const struct ident *name, struct public_key *out)
{
    struct ring *ring = context;
    ring->asked++;
    if (!bytes_equal_text(ident_bytes(name), "la.ana"))
        return false;
    *out = ring->ana.public_key;
    return true;
}

struct desk *desk_open(void)
{
    struct desk *desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    desk->ring.ana = desk_pair(1);
    desk->keys.find = ring_find;
    desk->keys.context = &desk->ring;
    desk->ledger = hash_of(bytes_text("a ledger"));
    desk->line = buffer_empty();
    desk->body = buffer_empty();
    return desk;
}

void desk_close(struct desk *desk)
{
    admit_free(&desk->order);
    buffer_free(&desk->line);
    buffer_free(&desk->body);
    free(desk);
}

void desk_sign(struct desk *desk, const char *by)
{
    buffer_text(&desk->line, ID);
    buffer_text(&desk->line, by);
    sign_order(&desk->line, &desk->ledger, &desk->ring.ana.secret);
    assert_false(desk->line.failed);
}

void desk_admit(struct desk *desk)
{
    admit_free(&desk->order);
    assert_int_equal(
        admit_order(&desk->order, buffer_bytes(&desk->line),
            buffer_bytes(&desk->body), &desk->ledger, &desk->keys),
        0);
}

void desk_expect(
    const struct desk *desk, enum status status, const char *field)
{
    const struct fault *fault = &desk->order.fault;
    if (fault->status != status || !bytes_equal_text(fault->field, field))
        fail_msg("%s in \"%.*s\", expected %s", status_name(fault->status),
            (int)fault->field.length, (const char *)fault->field.data,
            status_name(status));
}

void desk_key_add(struct buffer *line, const char *name,
    const struct public_key *key)
{
    buffer_text(line, "key-add key=");
    buffer_text(line, name);
    buffer_text(line, " public=");
    codec_encode_value(line, FIELD_PUBLIC_KEY, key);
    buffer_text(line, " kind=board owner=o country=US scope=all");
}

int desk_start_sodium(void **state)
{
    (void)state;
    return sodium_init() < 0 ? -1 : 0;
}
