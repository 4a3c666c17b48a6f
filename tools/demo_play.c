#include "demo_play.h"

#include "demo_counter.h"
#include "demo_season.h"
#include "keyring_folder.h"

#include <posito/client.h>

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static double seconds_since(const struct timespec *start)
{
    struct timespec end;
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    return (double)(end.tv_sec - start->tv_sec) +
        (double)(end.tv_nsec - start->tv_nsec) / 1e9;
}

int demo_play(struct demo_plan *plan, const char *folder, const char *address,
    struct failure *failure)
{
    struct play play = {.plan = plan, .folder = folder, .failure = failure};
    struct timespec start;
    int result = -1;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    if (client_connect(&play.client, address, 60000, failure) == 0 &&
        demo_season(&play) == 0 && demo_counter(&play) == 0) {
        printf("  %" PRIu64 " signed orders with %" PRIu64
               " lines in their bodies, each durable, in %.1f s\n",
            play.orders, play.lines, seconds_since(&start));
        result = 0;
    }
    client_close(play.client);
    return result;
}

int demo_close(struct demo_plan *plan, const char *folder,
    const char *address, struct failure *failure)
{
    struct play play = {.plan = plan, .folder = folder, .failure = failure};
    struct ident auditor = ident_of("auditor");
    struct keyfile key;
    enum status status = STATUS_ACCEPTED;
    int result = -1;
    if (keyring_folder_open(folder, "auditor", &key, failure) != 0)
        return -1;
    if (client_connect(&play.client, address, 60000, failure) == 0 &&
        client_login(play.client, &auditor, &key.secret, &status, failure) ==
            0)
        result = status == STATUS_ACCEPTED
            ? demo_counter_close(&play)
            : failure_set(failure, "the auditor could not log in");
    keyfile_forget(&key);
    client_close(play.client);
    return result;
}
