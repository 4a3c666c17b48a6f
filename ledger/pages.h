/*
 * Memory in large pieces, for tables that are read at random: where the
 * system has pages of 2 MiB it is asked for them, because with small ones
 * nearly every access waits for the page's address first.
 *
 * The first touch of such a page is dear: the system clears it, and on a
 * virtual machine whose host has taken its free memory back, the host must
 * find that memory again.  4.3 ms were measured, and a quarter of one where
 * the host still had it.  Whoever decides would stand still meanwhile.  So
 * pieces of one large page come from a reserve: what was given back is kept
 * for the next one, and a thread of its own, the keeper, touches some ahead.
 * The reserve is the process's, as the heap is, and safe from all threads;
 * nobody has to open it.
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

/* ---- pieces ---- */

/* PAGES_LARGE bytes that will all be used; what they say is undefined.
 * NULL: out of memory. */
void *pages_piece_take(void);
void *pages_piece_zero(void); /* the same, all zero */
void pages_piece_give(void *); /* NULL is harmless */

/* ---- the reserve ---- */

/* From now on so many pieces are kept ready by the keeper, and at most so
 * many of those that were given back.  Without it, none. */
void pages_reserve_open(size_t ahead, size_t most);

/*
 * The keeper, until pages_reserve_end: touches pieces while some are wanted,
 * else waits.  While there are more than `ahead` it rests, and gives one back
 * to the system if none was taken meanwhile.
 */
void pages_reserve_run(void (*rest)(void));

/* The keeper is to end, and all pieces go back to the system; pieces that
 * are given later go there at once. */
void pages_reserve_end(void);

/* Pieces that are ready. */
size_t pages_reserve_count(void);

#endif
