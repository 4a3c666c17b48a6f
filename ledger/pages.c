#include "pages.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* Each page is touched, where they are small after all. */
#define PAGE_SMALL 4096

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
    bool taken; /* since the keeper's rest began */
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

enum need { NEED_END, NEED_PIECE, NEED_REST };

static enum need await_need(void)
{
    (void)pthread_mutex_lock(&reserve.lock);
    while (reserve.open && reserve.count == reserve.ahead)
        (void)pthread_cond_wait(&reserve.changed, &reserve.lock);
    enum need need = !reserve.open                   ? NEED_END
                     : reserve.count < reserve.ahead ? NEED_PIECE
                                                     : NEED_REST;
    reserve.taken = false;
    (void)pthread_mutex_unlock(&reserve.lock);
    return need;
}

/* False: out of memory. */
static bool make_ready(void)
{
    uint8_t *memory = pages_take(PAGES_LARGE, true);
    if (memory == NULL)
        return false;
    for (size_t at = 0; at < PAGES_LARGE; at += PAGE_SMALL)
        memory[at] = 1;
    pages_piece_give(memory);
    return true;
}

static void give_one_back(void)
{
    struct piece *surplus = NULL;
    (void)pthread_mutex_lock(&reserve.lock);
    if (!reserve.taken && reserve.count > reserve.ahead)
        surplus = pop();
    (void)pthread_mutex_unlock(&reserve.lock);
    pages_give(surplus, PAGES_LARGE);
}

void pages_reserve_run(void (*rest)(void))
{
    enum need need;
    while ((need = await_need()) != NEED_END) {
        /* Out of memory, too: whoever wants a piece will say so. */
        if (need == NEED_REST || !make_ready()) {
            rest();
            give_one_back();
        }
    }
}
