#include "page_keeper.h"

#include "thread.h"

#include "../ledger/pages.h"

#include <time.h>

/* Pieces ready at any time: of those that a layer may need so many parts,
 * within these bounds. */
#define AHEAD_PART 48
#define AHEAD_LEAST 1
#define AHEAD_MOST 8

/* Before a page that nobody wants goes back. */
#define REST_MS 20

static void rest(void)
{
    const struct timespec time = {.tv_nsec = REST_MS * 1000000L};
    (void)nanosleep(&time, NULL);
}

static void *run(void *none)
{
    thread_step_back(THREAD_SAVES);
    pages_reserve_run(rest);
    return none;
}

int page_keeper_start(struct page_keeper *keeper, uint64_t save_bytes,
    struct failure *failure)
{
    size_t most = (size_t)(save_bytes / PAGES_LARGE);
    size_t ahead = most / AHEAD_PART;
    if (ahead < AHEAD_LEAST)
        ahead = AHEAD_LEAST;
    if (ahead > AHEAD_MOST)
        ahead = AHEAD_MOST;
    pages_reserve_open(ahead, most);
    int number = thread_start(&keeper->thread, run, NULL);
    keeper->on = number == 0;
    if (keeper->on)
        return 0;
    pages_reserve_end();
    return failure_set_errno(failure, number, "cannot start a thread");
}

void page_keeper_stop(struct page_keeper *keeper)
{
    if (!keeper->on)
        return;
    pages_reserve_end();
    (void)pthread_join(keeper->thread, NULL);
    keeper->on = false;
}
