#include "pages.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* Each page is touched, where they are small after all. */
#define PAGE_SMALL 4096

/* The keeper looks so often whether pieces were taken meanwhile, and gives
 * one back if none was. */
#define IDLE_MS 50

void *pages_take(size_t size, bool dense)
{
    /* One large page more, to begin where a large page may. */
    size_t room = size + PAGES_LARGE;
    uint8_t *all = mmap(NULL, room, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED)
        return NULL;
    size_t before = (PAGES_LARGE - (uintptr_t)all % PAGES_LARGE) % PAGES_LARGE;
    if (before > 0)
        (void)munmap(all, before);
    (void)munmap(all + before + size, room - before - size);
    /* Only advice: without it, or where there are none, pages are small. */
    if (dense)
        (void)madvise(all + before, size, MADV_HUGEPAGE);
    return all + before;
}

void pages_give(void *memory, size_t size)
{
    if (memory != NULL)
        (void)munmap(memory, size);
}

/* ---- the reserve ---- */

/* A piece that is ready, and was touched: it begins with the next one. */
struct piece {
    struct piece *next;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* for the keeper */
    struct piece *ready;    /* under lock, as all below */
    size_t count;
    size_t ahead;
    size_t most;
    bool taken; /* since the keeper looked last */
    bool open;
} reserve = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .changed = PTHREAD_COND_INITIALIZER,
};

static void push(struct piece *piece)
{
    piece->next = reserve.ready;
    reserve.ready = piece;
    reserve.count++;
}

/* NULL: there is none. */
static struct piece *pop(void)
{
    struct piece *piece = reserve.ready;
    if (piece == NULL)
        return NULL;
    reserve.ready = piece->next;
    reserve.count--;
    return piece;
}

static struct piece *take_ready(void)
{
    (void)pthread_mutex_lock(&reserve.lock);
    struct piece *piece = pop();
    reserve.taken = true;
    if (reserve.open && reserve.count < reserve.ahead)
        (void)pthread_cond_signal(&reserve.changed);
    (void)pthread_mutex_unlock(&reserve.lock);
    return piece;
}

void *pages_piece_take(void)
{
    struct piece *piece = take_ready();
    return piece != NULL ? piece : pages_take(PAGES_LARGE, true);
}

void *pages_piece_zero(void)
{
    struct piece *piece = take_ready();
    if (piece == NULL)
        return pages_take(PAGES_LARGE, true);
    return memset(piece, 0, PAGES_LARGE);
}

void pages_piece_give(void *memory)
{
    if (memory == NULL)
        return;
    (void)pthread_mutex_lock(&reserve.lock);
    bool kept = reserve.open && reserve.count < reserve.most;
    if (kept)
        push(memory);
    /* The first that is too many ends the keeper's sleep. */
    if (kept && reserve.count == reserve.ahead + 1)
        (void)pthread_cond_signal(&reserve.changed);
    (void)pthread_mutex_unlock(&reserve.lock);
    if (!kept)
        pages_give(memory, PAGES_LARGE);
}

void pages_reserve_open(size_t ahead, size_t most)
{
    (void)pthread_mutex_lock(&reserve.lock);
    reserve.ahead = ahead;
    reserve.most = most > ahead ? most : ahead;
    reserve.open = true;
    (void)pthread_mutex_unlock(&reserve.lock);
}

void pages_reserve_end(void)
{
    struct piece *piece;
    (void)pthread_mutex_lock(&reserve.lock);
    reserve.open = false;
    while ((piece = pop()) != NULL)
        pages_give(piece, PAGES_LARGE);
    (void)pthread_cond_broadcast(&reserve.changed);
    (void)pthread_mutex_unlock(&reserve.lock);
}

size_t pages_reserve_count(void)
{
    (void)pthread_mutex_lock(&reserve.lock);
    size_t count = reserve.count;
    (void)pthread_mutex_unlock(&reserve.lock);
    return count;
}

/* ---- the keeper ---- */

static void wait_a_while(void)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += IDLE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&reserve.changed, &reserve.lock, &until);
}

/* While enough are ready: NULL, or one that has become too many. */
static struct piece *await_change(void)
{
    while (reserve.open && reserve.count >= reserve.ahead) {
        if (reserve.count == reserve.ahead) {
            (void)pthread_cond_wait(&reserve.changed, &reserve.lock);
            continue;
        }
        reserve.taken = false;
        wait_a_while();
        if (!reserve.taken && reserve.count > reserve.ahead)
            return pop();
    }
    return NULL;
}

static void *make_ready(void)
{
    uint8_t *memory = pages_take(PAGES_LARGE, true);
    for (size_t at = 0; memory != NULL && at < PAGES_LARGE; at += PAGE_SMALL)
        memory[at] = 1;
    return memory;
}

bool pages_reserve_keep(void)
{
    (void)pthread_mutex_lock(&reserve.lock);
    struct piece *surplus = await_change();
    bool wanted = reserve.open && surplus == NULL;
    bool open = reserve.open;
    (void)pthread_mutex_unlock(&reserve.lock);
    pages_give(surplus, PAGES_LARGE);
    if (!wanted)
        return open;
    void *memory = make_ready();
    if (memory != NULL) {
        pages_piece_give(memory);
        return true;
    }
    /* Out of memory: whoever wants a piece will say so. */
    (void)pthread_mutex_lock(&reserve.lock);
    wait_a_while();
    (void)pthread_mutex_unlock(&reserve.lock);
    return true;
}
