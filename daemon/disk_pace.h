/*
 * The pace at which the daemon's background work uses the disk, so that the
 * journal's syncs do not wait for it: ledger/pace.h.
 */
#ifndef POSITO_DAEMON_DISK_PACE_H
#define POSITO_DAEMON_DISK_PACE_H

#include "../ledger/pace.h"

extern const struct pace disk_pace;

#endif
