/*
 * libFuzzer target: any bytes as a line, in each place a line can stand.
 * A line that is taken must spell itself; one that is not must say why.
 *
 * Not part of the default build.  `make fuzz` builds and runs it:
 *
 *     clang-14 -fsanitize=fuzzer,address,undefined ... fuzz_codec.c
 *         include/posito/(all).c protocol/(all).c
 *
 * A stub of Ed25519 is not needed: nothing here checks a signature.
 */
#include "../../protocol/admit.h"
#include "../../protocol/answer.h"
#include "../../protocol/codec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void as_line(struct bytes line, enum codec_place place)
{
    uint8_t again[LINE_LENGTH_MAX];
    struct buffer out = buffer_over(again, sizeof again);
    struct operation op;
    struct fault fault;
    if (!codec_decode(line, place, &op, &fault)) {
        require(fault.status != STATUS_ACCEPTED);
        require(fault.field.length <= line.length ||
                fault.status == STATUS_MISSING_FIELD);
        return;
    }
    require(fault.status == STATUS_ACCEPTED);
    codec_encode(&out, &op);
    require(!out.failed && bytes_equal(buffer_bytes(&out), line));
}

static void as_value(struct bytes value, enum field_type type)
{
    union {
#define X(name, c_type) c_type name;
        FIELD_TYPES(X)
#undef X
    } field;
    uint8_t again[2 * LINE_LENGTH_MAX];
    struct buffer out = buffer_over(again, sizeof again);
    memset(&field, 0, sizeof field);
    if (codec_decode_value(value, type, &field) != STATUS_ACCEPTED)
        return;
    codec_encode_value(&out, type, &field);
    require(!out.failed && bytes_equal(buffer_bytes(&out), value));
}

/* A client reads what a server, perhaps a bad one, says. */
static void as_answer(struct bytes line)
{
    enum answer_kind kind;
    struct bytes rest;
    struct bytes key;
    struct bytes value;
    size_t steps = 0;
    if (!answer_open(line, &kind, &rest))
        return;
    while (answer_next(&rest, &key, &value))
        require(++steps <= line.length);
}

/* The first line, and the rest as its body. */
static void as_order(struct bytes all)
{
    struct order order;
    struct bytes line;
    struct fault fault;
    uint64_t lines;
    if (!bytes_next_line(&all, &line))
        line = bytes_of(NULL, 0);
    if (!admit_body_lines(line, &lines, &fault))
        require(fault.status != STATUS_ACCEPTED);
    require(admit_unchecked(&order, line, all) == 0);
    admit_free(&order);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes all = bytes_of(data, size);
    if (size > 2 * LINE_LENGTH_MAX)
        return 0;
    for (unsigned place = CODEC_REQUEST; place <= CODEC_TRY; place++)
        as_line(all, (enum codec_place)place);
    if (size > 0 && size < LINE_LENGTH_MAX)
        as_value(bytes_after(all, 1),
            (enum field_type)(data[0] % (FIELD_YESNO + 1)));
    as_answer(all);
    as_order(all);
    return 0;
}
