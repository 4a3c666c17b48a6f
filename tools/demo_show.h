/*
 * What the demonstration shows: commands of posito as a person types them,
 * each with the key of who types it, and their answers.
 */
#ifndef POSITO_TOOLS_DEMO_SHOW_H
#define POSITO_TOOLS_DEMO_SHOW_H

#include <posito/bytes.h>
#include <posito/failure.h>

#define DEMO_PATH_ROOM 3072

struct demo_place {
    char folder[DEMO_PATH_ROOM];
    char programs[DEMO_PATH_ROOM]; /* folder our programs are in */
    char address[64];              /* of the daemon */
};

/* The path of one of our programs. */
void demo_program(const struct demo_place *, const char *name,
    char path[2 * DEMO_PATH_ROOM]);

/* Run one of our tools; words end in NULL.  Its output goes to out, or is
 * shown if that is NULL.  0 and its exit code, or -1. */
int demo_tool(const struct demo_place *, const char *const words[],
    struct buffer *out, int *code, struct failure *) WARN_UNUSED_RESULT;

/* In the afternoon: at the counter, the savings of a member, what waits for
 * signatures.  0, or -1. */
int demo_show_counter(const struct demo_place *, struct failure *)
    WARN_UNUSED_RESULT;

/* In the evening: what the auditor asks.  0, or -1. */
int demo_show_books(const struct demo_place *, struct failure *)
    WARN_UNUSED_RESULT;

/* What to type in a second terminal. */
void demo_say_what_next(const struct demo_place *);

#endif
