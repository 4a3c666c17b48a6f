#include "thread.h"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

int thread_start(pthread_t *thread, void *(*run)(void *), void *argument)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int number = pthread_create(thread, NULL, run, argument);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return number;
}

void thread_step_back(int nice)
{
    /* Linux: of the thread of that id, not of the process. */
    id_t self = (id_t)gettid();
    int now = getpriority(PRIO_PROCESS, self);
    (void)setpriority(PRIO_PROCESS, self, now + nice);
}

void thread_be_patient(bool patient)
{
    const struct sched_param none = {.sched_priority = 0};
    (void)sched_setscheduler(0, patient ? SCHED_BATCH : SCHED_OTHER, &none);
}
