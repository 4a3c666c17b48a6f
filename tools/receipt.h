/*
 * Receipts: proof, in a member's hands, that an entry is in the journal.
 *
 * A receipt file is
 *
 *     the entry's leaf, as the journal has it: lines, none of them empty
 *     an empty line
 *     a C2SP tlog-proof: index, path, empty line, signed checkpoint
 *
 * Nothing in it is trusted: who checks it brings the log's key.
 */
#ifndef POSITO_TOOLS_RECEIPT_H
#define POSITO_TOOLS_RECEIPT_H

#include <posito/failure.h>
#include <posito/note.h>
#include <posito/operation.h>

#define RECEIPT_BYTES_MAX ((size_t)256 << 10)

/* A leaf has at most 65,535 bytes, so fewer lines. */
#define ENTRY_LINES_MAX 65535

/*
 * Keep the verbatim lines of an answer in a new file: a receipt in the form
 * above, a checkpoint, a proof.  0, or -1.
 */
int receipt_save(const char *path, enum verb, struct bytes answer,
    struct failure *) WARN_UNUSED_RESULT;

/* What a receipt proves. */
struct receipt_proof {
    uint64_t index;
    struct bytes leaf; /* a view of the text */
    struct bytes line; /* the signed line in it */
    struct checkpoint checkpoint;
};

/*
 * Check a receipt: the leaf has the index, the path leads from it to the
 * root of the checkpoint, the log's key signed that.  0, or -1 with what
 * does not hold in *failure.
 */
int receipt_check(struct bytes text, const struct note_key *log,
    struct receipt_proof *, struct failure *) WARN_UNUSED_RESULT;

#endif
