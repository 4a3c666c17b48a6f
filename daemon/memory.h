/*
 * How much memory there is for this process.
 */
#ifndef POSITO_DAEMON_MEMORY_H
#define POSITO_DAEMON_MEMORY_H

#include <stdint.h>

/* Bytes: the machine's, or what the process's control group or one above it
 * may have, if that is less. */
uint64_t memory_bytes(void);

#endif
