/*
 * posito-audit: checks a journal and what was proved about it, without
 * daemon and network.  See GUIDE.md.
 */
#include "audit.h"

#include <posito/bytes.h>

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define VERSION "1"
#define THREADS_MAX 256

static const char help[] =
    "posito-audit COMMAND ... [OPTIONS]\n"
    "\n"
    "replay FOLDER         check a journal from genesis: every signature,\n"
    "                      permission, posting, checkpoint and root; print\n"
    "                      each book's trial balance and the state's digest\n"
    "check FOLDER          the same, and every invariant of the state\n"
    "digest FOLDER         digest of a stopped daemon's state, to compare\n"
    "receipt FILE          check a member's receipt (needs --log)\n"
    "consistency PROOF OLDER NEWER   check that a journal only grew\n"
    "                      (needs --log)\n"
    "\n"
    "FOLDER is the daemon's data folder or the journal folder in it; it is\n"
    "only read.\n"
    "\n"
    "--ledger ID           the ledger's id; without it any ledger will do\n"
    "--log VKEY            the log's key: name+id+key, as replay prints it\n"
    "--checkpoint FILE     a signed checkpoint that the journal must reach\n"
    "                      and agree with; may be given several times\n"
    "--libsodium           libsodium checks each signature; without it, of\n"
    "                      keys that sign often, one in 64, and their\n"
    "                      multiples check the others in a third of the time\n"
    "--threads N           threads that check signatures (a core each)\n"
    "--state FOLDER        keep the rebuilt state there\n"
    "--digest-at N         also the digest after N entries\n"
    "--quiet               only the last lines, no progress\n"
    "\n"
    "Exit codes: 0 sound, 1 a fault (the first one is named), 2 usage,\n"
    "3 it could not be done.\n";

static enum audit_exit usage(const char *what)
{
    (void)fprintf(
        stderr, "posito-audit: %s; posito-audit help lists all\n", what);
    return AUDIT_USAGE;
}

/* Takes a value for the option; NULL if it has none. */
static bool set_number(const char *value, uint64_t limit, uint64_t *out)
{
    return bytes_decimal(bytes_text(value), limit, out) && *out > 0;
}

static bool set_option(
    struct audit_options *options, const char *name, const char *value)
{
    uint64_t number = 0;
    if (strcmp(name, "--ledger") == 0)
        options->ledger = value;
    else if (strcmp(name, "--log") == 0)
        options->log = value;
    else if (strcmp(name, "--state") == 0)
        options->state_folder = value;
    else if (strcmp(name, "--checkpoint") == 0 &&
             options->checkpoint_count < AUDIT_CHECKPOINTS_MAX)
        options->checkpoints[options->checkpoint_count++] = value;
    else if (strcmp(name, "--digest-at") == 0 &&
             set_number(value, UINT64_MAX - 1, &number))
        options->digest_at = number;
    else if (strcmp(name, "--threads") == 0 &&
             set_number(value, THREADS_MAX, &number))
        options->threads = (unsigned)number;
    else
        return false;
    return true;
}

/* The first word that is no good; NULL: all are. */
static const char *read_arguments(
    struct audit_options *options, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--quiet") == 0) {
            options->quiet = true;
        } else if (strcmp(argv[i], "--libsodium") == 0) {
            options->libsodium = true;
        } else if (strncmp(argv[i], "--", 2) == 0) {
            if (i + 1 >= argc ||
                !set_option(options, argv[i], argv[i + 1]))
                return argv[i];
            i++;
        } else if (options->word_count <
                   sizeof options->words / sizeof options->words[0]) {
            options->words[options->word_count++] = argv[i];
        } else {
            return argv[i];
        }
    }
    return NULL;
}

static enum audit_exit run(
    const char *command, const struct audit_options *options)
{
    bool check = strcmp(command, "check") == 0;
    if (check || strcmp(command, "replay") == 0)
        return options->word_count == 1 ? audit_replay(options, check)
                                        : usage("which folder?");
    if (strcmp(command, "digest") == 0)
        return audit_digest(options);
    if (strcmp(command, "receipt") == 0)
        return audit_receipt(options);
    if (strcmp(command, "consistency") == 0)
        return audit_consistency(options);
    return usage("there is no such command");
}

int main(int argc, char **argv)
{
    struct audit_options options = {.quiet = false};
    char what[160];
    enum audit_exit code;
    if (sodium_init() < 0)
        return AUDIT_FAILED;
    if (argc < 2)
        return (int)usage("which command?");
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        (void)fputs(help, stdout);
        return AUDIT_SOUND;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("posito-audit %s\n", VERSION);
        return AUDIT_SOUND;
    }
    const char *wrong = read_arguments(&options, argc, argv);
    if (wrong != NULL) {
        (void)snprintf(what, sizeof what,
            "%.100s is no option, or its value is missing or wrong", wrong);
        return (int)usage(what);
    }
    code = run(argv[1], &options);
    if (fflush(stdout) != 0 && code == AUDIT_SOUND)
        code = AUDIT_FAILED;
    return (int)code;
}
