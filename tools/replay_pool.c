#include "replay_pool.h"

#include <pthread.h>
#include <stdlib.h>

#define THREADS_MAX 256U
#define SLOTS 1024U /* a power of two */
#define BYTES_MAX ((size_t)8 << 20)

/*
 * A ring of chunks:  oldest ... next ... end
 *                    (checked or being checked) (waiting)
 */
struct replay_pool {
    const struct chunk_rules *rules;
    pthread_t thread[THREADS_MAX];
    unsigned threads;
    pthread_mutex_t lock;
    pthread_cond_t work;    /* a chunk waits, or stopping */
    pthread_cond_t checked; /* the oldest chunk may be checked */
    struct chunk *ring[SLOTS];
    size_t oldest; /* these only grow; modulo SLOTS they are places */
    size_t next;
    size_t end;
    bool stopping;
    size_t bytes; /* of all chunks inside; the main thread's */
};

static void *work(void *context)
{
    struct replay_pool *pool = context;
    (void)pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->next == pool->end && !pool->stopping)
            (void)pthread_cond_wait(&pool->work, &pool->lock);
        if (pool->stopping)
            break;
        size_t place = pool->next++;
        struct chunk *chunk = pool->ring[place % SLOTS];
        (void)pthread_mutex_unlock(&pool->lock);
        chunk_check(chunk, pool->rules);
        (void)pthread_mutex_lock(&pool->lock);
        chunk->checked = true;
        if (place == pool->oldest)
            (void)pthread_cond_signal(&pool->checked);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

struct replay_pool *replay_pool_new(
    unsigned threads, const struct chunk_rules *rules)
{
    struct replay_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return NULL;
    pool->rules = rules;
    (void)pthread_mutex_init(&pool->lock, NULL);
    (void)pthread_cond_init(&pool->work, NULL);
    (void)pthread_cond_init(&pool->checked, NULL);
    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    while (pool->threads < threads &&
           pthread_create(&pool->thread[pool->threads], NULL, work, pool) ==
               0)
        pool->threads++;
    if (pool->threads == 0) {
        replay_pool_free(pool);
        return NULL;
    }
    return pool;
}

void replay_pool_free(struct replay_pool *pool)
{
    if (pool == NULL)
        return;
    (void)pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    (void)pthread_cond_broadcast(&pool->work);
    (void)pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->threads; i++)
        (void)pthread_join(pool->thread[i], NULL);
    for (size_t i = pool->oldest; i < pool->end; i++)
        chunk_free(pool->ring[i % SLOTS]);
    (void)pthread_cond_destroy(&pool->work);
    (void)pthread_cond_destroy(&pool->checked);
    (void)pthread_mutex_destroy(&pool->lock);
    free(pool);
}

/* oldest and end are changed by the main thread only. */
bool replay_pool_has_room(const struct replay_pool *pool)
{
    size_t inside = pool->end - pool->oldest;
    return inside == 0 || (inside < SLOTS && pool->bytes < BYTES_MAX);
}

void replay_pool_put(struct replay_pool *pool, struct chunk *chunk)
{
    pool->bytes += chunk->bytes.length;
    (void)pthread_mutex_lock(&pool->lock);
    pool->ring[pool->end % SLOTS] = chunk;
    pool->end++;
    (void)pthread_cond_signal(&pool->work);
    (void)pthread_mutex_unlock(&pool->lock);
}

struct chunk *replay_pool_take(struct replay_pool *pool)
{
    if (pool->oldest == pool->end)
        return NULL;
    struct chunk *chunk = pool->ring[pool->oldest % SLOTS];
    (void)pthread_mutex_lock(&pool->lock);
    while (!chunk->checked)
        (void)pthread_cond_wait(&pool->checked, &pool->lock);
    pool->oldest++;
    (void)pthread_mutex_unlock(&pool->lock);
    pool->bytes -= chunk->bytes.length;
    return chunk;
}
