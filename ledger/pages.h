/*
 * Memory in large pieces, for tables that are read at random: where the
 * system has pages of 2 MiB it is asked for them, because with small ones
 * nearly every access waits for the page's address first.
 */
#ifndef POSITO_LEDGER_PAGES_H
#define POSITO_LEDGER_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#define PAGES_LARGE ((size_t)2 << 20)

/*
 * So many bytes, all zero; size is a multiple of PAGES_LARGE.  dense: they
 * will all be used, so large pages waste nothing.  NULL: out of memory.
 */
void *pages_take(size_t size, bool dense);
void pages_give(void *, size_t size); /* NULL is harmless */

#endif
