#include "teller_desk.h"

#include "../protocol/answer.h"
#include "files.h"

#include <posito/encoding.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the kept order ---- */

static void name_file(struct teller_desk *desk)
{
    char name[200];
    uint8_t memory[20];
    struct buffer id = buffer_over(memory, sizeof memory);
    const struct hash *ledger = client_ledger(desk->session->client);
    hex_append(&id, bytes_of(ledger->data, 8));
    (void)snprintf(name, sizeof name, "teller-%s-%.*s.pending",
        desk->session->key.name, (int)id.length, (const char *)memory);
    if (!settings_state_file(name, desk->file, sizeof desk->file))
        desk->file[0] = '\0';
}

static int read_file(struct teller_desk *desk)
{
    if (desk->file[0] == '\0' || !files_exists(desk->file))
        return 0;
    if (files_read(desk->file, LINE_LENGTH_MAX, &desk->pending,
            &desk->failure) != 0)
        return -1;
    /* A file that is not whole was never sent. */
    size_t length = desk->pending.length;
    if (length == 0 || desk->pending.data[length - 1] != '\n') {
        buffer_clear(&desk->pending);
        return unlink(desk->file);
    }
    buffer_truncate(&desk->pending, length - 1);
    return 0;
}

/* Make the folder's entry last through a power cut too. */
static int sync_folder(const char *path, struct failure *failure)
{
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL)
        return 0;
    *slash = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        if (fd >= 0)
            (void)close(fd);
        return failure_set(failure, "%.200s: cannot be synced", folder);
    }
    return close(fd);
}

/* Without a home there is only memory; then that must do. */
static int keep(struct teller_desk *desk)
{
    struct buffer text = buffer_empty();
    if (desk->file[0] == '\0')
        return 0;
    (void)unlink(desk->file);
    buffer_append(&text, buffer_bytes(&desk->pending));
    buffer_char(&text, '\n');
    int result = text.failed ? -1
                             : files_create(desk->file, 0600,
                                   buffer_bytes(&text), &desk->failure);
    if (result == 0)
        result = sync_folder(desk->file, &desk->failure);
    buffer_free(&text);
    return result;
}

static void forget(struct teller_desk *desk)
{
    buffer_clear(&desk->pending);
    if (desk->file[0] != '\0')
        (void)unlink(desk->file);
}

bool teller_desk_is_pending(const struct teller_desk *desk)
{
    return desk->pending.length > 0;
}

/* ---- the connection ---- */

static void disconnect(struct session *session)
{
    client_close(session->client);
    session->client = NULL;
    session->logged_in = false;
}

/* A refused login is an answer: it stands in the place of the question's. */
static int connect_and_login(struct teller_desk *desk)
{
    struct session *session = desk->session;
    const struct settings *settings = session->settings;
    desk->status = STATUS_ACCEPTED;
    if (session->client == NULL &&
        client_connect(&session->client, settings->address,
            settings->timeout_ms, &desk->failure) != 0)
        return -1;
    if (session->logged_in)
        return 0;
    if (client_login(session->client, &session->by, &session->key.secret,
            &desk->status, &desk->failure) != 0) {
        disconnect(session);
        return -1;
    }
    session->logged_in = desk->status == STATUS_ACCEPTED;
    if (!session->logged_in) {
        struct fault fault = {desk->status, bytes_of("", 0)};
        buffer_clear(&desk->answer);
        answer_no(&desk->answer, &fault, 0, settings->language);
    }
    return 0;
}

int teller_desk_open(struct teller_desk *desk, struct session *session)
{
    memset(desk, 0, sizeof *desk);
    desk->session = session;
    desk->pending = buffer_empty();
    desk->answer = buffer_empty();
    if (connect_and_login(desk) != 0)
        return -1;
    if (desk->status != STATUS_ACCEPTED)
        return failure_set(&desk->failure, "%s",
            status_sentence(desk->status, session->settings->language));
    name_file(desk);
    return read_file(desk);
}

void teller_desk_close(struct teller_desk *desk)
{
    buffer_free(&desk->pending);
    buffer_free(&desk->answer);
}

/* ---- asking ---- */

static int sign(struct teller_desk *desk, struct bytes line)
{
    struct session *session = desk->session;
    buffer_clear(&desk->pending);
    buffer_append(&desk->pending, line);
    if (client_sign(session->client, &desk->pending, &session->by,
            &session->key.secret, &desk->failure) == 0 &&
        keep(desk) == 0)
        return 0;
    buffer_clear(&desk->pending);
    return -1;
}

/* The daemon is not ready for anything: the order was not looked at. */
static bool asks_to_wait(enum status status)
{
    return status == STATUS_BUSY || status == STATUS_STOPPING ||
           status == STATUS_TOO_SLOW;
}

int teller_desk_ask(struct teller_desk *desk, struct bytes line, bool order)
{
    struct session *session = desk->session;
    if (connect_and_login(desk) != 0)
        return -1;
    if (desk->status != STATUS_ACCEPTED && !order)
        return 0;
    if (order && !teller_desk_is_pending(desk) && sign(desk, line) != 0)
        return -1;
    struct bytes wanted = order ? buffer_bytes(&desk->pending) : line;
    buffer_clear(&desk->answer);
    if (client_ask(session->client, wanted, bytes_of("", 0), &desk->answer,
            &desk->status, &desk->failure) != 0 ||
        asks_to_wait(desk->status)) {
        disconnect(session);
        return -1;
    }
    if (order)
        forget(desk);
    return 0;
}
