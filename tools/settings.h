/*
 * What the user chose: options, then the environment, then the file
 * $XDG_CONFIG_HOME/posito/config (~/.config/posito/config):
 *
 *     addr = 127.0.0.1:7733
 *     key = /home/ana/.config/posito/la.ana.key
 *     language = es
 *
 * '#' begins a comment line.  A path may begin with ~/.
 */
#ifndef POSITO_TOOLS_SETTINGS_H
#define POSITO_TOOLS_SETTINGS_H

#include <posito/failure.h>
#include <posito/status.h>

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct settings {
    char address[300];
    char key_file[PATH_MAX]; /* "": none */
    char passphrase_file[PATH_MAX];
    char new_key_file[PATH_MAX];
    char new_passphrase_file[PATH_MAX];
    char out_file[PATH_MAX];
    char found_file[PATH_MAX];
    char origin[PATH_MAX];
    char founder[64];
    char ledger[64]; /* a ledger's id in base64 */
    enum language language;
    int timeout_ms; /* 0: the client's default */
    bool json;
    bool csv;
    bool exact;
    bool yes; /* approve and catch up without showing and asking */
    bool no_passphrase;
    bool version;
    bool help;

    /* What is not an option, in order; views of argv; then NULL. */
    const char **words;
    size_t word_count;
};

/*
 * Fill in from the command line (argv without the program's name) and the
 * rest.  words is memory for argc + 1 pointers.  0; -1 with the text for
 * the user in *failure (an option that is not there, a broken file).
 */
int settings_load(struct settings *, int argc, const char *const *argv,
    const char **words, struct failure *) __attribute__((warn_unused_result));

/*
 * A copy of settings for one line of the interactive mode: its options come
 * on top, its words replace the others.
 */
int settings_for_line(struct settings *line, const struct settings *,
    int argc, const char *const *argv, const char **words, struct failure *)
    __attribute__((warn_unused_result));

/* The language the environment asks for, before anything can fail. */
enum language settings_environment_language(void);

/*
 * A file of the user's state folder ($XDG_STATE_HOME/posito, else
 * ~/.local/state/posito), which is made.  False if there is no home.
 */
bool settings_state_file(const char *name, char *path, size_t size);

#endif
