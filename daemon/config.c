#include "config.h"

#include "memory.h"

#include <stdio.h>
#include <string.h>

enum option_type {
    OPTION_NUMBER, /* decimal */
    OPTION_BYTES,  /* decimal, or with KiB, MiB, GiB behind it */
    OPTION_TEXT,   /* printable, not empty unless lowest is 0 */
    OPTION_LEVEL   /* error, warning, info, debug */
};

struct option {
    const char *name;
    enum option_type type;
    size_t offset; /* in struct config */
    const char *start; /* the default, spelled as in a file */
    uint64_t lowest;   /* of a text: its length */
    uint64_t highest;
    const char *help;
};

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define SAVE_BYTES_MIN (64 * KIB)
#define AT(member) offsetof(struct config, member)

static const struct option options[] = {
    {"listen", OPTION_TEXT, AT(listen), "127.0.0.1:7733", 1,
        CONFIG_TEXT_MAX - 1,
        "address and port to listen on; port 0 takes any free one"},
    {"log-file", OPTION_TEXT, AT(log_file), "", 0, CONFIG_TEXT_MAX - 1,
        "file of the log; empty: standard error with -f, else positod.log"},
    {"log-level", OPTION_LEVEL, AT(log_level), "info", 0, 0,
        "how much is logged"},
    {"workers", OPTION_NUMBER, AT(workers), "0", 0, 256,
        "threads that check signatures, the loop's among them; 0: one a "
        "processor"},
    {"key-multiples", OPTION_NUMBER, AT(key_multiples), "0", 0, 65536,
        "keys whose signatures, once they are many, are checked in a third "
        "of the time; 0: none"},
    {"max-connections", OPTION_NUMBER, AT(max_connections), "1000", 1,
        UINT64_C(60000), "connections at once"},
    {"line-ms", OPTION_NUMBER, AT(line_ms), "10000", 10, UINT64_C(3600000),
        "time for a line, from its first byte"},
    {"body-ms", OPTION_NUMBER, AT(body_ms), "60000", 10, UINT64_C(3600000),
        "time for a batch with its body"},
    {"idle-ms", OPTION_NUMBER, AT(idle_ms), "120000", 10,
        UINT64_C(86400000), "time between requests"},
    {"unread-ms", OPTION_NUMBER, AT(unread_ms), "30000", 10,
        UINT64_C(3600000), "time a client may leave answers unread"},
    {"queue-requests", OPTION_NUMBER, AT(queue_requests), "1024", 1,
        UINT64_C(1000000), "requests of a connection that may wait"},
    {"queue-bytes", OPTION_BYTES, AT(queue_bytes), "4MiB", 8 * KIB, GIB,
        "their bytes"},
    {"output-bytes", OPTION_BYTES, AT(output_bytes), "4MiB", 8 * KIB, GIB,
        "unsent answers of a connection, beyond which it waits"},
    {"waiting-bytes", OPTION_BYTES, AT(waiting_bytes), "256MiB", MIB,
        1024 * GIB, "requests of all connections that may wait"},
    {"group-count", OPTION_NUMBER, AT(group_count), "4096", 1,
        UINT64_C(1000000), "entries in a group, synced at once"},
    {"group-bytes", OPTION_BYTES, AT(group_bytes), "8MiB", 4 * KIB, GIB,
        "bytes in a group"},
    {"group-delay-us", OPTION_NUMBER, AT(group_delay_us), "0", 0,
        UINT64_C(1000000),
        "time a group waits for more entries; 0: until the disk is free"},
    {"segment-bytes", OPTION_BYTES, AT(segment_bytes), "64MiB", MIB,
        4 * GIB, "size of new journal segments"},
    {"state-map-bytes", OPTION_BYTES, AT(state_map_bytes), "64GiB",
        16 * MIB, 4096 * GIB, "size the state's file cannot grow beyond"},
    {"cache-bytes", OPTION_BYTES, AT(cache_bytes), "0", 0, 30 * GIB,
        "saved records kept in memory; 0: a quarter of the machine's"},
    {"save-bytes", OPTION_BYTES, AT(save_bytes), "0", 0, 64 * GIB,
        "changed records in memory, then saved; 0: a 32nd of the machine's"},
    {"save-ms", OPTION_NUMBER, AT(save_ms), "60000", 10, UINT64_C(86400000),
        "the longest a changed record stays unsaved"},
    {"disk-low", OPTION_BYTES, AT(disk_low), "1GiB", 0, 4096 * GIB,
        "free space below which only questions are answered"},
    {"disk-min", OPTION_BYTES, AT(disk_min), "256MiB", 0, 4096 * GIB,
        "free space below which it does not start"},
};

