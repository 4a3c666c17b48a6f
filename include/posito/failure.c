#include <posito/failure.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int failure_set(struct failure *failure, const char *format, ...)
{
    if (failure->text[0] != '\0')
        return -1;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    return -1;
}

int failure_set_errno(
    struct failure *failure, int number, const char *format, ...)
{
    char reason[120];
    if (failure->text[0] != '\0')
        return -1;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(
        failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof failure->text)
        return -1;
    const char *message = strerror_r(number, reason, sizeof reason);
    (void)snprintf(failure->text + length,
        sizeof failure->text - (size_t)length, ": %s", message);
    return -1;
}
