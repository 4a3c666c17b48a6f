/*
 * positod - the ledger's daemon.
 *
 *     positod [-n] [-f] [-c FILE] [-o NAME=VALUE]... FOLDER
 *
 * See OPERATING.md.
 */
#include "background.h"
#include "clock.h"
#include "listener.h"
#include "server.h"
#include "textfile.h"

#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_BYTES_MAX 65536
#define ASSIGNMENTS_MAX 64

/* Descriptors besides those of the clients. */
#define OTHER_DESCRIPTORS 64

struct arguments {
    bool check_only; /* -n */
    bool foreground; /* -f */
    const char *config_file;
    const char *assignment[ASSIGNMENTS_MAX];
    size_t assignments;
    const char *folder;
};

/* ---- arguments and configuration ---- */

static void print_usage(FILE *out)
{
    (void)fputs(
        "positod [-n] [-f] [-c FILE] [-o NAME=VALUE]... FOLDER\n"
        "  -n  check the configuration and the folder, and exit\n"
        "  -f  stay in the foreground, log to standard error\n"
        "  -c  read options from FILE instead of FOLDER/positod.conf\n"
        "  -o  set one option; wins over the file\n"
        "  -h  this and the options\n", out);
}

static void print_help(void)
{
    struct buffer options = buffer_empty();
    print_usage(stdout);
    config_describe(&options);
    (void)printf("\noptions, one \"name = value\" a line:\n");
    (void)fwrite(options.data, 1, options.length, stdout);
    buffer_free(&options);
}

/* 0, or -1: wrong use, or asked for help; *code is what to exit with. */
static int parse_arguments(
    struct arguments *arguments, int argc, char **argv, int *code)
{
    int option;
    *code = EXIT_WRONG_USE;
    while ((option = getopt(argc, argv, "nfhc:o:")) != -1) {
        if (option == 'n')
            arguments->check_only = true;
        else if (option == 'f')
            arguments->foreground = true;
        else if (option == 'c')
            arguments->config_file = optarg;
        else if (option == 'o' && arguments->assignments < ASSIGNMENTS_MAX)
            arguments->assignment[arguments->assignments++] = optarg;
        else if (option == 'h') {
            print_help();
            *code = EXIT_STOPPED;
            return -1;
        } else {
            print_usage(stderr);
            return -1;
        }
    }
    if (argc - optind != 1) {
        print_usage(stderr);
        return -1;
    }
    arguments->folder = argv[optind];
    return 0;
}

static int read_config_file(struct config *config,
    const struct arguments *arguments, struct failure *failure)
{
    char standard[PATH_MAX];
    const char *path = arguments->config_file;
    struct buffer text = buffer_empty();
    bool found;
    if (path == NULL) {
        (void)snprintf(standard, sizeof standard, "%s/positod.conf",
            arguments->folder);
        path = standard;
    }
    int result =
        textfile_read(path, CONFIG_BYTES_MAX, &text, &found, failure);
    if (result == 0 && !found && arguments->config_file != NULL)
        result = failure_set(failure, "there is no file %s", path);
    if (result == 0)
        result = config_read(config, buffer_bytes(&text), path, failure);
    buffer_free(&text);
    return result;
}

static int configure(struct config *config,
    const struct arguments *arguments, struct failure *failure)
{
    config_defaults(config);
    if (read_config_file(config, arguments, failure) != 0)
        return -1;
    for (size_t i = 0; i < arguments->assignments; i++)
        if (config_set(config, arguments->assignment[i], failure) != 0)
            return -1;
    if (config_check(config, failure) != 0)
        return -1;
    return listener_check(config->listen, failure);
}

/* ---- before the start ---- */

/* No core file may hold the log's key; every client needs a descriptor. */
static int set_limits(const struct config *config, struct failure *failure)
{
    const struct rlimit none = {0, 0};
    struct rlimit files;
    rlim_t needed = (rlim_t)config->max_connections + OTHER_DESCRIPTORS;
    (void)setrlimit(RLIMIT_CORE, &none);
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= needed)
        return 0;
    files.rlim_cur = needed < files.rlim_max ? needed : files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur >= needed)
        return 0;
    return failure_set(failure,
        "max-connections = %" PRIu64 " needs %llu file descriptors, the "
        "system allows %llu: raise the limit or lower the option",
        config->max_connections, (unsigned long long)needed,
        (unsigned long long)files.rlim_max);
}

static int open_log(const struct config *config, const struct folder *folder,
    bool foreground, struct failure *failure)
{
    struct folder_path path = folder_file(folder, "positod.log");
    if (config->log_file[0] != '\0')
        return log_open(config->log_file, config->log_level, failure);
    return log_open(
        foreground ? NULL : path.text, config->log_level, failure);
}

