#include "keystore.h"

#include "files.h"
#include "speech.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define TRIES 3

/* ---- passphrases ---- */

/* A line from the terminal without echo.  Keys that would send a signal
 * are read as characters, so that the echo always comes back. */
static bool read_hidden(int terminal, char *out, size_t size)
{
    struct termios before;
    size_t length = 0;
    bool ended = false;
    char c;
    if (tcgetattr(terminal, &before) != 0)
        return false;
    struct termios quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    if (tcsetattr(terminal, TCSAFLUSH, &quiet) != 0)
        return false;
    while (!ended && read(terminal, &c, 1) == 1) {
        if (c == '\n')
            ended = true;
        else if (c == 0x03 || length + 1 >= size)
            break; /* Ctrl-C, or too long */
        else
            out[length++] = c;
    }
    out[length] = '\0';
    (void)tcsetattr(terminal, TCSAFLUSH, &before);
    (void)!write(terminal, "\n", 1);
    return ended;
}

static int ask(const char *prompt, const char *name, char *out, size_t size,
    struct failure *failure)
{
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return failure_set(failure,
            "the key %s needs a passphrase and there is no terminal to ask "
            "on: give --passphrase-file FILE or POSITO_PASSPHRASE_FILE",
            name);
    (void)dprintf(terminal, "%s %s: ", prompt, name);
    bool answered = read_hidden(terminal, out, size);
    (void)close(terminal);
    if (answered)
        return 0;
    return failure_set(failure, "no passphrase was given for %s", name);
}

/* The first line of a file. */
static int read_passphrase(
    const char *path, char *out, size_t size, struct failure *failure)
{
    uint8_t memory[(64 << 10) + PASSPHRASE_MAX + 2];
    struct buffer text = buffer_over(memory, sizeof memory);
    struct bytes line;
    struct bytes rest;
    int result = -1;
    if (files_read(path, PASSPHRASE_MAX + 1, &text, failure) != 0)
        goto out;
    rest = buffer_bytes(&text);
    line = rest;
    (void)!bytes_next_line(&rest, &line);
    if (line.length == 0 || line.length >= size ||
        memchr(line.data, '\0', line.length) != NULL) {
        (void)failure_set(failure, "%s: no passphrase in its first line", path);
        goto out;
    }
    memcpy(out, line.data, line.length);
    out[line.length] = '\0';
    result = 0;
out:
    sodium_memzero(memory, sizeof memory);
    return result;
}

static bool from_file(const struct passphrase_source *source)
{
    return source->file != NULL && source->file[0] != '\0';
}

/* ---- opening ---- */

static int verdict_failure(const char *path, enum keyfile_verdict verdict,
    struct failure *failure)
{
    switch (verdict) {
    case KEYFILE_OPEN:
        return 0;
    case KEYFILE_WRONG_PASSPHRASE:
    case KEYFILE_NEEDS_PASSPHRASE:
        return failure_set(failure, "%s: wrong passphrase", path);
    case KEYFILE_NO_MEMORY:
        return failure_set(failure,
            "%s: opening it takes 256 MiB of memory, which are not there",
            path);
    case KEYFILE_MALFORMED:
        break;
    }
    return failure_set(failure, "%s: not a key file, or damaged", path);
}

static int open_text(const char *path, struct bytes text,
    const struct passphrase_source *source, struct keyfile *file,
    struct failure *failure)
{
    char passphrase[PASSPHRASE_MAX + 1];
    int result = -1;
    enum keyfile_verdict verdict = keyfile_read(text, NULL, file);
    if (verdict != KEYFILE_NEEDS_PASSPHRASE)
        return verdict_failure(path, verdict, failure);
    for (int i = 0; i < (from_file(source) ? 1 : TRIES); i++) {
        int got = from_file(source)
                      ? read_passphrase(source->file, passphrase,
                            sizeof passphrase, failure)
                      : ask(say(source->language, "Passphrase of the key",
                                "Contraseña de la llave"),
                            file->name, passphrase, sizeof passphrase,
                            failure);
        if (got != 0)
            goto out;
        verdict = keyfile_read(text, passphrase, file);
        if (verdict != KEYFILE_WRONG_PASSPHRASE)
            break;
    }
    result = verdict_failure(path, verdict, failure);
out:
    sodium_memzero(passphrase, sizeof passphrase);
    return result;
}

