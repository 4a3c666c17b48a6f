/*
 * Lines of 200 bytes, signed beforehand with one key: what the floor and the
 * bare server verify.  Not always the same one, which the processor would
 * learn by heart.
 */
#ifndef POSITO_TOOLS_BENCH_SIGNED_H
#define POSITO_TOOLS_BENCH_SIGNED_H

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_LINE_BYTES 200
#define BENCH_ANSWER_BYTES 64 /* what goes back for one */
#define BENCH_SIGNED_LINES 64

struct bench_signed {
    struct {
        uint8_t text[BENCH_LINE_BYTES];
        uint8_t signature[crypto_sign_BYTES];
    } lines[BENCH_SIGNED_LINES];
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
};

/* A new key, lines at random, their signatures. */
void bench_sign_lines(struct bench_signed *);

/* Is the signature of that line right?  After the last comes the first. */
bool bench_check_line(const struct bench_signed *, size_t number);

/* Threads that keep all processors busy, but no more than most. */
size_t bench_threads(size_t most);

#endif
