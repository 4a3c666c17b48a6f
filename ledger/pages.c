#include "pages.h"

#include <stdint.h>
#include <sys/mman.h>

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
