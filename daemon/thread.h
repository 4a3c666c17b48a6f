/*
 * Threads beside the loop's.
 *
 * Signals are the loop's: a thread has all of them blocked.  Where the
 * processors are few, a thread that only works on keeps one for several
 * milliseconds before the system lets another have it, and the loop, which
 * answers everybody, would wait for that.  So who works in the background
 * has a lower priority: it gets what others leave, which on a machine that
 * is not full is all it wants.
 */
#ifndef POSITO_DAEMON_THREAD_H
#define POSITO_DAEMON_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* 0, or an errno number. */
int thread_start(pthread_t *, void *(*run)(void *), void *argument);

/*
 * To be called by the thread itself: how far below the loop it is, as nice
 * values are (setpriority(2)); each step is about a fifth less of a processor
 * that both want.  That it cannot be had is no failure.
 */
#define THREAD_CHECKS 2 /* somebody waits for it, and for the loop too */
#define THREAD_SAVES 10 /* nobody waits */
void thread_step_back(int nice);

/*
 * Patient, the calling thread does not push another one aside when it wakes
 * (SCHED_BATCH, sched(7)), but waits for its turn.  For the loop when
 * thousands of signatures wait: nobody's answer depends on when it wakes, and
 * each turn saved is time to check them.  Its priority stays.
 */
void thread_be_patient(bool patient);

#endif
