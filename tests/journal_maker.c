#include "journal_maker.h"

#include "../ledger/entry.h"

#include <posito/encoding.h>

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void stop(const char *what)
{
    perror(what);
    abort();
}

/* ---- groups ---- */

void journal_maker_start(struct journal_maker *maker, const char *origin)
{
    struct hash seed = hash_of(bytes_text(origin));
    struct public_key public_key;
    memset(maker, 0, sizeof *maker);
    if (crypto_sign_seed_keypair(
            public_key.data, maker->secret.data, seed.data) != 0 ||
        !note_key_make(
            &maker->key, bytes_text(origin), NOTE_LOG, &public_key))
        stop("journal_maker_start");
    merkle_clear(&maker->tree);
}

/* The tail of a signed line, with a signature that is only a hash. */
static void append_tail(struct buffer *line, uint64_t index)
{
    uint8_t random[10] = {0};
    uint8_t signature[64];
    struct hash hash = hash_of(bytes_of(&index, sizeof index));
    memcpy(signature, hash.data, 32);
    memcpy(signature + 32, hash.data, 32);
    struct ulid id = ulid_make(UINT64_C(1795472423000) + index, random);
    buffer_text(line, " id=");
    ulid_append(line, &id);
    buffer_text(line, " by=la.ana sig=");
    base64_append(line, bytes_of(signature, sizeof signature));
}

static void append_batch(
    struct buffer *line, struct buffer *body, size_t padding)
{
    uint64_t lines = 0;
    while (lines < 3 || body->length < padding) {
        buffer_format(body,
            "transfer from=m%llu to=m7 amount=USD1.00 purpose=F\n",
            (unsigned long long)(1000 + lines));
        lines++;
    }
    struct hash root = merkle_root_of_lines(buffer_bytes(body));
    buffer_format(
        line, "batch mode=all lines=%llu root=", (unsigned long long)lines);
    base64_append(line, bytes_of(root.data, sizeof root.data));
}

static void append_entry(struct journal_maker *maker, size_t padding,
    struct buffer *out)
{
    uint64_t index = maker->tree.size;
    struct buffer line = buffer_empty();
    struct buffer body = buffer_empty();
    struct buffer effects = buffer_empty();
    struct instant time = {INT64_C(1795472423123) + (int64_t)index * 250};
    struct date date = date_of(2026, 11, 23);
    size_t leaf_length;
    if (index % 5 == 4 || padding > 0) {
        append_batch(&line, &body, padding);
        buffer_text(&effects, "+ accepted=3 refused=0\n");
    } else if (index % 3 == 2) {
        buffer_format(&line, "capture hold=%llu amount=USD25.00 rest=release",
            (unsigned long long)(index - 1));
        buffer_text(&effects,
            "+ us/m1042/share/USD 25.00\n+ us/la/drawer/USD -25.00\n");
    } else {
        buffer_format(&line,
            "deposit member=m%llu via=la amount=USD25.00 purpose=I",
            (unsigned long long)(1000 + index));
    }
    append_tail(&line, index);
    size_t start = out->length;
    entry_append(out, index, time, date, buffer_bytes(&line),
        buffer_bytes(&body), buffer_bytes(&effects), &leaf_length);
    struct hash leaf =
        merkle_leaf(bytes_of(out->data + start, leaf_length));
    merkle_append(&maker->tree, &leaf);
    buffer_free(&line);
    buffer_free(&body);
    buffer_free(&effects);
}

void journal_maker_group(struct journal_maker *maker, uint64_t count,
    size_t bytes, struct buffer *out)
{
    uint64_t first = maker->tree.size;
    struct buffer content = buffer_empty();
    for (uint64_t i = 0; i < count; i++) {
        size_t padding = 0;
        if (i + 1 == count && bytes > content.length)
            padding = bytes - content.length;
        append_entry(maker, padding, &content);
    }
    struct checkpoint checkpoint = {.size = maker->tree.size};
    memcpy(checkpoint.origin, maker->key.name, sizeof checkpoint.origin);
    checkpoint.root = merkle_root(&maker->tree);
    checkpoint_append_note(
        &content, &checkpoint, &maker->key, &maker->secret);
    buffer_text(out, "group ");
    buffer_decimal(out, first);
    buffer_char(out, ' ');
    buffer_decimal(out, count);
    buffer_char(out, ' ');
    buffer_decimal(out, content.length);
    buffer_char(out, '\n');
    buffer_append(out, buffer_bytes(&content));
    buffer_free(&content);
    if (out->failed)
        stop("journal_maker_group");
}

/* ---- folders and files ---- */

void maker_folder(char path[MAKER_PATH_MAX])
{
    const char *base = getenv("TMPDIR");
    (void)snprintf(path, MAKER_PATH_MAX, "%s/posito-test.XXXXXX",
        base == NULL ? "/tmp" : base);
    if (mkdtemp(path) == NULL)
        stop(path);
}

void maker_empty_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        stop(path);
    for (;;) {
        const struct dirent *item = readdir(folder);
        if (item == NULL)
            break;
        if (strcmp(item->d_name, ".") != 0 &&
            strcmp(item->d_name, "..") != 0)
            (void)unlinkat(dirfd(folder), item->d_name, 0);
    }
    (void)closedir(folder);
}

void maker_remove_folder(const char *path)
{
    maker_empty_folder(path);
    if (rmdir(path) != 0)
        stop(path);
}

static int open_in(const char *folder, const char *name, int flags)
{
    char path[MAKER_PATH_MAX * 2];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = open(path, flags | O_CLOEXEC, 0600);
    if (file < 0)
        stop(path);
    return file;
}

void maker_read_file(
    const char *folder, const char *name, struct buffer *out)
{
    int file = open_in(folder, name, O_RDONLY);
    buffer_clear(out);
    for (;;) {
        uint8_t piece[8192];
        ssize_t got = read(file, piece, sizeof piece);
        if (got < 0)
            stop(name);
        if (got == 0)
            break;
        buffer_append(out, bytes_of(piece, (size_t)got));
    }
    (void)close(file);
}

void maker_write_file(
    const char *folder, const char *name, struct bytes data)
{
    int file = open_in(folder, name, O_WRONLY | O_CREAT | O_TRUNC);
    while (data.length > 0) {
        ssize_t written = write(file, data.data, data.length);
        if (written <= 0)
            stop(name);
        data = bytes_of(
            data.data + written, data.length - (size_t)written);
    }
    (void)close(file);
}

uint64_t maker_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
