#include "bench_signed.h"

#include <unistd.h>

void bench_sign_lines(struct bench_signed *all)
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    (void)crypto_sign_keypair(all->public_key, secret);
    for (size_t i = 0; i < BENCH_SIGNED_LINES; i++) {
        randombytes_buf(all->lines[i].text, BENCH_LINE_BYTES);
        (void)crypto_sign_detached(all->lines[i].signature, NULL,
            all->lines[i].text, BENCH_LINE_BYTES, secret);
    }
}

bool bench_check_line(const struct bench_signed *all, size_t number)
{
    number %= BENCH_SIGNED_LINES;
    return crypto_sign_verify_detached(all->lines[number].signature,
               all->lines[number].text, BENCH_LINE_BYTES,
               all->public_key) == 0;
}

size_t bench_threads(size_t most)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    if (count < 1)
        return 1;
    return (size_t)count < most ? (size_t)count : most;
}
