/*
 * Signed notes, checkpoints, cosignatures and receipts as C2SP specifies
 * them (signed-note v1.0.0, tlog-checkpoint v1.0.0, tlog-cosignature
 * v1.0.1, tlog-proof v1), so that any tool that speaks these can check
 * what we write.
 *
 * Ed25519 throughout, with the rule of libsodium 1.0.18's
 * crypto_sign_verify_detached (cofactorless; refuses S >= L, small-order
 * R, non-canonical or small-order A); a key is admitted only if
 * crypto_core_ed25519_is_valid_point says so.
 */
#ifndef POSITO_NOTE_H
#define POSITO_NOTE_H

#include <posito/hash.h>
#include <posito/merkle.h>

struct public_key {
    uint8_t data[32];
};

/* crypto_sign_ed25519's 64 bytes: seed, then public key. */
struct secret_key {
    uint8_t data[64];
};

struct signature {
    uint8_t data[64];
};

/* Canonical, on the curve's main subgroup and not of small order. */
bool public_key_valid(const struct public_key *) WARN_UNUSED_RESULT;

void signature_make(
    struct signature *, struct bytes message, const struct secret_key *);
bool signature_check(const struct signature *, struct bytes message,
    const struct public_key *) WARN_UNUSED_RESULT;

/* Somebody else who knows what signature_check would say; safe on the
 * calling thread. */
struct signature_checker {
    bool (*check)(void *context, const struct signature *,
        struct bytes message, const struct public_key *);
    void *context;
};

/* Ask that one; NULL: signature_check. */
bool signature_check_by(const struct signature_checker *,
    const struct signature *, struct bytes message,
    const struct public_key *) WARN_UNUSED_RESULT;

/* ---- verifier keys ---- */

enum note_key_type { NOTE_LOG = 0x01, NOTE_COSIGNATURE = 0x04 };

#define NOTE_NAME_MAX 128 /* bytes of a key name or an origin */

struct note_key {
    char name[NOTE_NAME_MAX + 1]; /* also the origin of a log */
    enum note_key_type type;
    struct public_key public_key;
    uint32_t id; /* first 4 bytes, big-endian, of SHA-256(name LF type key) */
    const struct signature_checker *checker; /* NULL unless set; borrowed */
};

/* Not empty, no Unicode space, no '+', no control, valid UTF-8. */
bool note_name_valid(struct bytes name) WARN_UNUSED_RESULT;

/* Fill in name, type, key and compute the id.  False: invalid name. */
bool note_key_make(struct note_key *, struct bytes name, enum note_key_type,
    const struct public_key *) WARN_UNUSED_RESULT;

/* name+keyid+base64(type || key).  A key read from text must fit its id and
 * be valid as public_key_valid says. */
void note_key_append(struct buffer *, const struct note_key *);
bool note_key_parse(struct bytes, struct note_key *) WARN_UNUSED_RESULT;

/* ---- notes ---- */

/* Append a signature line for text to note. */
void note_sign(struct buffer *note, struct bytes text, const struct note_key *,
    const struct secret_key *);

/* Bytes that note_sign appends. */
size_t note_sign_length(const struct note_key *);

/* Cosignatures are made over checkpoints, which are short.  One over a
 * longer text fails: the buffer when made, the signature when checked. */
#define NOTE_COSIGNED_TEXT_MAX 4096

/* Append a cosignature/v1 line (a witness's) over text at that time. */
void note_cosign(struct buffer *note, struct bytes text,
    const struct note_key *, const struct secret_key *,
    uint64_t posix_seconds);

enum note_verdict {
    NOTE_VALID,     /* every known key that signed is right, and one did */
    NOTE_MALFORMED, /* not a note, or one of more than 100 signatures */
    NOTE_UNKNOWN,   /* no signature by any of the keys */
    NOTE_FORGED     /* a known key's signature fails: refuse it all */
};

/*
 * Check a whole note against count (at most 64) keys.  *text is set to the
 * signed text, a view into note, unless the note is malformed.  seen, if
 * not NULL, gets one bool a key: whether it has a signature there.
 */
enum note_verdict note_open(struct bytes note, const struct note_key *keys,
    size_t count, struct bytes *text, bool *seen) WARN_UNUSED_RESULT;

/* ---- checkpoints ---- */

struct checkpoint {
    char origin[NOTE_NAME_MAX + 1];
    uint64_t size;
    struct hash root;
};

/* The text: origin LF size LF base64(root) LF. */
void checkpoint_append_text(struct buffer *, const struct checkpoint *);

/* Extension lines, and an origin that is no note name, are refused. */
bool checkpoint_parse_text(struct bytes text, struct checkpoint *)
    WARN_UNUSED_RESULT;

/* The whole signed note: text, blank line, signature line. */
void checkpoint_append_note(struct buffer *, const struct checkpoint *,
    const struct note_key *, const struct secret_key *);

/* The same in two steps: what out has from start on is a checkpoint's text,
 * and becomes a signed note, so many bytes longer.  A text of more than
 * NOTE_COSIGNED_TEXT_MAX fails the buffer. */
void checkpoint_sign_text(struct buffer *out, size_t start,
    const struct note_key *, const struct secret_key *);
size_t checkpoint_sign_length(const struct note_key *);

/* Open, parse, and require the origin to be the key's name: a text that is
 * no checkpoint of that log is malformed. */
enum note_verdict checkpoint_open(struct bytes note, const struct note_key *,
    struct checkpoint *) WARN_UNUSED_RESULT;

/* ---- receipts (tlog-proof) ---- */

struct receipt {
    struct bytes extra; /* in base64, for the caller to decode; empty: none */
    uint64_t index;
    struct merkle_path path;
    struct bytes note; /* the checkpoint, verbatim */
};

void receipt_append(struct buffer *, const struct receipt *);

/* Views point into text.  The checkpoint is not opened, nor the path
 * checked. */
bool receipt_parse(struct bytes text, struct receipt *) WARN_UNUSED_RESULT;

#endif
