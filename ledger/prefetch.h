/*
 * Fetching ahead: the processor waits for memory as long for many addresses
 * as for one, if it is told of them early.
 *
 * A function that does nothing but __builtin_prefetch has no effect in the
 * eyes of GCC 12, which leaves out the calls of it, and so all that was to
 * be fetched.  The empty asm is an effect.  So this is the only place where
 * the builtin is used (tests/layers.sh looks).
 */
#ifndef POSITO_LEDGER_PREFETCH_H
#define POSITO_LEDGER_PREFETCH_H

/* The line of memory that the address is in will be read soon. */
static inline void prefetch(const void *at)
{
    __builtin_prefetch(at);
    __asm__ volatile("");
}

#endif
