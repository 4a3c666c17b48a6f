#include "audit.h"

#include "files.h"
#include "receipt.h"

#include <posito/encoding.h>
#include <posito/failure.h>
#include <posito/note.h>

#include <stdio.h>
#include <string.h>

#define NOTE_FILE_MAX ((size_t)64 << 10)

static enum audit_exit usage(const char *text)
{
    (void)fprintf(stderr, "posito-audit: %s\n", text);
    return AUDIT_USAGE;
}

static bool find_log(
    const struct audit_options *options, struct note_key *log)
{
    return options->log != NULL &&
           note_key_parse(bytes_text(options->log), log) &&
           log->type == NOTE_LOG;
}

static int read_checkpoint(const char *path, const struct note_key *log,
    struct checkpoint *checkpoint, struct failure *failure)
{
    struct buffer note = buffer_empty();
    int result = files_read(path, NOTE_FILE_MAX, &note, failure);
    if (result == 0 &&
        checkpoint_open(buffer_bytes(&note), log, checkpoint) != NOTE_VALID)
        result = failure_set(failure,
            "%.300s: not a checkpoint signed by that log", path);
    buffer_free(&note);
    return result;
}

/* ---- receipts ---- */

/*
 * A checkpoint the auditor holds.  Of the same size it must be the same
 * tree; of other sizes only a consistency proof can tell.
 */
static int compare_checkpoint(const struct receipt_proof *proof,
    const struct note_key *log, const char *path, struct failure *failure)
{
    struct checkpoint held;
    if (read_checkpoint(path, log, &held, failure) != 0)
        return -1;
    if (held.size != proof->checkpoint.size)
        return failure_set(failure,
            "%.200s is of %llu entries, the receipt of %llu: get a "
            "consistency proof between the two and check it with "
            "posito-audit consistency",
            path, (unsigned long long)held.size,
            (unsigned long long)proof->checkpoint.size);
    if (hash_equal(&held.root, &proof->checkpoint.root))
        return 0;
    return failure_set(failure,
        "the log signed two different journals of %llu entries: the "
        "receipt's and that of %.200s",
        (unsigned long long)held.size, path);
}

static void print_proved(
    const struct receipt_proof *proof, const struct note_key *log)
{
    (void)printf("Entry %llu is in the journal %s.\n",
        (unsigned long long)proof->index, log->name);
    (void)printf("The log signed a checkpoint of %llu entries that contains "
                 "it, and cannot\nremove or change it without being found "
                 "out.\n\n%.*s",
        (unsigned long long)proof->checkpoint.size, (int)proof->leaf.length,
        (const char *)proof->leaf.data);
    (void)puts("\nNot proved by a receipt: the signature in the line (that "
               "takes the signer's\npublic key) and that the entry was not "
               "reversed later. posito-audit replay\nproves both from the "
               "whole journal.");
}

enum audit_exit audit_receipt(const struct audit_options *options)
{
    struct failure failure = {{0}};
    struct note_key log;
    struct receipt_proof proof;
    struct buffer text = buffer_empty();
    enum audit_exit code = AUDIT_SOUND;
    if (options->word_count != 1 || !find_log(options, &log))
        return usage("receipt FILE --log VKEY [--checkpoint FILE]; VKEY as "
                     "replay prints it: name+id+key");
    if (files_read(options->words[0], RECEIPT_BYTES_MAX, &text, &failure) !=
        0)
        code = AUDIT_FAILED;
    else if (receipt_check(buffer_bytes(&text), &log, &proof, &failure) != 0)
        code = AUDIT_FAULT;
    for (size_t i = 0;
         code == AUDIT_SOUND && i < options->checkpoint_count; i++)
        if (compare_checkpoint(
                &proof, &log, options->checkpoints[i], &failure) != 0)
            code = AUDIT_FAULT;
    if (code == AUDIT_SOUND)
        print_proved(&proof, &log);
    else
        (void)fprintf(stderr, "posito-audit: %.200s: %s\n",
            options->words[0], failure.text);
    buffer_free(&text);
    return code;
}

/* ---- consistency ---- */

static int read_path(
    const char *file, struct merkle_path *path, struct failure *failure)
{
    struct buffer text = buffer_empty();
    struct bytes line;
    int result = files_read(file, NOTE_FILE_MAX, &text, failure);
    struct bytes rest = buffer_bytes(&text);
    path->count = 0;
    while (result == 0 && rest.length > 0) {
        if (path->count == MERKLE_PATH_MAX ||
            !bytes_next_line(&rest, &line) ||
            !base64_decode(line, path->hash[path->count].data, 32))
            result = failure_set(failure,
                "%.300s: not a proof: a line of base64 for each hash", file);
        else
            path->count++;
    }
    buffer_free(&text);
    return result;
}

enum audit_exit audit_consistency(const struct audit_options *options)
{
    struct failure failure = {{0}};
    struct note_key log;
    struct checkpoint older;
    struct checkpoint newer;
    struct merkle_path path;
    if (options->word_count != 3 || !find_log(options, &log))
        return usage("consistency PROOF OLDER NEWER --log VKEY; PROOF from "
                     "posito consistency, OLDER and NEWER from posito "
                     "checkpoint, all kept with --out");
    if (read_path(options->words[0], &path, &failure) != 0 ||
        read_checkpoint(options->words[1], &log, &older, &failure) != 0 ||
        read_checkpoint(options->words[2], &log, &newer, &failure) != 0) {
        (void)fprintf(stderr, "posito-audit: %s\n", failure.text);
        return AUDIT_FAULT;
    }
    if (!merkle_check_consistency(older.size, &older.root, newer.size,
            &newer.root, &path)) {
        (void)fprintf(stderr,
            "posito-audit: the proof does not show that the journal of %llu "
            "entries begins with that of %llu\n",
            (unsigned long long)newer.size, (unsigned long long)older.size);
        return AUDIT_FAULT;
    }
    (void)printf("The journal %s only grew from %llu to %llu entries: the "
                 "first %llu are the same.\n",
        log.name, (unsigned long long)older.size,
        (unsigned long long)newer.size, (unsigned long long)older.size);
    return AUDIT_SOUND;
}