static int check_space(const struct config *config,
    const struct folder *folder, struct failure *failure)
{
    uint64_t free_bytes;
    if (folder_free_bytes(folder, &free_bytes, failure) != 0)
        return -1;
    if (free_bytes < config->disk_min)
        return failure_set(failure,
            "the disk is almost full: %" PRIu64 " MiB left for %s, "
            "disk-min asks for %" PRIu64 " MiB", free_bytes >> 20,
            folder->path, config->disk_min >> 20);
    return 0;
}

static int check_folder(const struct config *config,
    const struct folder *folder, struct failure *failure)
{
    struct keyfile key;
    if (check_space(config, folder, failure) != 0 ||
        folder_log_key(folder, &key, failure) != 0)
        return -1;
    keyfile_forget(&key);
    return 0;
}

/* ---- the daemon ---- */

struct daemon {
    struct config config;
    struct folder folder;
    struct listener listener;
    struct storage storage;
    struct server *server;
    struct background background;
    bool ready; /* a failure after this is no refused start */
};

static void tell_start(const struct daemon *daemon)
{
    const struct storage *storage = &daemon->storage;
    log_info("%s has %" PRIu64 " entries, %" PRIu64 " of them replayed",
        ledger_origin(storage->ledger), ledger_size(storage->ledger),
        storage->replayed);
    if (storage->dropped_bytes > 0)
        log_warning("%" PRIu64 " bytes of an unfinished last group were "
                    "dropped: nobody was told ok for it",
            storage->dropped_bytes);
    if (ledger_time(storage->ledger).ms > clock_now().ms)
        log_warning("the clock is behind the ledger's last entry: check NTP");
    if (!daemon->listener.loopback)
        log_warning("%s is not a loopback address, and there is no TLS: "
                    "everybody on the way can read", daemon->listener.address);
    log_info("listening on %s", daemon->listener.address);
}

static int serve(struct daemon *daemon, bool foreground,
    struct failure *failure)
{
    if (check_folder(&daemon->config, &daemon->folder, failure) != 0 ||
        folder_lock(&daemon->folder, failure) != 0 ||
        open_log(&daemon->config, &daemon->folder, foreground, failure) != 0)
        return -1;
    if (listener_bind(
            &daemon->listener, daemon->config.listen, failure) != 0 ||
        storage_open(&daemon->storage, &daemon->folder, &daemon->config,
            failure) != 0 ||
        server_open(&daemon->server, &daemon->config, &daemon->storage,
            &daemon->listener, failure) != 0)
        return -1;
    daemon->ready = true;
    background_ready(&daemon->background);
    tell_start(daemon);
    if (server_run(daemon->server, failure) != 0)
        return -1;
    log_info("stopped with %" PRIu64 " entries",
        ledger_size(daemon->storage.ledger));
    return 0;
}

static void close_all(struct daemon *daemon)
{
    server_close(daemon->server);
    storage_close(&daemon->storage);
    listener_close(&daemon->listener);
    folder_close(&daemon->folder);
}

/* One line where people look: the terminal, and the log if there is one. */
static int refuse(const struct failure *failure, int code)
{
    (void)fprintf(stderr, "positod: %s\n", failure->text);
    return code;
}

static int run(const struct arguments *arguments)
{
    struct failure failure = {{0}};
    struct daemon daemon = {
        .folder = {.lock = -1},
        .listener = {.socket = -1},
        .background = {.pipe = -1},
    };
    if (folder_open(&daemon.folder, arguments->folder, &failure) != 0)
        return refuse(&failure, EXIT_REFUSED);
    if (configure(&daemon.config, arguments, &failure) != 0 ||
        set_limits(&daemon.config, &failure) != 0)
        return refuse(&failure, EXIT_WRONG_USE);
    if (arguments->check_only) {
        if (check_folder(&daemon.config, &daemon.folder, &failure) != 0)
            return refuse(&failure, EXIT_REFUSED);
        (void)printf("positod: the configuration and %s are in order\n",
            daemon.folder.path);
        return EXIT_STOPPED;
    }
    if (!arguments->foreground &&
        background_start(&daemon.background, &failure) != 0)
        return refuse(&failure, EXIT_REFUSED);
    int result = serve(&daemon, arguments->foreground, &failure);
    if (result != 0 && daemon.ready)
        log_error("%s", failure.text);
    close_all(&daemon);
    if (result == 0)
        return EXIT_STOPPED;
    return daemon.ready ? EXIT_FAILED : refuse(&failure, EXIT_REFUSED);
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.folder = NULL};
    int code;
    if (parse_arguments(&arguments, argc, argv, &code) != 0)
        return code;
    (void)umask(027);
    /* A write that cannot be done shall fail, not kill. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    if (sodium_init() < 0) {
        (void)fputs("positod: libsodium does not start\n", stderr);
        return EXIT_REFUSED;
    }
    return run(&arguments);
}
