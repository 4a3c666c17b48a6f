#include "settings.h"

#include "files.h"
#include "speech.h"
#include "suggest.h"

#include <posito/client.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_BYTES_MAX ((size_t)64 << 10)
#define TIMEOUT_SECONDS_MAX 3600

enum option_kind { TEXT_OPTION, FLAG_OPTION, LANGUAGE_OPTION, SECONDS_OPTION };

/*
 * name         on the command line, after "--"
 * environment  variable, or NULL
 * config       name in the configuration file, or NULL
 * offset, size where it goes
 */
struct option {
    const char *name;
    const char *environment;
    const char *config;
    enum option_kind kind;
    size_t offset;
    size_t size;
};

#define MEMBER(member) \
    offsetof(struct settings, member), sizeof(((struct settings *)0)->member)

static const struct option options[] = {
    {"addr", "POSITO_ADDR", "addr", TEXT_OPTION, MEMBER(address)},
    {"key", "POSITO_KEY", "key", TEXT_OPTION, MEMBER(key_file)},
    {"passphrase-file", "POSITO_PASSPHRASE_FILE", "passphrase-file",
        TEXT_OPTION, MEMBER(passphrase_file)},
    {"language", "POSITO_LANGUAGE", "language", LANGUAGE_OPTION,
        MEMBER(language)},
    {"timeout", NULL, "timeout", SECONDS_OPTION, MEMBER(timeout_ms)},
    {"new-key", NULL, NULL, TEXT_OPTION, MEMBER(new_key_file)},
    {"new-passphrase-file", "POSITO_NEW_PASSPHRASE_FILE", NULL, TEXT_OPTION,
        MEMBER(new_passphrase_file)},
    {"out", NULL, NULL, TEXT_OPTION, MEMBER(out_file)},
    {"found", NULL, NULL, TEXT_OPTION, MEMBER(found_file)},
    {"origin", NULL, NULL, TEXT_OPTION, MEMBER(origin)},
    {"founder", NULL, NULL, TEXT_OPTION, MEMBER(founder)},
    {"ledger", NULL, NULL, TEXT_OPTION, MEMBER(ledger)},
    {"json", NULL, NULL, FLAG_OPTION, MEMBER(json)},
    {"csv", NULL, NULL, FLAG_OPTION, MEMBER(csv)},
    {"exact", NULL, NULL, FLAG_OPTION, MEMBER(exact)},
    {"yes", NULL, NULL, FLAG_OPTION, MEMBER(yes)},
    {"no-passphrase", NULL, NULL, FLAG_OPTION, MEMBER(no_passphrase)},
    {"version", NULL, NULL, FLAG_OPTION, MEMBER(version)},
    {"help", NULL, NULL, FLAG_OPTION, MEMBER(help)},
};

#define OPTION_COUNT (sizeof options / sizeof options[0])

/* ---- one value ---- */

static int set_text(const struct option *option, struct settings *settings,
    struct bytes value, struct failure *failure)
{
    char *out = (char *)settings + option->offset;
    const char *home = getenv("HOME");
    size_t room = option->size;
    int length = -1;
    if (value.length == 0 || memchr(value.data, '\0', value.length) != NULL)
        return failure_set(failure, "%s is empty", option->name);
    if (bytes_start_with(value, "~/") && home != NULL)
        length = snprintf(out, room, "%s%.*s", home, (int)value.length - 1,
            (const char *)value.data + 1);
    else
        length = snprintf(out, room, "%.*s", (int)value.length,
            (const char *)value.data);
    if (length < 0 || (size_t)length >= room)
        return failure_set(failure, "%s is too long", option->name);
    return 0;
}

static int set_value(const struct option *option, struct settings *settings,
    struct bytes value, struct failure *failure)
{
    uint64_t seconds;
    switch (option->kind) {
    case TEXT_OPTION:
        return set_text(option, settings, value, failure);
    case FLAG_OPTION:
        *(bool *)((char *)settings + option->offset) = true;
        return 0;
    case LANGUAGE_OPTION:
        if (bytes_equal_text(value, "en"))
            settings->language = LANGUAGE_EN;
        else if (bytes_equal_text(value, "es"))
            settings->language = LANGUAGE_ES;
        else
            return failure_set(failure, "language is en or es");
        return 0;
    case SECONDS_OPTION:
        if (!bytes_decimal(value, TIMEOUT_SECONDS_MAX, &seconds) ||
            seconds == 0)
            return failure_set(failure,
                "timeout is in seconds, 1 to %d", TIMEOUT_SECONDS_MAX);
        settings->timeout_ms = (int)seconds * 1000;
        return 0;
    }
    return 0;
}

/* ---- the configuration file ---- */

/* folder of an XDG variable, or under home; then /posito/name. */
static bool user_file(const char *variable, const char *under_home,
    const char *name, char *path, size_t size)
{
    const char *folder = getenv(variable);
    const char *home = getenv("HOME");
    int length = -1;
    if (folder != NULL && folder[0] == '/')
        length = snprintf(path, size, "%s/posito/%s", folder, name);
    else if (home != NULL && home[0] == '/')
        length =
            snprintf(path, size, "%s/%s/posito/%s", home, under_home, name);
    return length > 0 && (size_t)length < size;
}

static struct bytes trim(struct bytes text)
{
    while (text.length > 0 && text.data[0] <= ' ')
        text = bytes_after(text, 1);
    while (text.length > 0 && text.data[text.length - 1] <= ' ')
        text.length--;
    return text;
}

