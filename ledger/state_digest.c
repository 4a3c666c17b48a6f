#include "state.h"

#include "state_layers.h"

/* SHA-256 is quicker in long runs than in many short ones. */
#define RUN_BYTES 65536

static int digest_walk(
    struct store_walk *walk, struct hasher *hasher, struct failure *failure)
{
    struct store_record record;
    enum store_result result;
    int outcome = 0;
    struct buffer run = buffer_empty();
    while ((result = store_walk_next(walk, &record, failure)) ==
           STORE_FOUND) {
        buffer_u8(&run, (uint8_t)record.table);
        buffer_u16(&run, (uint16_t)record.key.length);
        buffer_append(&run, record.key);
        buffer_u32(&run, (uint32_t)record.value.length);
        buffer_append(&run, record.value);
        if (run.failed)
            break;
        if (run.length >= RUN_BYTES) {
            hasher_add(hasher, buffer_bytes(&run));
            buffer_clear(&run);
        }
    }
    hasher_add(hasher, buffer_bytes(&run));
    if (result == STORE_FAILED)
        outcome = -1;
    else if (run.failed)
        outcome = failure_set(failure, "state: out of memory");
    buffer_free(&run);
    return outcome;
}

uint32_t state_format(void)
{
    return STORE_FORMAT;
}

int state_digest(
    struct state *state, struct hash *digest, struct failure *failure)
{
    if (state_failed(state))
        return failure_set(failure, "%s", state_failure(state)->text);
    struct failure reason = {.text = ""};
    struct hasher *hasher = hasher_new();
    if (hasher == NULL)
        return failure_set(failure, "state: out of memory");
    struct store_walk *walk = store_walk_open_all(state->store, &reason);
    int result = -1;
    if (walk != NULL)
        result = digest_walk(walk, hasher, &reason);
    store_walk_close(walk);
    if (result != 0) {
        state_fail(state, &reason);
        hasher_free(hasher);
        return failure_set(failure, "%s", reason.text);
    }
    *digest = hasher_end(hasher);
    return 0;
}