#define OPTION_COUNT (sizeof options / sizeof options[0])

static const char *const levels[] = {"error", "warning", "info", "debug"};

/* ---- values ---- */

static const struct {
    const char *suffix;
    uint64_t factor;
} units[] = {{"KiB", KIB}, {"MiB", MIB}, {"GiB", GIB}};

/* Split a unit off the end of a number of bytes. */
static uint64_t take_unit(struct bytes *value)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t length = strlen(units[i].suffix);
        if (value->length > length &&
            memcmp(value->data + value->length - length, units[i].suffix,
                length) == 0) {
            value->length -= length;
            return units[i].factor;
        }
    }
    return 1;
}

static bool set_number(
    struct config *config, const struct option *option, struct bytes value)
{
    uint64_t factor = option->type == OPTION_BYTES ? take_unit(&value) : 1;
    uint64_t number;
    if (!bytes_decimal(value, option->highest / factor, &number))
        return false;
    number *= factor;
    if (number < option->lowest)
        return false;
    memcpy((char *)config + option->offset, &number, sizeof number);
    return true;
}

static bool set_text(
    struct config *config, const struct option *option, struct bytes value)
{
    char *out = (char *)config + option->offset;
    if (value.length < option->lowest || value.length > option->highest)
        return false;
    for (size_t i = 0; i < value.length; i++)
        if (value.data[i] < 0x20 || value.data[i] == 0x7F)
            return false;
    if (value.length > 0)
        memcpy(out, value.data, value.length);
    out[value.length] = '\0';
    return true;
}

static bool set_level(
    struct config *config, const struct option *option, struct bytes value)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        enum log_level level = (enum log_level)i;
        if (!bytes_equal_text(value, levels[i]))
            continue;
        memcpy((char *)config + option->offset, &level, sizeof level);
        return true;
    }
    return false;
}

static bool set_value(
    struct config *config, const struct option *option, struct bytes value)
{
    switch (option->type) {
    case OPTION_NUMBER:
    case OPTION_BYTES:
        return set_number(config, option, value);
    case OPTION_TEXT:
        return set_text(config, option, value);
    case OPTION_LEVEL:
        return set_level(config, option, value);
    }
    return false;
}

/* ---- the table for people ---- */

static void describe_bytes(struct buffer *out, uint64_t number)
{
    for (size_t i = sizeof units / sizeof units[0]; i-- > 0;)
        if (number >= units[i].factor && number % units[i].factor == 0) {
            buffer_decimal(out, number / units[i].factor);
            buffer_text(out, units[i].suffix);
            return;
        }
    buffer_decimal(out, number);
}

static void describe_number(
    struct buffer *out, const struct option *option, uint64_t number)
{
    if (option->type == OPTION_BYTES)
        describe_bytes(out, number);
    else
        buffer_decimal(out, number);
}

/* "from 1 to 256" and the like: what set_value takes. */
static void describe_range(struct buffer *out, const struct option *option)
{
    switch (option->type) {
    case OPTION_NUMBER:
    case OPTION_BYTES:
        buffer_text(out, "from ");
        describe_number(out, option, option->lowest);
        buffer_text(out, " to ");
        describe_number(out, option, option->highest);
        return;
    case OPTION_TEXT:
        buffer_format(out, "%sat most %d characters",
            option->lowest > 0 ? "not empty, " : "", CONFIG_TEXT_MAX - 1);
        return;
    case OPTION_LEVEL:
        buffer_text(out, "error, warning, info or debug");
        return;
    }
}

void config_describe(struct buffer *out)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &options[i];
        buffer_format(out, "  %-16s %s\n  %-16s default %s, ", option->name,
            option->help, "",
            option->start[0] != '\0' ? option->start : "empty");
        describe_range(out, option);
        buffer_char(out, '\n');
    }
}

/* ---- files and arguments ---- */

static const struct option *find_option(struct bytes name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (bytes_equal_text(name, options[i].name))
            return &options[i];
    return NULL;
}

