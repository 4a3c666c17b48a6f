#include "check_inside.h"

#include "permission.h"

#include <posito/encoding.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LAPSE_DAYS 7 /* of a policy that does not say */

#define ENTRY "entry %" PRIu64
#define NAME "%.*s"
#define NAME_OF(name) (int)(name).length, (const char *)(name).data

/* ---- keys ---- */

/* The key that a line is about.  0, or -1. */
static int named_key(struct check *check, struct bytes line,
    struct signing_key *out, struct check_key **known)
{
    struct bytes text = check_value(line, "key");
    struct ident name;

    if (!ident_parse(text, &name) ||
        !record_find_key(check->state, &name, out) || out->number == 0 ||
        out->number > check->counters.keys)
        return check_fail(check,
            ENTRY " is about key " NAME ", which has no good record",
            check->entry.index, NAME_OF(text));
    *known = &check->keys[out->number];
    return 0;
}

static bool take_public(struct bytes line, struct check_key *known)
{
    return base64_decode(check_value(line, "public"),
        known->public_key.data, sizeof known->public_key.data);
}

/* Are the amounts spelled like that on a line? */
static bool same_amounts(const struct amounts *amounts, struct bytes text)
{
    char memory[AMOUNTS_MAX * 32];
    struct buffer spelled = buffer_over(memory, sizeof memory);

    for (size_t i = 0; i < amounts->count; i++) {
        if (i > 0)
            buffer_char(&spelled, ',');
        amount_append(&spelled, amounts->list[i]);
    }
    return bytes_equal(buffer_bytes(&spelled), text);
}

static bool is_as_added(struct check *check, const struct signing_key *key,
    struct bytes line, const struct party *owner)
{
    struct ident name;
    struct scope scope;

    return ident_parse(check_value(line, "scope"), &name) &&
        permission_find_scope(check->ledger, &name, &scope) &&
        key->scope.kind == scope.kind && key->scope.number == scope.number &&
        key->owner == owner->number &&
        key->added == check->entry.index &&
        bytes_equal_text(
            check_value(line, "kind"), key_kind_name(key->kind)) &&
        bytes_equal_text(
            check_value(line, "country"), country_name(key->country)) &&
        same_amounts(&key->limit, check_value(line, "limit")) &&
        same_amounts(&key->daily, check_value(line, "daily"));
}

static int add_line(struct check *check, struct bytes line)
{
    struct counters stored;
    struct signing_key key;
    struct check_key *known;
    struct ident name;
    struct party owner;

    meta_counters(check->state, &stored);
    if (check->counters.keys == stored.keys)
        return check_fail(check,
            "the state counts %" PRIu32 " keys, the journal more",
            stored.keys);
    check->counters.keys++;
    check->counters.keys_version++;
    if (named_key(check, line, &key, &known) != 0)
        return -1;
    if (!ident_parse(check_value(line, "owner"), &name) ||
        check_find_party(check, &name, &owner) != 0 ||
        owner.number > check->counters.parties ||
        key.number != check->counters.keys || !take_public(line, known) ||
        !is_as_added(check, &key, line, &owner))
        return check_fail(check, "key %.*s is not as it was added",
            (int)key.name.length, key.name.text);
    check->parties[owner.number].keys++;
    return 0;
}

static int revoke_line(struct check *check, struct bytes line)
{
    struct signing_key key;
    struct check_key *known;

    if (named_key(check, line, &key, &known) != 0)
        return -1;
    known->revoked = true;
    known->revoked_at = check->entry.index;
    check->counters.keys_version++;
    if (key.owner <= check->counters.parties)
        check->parties[key.owner].keys--;
    return 0;
}

static int rotate_line(struct check *check, struct bytes line)
{
    struct signing_key key;
    struct check_key *known;

    if (named_key(check, line, &key, &known) != 0)
        return -1;
    check->counters.keys_version++;
    if (!take_public(line, known))
        return check_fail(check, ENTRY " has no public key",
            check->entry.index);
    return 0;
}

/* ---- policy ---- */

