#include "readahead.h"

#include "../protocol/admit.h"

#include <pthread.h>
#include <stdlib.h>

struct readahead {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct ahead *first; /* the oldest; under lock, as all below */
    struct ahead *last;
    size_t bytes;        /* of groups inside or being replayed */
    bool closed;
    bool abandoned;
};

struct readahead *readahead_new(void)
{
    struct readahead *line = calloc(1, sizeof *line);
    if (line == NULL)
        return NULL;
    (void)pthread_mutex_init(&line->lock, NULL);
    (void)pthread_cond_init(&line->changed, NULL);
    return line;
}

static void ahead_free(struct ahead *ahead)
{
    if (ahead == NULL)
        return;
    for (size_t i = 0; i < ahead->count; i++)
        admit_free(&ahead->entries[i].order);
    free(ahead->entries);
    buffer_free(&ahead->bytes);
    free(ahead);
}

void readahead_free(struct readahead *line)
{
    if (line == NULL)
        return;
    while (line->first != NULL) {
        struct ahead *next = line->first->next;
        ahead_free(line->first);
        line->first = next;
    }
    (void)pthread_cond_destroy(&line->changed);
    (void)pthread_mutex_destroy(&line->lock);
    free(line);
}

/* ---- the journal's thread ---- */

/* The roots of its bodies were checked with the group. */
static int decode(struct ahead *ahead, uint64_t count, struct failure *failure)
{
    struct bytes rest = buffer_bytes(&ahead->bytes);
    ahead->entries = calloc((size_t)count, sizeof *ahead->entries);
    if (ahead->entries == NULL)
        return failure_set(failure, "out of memory");
    while (ahead->count < count) {
        struct ahead_entry *at = &ahead->entries[ahead->count];
        if (!entry_skip(&rest, &at->entry))
            return failure_set(failure, "group %llu has a malformed entry",
                (unsigned long long)ahead->first);
        ahead->count++; /* so that it is freed */
        if (admit_unchecked(
                &at->order, at->entry.line, at->entry.body) != 0)
            return failure_set(failure, "out of memory");
    }
    return 0;
}

static struct ahead *prepare(
    const struct group *group, struct failure *failure)
{
    struct ahead *ahead = calloc(1, sizeof *ahead);
    if (ahead == NULL) {
        (void)failure_set(failure, "out of memory");
        return NULL;
    }
    ahead->first = group->first;
    ahead->bytes = buffer_empty();
    buffer_append(&ahead->bytes, group->entries);
    if (!ahead->bytes.failed && decode(ahead, group->count, failure) == 0)
        return ahead;
    if (ahead->bytes.failed)
        (void)failure_set(failure, "out of memory");
    ahead_free(ahead);
    return NULL;
}

int readahead_put(struct readahead *line, const struct group *group,
    struct failure *failure)
{
    struct ahead *ahead = prepare(group, failure);
    if (ahead == NULL)
        return -1;
    (void)pthread_mutex_lock(&line->lock);
    while (line->bytes >= READAHEAD_BYTES && !line->abandoned)
        (void)pthread_cond_wait(&line->changed, &line->lock);
    bool taken = !line->abandoned;
    if (taken) {
        if (line->first == NULL)
            line->first = ahead;
        else
            line->last->next = ahead;
        line->last = ahead;
        line->bytes += ahead->bytes.length;
        (void)pthread_cond_broadcast(&line->changed);
    }
    (void)pthread_mutex_unlock(&line->lock);
    if (taken)
        return 0;
    ahead_free(ahead);
    return failure_set(failure, "the replay has stopped");
}

int readahead_end(struct readahead *line)
{
    (void)pthread_mutex_lock(&line->lock);
    line->closed = true;
    (void)pthread_cond_broadcast(&line->changed);
    while (line->bytes > 0 && !line->abandoned)
        (void)pthread_cond_wait(&line->changed, &line->lock);
    bool abandoned = line->abandoned;
    (void)pthread_mutex_unlock(&line->lock);
    return abandoned ? -1 : 0;
}

void readahead_close(struct readahead *line)
{
    (void)pthread_mutex_lock(&line->lock);
    line->closed = true;
    (void)pthread_cond_broadcast(&line->changed);
    (void)pthread_mutex_unlock(&line->lock);
}

/* ---- the ledger's thread ---- */

struct ahead *readahead_take(struct readahead *line)
{
    (void)pthread_mutex_lock(&line->lock);
    while (line->first == NULL && !line->closed)
        (void)pthread_cond_wait(&line->changed, &line->lock);
    struct ahead *ahead = line->first;
    if (ahead != NULL)
        line->first = ahead->next;
    (void)pthread_mutex_unlock(&line->lock);
    return ahead;
}

void readahead_done(struct readahead *line, struct ahead *ahead)
{
    (void)pthread_mutex_lock(&line->lock);
    line->bytes -= ahead->bytes.length;
    (void)pthread_cond_broadcast(&line->changed);
    (void)pthread_mutex_unlock(&line->lock);
    ahead_free(ahead);
}

void readahead_abandon(struct readahead *line)
{
    (void)pthread_mutex_lock(&line->lock);
    line->abandoned = true;
    (void)pthread_cond_broadcast(&line->changed);
    (void)pthread_mutex_unlock(&line->lock);
}
