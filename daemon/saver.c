#include "saver.h"

static void *flush(void *context)
{
    struct saver *saver = context;
    saver->result = state_flush(saver->state, &saver->failure);
    return NULL;
}

int saver_begin(struct saver *saver, struct state *state, uint64_t size,
    struct failure *failure)
{
    *saver = (struct saver){.state = state, .size = size};
    if (state_freeze(state) != 0)
        return failure_set(failure, "%s", state_failure(state)->text);
    state_hurry(state, true); /* nobody else is there */
    int number = pthread_create(&saver->thread, NULL, flush, saver);
    if (number != 0)
        return failure_set_errno(failure, number, "cannot start a thread");
    saver->running = true;
    return 0;
}

int saver_end(struct saver *saver, struct failure *failure)
{
    if (!saver->running)
        return 0;
    (void)pthread_join(saver->thread, NULL);
    saver->running = false;
    if (saver->result != 0)
        return failure_set(failure, "%s", saver->failure.text);
    state_thaw(saver->state);
    if (state_failed(saver->state))
        return failure_set(failure, "%s", state_failure(saver->state)->text);
    return 0;
}