/* Names joined by commas. */
static uint32_t parse_kinds(struct bytes text)
{
    uint32_t kinds = 0;

    while (text.length > 0) {
        const uint8_t *comma = memchr(text.data, ',', text.length);
        size_t length =
            comma == NULL ? text.length : (size_t)(comma - text.data);

        for (int kind = 0; kind < KEY_KIND_COUNT; kind++)
            if (bytes_equal_text(bytes_of(text.data, length),
                    key_kind_name((enum key_kind)kind)))
                kinds |= UINT32_C(1) << kind;
        text = bytes_after(text, length + (comma != NULL));
    }
    return kinds;
}

static bool parse_small(struct bytes text, uint8_t *out)
{
    uint64_t number = 0;

    if (text.length > 0 && !bytes_decimal(text, UINT8_MAX, &number))
        return false;
    *out = (uint8_t)number;
    return true;
}

static bool same_band(const struct quorum *a, const struct quorum *b)
{
    return a->verb == b->verb && a->banded == b->banded &&
        (!a->banded ||
            (a->over.currency == b->over.currency &&
                a->over.minor == b->over.minor));
}

/* Keep the newest row of each band. */
static int keep(struct check *check, const struct quorum *row)
{
    struct quorum *more;

    for (size_t i = 0; i < check->policy_count; i++) {
        if (same_band(&check->policy[i], row)) {
            check->policy[i] = *row;
            return 0;
        }
    }
    more = realloc(
        check->policy, (check->policy_count + 1) * sizeof *check->policy);
    if (more == NULL)
        return check_fail(check, "out of memory");
    check->policy = more;
    check->policy[check->policy_count++] = *row;
    return 0;
}

static int policy_line(struct check *check, struct bytes line)
{
    struct bytes over = check_value(line, "over");
    struct quorum row = {
        .banded = over.length > 0,
        .kinds = parse_kinds(check_value(line, "kinds")),
        .clubs = bytes_equal_text(check_value(line, "clubs"), "yes"),
    };

    if (!verb_parse(check_value(line, "verb"), &row.verb) ||
        !parse_small(check_value(line, "need"), &row.need) ||
        !parse_small(check_value(line, "each"), &row.each) ||
        !parse_small(check_value(line, "lapse"), &row.lapse) ||
        (row.banded && amount_parse(over, &row.over) != AMOUNT_SPELLED))
        return check_fail(check, ENTRY " sets no policy",
            check->entry.index);
    if (row.lapse == 0)
        row.lapse = LAPSE_DAYS;
    return keep(check, &row);
}

static int one_policy(
    struct check *check, struct bytes key, struct bytes value)
{
    struct quorum row;

    if (record_parse_quorum(key, value, &row))
        for (size_t i = 0; i < check->policy_count; i++)
            if (same_band(&check->policy[i], &row) &&
                check->policy[i].need == row.need &&
                check->policy[i].each == row.each &&
                check->policy[i].clubs == row.clubs &&
                check->policy[i].lapse == row.lapse &&
                check->policy[i].kinds == row.kinds)
                return 0;
    return check_fail(
        check, "the state has a policy that the journal does not set");
}

/* ---- lines, and the end ---- */

int check_key_line(struct check *check, struct bytes line)
{
    if (check_has_verb(line, "key-add"))
        return add_line(check, line);
    if (check_has_verb(line, "key-revoke"))
        return revoke_line(check, line);
    if (check_has_verb(line, "key-rotate"))
        return rotate_line(check, line);
    if (check_has_verb(line, "policy-set"))
        return policy_line(check, line);
    return 0;
}

static int one_key(struct check *check, struct bytes name, struct bytes value)
{
    struct signing_key key;
    const struct check_key *known;

    if (!record_parse_key(name, value, &key) || key.number == 0 ||
        key.number > check->counters.keys)
        return check_fail(
            check, "key " NAME " was never added", NAME_OF(name));
    known = &check->keys[key.number];
    if (key.revoked != known->revoked ||
        key.revoked_at != known->revoked_at ||
        memcmp(&key.public_key, &known->public_key,
            sizeof key.public_key) != 0)
        return check_fail(check,
            "key " NAME " was revoked or rotated in the state or in the "
            "journal, but not in both",
            NAME_OF(name));
    return 0;
}

int check_key_end(struct check *check)
{
    if (check_record_count(check, TABLE_KEY, "keys", one_key,
            check->counters.keys) != 0)
        return -1;
    return check_record_count(check, TABLE_POLICY, "rows of policy",
        one_policy, check->policy_count);
}