static int take_config_line(struct settings *settings, struct bytes line,
    struct failure *failure)
{
    line = trim(line);
    if (line.length == 0 || line.data[0] == '#')
        return 0;
    const uint8_t *equals = memchr(line.data, '=', line.length);
    if (equals == NULL)
        return failure_set(failure, "a line is not of the form name = value");
    size_t length = (size_t)(equals - line.data);
    struct bytes name = trim(bytes_of(line.data, length));
    struct bytes value = trim(bytes_after(line, length + 1));
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (options[i].config != NULL &&
            bytes_equal_text(name, options[i].config))
            return set_value(&options[i], settings, value, failure);
    return failure_set(failure, "there is no setting %.*s",
        (int)(name.length < 40 ? name.length : 40), (const char *)name.data);
}

static int load_config(struct settings *settings, struct failure *failure)
{
    char path[PATH_MAX];
    struct buffer text = buffer_empty();
    struct failure reason = {{0}};
    struct bytes line;
    int result = 0;
    if (!user_file("XDG_CONFIG_HOME", ".config", "config", path,
            sizeof path) ||
        !files_exists(path))
        return 0;
    result = files_read(path, CONFIG_BYTES_MAX, &text, failure);
    if (result == 0)
        buffer_char(&text, '\n');
    struct bytes rest = buffer_bytes(&text);
    for (unsigned number = 1;
         result == 0 && bytes_next_line(&rest, &line); number++)
        if (take_config_line(settings, line, &reason) != 0)
            result = failure_set(
                failure, "%.200s, line %u: %s", path, number, reason.text);
    buffer_free(&text);
    return result;
}

/* ---- environment and command line ---- */

enum language settings_environment_language(void)
{
    static const char *const variables[] = {
        "POSITO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[0] != '\0')
            return value[0] == 'e' && value[1] == 's' ? LANGUAGE_ES
                                                      : LANGUAGE_EN;
    }
    return LANGUAGE_EN;
}

static int load_environment(
    struct settings *settings, struct failure *failure)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *name = options[i].environment;
        const char *value = name == NULL ? NULL : getenv(name);
        struct failure reason = {{0}};
        if (value == NULL || value[0] == '\0')
            continue;
        if (set_value(&options[i], settings, bytes_text(value), &reason) != 0)
            return failure_set(failure, "%s: %s", name, reason.text);
    }
    return 0;
}

static int unknown_option(const char *name, struct failure *failure)
{
    struct suggestion near = {.word = bytes_text(name)};
    for (size_t i = 0; i < OPTION_COUNT; i++)
        suggest_consider(&near, options[i].name);
    if (near.name != NULL)
        return failure_set(failure, "there is no option --%.40s; did you "
                                    "mean --%s?", name, near.name);
    return failure_set(failure, "there is no option --%.40s", name);
}

/* argv[*at] starts with "--"; takes its value too. */
static int take_option(struct settings *settings, int argc,
    const char *const *argv, int *at, struct failure *failure)
{
    const char *name = argv[*at] + 2;
    const char *equals = strchr(name, '=');
    struct bytes word =
        equals == NULL ? bytes_text(name)
                       : bytes_of(name, (size_t)(equals - name));
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        struct bytes value = bytes_of("", 0);
        if (!bytes_equal_text(word, options[i].name))
            continue;
        if (options[i].kind == FLAG_OPTION) {
            if (equals != NULL)
                return failure_set(
                    failure, "--%s takes no value", options[i].name);
        } else if (equals != NULL) {
            value = bytes_text(equals + 1);
        } else if (*at + 1 < argc) {
            *at += 1;
            value = bytes_text(argv[*at]);
        } else {
            return failure_set(
                failure, "--%s needs a value", options[i].name);
        }
        return set_value(&options[i], settings, value, failure);
    }
    return unknown_option(name, failure);
}

static int take_arguments(struct settings *settings, int argc,
    const char *const *argv, const char **words, struct failure *failure)
{
    bool only_words = false;
    settings->words = words;
    settings->word_count = 0;
    for (int i = 0; i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0)
            only_words = true;
        else if (only_words || strncmp(argv[i], "--", 2) != 0)
            words[settings->word_count++] = argv[i];
        else if (take_option(settings, argc, argv, &i, failure) != 0)
            return -1;
    }
    words[settings->word_count] = NULL;
    return 0;
}

int settings_load(struct settings *settings, int argc,
    const char *const *argv, const char **words, struct failure *failure)
{
    memset(settings, 0, sizeof *settings);
    (void)snprintf(settings->address, sizeof settings->address, "%s",
        CLIENT_ADDRESS_DEFAULT);
    settings->language = settings_environment_language();
    if (load_config(settings, failure) != 0 ||
        load_environment(settings, failure) != 0)
        return -1;
    return take_arguments(settings, argc, argv, words, failure);
}

int settings_for_line(struct settings *line, const struct settings *settings,
    int argc, const char *const *argv, const char **words,
    struct failure *failure)
{
    *line = *settings;
    return take_arguments(line, argc, argv, words, failure);
}

bool settings_state_file(const char *name, char *path, size_t size)
{
    struct failure ignored = {{0}};
    if (!user_file("XDG_STATE_HOME", ".local/state", name, path, size))
        return false;
    char *slash = strrchr(path, '/');
    *slash = '\0';
    bool made = files_make_folder(path, 0700, &ignored) == 0;
    *slash = '/';
    return made;
}
