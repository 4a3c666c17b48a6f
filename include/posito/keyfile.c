#include <posito/keyfile.h>

#include <posito/encoding.h>

#include <sodium.h>
#include <string.h>

#define HEADING "posito-key v1"
#define SEED_LENGTH crypto_sign_SEEDBYTES
#define BOX_LENGTH (SEED_LENGTH + crypto_secretbox_MACBYTES)

/*
 * What a file may ask for.  The lower ends are Argon2id's; the upper ones
 * keep a damaged or hostile file from taking the machine.
 */
#define OPS_MAX 64U
#define MEMORY_MIN crypto_pwhash_MEMLIMIT_MIN
#define MEMORY_MAX (UINT64_C(1) << 30)

/* The file's lines, taken apart but not yet opened. */
struct sealing {
    uint64_t ops;
    uint64_t memory;
    uint8_t salt[crypto_pwhash_SALTBYTES];
    uint8_t nonce[crypto_secretbox_NONCEBYTES];
    uint8_t secret[BOX_LENGTH]; /* an open file uses the first 32 */
};

/* The next line, without the word it must start with; another line stays
 * where it is. */
static bool take_line(struct bytes *rest, const char *word, struct bytes *out)
{
    if (!bytes_start_with(*rest, word) || !bytes_next_line(rest, out))
        return false;
    *out = bytes_after(*out, strlen(word));
    return true;
}

/* The next word of a line whose words stand one space apart. */
static struct bytes take_word(struct bytes *line)
{
    size_t length = 0;
    while (length < line->length && line->data[length] != ' ')
        length++;
    struct bytes word = bytes_of(line->data, length);
    *line = bytes_after(*line, length < line->length ? length + 1 : length);
    return word;
}

static bool parse_sealing(struct bytes line, struct sealing *sealing)
{
    /* What take_word would not notice: a space at the end. */
    if (line.length == 0 || line.data[line.length - 1] == ' ')
        return false;
    struct bytes ops = take_word(&line);
    struct bytes memory = take_word(&line);
    struct bytes salt = take_word(&line);
    struct bytes nonce = take_word(&line);
    return line.length == 0 && bytes_decimal(ops, OPS_MAX, &sealing->ops) &&
           sealing->ops > 0 &&
           bytes_decimal(memory, MEMORY_MAX, &sealing->memory) &&
           sealing->memory >= MEMORY_MIN &&
           sealing->memory % 1024 == 0 && /* Argon2id counts KiB */
           base64_decode(salt, sealing->salt, sizeof sealing->salt) &&
           base64_decode(nonce, sealing->nonce, sizeof sealing->nonce);
}

static bool parse(
    struct bytes text, struct keyfile *file, struct sealing *sealing)
{
    struct bytes line;
    if (text.length > KEYFILE_TEXT_MAX || !take_line(&text, HEADING, &line) ||
        line.length != 0)
        return false;
    if (!take_line(&text, "name ", &line) || !note_name_valid(line) ||
        line.length > NOTE_NAME_MAX)
        return false;
    memcpy(file->name, line.data, line.length);
    if (!take_line(&text, "public ", &line) ||
        !base64_decode(line, file->public_key.data, 32) ||
        !public_key_valid(&file->public_key))
        return false;
    if (take_line(&text, "secret ", &line))
        return text.length == 0 &&
               base64_decode(line, sealing->secret, SEED_LENGTH);
    return bytes_start_with(text, "sealed ") && (file->sealed = true) &&
           take_line(&text, "sealed argon2id ", &line) &&
           parse_sealing(line, sealing) &&
           take_line(&text, "secret ", &line) && text.length == 0 &&
           base64_decode(line, sealing->secret, BOX_LENGTH);
}

/* The key that seals: 0, or -1 if there is no memory for it. */
static int stretch(
    uint8_t *key, const char *passphrase, const struct sealing *sealing)
{
    return crypto_pwhash(key, crypto_secretbox_KEYBYTES, passphrase,
        strlen(passphrase), sealing->salt, sealing->ops,
        (size_t)sealing->memory, crypto_pwhash_ALG_ARGON2ID13);
}

