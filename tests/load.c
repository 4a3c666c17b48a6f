#include "load.h"

#include "../ledger/entry.h"
#include "../ledger/journal.h"
#include "../tools/found.h"
#include "../tools/keyring_folder.h"
#include "../tools/process.h"

#include <posito/client.h>
#include <posito/encoding.h>
#include <posito/merkle.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *program(const char *name, char path[512])
{
    const char *build = getenv("POSITO_BUILD");
    (void)snprintf(path, 512, "%s/%s",
        build != NULL ? build : "build/release", name);
    return path;
}

/* ---- the daemon ---- */

static int read_port(struct load *load)
{
    char path[300];
    unsigned port = 0;
    (void)snprintf(path, sizeof path, "%s/port", load->folder);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    int found = fscanf(file, "%5u", &port);
    (void)fclose(file);
    (void)snprintf(
        load->address, sizeof load->address, "127.0.0.1:%u", port);
    return found == 1 && port != 0 ? 0 : -1;
}

int load_start(struct load *load)
{
    char path[512], log[300], port[300];
    const char *const argv[] = {program("positod", path), "-f", "-o",
        "listen=127.0.0.1:0", "-o", "segment-bytes=4194304", load->folder,
        NULL};
    (void)snprintf(log, sizeof log, "%s/positod.log", load->folder);
    (void)snprintf(port, sizeof port, "%s/port", load->folder);
    (void)unlink(port);
    if (process_start(&load->daemon, argv, log, &load->failure) != 0)
        return -1;
    for (int i = 0; i < 6000; i++) {
        const struct timespec step = {.tv_nsec = 5 * 1000 * 1000};
        int code;
        if (read_port(load) == 0)
            return 0;
        if (process_ended(load->daemon, &code)) {
            load->daemon = 0;
            return failure_set(&load->failure,
                "positod did not start (code %d), see %s", code, log);
        }
        (void)nanosleep(&step, NULL);
    }
    return failure_set(&load->failure, "positod was not ready in 30 s");
}

int load_stop(struct load *load)
{
    int code = 0;
    if (load->daemon == 0)
        return 0;
    (void)kill(load->daemon, SIGTERM);
    if (process_wait(load->daemon, 60000, &code, &load->failure) != 0)
        return -1;
    load->daemon = 0;
    return code == 0
        ? 0
        : failure_set(&load->failure, "positod ended with code %d", code);
}

void load_kill(struct load *load)
{
    int code;
    if (load->daemon == 0)
        return;
    (void)kill(load->daemon, SIGKILL);
    (void)!process_wait(load->daemon, 10000, &code, &load->failure);
    load->daemon = 0;
}

int load_audit(struct load *load, const char *word)
{
    char path[512];
    const char *const argv[] = {
        program("posito-audit", path), word, load->folder, NULL};
    struct buffer out = buffer_empty();
    int code = 0;
    int result = process_run(argv, &out, &code, &load->failure);
    if (result == 0 && code != 0)
        result = failure_set(&load->failure, "posito-audit %s: code %d: %.*s",
            word, code, (int)out.length, (const char *)out.data);
    buffer_free(&out);
    return result;
}

/* ---- founding ---- */

static const char founding[] =
    "currency code=USD digits=2\n"
    "book book=us country=US date=2026-03-02\n"
    "policy-set verb=key-add need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=key-revoke need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=policy-set need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=journal-entry need=1 kinds=federation.treasurer,board\n"
    "party-open party=chief kind=officer book=us country=US\n"
    "party-open party=teller0 kind=officer book=us country=US\n"
    "party-open party=teller1 kind=officer book=us country=US\n"
    "party-open party=teller2 kind=officer book=us country=US\n"
    "party-open party=teller3 kind=officer book=us country=US\n"
    "party-open party=la kind=office book=us country=US\n"
    "party-open party=fed kind=federation book=us country=US\n"
    "party-open party=club kind=club book=us parent=fed country=US\n"
    "key-add key=chief kind=federation.treasurer owner=chief country=US "
    "scope=all\n"
    "key-add key=teller0 kind=teller owner=teller0 country=US scope=us\n"
    "key-add key=teller1 kind=teller owner=teller1 country=US scope=us\n"
    "key-add key=teller2 kind=teller owner=teller2 country=US scope=us\n"
    "key-add key=teller3 kind=teller owner=teller3 country=US scope=us\n";

static int send_batch(
    struct load *load, struct client *client, const struct buffer *lines)
{
    struct buffer head = buffer_empty(), out = buffer_empty();
    struct ident by = ident_of("teller0");
    struct hash root = merkle_root_of_lines(buffer_bytes(lines));
    enum status status = STATUS_ACCEPTED;
    buffer_format(&head, "batch mode=all lines=%d root=", LOAD_MEMBERS);
    base64_append(&head, bytes_of(root.data, sizeof root.data));
    int result = client_sign(client, &head, &by, &load->tellers[0].secret,
        &load->failure);
    if (result == 0)
        result = client_ask(client, buffer_bytes(&head), buffer_bytes(lines),
            &out, &status, &load->failure);
    if (result == 0 && status != STATUS_ACCEPTED)
        result = failure_set(&load->failure, "enrolling was refused: %.*s",
            (int)out.length, (const char *)out.data);
    buffer_free(&head);
    buffer_free(&out);
    return result;
}

