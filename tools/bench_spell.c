#include "bench_spell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void group_digits(char out[48], const char *digits)
{
    size_t length = strlen(digits);
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

void bench_spell(char out[48], double value)
{
    char digits[32];
    if (isnan(value) || fabs(value) > 1e18) {
        (void)snprintf(out, 48, "-");
    } else if (value < 100) {
        (void)snprintf(out, 48, "%.*f", value < 10 ? 2 : 1, value);
    } else {
        (void)snprintf(digits, sizeof digits, "%.0f", value);
        group_digits(out, digits);
    }
}

void bench_spell_count(char out[48], uint64_t count)
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    group_digits(out, digits);
}
