/*
 * A disk that remembers: it passes the journal's calls on to a folder
 * without waiting for the device, logs each, fails those it is told to,
 * and can afterwards build any folder that a power cut at any moment could
 * have left.
 *
 * What a power cut may leave (the assumptions of ledger/FORMAT.md):
 *   what was synced is there;
 *   of a write not yet synced each 512-byte sector is there or not, by
 *     itself, or the bytes to be written are zeros or garbage; bytes of the
 *     sector that were not written keep what they had;
 *   names made, changed or removed since the folder's last sync are so up
 *     to some moment, in order;
 *   a sync that failed has not written anything, and no later sync writes
 *     what it lost, though the running system still shows it.
 */
#ifndef POSITO_TESTS_JOURNAL_DISK_H
#define POSITO_TESTS_JOURNAL_DISK_H

#include "../ledger/journal_file.h"

struct disk;

/* Over the files that are in the folder now, which count as synced. */
struct disk *disk_new(const char *folder);
void disk_free(struct disk *);

const struct journal_calls *disk_calls(struct disk *);

/* Calls so far; also the moments a power cut can hit: 0 to this. */
size_t disk_moments(const struct disk *);

/* Note that so many entries were acknowledged at this moment. */
void disk_acknowledge(struct disk *, uint64_t size);
uint64_t disk_acknowledged(const struct disk *, size_t moment);

enum disk_fault {
    DISK_FAULT_ONCE,
    DISK_FAULT_FROM_THEN_ON,
    DISK_FAULT_SHORT_ONCE,     /* a write that writes half, no error */
    DISK_FAULT_SHORT_THEN_FAIL /* half, and an error from then on */
};

/* Fail the n-th call from now (1: the next one) with this errno. */
void disk_fail(struct disk *, size_t call, int number, enum disk_fault);
/* True once a call was failed. */
bool disk_has_failed(const struct disk *);
/* Fail no more. */
void disk_heal(struct disk *);

enum disk_loss {
    DISK_KEEPS_ALL,     /* a killed process, or luck */
    DISK_LOSES_ALL,     /* everything not synced is gone */
    DISK_KEEPS_PREFIX,  /* sectors up to some one */
    DISK_KEEPS_SOME,    /* any sectors */
    DISK_ZEROES_SOME,   /* some sectors' written bytes are zeros */
    DISK_SPOILS_SOME,   /* ... are bytes never written by us */
    DISK_RANDOMIZES_SOME, /* ... are anything */
    DISK_LOSS_COUNT
};

/* Put into the folder (emptied first) what the power cut leaves. */
void disk_crash(const struct disk *, size_t moment, enum disk_loss,
    uint64_t *seed, const char *folder);

#endif