static struct bytes trim(struct bytes text)
{
    while (text.length > 0 &&
           (text.data[0] == ' ' || text.data[0] == '\t'))
        text = bytes_after(text, 1);
    while (text.length > 0 && (text.data[text.length - 1] == ' ' ||
                                  text.data[text.length - 1] == '\t'))
        text.length--;
    return text;
}

/* A word of a file in a message: short, and without its control bytes. */
struct shown {
    char text[65];
};

static struct shown show(struct bytes word)
{
    struct shown shown = {{0}};
    for (size_t i = 0; i < word.length && i + 1 < sizeof shown.text; i++) {
        uint8_t c = word.data[i];
        shown.text[i] = c < 0x20 || c > 0x7E ? '?' : (char)c;
    }
    return shown;
}

static int refuse_value(struct failure *failure, const char *where,
    const struct option *option, struct bytes value)
{
    char memory[160];
    struct buffer range = buffer_over(memory, sizeof memory - 1);
    struct shown shown = show(value);
    describe_range(&range, option);
    memory[range.length] = '\0';
    return failure_set(failure, "%s: %s must be %s, not \"%s\"", where,
        option->name, memory, shown.text);
}

/* *given, if not NULL, has a flag for each option: said twice is wrong. */
static int assign(struct config *config, struct bytes text,
    const char *where, bool *given, struct failure *failure)
{
    size_t equals = 0;
    while (equals < text.length && text.data[equals] != '=')
        equals++;
    if (equals == text.length)
        return failure_set(
            failure, "%s: expected \"name = value\"", where);
    struct bytes name = trim(bytes_of(text.data, equals));
    struct bytes value = trim(bytes_after(text, equals + 1));
    const struct option *option = find_option(name);
    if (option == NULL) {
        struct shown shown = show(name);
        return failure_set(failure, "%s: there is no option \"%s\"", where,
            shown.text);
    }
    if (given != NULL && given[option - options])
        return failure_set(
            failure, "%s: %s is given twice", where, option->name);
    if (given != NULL)
        given[option - options] = true;
    if (!set_value(config, option, value))
        return refuse_value(failure, where, option, value);
    return 0;
}

void config_defaults(struct config *config)
{
    memset(config, 0, sizeof *config);
    /* Every default is in its range; test_config.c sets each. */
    for (size_t i = 0; i < OPTION_COUNT; i++)
        (void)set_value(
            config, &options[i], bytes_text(options[i].start));
}

int config_read(struct config *config, struct bytes text,
    const char *source, struct failure *failure)
{
    bool given[OPTION_COUNT] = {false};
    struct bytes line;
    for (unsigned number = 1; text.length > 0; number++) {
        char where[CONFIG_TEXT_MAX + 32];
        if (!bytes_next_line(&text, &line)) {
            line = text;
            text.length = 0;
        }
        line = trim(line);
        if (line.length == 0 || line.data[0] == '#')
            continue;
        (void)snprintf(where, sizeof where, "%s line %u", source, number);
        if (assign(config, line, where, given, failure) != 0)
            return -1;
    }
    return 0;
}

int config_set(
    struct config *config, const char *assignment, struct failure *failure)
{
    return assign(
        config, bytes_text(assignment), "option -o", NULL, failure);
}

int config_check(const struct config *config, struct failure *failure)
{
    if (config->disk_min > config->disk_low)
        return failure_set(failure,
            "disk-min must not be above disk-low");
    if (config->queue_bytes > config->waiting_bytes)
        return failure_set(failure,
            "queue-bytes must not be above waiting-bytes");
    if (config->save_bytes > 0 && config->save_bytes < SAVE_BYTES_MIN)
        return failure_set(
            failure, "save-bytes must be 0 or not below 64KiB");
    if (config->line_ms > config->body_ms)
        return failure_set(
            failure, "line-ms must not be above body-ms");
    return 0;
}

/* A share of the memory there is, within bounds. */
static uint64_t share_of_memory(
    uint64_t given, uint64_t part, uint64_t lowest, uint64_t highest)
{
    if (given > 0)
        return given;
    uint64_t bytes = memory_bytes() / part;
    if (bytes < lowest)
        return lowest;
    return bytes < highest ? bytes : highest;
}

uint64_t config_cache_bytes(const struct config *config)
{
    return share_of_memory(config->cache_bytes, 4, 8 * MIB, 30 * GIB);
}

uint64_t config_save_bytes(const struct config *config)
{
    return share_of_memory(config->save_bytes, 32, 4 * MIB, GIB);
}