static int enrol(struct load *load)
{
    struct client *client = NULL;
    struct buffer lines = buffer_empty();
    int result = client_connect(&client, load->address, 0, &load->failure);
    for (int i = 0; i < LOAD_MEMBERS; i++)
        buffer_format(&lines,
            "party-open party=m%04d kind=member book=us parent=club "
            "country=US\n",
            i);
    if (result == 0)
        result = send_batch(load, client, &lines);
    buffer_clear(&lines);
    for (int i = 0; i < LOAD_MEMBERS; i++)
        buffer_format(&lines,
            "deposit member=m%04d via=la amount=USD1000.00 purpose=I\n", i);
    if (result == 0)
        result = send_batch(load, client, &lines);
    buffer_free(&lines);
    client_close(client);
    return result;
}

int load_found(struct load *load)
{
    const char *base = getenv("TMPDIR");
    struct ident founder = ident_of("chief");
    (void)memset(load, 0, sizeof *load);
    (void)snprintf(load->folder, sizeof load->folder, "%s/posito-load-XXXXXX",
        base != NULL ? base : "/tmp");
    if (mkdtemp(load->folder) == NULL)
        return failure_set(&load->failure, "cannot make %s", load->folder);
    if (found_ledger(load->folder, "posito.example/load", bytes_text(founding),
            &founder, &load->failure) != 0)
        return -1;
    for (int i = 0; i < LOAD_TELLERS; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "teller%d", i);
        if (keyring_folder_open(load->folder, name, &load->tellers[i],
                &load->failure) != 0)
            return -1;
    }
    return load_start(load) == 0 ? enrol(load) : -1;
}

void load_remove(struct load *load)
{
    const char *const argv[] = {"/bin/rm", "-rf", "--", load->folder, NULL};
    int code;
    load_kill(load);
    if (load->folder[0] != '\0')
        (void)!process_run(argv, NULL, &code, &load->failure);
}

/* ---- sending ---- */

static uint64_t draw(struct load_sender *sender, uint64_t below)
{
    sender->random ^= sender->random << 13;
    sender->random ^= sender->random >> 7;
    sender->random ^= sender->random << 17;
    return sender->random % below;
}

static int prepare_one(
    struct load_sender *sender, struct client *client, struct load_order *order)
{
    struct ident by;
    char name[24];
    unsigned teller = sender->number % LOAD_TELLERS;
    uint64_t from = draw(sender, LOAD_MEMBERS);
    uint64_t to = (from + 1 + draw(sender, LOAD_MEMBERS - 1)) % LOAD_MEMBERS;
    struct buffer line = buffer_over(order->line, sizeof order->line);
    (void)snprintf(name, sizeof name, "teller%u", teller);
    by = ident_of(name);
    buffer_format(&line,
        "transfer from=m%04" PRIu64 " to=m%04" PRIu64
        " amount=USD0.%02d purpose=F",
        from, to, 1 + (int)draw(sender, 99));
    if (client_sign(client, &line, &by, &sender->load->tellers[teller].secret,
            &sender->failure) != 0)
        return -1;
    if (line.failed)
        return failure_set(&sender->failure, "a line is too long");
    order->length = line.length;
    return 0;
}

int load_sender_prepare(struct load_sender *sender, size_t count)
{
    struct client *client = NULL;
    int result = client_connect(
        &client, sender->load->address, 0, &sender->failure);
    sender->random = 88172645463325252U + sender->number * 7919U;
    sender->orders = calloc(count, sizeof *sender->orders);
    sender->count = count;
    if (sender->orders == NULL)
        result = failure_set(&sender->failure, "out of memory");
    for (size_t i = 0; result == 0 && i < count; i++)
        result = prepare_one(sender, client, &sender->orders[i]);
    client_close(client);
    return result;
}

void load_sender_free(struct load_sender *sender)
{
    free(sender->orders);
    sender->orders = NULL;
}

static int read_one(
    struct load_sender *sender, struct client *client, struct load_order *order)
{
    struct bytes line, rest;
    bool last = false;
    static const char key[] = " index=";
    while (!last)
        if (client_read(client, &line, &last, &sender->failure) != 0)
            return -1;
    if (!bytes_start_with(line, "ok")) {
        order->fate = LOAD_REFUSED;
        return 0;
    }
    const uint8_t *at = memmem(line.data, line.length, key, sizeof key - 1);
    if (at == NULL)
        return failure_set(&sender->failure, "an ok without index");
    at += sizeof key - 1;
    rest = bytes_of(at, (size_t)(line.data + line.length - at));
    const uint8_t *space = memchr(rest.data, ' ', rest.length);
    if (space != NULL)
        rest.length = (size_t)(space - rest.data);
    if (!bytes_decimal(rest, UINT64_MAX, &order->index))
        return failure_set(&sender->failure, "an index misspelled");
    order->fate = LOAD_ACKED;
    return 0;
}

