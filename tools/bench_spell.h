/* Numbers as people read them. */
#ifndef POSITO_TOOLS_BENCH_SPELL_H
#define POSITO_TOOLS_BENCH_SPELL_H

#include <stdint.h>

/* 1234567.8 as 1,234,568; small ones with digits after the point; what is
 * not known as a dash. */
void bench_spell(char out[48], double value);

/* 0, 32, 1,000 */
void bench_spell_count(char out[48], uint64_t count);

#endif