/* Others can read an open key: say so, as they can sign with it. */
static void warn_if_readable(
    const char *path, const struct passphrase_source *source)
{
    struct stat status;
    if (stat(path, &status) != 0 || (status.st_mode & 077) == 0)
        return;
    (void)fprintf(stderr,
        say(source->language,
            "Warning: others can read %s; run: chmod 600 %s\n",
            "Aviso: otros pueden leer %s; ejecute: chmod 600 %s\n"),
        path, path);
}

int keystore_open(const char *path, const struct passphrase_source *source,
    struct keyfile *file, struct failure *failure)
{
    uint8_t memory[(64 << 10) + KEYFILE_TEXT_MAX + 1];
    struct buffer text = buffer_over(memory, sizeof memory);
    memset(file, 0, sizeof *file);
    int result = files_read(path, KEYFILE_TEXT_MAX, &text, failure);
    if (result == 0)
        result =
            open_text(path, buffer_bytes(&text), source, file, failure);
    if (result == 0)
        warn_if_readable(path, source);
    sodium_memzero(memory, sizeof memory);
    return result;
}

/* ---- making ---- */

void keystore_generate(struct keyfile *file, struct bytes name)
{
    memset(file, 0, sizeof *file);
    memcpy(file->name, name.data,
        name.length < NOTE_NAME_MAX ? name.length : NOTE_NAME_MAX);
    (void)crypto_sign_keypair(file->public_key.data, file->secret.data);
}

static int new_passphrase(const struct keyfile *file,
    const struct passphrase_source *source, char *out, size_t size,
    struct failure *failure)
{
    char again[PASSPHRASE_MAX + 1];
    int result = -1;
    if (from_file(source))
        return read_passphrase(source->file, out, size, failure);
    if (ask(say(source->language, "New passphrase for the key",
                "Contraseña nueva para la llave"),
            file->name, out, size, failure) != 0)
        goto out;
    if (out[0] == '\0') {
        (void)failure_set(failure, "%s",
            say(source->language,
                "An empty passphrase protects nothing. To leave the key "
                "open on purpose, give --no-passphrase.",
                "Una contraseña vacía no protege nada. Para dejar la llave "
                "abierta a propósito, use --no-passphrase."));
        goto out;
    }
    if (ask(say(source->language, "Once more for the key",
                "Otra vez, para la llave"),
            file->name, again, sizeof again, failure) != 0)
        goto out;
    if (strcmp(out, again) != 0)
        (void)failure_set(failure, "%s",
            say(source->language, "The two passphrases are not the same.",
                "Las dos contraseñas no son iguales."));
    else
        result = 0;
out:
    sodium_memzero(again, sizeof again);
    return result;
}

int keystore_create(const char *path, const struct keyfile *file,
    const struct passphrase_source *source, struct failure *failure)
{
    uint8_t memory[KEYFILE_TEXT_MAX];
    char passphrase[PASSPHRASE_MAX + 1];
    struct buffer text = buffer_over(memory, sizeof memory);
    int result = -1;
    /* Before a passphrase is asked for nothing. */
    if (files_exists(path))
        return failure_set_errno(failure, EEXIST, "%s", path);
    if (!source->none && new_passphrase(file, source, passphrase,
                             sizeof passphrase, failure) != 0)
        goto out;
    if (keyfile_write(&text, file, source->none ? NULL : passphrase) != 0)
        (void)failure_set(
            failure, "%s: no memory to seal the key (256 MiB)", path);
    else
        result = files_create(path, 0600, buffer_bytes(&text), failure);
out:
    sodium_memzero(passphrase, sizeof passphrase);
    sodium_memzero(memory, sizeof memory);
    return result;
}