static size_t next_open(const struct load_sender *sender, size_t from)
{
    while (from < sender->count && (sender->orders[from].fate == LOAD_ACKED ||
               sender->orders[from].fate == LOAD_REFUSED))
        from++;
    return from;
}

int load_send(struct load_sender *sender)
{
    struct client *client = NULL;
    struct bytes none = bytes_of(NULL, 0);
    size_t sent = next_open(sender, 0), read = sent, open = 0;
    size_t window = sender->window == 0 ? 1 : sender->window;
    int result = client_connect(
        &client, sender->load->address, 0, &sender->failure);
    while (result == 0 && read < sender->count) {
        while (result == 0 && open < window && sent < sender->count) {
            struct load_order *order = &sender->orders[sent];
            order->fate = LOAD_UNKNOWN;
            result = client_send(client, bytes_of(order->line, order->length),
                none, &sender->failure);
            open++;
            sent = next_open(sender, sent + 1);
        }
        if (result == 0)
            result = read_one(sender, client, &sender->orders[read]);
        open--;
        read = next_open(sender, read);
    }
    client_close(client);
    sender->lost = result != 0;
    return result;
}

/* ---- looking them up ---- */

struct seen {
    const struct load_order *order;
    uint64_t times;
};

static int by_line(const void *left, const void *right)
{
    const struct load_order *a = ((const struct seen *)left)->order;
    const struct load_order *b = ((const struct seen *)right)->order;
    return bytes_compare(bytes_of(a->line, a->length),
        bytes_of(b->line, b->length));
}

static struct seen *list_all(
    struct load_sender *senders, size_t count, size_t *total)
{
    size_t at = 0;
    *total = 0;
    for (size_t i = 0; i < count; i++)
        *total += senders[i].count;
    struct seen *all = calloc(*total + 1, sizeof *all);
    for (size_t i = 0; all != NULL && i < count; i++)
        for (size_t k = 0; k < senders[i].count; k++)
            all[at++].order = &senders[i].orders[k];
    if (all != NULL)
        qsort(all, *total, sizeof *all, by_line);
    return all;
}

static int count_entry(struct load *load, struct seen *all, size_t total,
    const struct entry *entry)
{
    struct load_order wanted;
    if (entry->line.length > sizeof wanted.line)
        return 0;
    (void)memcpy(wanted.line, entry->line.data, entry->line.length);
    wanted.length = entry->line.length;
    struct seen key = {.order = &wanted};
    struct seen *found = bsearch(&key, all, total, sizeof *all, by_line);
    if (found == NULL)
        return 0;
    found->times++;
    if (found->order->fate == LOAD_ACKED &&
        found->order->index != entry->index)
        return failure_set(&load->failure,
            "entry %" PRIu64 " was acknowledged as %" PRIu64, entry->index,
            found->order->index);
    return 0;
}

static int walk_journal(struct load *load, struct seen *all, size_t total)
{
    char path[300];
    (void)snprintf(path, sizeof path, "%s/journal", load->folder);
    struct journal_options options = {.folder = path, .read_only = true};
    struct journal *journal = NULL;
    struct journal_walk *walk = NULL;
    struct group group;
    int result = journal_open(&journal, &options, &load->failure);
    enum walk_result step = WALK_END;
    if (result == 0) {
        walk = journal_walk_open(journal, 0, &load->failure);
        result = walk == NULL ? -1 : 0;
    }
    while (result == 0 && (step = journal_walk_next(walk, &group,
                               &load->failure)) == WALK_GROUP) {
        struct bytes rest = group.entries;
        struct entry entry;
        while (result == 0 && entry_next(&rest, &entry))
            result = count_entry(load, all, total, &entry);
    }
    if (result == 0 && step != WALK_END)
        result = failure_set(&load->failure, "the journal does not end well");
    journal_walk_close(walk);
    journal_close(journal);
    return result;
}

int load_find_all(struct load *load, struct load_sender *senders, size_t count)
{
    size_t total;
    struct seen *all = list_all(senders, count, &total);
    if (all == NULL)
        return failure_set(&load->failure, "out of memory");
    int result = walk_journal(load, all, total);
    for (size_t i = 0; result == 0 && i < total; i++) {
        uint64_t wanted = all[i].order->fate == LOAD_ACKED ? 1 : 0;
        bool wrong = all[i].order->fate == LOAD_UNKNOWN
            ? all[i].times > 1
            : all[i].times != wanted;
        if (wrong)
            result = failure_set(&load->failure,
                "%" PRIu64 " times in the journal: %.80s", all[i].times,
                all[i].order->line);
    }
    free(all);
    return result;
}