static enum keyfile_verdict unseal(
    const struct sealing *sealing, const char *passphrase, uint8_t *seed)
{
    uint8_t key[crypto_secretbox_KEYBYTES];
    if (stretch(key, passphrase, sealing) != 0)
        return KEYFILE_NO_MEMORY;
    int opened = crypto_secretbox_open_easy(
        seed, sealing->secret, BOX_LENGTH, sealing->nonce, key);
    sodium_memzero(key, sizeof key);
    return opened == 0 ? KEYFILE_OPEN : KEYFILE_WRONG_PASSPHRASE;
}

enum keyfile_verdict keyfile_read(
    struct bytes text, const char *passphrase, struct keyfile *file)
{
    struct sealing sealing;
    uint8_t seed[SEED_LENGTH] = {0};
    struct public_key derived;
    enum keyfile_verdict verdict = KEYFILE_OPEN;

    memset(file, 0, sizeof *file);
    memset(&sealing, 0, sizeof sealing);
    if (!parse(text, file, &sealing)) {
        verdict = KEYFILE_MALFORMED;
        goto out;
    }
    if (!file->sealed)
        memcpy(seed, sealing.secret, SEED_LENGTH);
    else if (passphrase == NULL)
        verdict = KEYFILE_NEEDS_PASSPHRASE;
    else
        verdict = unseal(&sealing, passphrase, seed);
    if (verdict != KEYFILE_OPEN)
        goto out;

    (void)crypto_sign_seed_keypair(derived.data, file->secret.data, seed);
    /* A public line that was edited would make signatures nobody accepts. */
    if (memcmp(derived.data, file->public_key.data, 32) != 0)
        verdict = KEYFILE_MALFORMED;
out:
    sodium_memzero(&sealing, sizeof sealing);
    sodium_memzero(seed, sizeof seed);
    if (verdict != KEYFILE_OPEN)
        sodium_memzero(&file->secret, sizeof file->secret);
    if (verdict == KEYFILE_MALFORMED)
        memset(file, 0, sizeof *file);
    return verdict;
}

static int seal(
    struct sealing *sealing, const char *passphrase, const uint8_t *seed)
{
    uint8_t key[crypto_secretbox_KEYBYTES];
    sealing->ops = crypto_pwhash_OPSLIMIT_MODERATE;
    sealing->memory = crypto_pwhash_MEMLIMIT_MODERATE;
    randombytes_buf(sealing->salt, sizeof sealing->salt);
    randombytes_buf(sealing->nonce, sizeof sealing->nonce);
    if (stretch(key, passphrase, sealing) != 0)
        return -1;
    (void)crypto_secretbox_easy(
        sealing->secret, seed, SEED_LENGTH, sealing->nonce, key);
    sodium_memzero(key, sizeof key);
    return 0;
}

int keyfile_write(struct buffer *text, const struct keyfile *file,
    const char *passphrase)
{
    struct sealing sealing;
    memset(&sealing, 0, sizeof sealing);
    buffer_format(text, HEADING "\nname %s\npublic ", file->name);
    base64_append(text, bytes_of(file->public_key.data, 32));
    /* crypto_sign's secret key starts with the seed. */
    if (passphrase == NULL) {
        buffer_text(text, "\nsecret ");
        base64_append(text, bytes_of(file->secret.data, SEED_LENGTH));
    } else {
        if (seal(&sealing, passphrase, file->secret.data) != 0)
            return -1;
        buffer_format(text, "\nsealed argon2id %llu %llu ",
            (unsigned long long)sealing.ops,
            (unsigned long long)sealing.memory);
        base64_append(text, bytes_of(sealing.salt, sizeof sealing.salt));
        buffer_char(text, ' ');
        base64_append(text, bytes_of(sealing.nonce, sizeof sealing.nonce));
        buffer_text(text, "\nsecret ");
        base64_append(text, bytes_of(sealing.secret, BOX_LENGTH));
    }
    buffer_char(text, '\n');
    return text->failed ? -1 : 0;
}

void keyfile_forget(struct keyfile *file)
{
    sodium_memzero(&file->secret, sizeof file->secret);
}
