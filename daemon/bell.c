#include "bell.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int bell_open(struct bell *bell, struct failure *failure)
{
    atomic_init(&bell->heard, false);
    atomic_init(&bell->rung, false);
    bell->file = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (bell->file < 0)
        return failure_set_errno(failure, errno, "cannot make an eventfd");
    return 0;
}

void bell_close(struct bell *bell)
{
    if (bell->file >= 0)
        (void)close(bell->file);
    bell->file = -1;
}

void bell_ring(struct bell *bell)
{
    uint64_t one = 1;
    /* In this order, and in the other one in bell_rest: either the loop
     * sees that it was rung, or it is seen to rest. */
    atomic_store(&bell->rung, true);
    if (atomic_exchange(&bell->heard, true))
        return;
    /* Cannot fail: the counter is 0 or 1, never near its limit. */
    (void)!write(bell->file, &one, sizeof one);
}

void bell_answer(struct bell *bell)
{
    uint64_t count;
    (void)!read(bell->file, &count, sizeof count);
}

void bell_attend(struct bell *bell)
{
    atomic_store(&bell->heard, true);
    atomic_store(&bell->rung, false);
}

bool bell_rest(struct bell *bell)
{
    atomic_store(&bell->heard, false);
    return atomic_load(&bell->rung);
}
